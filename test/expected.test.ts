import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expectedIntervals, shareIntervals } from '../lab/verify/expected.ts'
import { levels } from '../lab/verify/statistics.ts'
import { type Behaviour, behaviourNames, behaviours, defaultsOf } from '../server/behaviours.ts'
import { deviationOf } from '../server/deviation.ts'
import { type Random, seededRandom } from '../server/random.ts'
import { createTruth, type Truth } from '../server/truth.ts'

// The limits that verify holds the injected delays to, against the server's own behaviours: many runs
// that are right must pass, and runs that are a little wrong must not. No server, no clock.

const RATE = 150

/** The delays of one run with Poisson arrivals, which begins at some time or other. */
function run(
  { draw }: Behaviour,
  parameters: Record<string, number>,
  requests: number,
  random: Random,
) {
  const truth = createTruth()
  let atSeconds = random() * 100
  for (let i = 0; i < requests; i++) {
    atSeconds -= Math.log(1 - random()) / RATE
    truth.record(Math.round(draw(random, parameters, atSeconds).delaySeconds * 1000))
  }
  return truth
}

/** The statistics that are outside of what is allowed, when the truth is held to these parameters. */
function outside(
  name: string,
  behaviour: Behaviour,
  parameters: Record<string, number>,
  truth: Truth,
) {
  const { quantileSeconds, meanSeconds } = behaviour
  assert.ok(quantileSeconds && meanSeconds)
  const known = { name, parameters, count: truth.count }
  const lengthSeconds = truth.count / RATE
  const shares = shareIntervals(known, lengthSeconds)
  const ends = [0, 1, ...Object.values(shares).flatMap(({ low, high }) => [low, high])]
  const expected = expectedIntervals(
    {
      ...known,
      analytic: {
        meanSeconds: meanSeconds(parameters),
        deviationSeconds: deviationOf(
          (q) => quantileSeconds(q, parameters),
          meanSeconds(parameters),
        ),
        quantileSeconds: Object.fromEntries(ends.map((q) => [q, quantileSeconds(q, parameters)])),
      },
    },
    shares,
    lengthSeconds,
  )
  const found = { ...levels, mean: 0 }
  return Object.keys(found).filter((statistic) => {
    const q = found[statistic as keyof typeof found]
    const seconds = (statistic === 'mean' ? truth.meanMs() : truth.quantileMs(q)) ?? Number.NaN
    const interval = expected?.[statistic as keyof typeof found]
    return !(interval && seconds / 1000 >= interval.low && seconds / 1000 <= interval.high)
  })
}

for (const name of behaviourNames) {
  const behaviour: Behaviour = behaviours[name]
  if (!behaviour.quantileSeconds) continue
  const parameters = defaultsOf(name)

  for (const [requests, runs] of [
    [300, 200],
    [3000, 100],
    [20_000, 20],
  ] as const) {
    test(`${name}: ${runs} runs of ${requests} requests are all within what is allowed`, () => {
      for (let seed = 1; seed <= runs; seed++) {
        const truth = run(behaviour, parameters, requests, seededRandom(seed))
        assert.deepEqual(outside(name, behaviour, parameters, truth), [], `seed ${seed}`)
      }
    })
  }

  test(`${name}: delays that are doubled are found out at 3000 requests`, () => {
    const { draw } = behaviour
    const doubled: Behaviour = {
      ...behaviour,
      draw: (...given) => ({ fails: false, delaySeconds: 2 * draw(...given).delaySeconds }),
    }
    const truth = run(doubled, parameters, 3000, seededRandom(1))
    const found = outside(name, behaviour, parameters, truth)
    assert.ok(found.includes('p50'), found.join())
    assert.ok(found.includes('mean'), found.join())
  })
}

test('at 20,000 requests a uniform delay of 0.05 to 2.05 s is told from one of 0 to 2 s', () => {
  const { uniform } = behaviours
  const truth = run(uniform, { min: 0.05, max: 2.05 }, 20_000, seededRandom(1))
  assert.deepEqual(outside('uniform', uniform, { min: 0, max: 2 }, truth), [
    ...['p50', 'p90', 'p95', 'p99', 'mean'],
  ])
})
