import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Histogram, Registry } from 'prom-client'
import { startExecutionTimer } from './timer.ts'

test('each step is measured from the end of the one before, the total from the start', async () => {
  const registry = new Registry()
  const histogram = new Histogram({
    name: 'execution_seconds',
    help: 'Under test.',
    labelNames: ['step'],
    buckets: [1],
    registers: [registry],
  })
  const clock = [0, 250, 1750, 2000].values()
  const timer = startExecutionTimer(histogram, () => clock.next().value ?? Number.NaN)
  timer.observe('queue')
  timer.observe('delay')
  timer.observeTotal()
  const { values } = await histogram.get()
  const sums = values.filter(({ metricName }) => metricName === 'execution_seconds_sum')
  assert.deepEqual(
    sums.map(({ labels, value }) => [labels.step, value]),
    [
      ['queue', 0.25],
      ['delay', 1.5],
      ['total', 2],
    ],
  )
})
