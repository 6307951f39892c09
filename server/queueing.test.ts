import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Behaviour, behaviours, type Parameters } from './behaviours.ts'
import { createCapacity } from './capacity.ts'
import { seededRandom } from './random.ts'

/**
 * Time that passes only when everybody waits for it: the earliest of all who sleep is woken next. The
 * parts under test are the server's own, and a day of theirs takes a second.
 */
function virtualTime() {
  let now = 0
  const sleepers: { at: number; wake: () => void }[] = []
  return {
    now: () => now,
    sleepUntil: (at: number) =>
      new Promise<void>((wake) => {
        let i = sleepers.length
        while (i > 0 && (sleepers[i - 1]?.at ?? 0) < at) i -= 1
        sleepers.splice(i, 0, { at, wake })
      }),
    async run() {
      for (let next = sleepers.pop(); next; next = sleepers.pop()) {
        now = next.at
        next.wake()
        // All that follows from it, before time goes on: a chain of a few promises.
        for (let i = 0; i < 8; i++) await undefined
      }
    },
  }
}

type Queue = {
  ratePerSecond: number
  concurrency: number
  parameters: Parameters
  arrivals: number
}

/** Sends Poisson arrivals through the server's own capacity, and measures. All in seconds. */
async function simulate({ ratePerSecond, concurrency, parameters, arrivals }: Queue) {
  const time = virtualTime()
  const capacity = createCapacity({ concurrency, queueCapacity: arrivals })
  const [chance, gaps] = [seededRandom(11), seededRandom(12)]
  const { draw }: Behaviour = behaviours.uniform
  let [waited, stayed, inSystem, inSystemTime, lastChange] = [0, 0, 0, 0, 0]
  const count = (change: number) => {
    inSystemTime += inSystem * (time.now() - lastChange)
    lastChange = time.now()
    inSystem += change
  }
  const serve = async () => {
    const arrivedAt = time.now()
    count(+1)
    const leave = await capacity.enter()
    waited += time.now() - arrivedAt
    await time.sleepUntil(time.now() + draw(chance, parameters, 0).delaySeconds)
    leave()
    count(-1)
    stayed += time.now() - arrivedAt
  }
  const arrive = async () => {
    for (let i = 0; i < arrivals; i++) {
      await time.sleepUntil(time.now() - Math.log(1 - gaps()) / ratePerSecond)
      serve()
    }
  }
  arrive()
  await time.run()
  return {
    meanWait: waited / arrivals,
    meanStay: stayed / arrivals,
    meanInSystem: inSystemTime / time.now(),
    arrivalRate: arrivals / time.now(),
  }
}

for (const utilization of [0.3, 0.5, 0.7]) {
  test(`with one worker, ${100 * utilization} % busy, the mean wait is what Pollaczek and Khinchine say`, async () => {
    // Service times uniform from 0 to 20 ms: E[S] = 10 ms, E[S²] = (20 ms)² / 3.
    const max = 0.02
    const ratePerSecond = utilization / (max / 2)
    const { meanWait } = await simulate({
      ratePerSecond,
      concurrency: 1,
      parameters: { min: 0, max },
      arrivals: 40_000,
    })
    const expected = (ratePerSecond * (max ** 2 / 3)) / (2 * (1 - utilization))
    // Waits that follow one another are alike, the more so the busier the worker is: the error of the
    // mean grows with 1 / (1 - utilization). Batch means put it at 1 % to 3 % here.
    assert.ok(Math.abs(meanWait / expected - 1) < 0.06, `${meanWait} s, expected ${expected} s`)
  })
}

test('Little’s law: the mean number in the system is the arrival rate times the mean stay', async () => {
  const { meanInSystem, arrivalRate, meanStay } = await simulate({
    ratePerSecond: 45,
    concurrency: 50,
    parameters: { min: 0, max: 2 },
    arrivals: 20_000,
  })
  assert.ok(Math.abs(meanInSystem / (arrivalRate * meanStay) - 1) < 1e-9, `${meanInSystem}`)
})

test('without a queue, requests in flight are the rate times the mean delay', async () => {
  const { meanInSystem } = await simulate({
    ratePerSecond: 50,
    concurrency: 1000,
    parameters: { min: 0, max: 2 },
    arrivals: 20_000,
  })
  // In flight is a Poisson number of mean 50; over 400 s the error of its mean is about 0.4.
  assert.ok(Math.abs(meanInSystem - 50) < 1.5, `${meanInSystem}`)
})
