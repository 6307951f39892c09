import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { skip, startChromium, visit } from './chromium.ts'
import { startServer } from './processes.ts'

/** An hour of updates, one a second. */
const HOUR = 3600
const MOST_BYTES = 5 * 1024 * 1024

/**
 * Runs in the page, before it: a second lasts as long as it takes, and the listener's answers are made up, each with a
 * second of 20 requests that has not been there before.
 */
function fastTime() {
  const page = globalThis as unknown as {
    setTimeout: (run: () => void, ms: number) => number
    fetch: (path: string) => Promise<Response>
    updates: number
  }
  const { setTimeout: later } = page
  page.setTimeout = (run, ms) => later(run, ms / 1000)
  page.updates = 0
  const countAt = new Map<number, number>()
  const pairs = (map: Map<number, number>) => [...map].sort(([a], [b]) => a - b).flat()
  page.fetch = async (path) => {
    if (!path.startsWith('/api/live')) return Response.json({ prometheus: null, grafana: null })
    page.updates += 1
    const second = new Map<number, number>()
    for (let n = 0; n < 20; n++) {
      const ms = 10 * Math.floor(Math.random() * 200)
      second.set(ms, (second.get(ms) ?? 0) + 1)
      countAt.set(ms, (countAt.get(ms) ?? 0) + 1)
    }
    const delays = pairs(second)
    const all = pairs(countAt)
    return Response.json({
      behaviour: { name: 'uniform', parameters: { min: 0, max: 2 }, changedAtSeconds: null },
      delays: all,
      durations: all,
      inFlight: page.updates % 60,
      seconds: [
        {
          at: 1_700_000_000 + page.updates,
          answers: 20,
          errors: page.updates % 3,
          inFlight: page.updates % 60,
          delays,
          durations: delays,
        },
      ],
      run: null,
      refusal: null,
    })
  }
}

test('an hour of updates grows the heap by 5 MB at most', { skip }, async (t) => {
  const [browser, server] = await Promise.all([startChromium(), startServer()])
  t.after(() => Promise.all([browser.close(), server.stop()]))
  const { page, wrong } = await visit(t, browser, server.controlUrl)
  await page.addInitScript(fastTime)
  await page.reload()
  const session = await page.context().newCDPSession(page)
  const at = async (updates: number) => {
    while ((await page.evaluate<number>('updates')) < updates) await sleep(100)
    await session.send('HeapProfiler.collectGarbage')
    const { usedSize } = await session.send('Runtime.getHeapUsage')
    const nodes = await page.evaluate<number>(`document.querySelectorAll('*').length`)
    return { usedSize, nodes, updates: await page.evaluate<number>('updates') }
  }
  // Five minutes are kept, so until then it may fill.
  const begin = await at(400)
  const end = await at(begin.updates + HOUR)
  const grown = end.usedSize - begin.usedSize
  assert.ok(grown <= MOST_BYTES, `${(grown / 1024).toFixed(0)} KiB`)
  assert.ok(end.nodes <= begin.nodes + 20, `${begin.nodes} elements, then ${end.nodes}`)
  assert.deepEqual(wrong, [])
  process.stdout.write(
    `# the heap grew by ${(grown / 1024).toFixed(0)} KiB to ${(end.usedSize / 1024).toFixed(0)}\n`,
  )
})
