import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Evidence } from './evidence.ts'
import { soundEvidence } from './sound-evidence.ts'
import { explain, worstError } from './words.ts'

/** What is found, in words; how; and a sentence that must be there. */
const sentences: [string, (evidence: Evidence) => void, RegExp][] = [
  [
    'an estimate beyond what the server ever takes blames the bucket',
    () => {},
    /^The OpenTelemetry buckets put p99 at 2\.470 s for a server that never took longer than 2\.000 s: the bucket 1–2\.5 s is too wide\.$/m,
  ],
  [
    'small errors are praised',
    () => {},
    /^The linear buckets fit: .* more than 0\.1 % \(p50\)\.$/m,
  ],
  [
    'an estimate within the range is a guess within its bucket',
    ({ layouts: [first] }) => {
      if (first) first.estimates = { p50: 1, p90: 1.35, p95: 1.9, p99: 1.98, mean: 1 }
    },
    /^The exponential buckets put p90 at 1\.350 s, 25 % below the 1\.800 s that was injected: within the bucket 1–2\.5 s they can only guess, along a straight line\.$/m,
  ],
  [
    'a truth on a bound is put into the bucket above it by the handler',
    ({ injected, layouts: [first] }) => {
      injected.p50 = 0.5
      if (first) {
        first.estimates = { ...injected, p50: 0.75 }
        first.buckets = [
          { le: 0.5, count: 0 },
          { le: 1, count: 1000 },
          { le: Number.POSITIVE_INFINITY, count: 1000 },
        ]
      }
    },
    /^The exponential buckets put p50 at 750 ms, 50 % above the 500 ms that was injected: that is at a bound, and the little that the handler adds puts it into the bucket 0\.5–1 s\.$/m,
  ],
  [
    'a quantile above the highest bound can’t be told',
    (evidence) => {
      evidence.injected.p99 = 7
      const [first] = evidence.layouts
      if (first)
        first.buckets = [
          { le: 2.5, count: 900 },
          { le: Number.POSITIVE_INFINITY, count: 1000 },
        ]
    },
    /^The exponential buckets put p99 at 2\.470 s, which is their highest bound: p99 is above it, at 7\.000 s, and they can't say where\.$/m,
  ],
  [
    'a layout that Prometheus does not have is named',
    ({ layouts: [first] }) => {
      if (first) first.estimates = { p50: null, p90: null, p95: null, p99: null, mean: null }
    },
    /^Prometheus has nothing of the exponential buckets\.$/m,
  ],
  [
    'analytic and injected differ because a sample is small',
    () => {},
    /^Analytic and injected differ by up to 10\.0 ms \(p50\), because 1000 requests are a sample: 5 standard errors around it are 900 ms to 1\.100 s\.$/m,
  ],
  [
    'a constant leaves nothing to chance',
    (evidence) => {
      evidence.analytic = evidence.injected
    },
    /^Analytic and injected agree/m,
  ],
  [
    'without a closed form that is said',
    (evidence) => {
      evidence.behaviour.name = 'incident'
      evidence.analytic = null
      evidence.expected = null
    },
    /^There is no analytic value: incident changes with time and has no closed form\./m,
  ],
  [
    'the handler’s overhead has a size and a reason',
    () => {},
    /^The handler takes up to 1\.00 ms longer than injected \(.*; the worst single request 4\.00 ms\)/m,
  ],
  [
    'the client’s overhead has a size and a reason',
    () => {},
    /^The client sees up to 1\.00 ms more than the handler .* up to 1\.00 ms more/m,
  ],
  [
    'refusals are explained',
    (evidence) => {
      evidence.client.statusCodes['503'] = 7
    },
    /^7 answers were 503: .*CONCURRENCY\.$/m,
  ],
  [
    'a generator that was the bottleneck says why',
    (evidence) => {
      evidence.client.reasons = ['late by 80 ms']
    },
    /^The load generator itself was the bottleneck: late by 80 ms\.$/m,
  ],
  [
    'an access log that is off is named',
    (evidence) => {
      for (const each of evidence.counts) if (each.layer.startsWith('access')) each.count = null
    },
    /^The access log is off \(LOG_LEVEL\)/m,
  ],
]
for (const [words, alter, expected] of sentences) {
  test(words, () => {
    const evidence = soundEvidence()
    alter(evidence)
    assert.match(explain(evidence).join('\n'), expected)
  })
}

test('the worst error is the one that is furthest from 0, on either side', () => {
  const base = { p50: 1, p90: 1, p95: 1, p99: 1, mean: 1 }
  assert.deepEqual(worstError({ p50: 1.1, p90: 0.75, p95: 1.2, p99: null, mean: 9 }, base), {
    level: 'p90',
    error: -0.25,
  })
  const nothing = { p50: null, p90: null, p95: null, p99: null, mean: null }
  assert.equal(worstError(nothing, base), null)
})
