import type { Truth } from '../control.ts'
import { gain } from '../gain.ts'
import { duration } from '../verify/quantity.ts'
import { around, near } from './judge.ts'
import { defineLesson, NotReady } from './lesson.ts'
import { lastRun } from './load-run.ts'

type Collected = {
  /** Requests a second that were asked for. */
  rate: number
  /** How many requests each step saw, and the seconds that they spent in it. */
  steps: Record<'queue' | 'delay' | 'total', { count: number; sum: number }>
  /** The delays that were injected since the behaviour is in force. */
  delays: Truth['delays']
}

const metric = 'httpserver_execution_latency_seconds'

export const queueing = defineLesson<Collected>({
  number: 6,
  slug: 'queueing',
  title: 'Saturation and queueing',
  summary: 'a server that is busy three quarters of the time, and makes everybody wait',
  question:
    'How long, in milliseconds, did a request of this run wait in the queue on average, before its work began?',
  kind: 'milliseconds',
  commands: [
    'CONCURRENCY=1 make up',
    `curl -X PUT localhost:8081/api/behaviour -d '{"name": "uniform", "parameters": {"max": 0.02}}'`,
    'make load RATE=70 DURATION=60s',
  ],

  async collect(lab, commands) {
    const behaviour = { name: 'uniform', parameters: { min: 0, max: 0.02 } }
    const run = await lastRun(lab, { commands, behaviour, requests: 300 })
    const { prometheus, control } = lab
    const sumOf = async (series: 'sum' | 'count', step: string) => {
      const selector = `${metric}_${series}{job="httpserver",step="${step}"}`
      return (await prometheus.query(gain(selector, '', run.since)))[0]?.value ?? 0
    }
    const step = async (name: string) => ({
      count: await sumOf('count', name),
      sum: await sumOf('sum', name),
    })
    const truth = await control.truth()
    return {
      rate: run.rate,
      steps: { queue: await step('queue'), delay: await step('delay'), total: await step('total') },
      delays: truth.name === behaviour.name ? truth.delays : [],
    }
  },

  conclude({ rate, steps, delays }) {
    const { queue, delay, total } = steps
    if (queue.count === 0) {
      throw new NotReady(
        'The server has as many places as anybody wants, and nobody waits. Start it with CONCURRENCY=1, as the lesson says, and drive the load again.',
      )
    }
    const wait = queue.sum / queue.count
    const service = delay.sum / delay.count
    const whole = total.sum / total.count
    const utilisation = rate * service
    const predicted = pollaczekKhinchine({ rate, service, delays })
    return {
      truth: duration(wait),
      accepted: [
        around(wait, wait / 4, [service, whole]),
        ...(predicted === null ? [] : [near(predicted, 0.1)]),
      ],
      tolerance:
        'a quarter either way: waits come in spells, and half of such a run differs from all of it by up to that, rarely more; but never more than half of the way to the work or the total. What the formula says is right too, within 10 %',
      evidence: [
        {
          asked: `${metric}_sum{step="queue"} / _count, of what the run gained`,
          got: `${duration(wait)} of waiting`,
        },
        { asked: 'the same with step="delay"', got: `${duration(service)} of work` },
        { asked: 'the same with step="total"', got: duration(whole) },
        {
          asked: `utilisation: ${rate} requests a second × the mean work`,
          got: utilisation.toFixed(2),
        },
        {
          asked: 'the mean wait by Pollaczek and Khinchine, λ E[S²] / 2(1 − ρ)',
          got: predicted === null ? 'none: the queue has no steady state' : duration(predicted),
        },
        {
          asked: 'in the server on average, by Little’s law: rate × total',
          got: (rate * whole).toFixed(2),
        },
      ],
      misconceptions: [
        {
          answers: near(service, 0.15),
          hint: 'That is the work itself (step="delay"). The question is what came before it.',
        },
        {
          answers: near(whole, 0.1),
          hint: 'That is all of the time in the server (step="total"): waiting and work. The question is about the waiting alone.',
        },
        ...[1e3, 1e-3].map((factor) => ({
          answers: { low: (factor * wait) / 2, high: factor * wait * 2 },
          hint: 'Mind the unit: the metric is in seconds, and the question is in milliseconds. Write 0.05s or 50ms.',
        })),
        {
          answers: { low: 0, high: service / 4 },
          hint: 'The place is free a quarter of the time, but requests do not come evenly: who comes while another one is worked on waits, and so does everyone behind.',
        },
      ],
      hint: 'Divide the rate of the sum by the rate of the count, both with step="queue".',
    }
  },
})

/**
 * The mean wait in seconds of an M/G/1 queue, λE[S²] / (2(1 − ρ)) with ρ = λE[S]; null where ρ is 1 or more.
 * S is the injected delay with what the server adds to each, taken as constant.
 * https://en.wikipedia.org/wiki/Pollaczek%E2%80%93Khinchine_formula
 *
 * @param rate λ, requests a second
 * @param service E[S] in seconds, as measured
 */
export function pollaczekKhinchine({
  rate,
  service,
  delays,
}: {
  rate: number
  service: number
  delays: Truth['delays']
}): number | null {
  const utilisation = rate * service
  const n = delays.reduce((sum, { count }) => sum + count, 0)
  if (utilisation >= 1 || n === 0) return null
  const mean = delays.reduce((sum, { seconds, count }) => sum + seconds * count, 0) / n
  const variance = delays.reduce((sum, d) => sum + (d.seconds - mean) ** 2 * d.count, 0) / n
  return (rate * (service ** 2 + variance)) / (2 * (1 - utilisation))
}
