import type { Truth } from '../control.ts'
import { type Gained, layouts, readGained } from '../verify/gained.ts'
import { duration } from '../verify/quantity.ts'
import { defineLesson, NotReady } from './lesson.ts'
import { lastRun } from './load-run.ts'

type Collected = {
  openTelemetry: Gained
  /** What the server did since the behaviour is in force; null if that is another one by now. */
  truth: Pick<Truth, 'count' | 'delays'> | null
}

/** Bounds of the OpenTelemetry layout around the mean: what lies between is counted, not estimated. */
const around = { low: 0.05, high: 0.25 }

const choices = { a: 'most of them', b: 'about one in ten', c: 'none, or next to none' }

/** What a share means; null where it is none of these. A busy machine makes a few requests late. */
const choiceOf = (share: number): keyof typeof choices | null => {
  if (share > 0.5) return 'a'
  if (share <= 0.02) return 'c'
  return share >= 0.05 && share <= 0.2 ? 'b' : null
}

export const meansAndQuantiles = defineLesson<Collected>({
  number: 3,
  slug: 'means-and-quantiles',
  title: 'Means and quantiles',
  summary: 'a mean that no request ever took',
  question:
    'The mean is about 0.1 s. How many of the requests took anything like it: between 0.05 s and 0.25 s? (a) most of them, (b) about one in ten, (c) none, or next to none',
  kind: { choices },
  commands: [
    `curl -X PUT localhost:8081/api/behaviour -d '{"name": "bimodal"}'`,
    'make load RATE=100 DURATION=30s',
  ],

  async collect(lab, commands) {
    const parameters = { hitRatio: 0.9, hit: 0.02, miss: 0.8 }
    const behaviour = { name: 'bimodal', parameters }
    const { since } = await lastRun(lab, { commands, behaviour, requests: 300 })
    const [, openTelemetryLayout] = layouts
    if (!openTelemetryLayout) throw new Error('the OpenTelemetry layout has gone')
    const truth = await lab.control.truth()
    return {
      openTelemetry: await readGained(lab.prometheus, openTelemetryLayout, since),
      truth: truth.name === behaviour.name ? truth : null,
    }
  },

  conclude({ openTelemetry: { estimates, buckets, count }, truth }) {
    if (!count) throw new NotReady('Prometheus has no requests in these buckets.')
    const within = (seconds: number) =>
      buckets.find(({ le }) => le === seconds)?.count ?? Number.NaN
    const like = within(around.high) - within(around.low)
    const injected = truth?.delays
      .filter(({ seconds }) => seconds > around.low && seconds <= around.high)
      .reduce((sum, delay) => sum + delay.count, 0)
    const choice = choiceOf(like / count)
    if (!choice || (truth && choiceOf((injected ?? 0) / truth.count) !== choice)) {
      throw new NotReady(
        `${like} of ${count} requests took that long${truth ? `, and ${injected} of ${truth.count} delays` : ''}: this machine was too busy to be on time. Run the commands of the lesson again, and ask again.`,
      )
    }
    return {
      truth: `(${choice}) ${choices[choice]}: ${like} of ${count}`,
      accepted: { choice },
      tolerance:
        'both ends are bounds of the buckets, so that the count is exact. Up to 2 % are "next to none": a busy machine makes a few requests late',
      evidence: [
        { asked: '_sum / _count of what the run gained', got: `mean ${duration(estimates.mean)}` },
        {
          asked: '_bucket{le="0.25"} − _bucket{le="0.05"} of what the run gained',
          got: `${like} of ${count} requests`,
        },
        {
          asked:
            'delays injected from 0.05 s to 0.25 s since the behaviour is in force (/api/truth)',
          got: truth ? `${injected} of ${truth.count}` : 'another behaviour is in force by now',
        },
      ],
      misconceptions: [
        {
          answers: { choice: 'a' },
          hint: 'A mean is where the times balance, as on a seesaw: it need not be where any of them are. Look at the buckets, not at the mean.',
        },
        {
          answers: { choice: 'b' },
          hint: 'One in ten is how many miss the cache. But how long do these take, and how long do the others?',
        },
        {
          answers: { choice: 'c' },
          hint: 'Count them: the difference of two buckets says how many lie between their bounds.',
        },
      ],
      hint: 'Count them: the difference of two buckets says how many lie between their bounds.',
    }
  },
})
