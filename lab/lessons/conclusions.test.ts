import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Answer } from './answer.ts'
import { averagedQuantiles } from './averaged-quantiles.ts'
import { bucketChoice } from './bucket-choice.ts'
import { counterResets, gainedBy } from './counter-resets.ts'
import { judge } from './judge.ts'
import { type Findings, NotReady } from './lesson.ts'
import { meansAndQuantiles } from './means-and-quantiles.ts'
import { openAndClosed } from './open-and-closed.ts'
import { pollaczekKhinchine, queueing } from './queueing.ts'
import { rateWindows } from './rate-windows.ts'
import { sloBurn } from './slo-burn.ts'

// What each lesson concludes of given evidence: which answers are right, and what a wrong one is told.

const rightOnes = (findings: Findings, ...answers: Answer[]) => {
  for (const answer of answers) {
    assert.deepEqual(judge(answer, findings), { right: true }, `${answer}`)
  }
}

const wrongOnes = (findings: Findings, ...answers: [Answer, RegExp][]) => {
  for (const [answer, hint] of answers) {
    const judgement = judge(answer, findings)
    assert.ok(!judgement.right, `${answer}`)
    assert.match(judgement.hint, hint, `${answer}`)
    assert.ok(!judgement.hint.includes(findings.truth), 'the hint gives the answer away')
  }
}

const estimates = { p50: 1, p90: 2.2, p95: 2.35, p99: 2.47, mean: 1 }

/** Prometheus' buckets of uniform 0 to 2 s, without chance. */
const uniform = (...bounds: number[]) =>
  [...bounds, Number.POSITIVE_INFINITY].map((le) => ({ le, count: 1500 * Math.min(2, le) }))

test('1: with a scrape each 5 s the answer is 10 s, and each other one is told why not', () => {
  const windows = Array.from({ length: 30 }, (_, i) => ({
    seconds: i + 1,
    withValue: 6 * Math.max(0, Math.min(5, i - 4)),
  }))
  const findings = rateWindows.conclude({ scrapesAMinute: 12, moments: 30, windows })
  assert.equal(findings.truth, '10 s')
  rightOnes(findings, 10)
  wrongOnes(
    findings,
    [5, /nothing to subtract/],
    [6, /has gaps/],
    [9, /has gaps/],
    [11, /not the shortest/],
    [20, /not the shortest/],
    [1000, /Too high/],
  )
})

test('1: one moment in thirty that a late scrape has cost does not lengthen the window', () => {
  const windows = [5, 6, 9, 10, 11].map((seconds) => ({
    seconds,
    withValue: { 5: 0, 6: 6, 9: 24, 10: 29 }[seconds] ?? 30,
  }))
  assert.equal(rateWindows.conclude({ scrapesAMinute: 12, moments: 30, windows }).truth, '10 s')
})

test('1: without scrapes nothing is concluded', () => {
  const windows = [{ seconds: 10, withValue: 3 }]
  const conclude = () => rateWindows.conclude({ scrapesAMinute: 2, moments: 30, windows })
  assert.throws(conclude, NotReady)
})

test('2: 2.47 s is right, and what happened, a bound, another quantile and the mean are not', () => {
  const findings = bucketChoice.conclude({
    openTelemetry: { count: 3000, estimates, buckets: uniform(0.5, 0.75, 1, 2.5, 5) },
    linear: { count: 3000, estimates: { ...estimates, p99: 1.98 }, buckets: [] },
    injected: 1.985,
  })
  assert.equal(findings.truth, '2.470 s')
  rightOnes(findings, 2.45, 2.47, 2.49)
  wrongOnes(
    findings,
    [1.98, /what really happened/],
    [2, /what really happened/],
    [2.5, /upper end of a bucket/],
    [2.35, /p95/],
    [1, /median/],
    [3, /^Too high/],
  )
})

test('2: when another behaviour is in force by now, the buckets alone decide', () => {
  const none = { ...estimates, p99: null }
  const findings = bucketChoice.conclude({
    openTelemetry: { count: 3000, estimates, buckets: uniform(1, 2.5) },
    linear: { count: 0, estimates: none, buckets: [] },
    injected: null,
  })
  rightOnes(findings, 2.47)
  wrongOnes(findings, [1.98, /^Too low/])
})

test('3: the count between the bounds decides which choice is right', () => {
  const concluded = (between: number, injected: number | null = null) =>
    meansAndQuantiles.conclude({
      openTelemetry: {
        count: 1000,
        estimates,
        buckets: [
          { le: 0.05, count: 100 },
          { le: 0.25, count: 100 + between },
        ],
      },
      truth:
        injected === null ? null : { count: 1000, delays: [{ seconds: 0.1, count: injected }] },
    })
  assert.match(concluded(0).truth, /^\(c\) none/)
  rightOnes(concluded(0), 'c')
  wrongOnes(concluded(0), ['a', /balance/], ['b', /One in ten/])
  rightOnes(concluded(15), 'c')
  rightOnes(concluded(100), 'b')
  rightOnes(concluded(800), 'a')
  wrongOnes(concluded(800), ['c', /Count them/])
  rightOnes(concluded(15, 0), 'c')
  // A machine that was late decides nothing.
  for (const [between, injected] of [
    [36, null],
    [36, 0],
    [100, 0],
  ] as const) {
    assert.throws(() => concluded(between, injected), /too busy to be on time/)
  }
})

test('4: the quantile of the sum is right; average, weighted average and the slow route are not', () => {
  const findings = averagedQuantiles.conclude({
    routes: [
      { route: '/', count: 300, p99: 0.99 },
      { route: '/ping', count: 5700, p99: 0.00495 },
      { route: '/images', count: 0, p99: Number.NaN },
    ],
    p99: 0.8,
    buckets: [
      { le: 0.75, count: 5925 },
      { le: 1, count: 6000 },
    ],
  })
  assert.equal(findings.truth, '800 ms')
  rightOnes(findings, 0.8, 0.75, 0.85)
  wrongOnes(
    findings,
    [0.5, /average of the two p99s[.] Of how/],
    [0.054, /weighted by requests/],
    [0.99, /slow route alone/],
    [0.005, /^Too low/],
  )
})

test('4: a run of few requests does not make the average or the slow route right', () => {
  const findings = averagedQuantiles.conclude({
    routes: [
      { route: '/', count: 30, p99: 0.99 },
      { route: '/ping', count: 570, p99: 0.005 },
    ],
    p99: 0.8,
    buckets: [
      { le: 0.75, count: 592.5 },
      { le: 1, count: 600 },
    ],
  })
  rightOnes(findings, 0.7, 0.88)
  wrongOnes(findings, [0.5, /average of the two/], [0.96, /slow route alone/])
})

test('4: a run that asked one route alone is no lesson', () => {
  const routes = [{ route: '/', count: 300, p99: 1 }]
  const buckets = [{ le: 1, count: 300 }]
  assert.throws(() => averagedQuantiles.conclude({ routes, p99: 1, buckets }), NotReady)
})

test('5: as many requests as freezes are right; those of the open run, all, and none are not', () => {
  const findings = openAndClosed.conclude({
    closed: { count: 1230, slow: 3, p99: 0.099 },
    open: { count: 1500, slow: 138, p99: 1.34 },
  })
  assert.equal(findings.truth, '3')
  rightOnes(findings, 3, 3.2)
  wrongOnes(
    findings,
    [4, /^Too high/],
    [138, /open run/],
    [1230, /in all/],
    [0, /does meet the freezes/],
  )
})

const delays = Array.from({ length: 21 }, (_, ms) => ({ seconds: ms / 1000, count: 1 }))

test('6: the mean wait is right, measured or by the formula; work, total and units are not', () => {
  const findings = queueing.conclude({
    rate: 70,
    steps: {
      queue: { count: 4200, sum: 4200 * 0.03 },
      delay: { count: 4200, sum: 4200 * 0.0113 },
      total: { count: 4200, sum: 4200 * 0.0414 },
    },
    delays,
  })
  assert.equal(findings.truth, '30.0 ms')
  rightOnes(findings, 0.03, 0.025, 0.035, 0.027)
  wrongOnes(
    findings,
    [0.0113, /the work itself/],
    [0.0414, /waiting and work/],
    [0, /do not come evenly/],
    [30, /Mind the unit/],
    [0.00003, /Mind the unit/],
    [0.2, /^Too high/],
  )
})

test('6: a wait that is shorter than the work is told from it all the same', () => {
  const step = (mean: number) => ({ count: 100, sum: 100 * mean })
  const steps = { queue: step(0.009), delay: step(0.0106), total: step(0.0197) }
  const findings = queueing.conclude({ rate: 50, steps, delays: [] })
  rightOnes(findings, 0.009, 0.0075, 0.0097)
  wrongOnes(findings, [0.0106, /the work itself/])
})

test('6: a server without a bound of places has no queue to ask about', () => {
  const [queue, step] = [
    { count: 0, sum: 0 },
    { count: 10, sum: 1 },
  ]
  const steps = { queue, delay: step, total: step }
  assert.throws(() => queueing.conclude({ rate: 70, steps, delays }), /CONCURRENCY=1/)
})

test('6: the formula gives what the textbook gives: M/D/1 at a half waits half of its work', () => {
  const constant = [{ seconds: 0.01, count: 5 }]
  const wait = pollaczekKhinchine({ rate: 50, service: 0.01, delays: constant })
  assert.ok(Math.abs((wait ?? 0) - 0.005) < 1e-12, `${wait}`)
  assert.equal(pollaczekKhinchine({ rate: 100, service: 0.01, delays: constant }), null)
})

test('7: errors over what the objective allows is right; the share of errors is not', () => {
  const findings = sloBurn.conclude({
    requests: 6750,
    errors: 338,
    objective: 0.999,
    paged: true,
  })
  assert.equal(findings.truth, '50.1')
  rightOnes(findings, 50, 45, 57)
  wrongOnes(
    findings,
    [0.05, /share of errors/],
    [5, /share of errors/],
    [14.4, /the alert pages/],
    [100, /^Too high/],
  )
})

test('7: the objective of the rules holds, and without rules the usual one', () => {
  const run = { requests: 6750, errors: 338, paged: null }
  assert.equal(sloBurn.conclude({ ...run, objective: 0.99 }).truth, '5.0')
  assert.equal(sloBurn.conclude({ ...run, objective: null }).truth, '50.1')
  assert.throws(() => sloBurn.conclude({ ...run, errors: 0, objective: null }), NotReady)
})

test('8: both runs count; the counter, its difference and one run do not', () => {
  const values = [5000, 5000, 5300, 5600, 0, 500, 1000]
  const findings = counterResets.conclude({ values, increase: 1620 })
  assert.equal(findings.truth, '1600')
  rightOnes(findings, 1600, 1620, 1660)
  wrongOnes(
    findings,
    [1000, /began anew/],
    [600, /first run alone/],
    [-4000, /the restart is in between/],
    [6600, /^Too high/],
  )
})

test('8: after a fall a counter counts from zero', () => {
  assert.equal(gainedBy([]), 0)
  assert.equal(gainedBy([7]), 0)
  assert.equal(gainedBy([7, 9, 2, 5]), 7)
  assert.equal(gainedBy([7, 0, 0]), 0)
})
