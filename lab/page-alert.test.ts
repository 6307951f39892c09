import assert from 'node:assert/strict'
import { test } from 'node:test'
import { awaitPage, describeSeen } from './page-alert.ts'
import type { Sample } from './prometheus.ts'

type Step = { firing?: string[]; burn?: number }

/** A Prometheus of which each look sees the next step, the last one again and again. */
function prometheusOf(steps: Step[]) {
  let looks = 0
  const sample = (value: number, slo?: string): Sample => ({ labels: slo ? { slo } : {}, value })
  return {
    async query(promql: string) {
      const { firing = [], burn = 0 } = steps[Math.min(looks, steps.length - 1)] as Step
      if (promql.startsWith('sum')) return [sample(50)]
      if (promql.startsWith('ALERTS')) return firing.map((slo) => sample(1, slo))
      if (promql.includes('burn_rate30s')) looks += 1
      return [sample(burn, 'latency'), sample(burn, 'availability')]
    },
  }
}

/** Waits on that Prometheus, on a clock of its own. */
async function awaited(until: 'firing' | 'clear', limitSeconds: number, steps: Step[]) {
  const said: string[] = []
  let ms = 0
  const result = await awaitPage({
    prometheus: prometheusOf(steps),
    until,
    limitSeconds,
    say: (text) => said.push(text),
    sleep: async (slept) => {
      ms += slept
    },
    now: () => ms,
  })
  return { ...result, said }
}

test('it waits until the alert fires, and says what changes meanwhile, once', async () => {
  const steps = [{}, {}, { burn: 20 }, { burn: 30, firing: ['latency'] }]
  const { reached, seconds, seen, said } = await awaited('firing', 60, steps)
  assert.deepEqual([reached, seconds, seen.firing], [true, 3, ['latency']])
  assert.equal(said.length, 2)
  assert.match(said[0] ?? '', /^ {2}0 s {2}50\.0 requests a second; .*availability 0\.0×/)
  assert.match(
    said[1] ?? '',
    /^ {2}2 s .*availability 20\.0× in 1m and 20\.0× in 20s, 20\.0× in 6m and 20\.0× in 30s/,
  )
})

test('it waits until no objective has the alert any more', async () => {
  const steps = [{ firing: ['availability', 'latency'] }, { firing: ['latency'] }, {}]
  const { reached, seconds } = await awaited('clear', 60, steps)
  assert.deepEqual([reached, seconds], [true, 2])
})

test('what has not come when the limit has is not reached', async () => {
  const { reached, seconds } = await awaited('firing', 5, [{ burn: 10 }])
  assert.deepEqual([reached, seconds], [false, 5])
})

test('without traffic it says what is missing', () => {
  assert.equal(
    describeSeen({ traffic: 0, firing: [], burning: [] }),
    'no requests: run make load; burn rates: none; the page-level alert does not fire',
  )
})
