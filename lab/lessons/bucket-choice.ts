import { bucketAt, type Gained, layouts, readGained } from '../verify/gained.ts'
import { duration, range } from '../verify/quantity.ts'
import { near } from './judge.ts'
import { defineLesson, NotReady } from './lesson.ts'
import { lastRun } from './load-run.ts'
import { quantileError } from './uncertainty.ts'

type Collected = {
  openTelemetry: Gained
  linear: Gained
  /** The exact p99 of the delays, in seconds, as long as the behaviour is the one of the run. */
  injected: number | null
}

/** What one loses in reading a value off a graph. */
const READING = 0.01

const behaviour = { name: 'uniform', parameters: { min: 0, max: 2 } }

export const bucketChoice = defineLesson<Collected>({
  number: 2,
  slug: 'bucket-choice',
  title: 'Bucket choice',
  summary: 'a p99 of a server that no request ever took',
  question:
    'Which p99, in seconds, do the OpenTelemetry buckets (http_server_request_duration_seconds) show for the route / in this run?',
  kind: 'seconds',
  commands: [
    `curl -X PUT localhost:8081/api/behaviour -d '{"name": "uniform"}'`,
    'make load RATE=100 DURATION=30s',
  ],

  async collect(lab, commands) {
    const { since } = await lastRun(lab, { commands, behaviour, requests: 300 })
    const [, openTelemetryLayout, linearLayout] = layouts
    if (!openTelemetryLayout || !linearLayout) throw new Error('a bucket layout has gone')
    const truth = await lab.control.truth()
    return {
      openTelemetry: await readGained(lab.prometheus, openTelemetryLayout, since),
      linear: await readGained(lab.prometheus, linearLayout, since),
      injected: truth.name === behaviour.name ? (truth.quantileSeconds['0.99'] ?? null) : null,
    }
  },

  conclude({ openTelemetry, linear, injected }) {
    const { estimates, buckets } = openTelemetry
    const { p50, p95, p99, mean } = estimates
    const bucket = bucketAt(0.99, buckets)
    if (p99 === null || !bucket) throw new NotReady('Prometheus has no requests in these buckets.')
    const allowed = Math.max(READING * p99, 4 * quantileError(0.99, buckets))
    const fits = [linear.estimates.p99, injected].flatMap((value) => value ?? [])
    return {
      truth: duration(p99),
      accepted: [{ low: p99 - allowed, high: p99 + allowed }],
      tolerance:
        '1 % for reading it off a graph, or four standard errors of this quantile, whichever is more: a window that held only a part of the run may differ by that',
      evidence: [
        {
          asked:
            'histogram_quantile(0.99, …) over what http_server_request_duration_seconds_bucket gained in the run',
          got: `${duration(p99)}, in the bucket ${range(bucket)}`,
        },
        {
          asked: 'the same of lab_request_duration_seconds_bucket, the linear layout',
          got: duration(linear.estimates.p99),
        },
        {
          asked: 'p99 of the delays injected since the behaviour is in force (/api/truth)',
          got: injected === null ? 'another behaviour is in force by now' : duration(injected),
        },
      ],
      misconceptions: [
        ...fits.map((value) => ({
          answers: near(value, 0.03),
          hint: 'That is about what really happened, and what the linear layout shows (lab_request_duration_seconds). The question is what the wider buckets make of the same requests.',
        })),
        {
          answers: near(bucket.high, 0.005),
          hint: 'That is the upper end of a bucket. histogram_quantile does not answer with a bound: it goes along a straight line from one end of the bucket to the other, as far as the quantile is in it.',
        },
        {
          answers: near(p95 ?? Number.NaN, 0.02),
          hint: 'That is p95 by these buckets. The question is about p99.',
        },
        ...[p50, mean].map((value) => ({
          answers: near(value ?? Number.NaN),
          hint: 'That is about the median and the mean, which are the same here. The question is about p99.',
        })),
      ],
      hint: 'Ask for the 0.99 quantile of http_server_request_duration_seconds_bucket with http_route="/", at a moment when the window holds the run.',
    }
  },
})
