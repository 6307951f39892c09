import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { influxPanelQueries, panelQueries, substitute } from '../panels.ts'
import { selectionsOf } from '../shown/tables.ts'
import { compose, run } from './compose.ts'

// A Grafana can't be had everywhere. These tests ask the one at GRAFANA_URL, or the lab's own where its
// image can be had; where there is none, each is listed as not run.
const { GRAFANA_URL } = process.env
const ours = GRAFANA_URL ? undefined : await imageOfOurs()
const url = GRAFANA_URL ?? 'http://127.0.0.1:3000'
const skip = GRAFANA_URL || ours ? false : 'no Grafana: set GRAFANA_URL, or let its image be pulled'

before(async () => {
  if (!ours) return
  const services = ['server', 'prometheus', 'grafana', 'influxdb']
  const pushing = ['env', 'INFLUX_URL=http://influxdb:8086', 'docker', 'compose'] as const
  await run(...pushing, '--profile', 'influx', 'up', '--build', '--detach', '--wait', ...services)
  const load = ['--rate', '50', '--duration', '30s', '--no-progress']
  await compose('run', '--rm', '-T', '--service-ports', 'loadgen', ...load)
})

after(async () => {
  if (ours) await compose('--profile', 'load', '--profile', 'influx', 'down', '--volumes')
})

const ask = async (path: string, body?: unknown) => {
  const response = await fetch(new URL(path, url), {
    method: body ? 'POST' : 'GET',
    headers: { 'Content-Type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  return { status: response.status, answer: (await response.json()) as Answer }
}

type Frame = { data: { values: (number | null)[][] } }
type Answer = {
  database?: string
  meta?: { provisioned: boolean; folderTitle: string }
  results?: Record<string, { status: number; error?: string; frames: Frame[] }>
}

test('Grafana is healthy', { skip }, async () => {
  const { status, answer } = await ask('/api/health')
  assert.deepEqual([status, answer.database], [200, 'ok'])
})

const uids = [
  'latency-distribution',
  'requests',
  'service',
  'load-generator',
  'slo',
  'truth',
  'runtime',
  'influxdb',
  'discovery',
]

for (const uid of uids) {
  test(`${uid} is there for anybody, provisioned, in the folder Latency Lab`, {
    skip,
  }, async () => {
    const { status, answer } = await ask(`/api/dashboards/uid/${uid}`)
    assert.equal(status, 200)
    assert.deepEqual([answer.meta?.provisioned, answer.meta?.folderTitle], [true, 'Latency Lab'])
  })
}

for (const query of panelQueries()) {
  const { dashboard, panel, refId, expr, instant, format } = query
  test(`${dashboard}, ${panel}, ${refId} has a value in Grafana`, { skip }, async () => {
    const { status, answer } = await ask('/api/ds/query', {
      from: 'now-5m',
      to: 'now',
      queries: [
        {
          refId,
          datasource: { type: 'prometheus', uid: 'prometheus' },
          expr: substitute(expr, {
            rateInterval: '20s',
            rangeSeconds: 300,
            variables: selectionsOf(query)[0]?.variables ?? {},
          }),
          instant,
          range: !instant,
          format,
          intervalMs: 5000,
          maxDataPoints: 60,
        },
      ],
    })
    assert.equal(status, 200, JSON.stringify(answer))
    const result = answer.results?.[refId]
    assert.equal(result?.error, undefined)
    // There without the profile too, and empty: test/shown-discovery.test.ts has what it must show.
    if (dashboard === 'discovery') return
    const values = result?.frames.flatMap(({ data }) => data.values.slice(1).flat()) ?? []
    assert.ok(values.some(Number.isFinite), JSON.stringify(result))
  })
}

// Another Grafana's InfluxDB is not asked: the lab's server doesn't push to it.
const skipInflux = skip || (ours ? false : 'another Grafana than the lab’s')
for (const { dashboard, panel, refId, query } of influxPanelQueries()) {
  test(`${dashboard}, ${panel}, ${refId} has a value in Grafana`, {
    skip: skipInflux,
  }, async () => {
    const datasource = { type: 'influxdb', uid: 'influxdb' }
    const asked = { refId, datasource, query, rawQuery: true, resultFormat: 'time_series' }
    const { status, answer } = await ask('/api/ds/query', {
      from: 'now-5m',
      to: 'now',
      queries: [{ ...asked, intervalMs: 5000, maxDataPoints: 60 }],
    })
    assert.equal(status, 200, JSON.stringify(answer))
    const result = answer.results?.[refId]
    assert.equal(result?.error, undefined)
    const values = result?.frames.flatMap(({ data }) => data.values.slice(1).flat()) ?? []
    assert.ok(values.some(Number.isFinite), JSON.stringify(result))
  })
}

async function imageOfOurs(): Promise<string | undefined> {
  try {
    const image = (await compose('config', '--images', 'grafana')).stdout.trim()
    const had = run('docker', 'image', 'inspect', image)
    await had.catch(() => compose('pull', '--quiet', 'grafana'))
    return image
  } catch {
    return undefined
  }
}
