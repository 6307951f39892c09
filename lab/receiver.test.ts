import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createReceiver } from './receiver.ts'

/** What Alertmanager 0.33 sends: version 4 of its format, of which the lab reads the alerts. */
const alert = {
  status: 'firing',
  labels: { alertname: 'ErrorBudgetBurn', job: 'httpserver', slo: 'latency', severity: 'page' },
  annotations: { summary: 'Far too fast', description: '58 times' },
  startsAt: '2026-01-02T03:04:05.678Z',
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: 'http://prometheus:9090/graph',
  fingerprint: 'a1',
}
const resolved = { ...alert, status: 'resolved', endsAt: '2026-01-02T04:05:06.7+01:00' }
const notification = (...alerts: object[]) => ({ version: '4', status: 'firing', alerts })

function receiver(keep?: number) {
  const said: string[] = []
  const now = () => new Date('2026-01-02T03:05:00Z')
  const app = createReceiver({ say: (line) => said.push(line), now, ...(keep ? { keep } : {}) })
  const send = async (body: unknown, type = 'application/json') => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const response = await app.request('/', {
      method: 'POST',
      body: text,
      headers: { 'Content-Type': type, 'Content-Length': String(Buffer.byteLength(text)) },
    })
    return { status: response.status, answer: await response.json() }
  }
  const shown = async () =>
    (await (await app.request('/')).json()) as { status: string; labels: { n: string } }[]
  return { app, said, send, shown }
}

test('each alert is one line: what, about what, how bad, since when, and what it means', async () => {
  const { said, send } = receiver()
  assert.deepEqual(await send(notification(alert, resolved)), { status: 200, answer: { taken: 2 } })
  assert.deepEqual(said, [
    '03:05:00 FIRING   page   ErrorBudgetBurn latency of httpserver (since 03:04:05) Far too fast: 58 times',
    '03:05:00 RESOLVED page   ErrorBudgetBurn latency of httpserver (from 03:04:05 to 03:05:06) Far too fast: 58 times',
  ])
})

test('an alert without the lab’s labels is shown all the same, and never breaks out of its line', async () => {
  const { said, send } = receiver()
  await send(notification({ ...alert, labels: {}, annotations: { summary: 'a\n\u001b[2Jb' } }))
  assert.deepEqual(said, [
    '03:05:00 FIRING   no severity an alert without a name (since 03:04:05) a [2Jb',
  ])
})

test('what arrived is shown, the newest first, and no more of it than is kept', async () => {
  const { send, shown } = receiver(3)
  for (const n of ['1', '2', '3', '4']) await send(notification({ ...alert, labels: { n } }))
  assert.deepEqual(
    (await shown()).map(({ labels }) => labels.n),
    ['4', '3', '2'],
  )
})

test('a browser gets a page, in which what arrived is text', async () => {
  const { app, send } = receiver()
  await send(notification({ ...alert, annotations: { summary: '<script>' } }))
  const response = await app.request('/', { headers: { Accept: 'text/html,*/*;q=0.8' } })
  const page = await response.text()
  assert.match(page, /ErrorBudgetBurn latency of httpserver .* &lt;script&gt;/)
  assert.doesNotMatch(page, /<script>/)
})

test('a body that is no notification is refused with every mistake, and nothing is kept', async () => {
  const { said, send, shown } = receiver()
  const wrong = { ...alert, status: 'on', startsAt: 'today', labels: { a: 1 } }
  assert.deepEqual(await send(notification(alert, wrong)), {
    status: 400,
    answer: {
      mistakes: [
        'alerts.1.status: must be firing or resolved',
        'alerts.1.labels.a: must be text',
        'alerts.1.startsAt: must be a time as in 2026-01-02T03:04:05Z',
      ],
    },
  })
  for (const body of ['{', '[]', '{}', 'null']) assert.equal((await send(body)).status, 400, body)
  assert.equal((await send(notification(alert), 'text/plain')).status, 415)
  assert.equal((await send(notification({ x: 'x'.repeat(2 ** 20) }))).status, 413)
  assert.deepEqual([said, await shown()], [[], []])
})
