import { gain } from '../gain.ts'
import { bucketAt, type Gained } from '../verify/gained.ts'
import { duration, range } from '../verify/quantity.ts'
import { around, near } from './judge.ts'
import { defineLesson, NotReady } from './lesson.ts'
import { lastRun } from './load-run.ts'
import { quantileError } from './uncertainty.ts'

type Collected = {
  /** Each route: its requests and its p99 in seconds. */
  routes: { route: string; count: number; p99: number }[]
  /** Of both routes together. */
  p99: number
  buckets: Gained['buckets']
}

const metric = 'http_server_request_duration_seconds'
const labels = 'job="httpserver",http_route=~"/|/ping"'

/** What one loses in reading a value off a graph. */
const READING = 0.02

export const averagedQuantiles = defineLesson<Collected>({
  number: 4,
  slug: 'averaged-quantiles',
  title: 'Quantiles cannot be averaged',
  summary: 'the p99 of two routes together is not the average of their p99s',
  question:
    'Which p99, in seconds, do the routes / and /ping have together: all requests of this run as one?',
  kind: 'seconds',
  commands: [
    `curl -X PUT localhost:8081/api/behaviour -d '{"name": "uniform", "parameters": {"max": 1}}'`,
    `make load RATE=200 DURATION=30s ARGS="--target '19 /ping' --target '1 /'"`,
  ],

  async collect(lab, commands) {
    const behaviour = { name: 'uniform', parameters: { min: 0, max: 1 } }
    const { since } = await lastRun(lab, { commands, behaviour, requests: 30 })
    const { prometheus } = lab
    const byRoute = gain(`${metric}_bucket{${labels}}`, 'le,http_route', since)
    const counts = await prometheus.query(gain(`${metric}_count{${labels}}`, 'http_route', since))
    const quantiles = await prometheus.query(`histogram_quantile(0.99, ${byRoute})`)
    const all = gain(`${metric}_bucket{${labels}}`, 'le', since)
    const [together] = await prometheus.query(`histogram_quantile(0.99, ${all})`)
    const samples = await prometheus.query(all)
    const countOf = (route?: string) =>
      counts.find((sample) => sample.labels.http_route === route)?.value ?? 0
    return {
      routes: quantiles.map((sample) => ({
        route: sample.labels.http_route ?? '',
        count: countOf(sample.labels.http_route),
        p99: sample.value,
      })),
      p99: together?.value ?? Number.NaN,
      buckets: samples
        .map((sample) => ({
          le: Number(sample.labels.le?.replace('+Inf', 'Infinity')),
          count: sample.value,
        }))
        .sort((a, b) => a.le - b.le),
    }
  },

  conclude({ routes, p99, buckets }) {
    const bucket = bucketAt(0.99, buckets)
    const asked = routes.filter(({ count }) => count > 0)
    if (!bucket || asked.length < 2) {
      throw new NotReady(
        'The last run of load did not ask both routes, / and /ping. Run the commands of the lesson and ask again.',
      )
    }
    const total = asked.reduce((sum, { count }) => sum + count, 0)
    const plain = asked.reduce((sum, route) => sum + route.p99, 0) / asked.length
    const weighted = asked.reduce((sum, route) => sum + route.p99 * route.count, 0) / total
    const highest = Math.max(...asked.map((route) => route.p99))
    const allowed = Math.max(READING * p99, 4 * quantileError(0.99, buckets))
    return {
      truth: duration(p99),
      accepted: [around(p99, allowed, [plain, highest])],
      tolerance:
        'four standard errors of this quantile, for a window that held only a part of the run; never more than half of the way to the average or to the highest of the two',
      evidence: [
        ...asked.map(({ route, count, p99: own }) => ({
          asked: `p99 of http_route="${route}" alone, ${count} requests`,
          got: duration(own),
        })),
        { asked: 'the average of these', got: duration(plain) },
        { asked: 'the average, each by how many requests it had', got: duration(weighted) },
        {
          asked: 'histogram_quantile(0.99, sum by (le) (…)) over both',
          got: `${duration(p99)}, in the bucket ${range(bucket)}`,
        },
      ],
      misconceptions: [
        {
          answers: near(plain, 0.1),
          hint: 'That is the average of the two p99s. Of how many requests is it true that 99 % took less? Add up the buckets first, and ask for the quantile then.',
        },
        {
          answers: near(weighted, 0.3),
          hint: 'That is the average of the two p99s, weighted by requests. Weights do not help: a quantile is a rank among all requests. Add up the buckets first, and ask for the quantile then.',
        },
        {
          answers: near(highest, 0.05),
          hint: 'That is the p99 of the slow route alone. It holds for one request in twenty; the others are in the quantile of all too.',
        },
      ],
      hint: 'Leave http_route out of the sum: sum by (le) adds up the buckets of both routes, and histogram_quantile goes over the sum.',
    }
  },
})
