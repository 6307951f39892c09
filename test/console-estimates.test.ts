import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Histogram, Registry } from 'prom-client'
import { type Behaviour, behaviourNames, behaviours, defaultsOf } from '../server/behaviours.ts'
import { ofPairs, sumOfPairs } from '../server/console/distribution.ts'
import { exponentialBounds, readBounds } from '../server/console/own-layout.ts'
import { layouts, quantiles, viewOf } from '../server/console/view.ts'
import { seededRandom } from '../server/random.ts'
import { startPrometheus } from './processes.ts'

// What the page computes by itself, against a real Prometheus that was given the same requests.

const boundsOf = (read: ReturnType<typeof readBounds>) => {
  assert.ok('bounds' in read)
  return read.bounds
}

const all: Record<string, readonly number[]> = {
  open_telemetry: layouts.openTelemetry.bounds,
  exponential: layouts.exponential.bounds,
  linear: layouts.linear.bounds,
  own_bounds: boundsOf(readBounds('0.03 0.1 0.33 0.75 1.5')),
  own_factor: boundsOf(exponentialBounds({ start: 0.02, factor: 1.3, count: 24 })),
}

/** Requests of a behaviour, ten a second, as whole milliseconds. */
const drawn = (name: (typeof behaviourNames)[number]): number[] => {
  const { draw }: Behaviour = behaviours[name]
  const [random, parameters] = [seededRandom(1), defaultsOf(name)]
  return Array.from({ length: 3000 }, (_, n) =>
    Math.round(draw(random, parameters, n / 10).delaySeconds * 1000),
  )
}

test('the estimates on the page are what histogram_quantile answers, for each layout and behaviour', async () => {
  const registry = new Registry()
  const views = []
  for (const [layout, bounds] of Object.entries(all)) {
    const histogram = new Histogram({
      name: `seen_${layout}_seconds`,
      help: 'What a histogram with these bounds sees.',
      labelNames: ['behaviour'],
      buckets: [...bounds],
      registers: [registry],
    })
    for (const behaviour of behaviourNames) {
      const delaysMs = drawn(behaviour)
      for (const ms of delaysMs) histogram.observe({ behaviour }, ms / 1000)
      const times = ofPairs(sumOfPairs(delaysMs.map((ms) => [ms, 1])))
      views.push({ layout, behaviour, view: viewOf(times, times, bounds) })
    }
  }
  const exposition = await registry.metrics()
  const target = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': registry.contentType }).end(exposition)
  }).listen(0, '127.0.0.1')
  await once(target, 'listening')
  const { port } = target.address() as AddressInfo
  const prometheus = await startPrometheus({ server: port, loadgen: port }, { scrapeSeconds: 1 })
  try {
    const ask = async (query: string): Promise<Map<string, number>> => {
      const response = await fetch(
        `${prometheus.url}/api/v1/query?${new URLSearchParams({ query })}`,
      )
      const { data } = (await response.json()) as {
        data: { result: { metric: Record<string, string>; value: [number, string] }[] }
      }
      return new Map(
        data.result.map(({ metric, value }) => [`${metric.behaviour}`, Number(value[1])]),
      )
    }
    const query = (layout: string, q: number) =>
      `histogram_quantile(${q}, max by (behaviour, le) (seen_${layout}_seconds_bucket))`
    while ((await ask(query('linear', 0.5))).size === 0) await sleep(100)

    let compared = 0
    for (const layout of Object.keys(all)) {
      for (const q of quantiles) {
        const answers = await ask(query(layout, q))
        for (const { behaviour, view } of views.filter((each) => each.layout === layout)) {
          const estimated = view.compared.find((each) => each.q === q)?.estimated
          const answer = answers.get(behaviour) ?? Number.NaN
          assert.ok(estimated !== undefined)
          const off = Math.abs(estimated / answer - 1)
          assert.ok(off < 1e-3, `${layout} ${behaviour} ${q}: ${estimated} s, and not ${answer} s`)
          compared += 1
        }
      }
    }
    assert.equal(compared, 5 * 8 * 4)
  } finally {
    await prometheus.stop()
    target.close()
  }
})
