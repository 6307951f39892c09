import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Behaviour,
  behaviourNames,
  behaviours,
  defaultsOf,
  type Parameters,
} from './behaviours.ts'
import { seededRandom } from './random.ts'

const n = 20_000
// The critical value of Kolmogorov and Smirnov at a significance of 0.1 %: sqrt(-ln(0.001 / 2) / 2) / sqrt(n).
const critical = 1.95 / Math.sqrt(n)

/** Each behaviour as it is by default, and pushed to where it is most itself. */
const cases: [keyof typeof behaviours, Parameters][] = [
  ...behaviourNames.map((name): [typeof name, Parameters] => [name, {}]),
  ['lognormal', { median: 0.05, sigma: 2, max: 1 }],
  ['bimodal', { hitRatio: 0.5, spread: 1, hit: 0.1, miss: 0.4 }],
  ['bimodal', { hitRatio: 1 }],
  ['bimodal', { hitRatio: 0 }],
  ['pareto', { alpha: 0.5, min: 0.01, max: 60 }],
  ['pareto', { alpha: 1 }],
  ['pareto', { min: 10 }],
  ['freeze', { work: 0.5, every: 2, lasts: 1.5 }],
]

for (const [name, given] of cases) {
  const { quantileSeconds, meanSeconds, draw, mistake }: Behaviour = behaviours[name]
  const parameters = { ...defaultsOf(name), ...given }
  if (!quantileSeconds) continue
  test(`${name} ${JSON.stringify(given)}: ${n} draws follow its quantile function`, () => {
    assert.equal(mistake?.(parameters), undefined)
    const random = seededRandom(7)
    const arrivals = seededRandom(8)
    // Requests that come at random over many periods of whatever there is.
    const samples = Array.from(
      { length: n },
      () => draw(random, parameters, arrivals() * 10_000).delaySeconds,
    ).sort((a, b) => a - b)
    // Kolmogorov and Smirnov's distance, seen from the quantiles: at each q the share of samples that
    // does not exceed Q(q) is q or more, and the share below it q or less. So atoms are no trouble.
    for (let i = 1; i < 1000; i++) {
      const q = i / 1000
      const value = quantileSeconds(q, parameters)
      const below = countWhile(samples, (sample) => sample < value - 1e-9) / n
      const upTo = countWhile(samples, (sample) => sample <= value + 1e-9) / n
      assert.ok(below - q < critical && q - upTo < critical, `q ${q}: ${below} to ${upTo}`)
    }
  })

  test(`${name} ${JSON.stringify(given)}: its mean is the integral of its quantile function`, () => {
    const steps = 200_000
    const sum = Array.from({ length: steps }, (_, i) =>
      quantileSeconds((i + 0.5) / steps, parameters),
    ).reduce((total, value) => total + value, 0)
    const mean = meanSeconds?.(parameters) ?? Number.NaN
    assert.ok(Math.abs(sum / steps / mean - 1) < 1e-4, `${sum / steps} s, and ${mean} s by formula`)
  })

  test(`${name} ${JSON.stringify(given)}: its quantiles rise, from its least to its most`, () => {
    let last = quantileSeconds(0, parameters)
    assert.ok(last >= 0)
    for (let i = 1; i <= 1000; i++) {
      const value = quantileSeconds(i / 1000, parameters)
      assert.ok(value >= last - 1e-12, `${i / 1000}: ${value} after ${last}`)
      last = value
    }
    assert.ok(last <= 120)
  })
}

/** Worked out by hand, or with a table of the normal distribution. */
const known: [keyof typeof behaviours, Parameters, number, number][] = [
  ['uniform', {}, 0.5, 1],
  ['uniform', {}, 0.9, 1.8],
  ['uniform', { min: 1, max: 3 }, 0.25, 1.5],
  ['constant', {}, 0.99, 0.25],
  // z(0.975) = 1.959964; the bound at 60 s is 8.1 deviations away.
  ['lognormal', { median: 0.2, sigma: 0.7, max: 60 }, 0.975, 0.2 * Math.exp(0.7 * 1.959964)],
  ['lognormal', {}, 1, 10],
  // 0.45 is the middle of 0.9: the middle of the hits. 0.95 is the middle of the misses.
  ['bimodal', {}, 0.45, 0.02],
  ['bimodal', {}, 0.95, 0.8],
  // (1 - q (1 - (min/max)^a))^(-1/a) min, with a = 1, min = 1, max = 4: 1 / (1 - 0.75 q)
  ['pareto', { alpha: 1, min: 1, max: 4 }, 0.5, 1.6],
  // Of 10 s, 1.4 stand still and 0.02 are too late to end before: 85.8 % take 20 ms.
  ['freeze', {}, 0.85, 0.02],
  ['freeze', {}, 0.928, 0.02 + 0.7],
  ['freeze', {}, 1, 1.42],
  ['errors', {}, 0.5, 0.25],
]
for (const [name, given, q, expected] of known) {
  test(`${name} ${JSON.stringify(given)}: quantile ${q} is ${expected.toFixed(3)} s`, () => {
    const { quantileSeconds }: Behaviour = behaviours[name]
    const actual = quantileSeconds?.(q, { ...defaultsOf(name), ...given }) ?? Number.NaN
    assert.ok(Math.abs(actual - expected) < 1e-5, `${actual}`)
  })
}

test('an incident triples latency and has ten times the errors, and the first comes within a minute', () => {
  const { draw }: Behaviour = behaviours.incident
  const parameters = { ...defaultsOf('incident'), errorRatio: 0.05 }
  const about = (fromSeconds: number, toSeconds: number) => {
    const random = seededRandom(3)
    const draws = Array.from({ length: n }, (_, i) =>
      draw(random, parameters, fromSeconds + ((toSeconds - fromSeconds) * i) / n),
    )
    return {
      mean: draws.reduce((sum, { delaySeconds }) => sum + delaySeconds, 0) / n,
      failed: draws.filter(({ fails }) => fails).length / n,
    }
  }
  const [well, ill, again] = [about(0, 30), about(30, 90), about(90, 270)]
  for (const { mean, failed } of [well, again]) {
    assert.ok(Math.abs(mean - 0.2) < 0.003, `mean ${mean} s`)
    assert.ok(Math.abs(failed - 0.05) < 0.007, `failed ${failed}`)
  }
  assert.ok(Math.abs(ill.mean - 0.6) < 0.009, `mean ${ill.mean} s`)
  assert.ok(Math.abs(ill.failed - 0.5) < 0.016, `failed ${ill.failed}`)
  assert.equal(about(270, 330).mean, ill.mean)
})

test('an incident that lasts as long as its period never ends', () => {
  const { draw }: Behaviour = behaviours.incident
  const parameters = {
    ...defaultsOf('incident'),
    min: 0.1,
    max: 0.1,
    first: 0,
    every: 60,
    lasts: 60,
  }
  for (const atSeconds of [0, 59.9, 60, 1e5]) {
    assert.ok(Math.abs(draw(seededRandom(1), parameters, atSeconds).delaySeconds - 0.3) < 1e-12)
  }
})

test('errors fails the share that it is given', () => {
  const { draw }: Behaviour = behaviours.errors
  const random = seededRandom(5)
  const fails = Array.from({ length: n }, () => draw(random, defaultsOf('errors'), 0).fails)
  const share = fails.filter(Boolean).length / n
  assert.ok(Math.abs(share - 0.1) < 0.009, `${share}`)
})

test('every default is within its bounds, and makes no mistake', () => {
  for (const name of behaviourNames) {
    const behaviour: Behaviour = behaviours[name]
    for (const [key, { min, max, default: preset }] of Object.entries(behaviour.parameters)) {
      assert.ok(preset >= min && preset <= max, `${name}.${key}`)
    }
    assert.equal(behaviour.mistake?.(defaultsOf(name)), undefined, name)
  }
})

test('a seed repeats its sequence, another seed has another, and none begins at an extreme', () => {
  const sequence = (seed: number) => Array.from({ length: 5 }, seededRandom(seed))
  assert.deepEqual(sequence(1), sequence(1))
  assert.notDeepEqual(sequence(1), sequence(2))
  const firsts = Array.from({ length: 1000 }, (_, seed) => seededRandom(seed)())
  const mean = firsts.reduce((sum, first) => sum + first, 0) / firsts.length
  assert.ok(Math.abs(mean - 0.5) < 0.05, `mean of the first numbers ${mean}`)
})

/** How many of a rising list are at its front for which `holds`. */
function countWhile(rising: number[], holds: (value: number) => boolean): number {
  let [low, high] = [0, rising.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (holds(rising[middle] ?? Number.NaN)) low = middle + 1
    else high = middle
  }
  return low
}
