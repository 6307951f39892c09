import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Evidence, LayoutEvidence } from './evidence.ts'
import { judge } from './limits.ts'
import { soundEvidence } from './sound-evidence.ts'

const failed = (evidence: Evidence) =>
  judge(evidence)
    .filter(({ passed }) => !passed)
    .map(({ what, found, allowed }) => `${what}: ${found}, allowed ${allowed}`)

const layout = (evidence: Evidence, at: number) => evidence.layouts[at] as LayoutEvidence

test('evidence that is as it must be passes every check', () => {
  const checks = judge(soundEvidence())
  assert.equal(checks.length, 50)
  assert.deepEqual(failed(soundEvidence()), [])
})

test('without a closed form all else is still checked', () => {
  const evidence = { ...soundEvidence(), analytic: null, expected: null }
  assert.equal(judge(evidence).length, 45)
  assert.deepEqual(failed(evidence), [])
})

test('an access log that is off is not compared', () => {
  const evidence = soundEvidence()
  for (const each of evidence.counts) if (each.layer.startsWith('access')) each.count = null
  assert.deepEqual(failed(evidence), [])
})

/** What is altered, in words; how; and the checks that must fail. */
const alterations: [string, (evidence: Evidence) => void, string[]][] = [
  [
    'a request without an answer',
    (evidence) => {
      evidence.requests = 1001
    },
    ['answered requests: 1000, allowed 1001'],
  ],
  [
    'a count that is one short',
    (evidence) => {
      for (const each of evidence.counts) if (each.layer.startsWith('truth')) each.count = 999
    },
    ['truth: delays injected: 999, allowed 1000'],
  ],
  [
    'a metric that Prometheus does not have',
    (evidence) => {
      for (const each of evidence.counts) if (each.layer.startsWith('lab_')) each.count = null
    },
    ['lab_request_duration_seconds_count: no such series, allowed 1000'],
  ],
  [
    'a delay beyond its interval',
    (evidence) => {
      if (evidence.expected) evidence.expected.p99 = { low: 1.9, high: 1.95 }
    },
    ['injected p99: 1.980 s, allowed 1.900 s to 1.950 s'],
  ],
  [
    'a handler that is quicker than its delay',
    (evidence) => {
      evidence.handler.p90 = 1.799
    },
    ['handler p90: 1.799 s, allowed 1.800 s to 1.850 s'],
  ],
  [
    'a handler that takes 51 ms longer',
    (evidence) => {
      evidence.handler.p90 = 1.851
      evidence.client.serviceTime.p90 = 1.852
      evidence.client.responseTime.p90 = 1.853
    },
    ['handler p90: 1.851 s, allowed 1.800 s to 1.850 s'],
  ],
  [
    'one request that took far longer than its delay',
    (evidence) => {
      evidence.worstExcessesSeconds = [0.7, 0.004, 0.003]
    },
    ['the worst request, over the third worst: 697 ms, allowed 0.000 ms to 150 ms'],
  ],
  [
    'requests that were all held up for longer than a machine stands still',
    (evidence) => {
      evidence.worstExcessesSeconds = [1.1, 1.09, 1.08]
    },
    ['the worst request, over its delay: 1.100 s, allowed 0.000 ms to 1.000 s'],
  ],
  [
    'a client that is quicker than the handler',
    (evidence) => {
      evidence.client.serviceTime.p50 = 0.99
    },
    ['client’s service time p50: 990 ms, allowed 999 ms to 1.052 s'],
  ],
  [
    'a client that takes 60 ms longer than the handler',
    (evidence) => {
      evidence.client.serviceTime.mean = 1.061
      evidence.client.responseTime.mean = 1.07
    },
    ['client’s service time mean: 1.061 s, allowed 999 ms to 1.052 s'],
  ],
  [
    'a response time below the service time',
    (evidence) => {
      evidence.client.responseTime.p95 = 1.89
    },
    ['client’s response time p95: 1.890 s, allowed 1.900 s or more'],
  ],
  [
    'an estimate outside the bucket that holds the truth',
    (evidence) => {
      layout(evidence, 1).estimates.p90 = 2.6
    },
    ['OpenTelemetry p90: 2.600 s, allowed 1–2.5 s'],
  ],
  [
    'a mean that is not that of the requests',
    (evidence) => {
      layout(evidence, 2).estimates.mean = 1.1
    },
    ['linear mean: 1.100 s, allowed 1.000 s to 1.001 s'],
  ],
  [
    'a bucket that holds one request too many',
    (evidence) => {
      layout(evidence, 0).buckets[0] = { le: 0.5, count: 251 }
    },
    ['exponential bucket up to 0.5 s: 251, allowed 249 to 250 requests'],
  ],
  [
    'a bound that is lacking',
    (evidence) => {
      layout(evidence, 0).buckets.splice(1, 1)
    },
    [
      'exponential bounds: none of these, allowed 1 s',
      'exponential bucket up to 1 s: nothing, allowed 499 to 500 requests',
    ],
  ],
  [
    'a bound that is another',
    (evidence) => {
      layout(evidence, 0).buckets[0] = { le: 0.4, count: 250 }
    },
    [
      'exponential bounds: 0.4 s, allowed 0.5 s',
      'exponential bucket up to 0.5 s: nothing, allowed 249 to 250 requests',
    ],
  ],
]
for (const [words, alter, expected] of alterations) {
  test(`${words} is found out`, () => {
    const evidence = soundEvidence()
    alter(evidence)
    assert.deepEqual(failed(evidence), expected)
  })
}

test('where truth and handler are on two sides of a bound, both buckets are right', () => {
  const evidence = soundEvidence()
  // 1 s is in the bucket up to 1 s, and 1.001 s in the next: 0.5 to 2.5 s.
  layout(evidence, 1).estimates.p50 = 0.6
  assert.deepEqual(failed(evidence), [])
  layout(evidence, 1).estimates.p50 = 0.4
  assert.deepEqual(failed(evidence), ['OpenTelemetry p50: 400 ms, allowed 0.5–2.5 s'])
})

test('above the highest bound, the estimate is that bound', () => {
  const evidence = soundEvidence()
  evidence.injected.p99 = 12
  evidence.handler.p99 = 12.001
  layout(evidence, 1).estimates.p99 = 2.5
  const about = (name: string) => failed(evidence).filter((line) => line.startsWith(name))
  assert.deepEqual(about('OpenTelemetry p99'), [])
  assert.deepEqual(about('linear p99'), ['linear p99: 1.980 s, allowed above 2.5 s'])
})
