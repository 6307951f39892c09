import { gain } from '../gain.ts'
import { heldIncident } from '../incident.ts'
import { near } from './judge.ts'
import { defineLesson, NotReady } from './lesson.ts'
import { lastRun } from './load-run.ts'
import { shareError } from './uncertainty.ts'

type Collected = {
  /** Requests of the run to the routes that users ask for, and how many of them had a 5xx. */
  requests: number
  errors: number
  /** The share of requests that must be good, as the rules say; null where there are none. */
  objective: number | null
  /** Did the page fire in the run? Null where there is no such rule. */
  paged: boolean | null
}

const count = 'http_server_request_duration_seconds_count'
const routes = 'job="httpserver",http_route=~"/|/images"'

/** What the rules say too; for a Prometheus without them. */
const OBJECTIVE = 0.999

export const sloBurn = defineLesson<Collected>({
  number: 7,
  slug: 'slo-burn',
  title: 'How fast an error budget burns',
  summary: '5 % errors against an objective of 99.9 %, and when to wake somebody',
  question:
    'The objective is that 99.9 % of the requests get no 5xx. How many times as fast as that allows did the error budget burn in this run?',
  kind: 'number',
  commands: ['make incident', 'make load RATE=150 DURATION=45s'],

  async collect(lab, commands) {
    const run = await lastRun(lab, { commands, behaviour: heldIncident, requests: 500 })
    const { prometheus } = lab
    const first = async (promql: string) => (await prometheus.query(promql))[0]?.value
    const failed = `${count}{${routes},http_response_status_code=~"5.."}`
    const seconds = Math.ceil((await first(`time() - ${run.start}`)) ?? 0)
    const page = 'alertname="ErrorBudgetBurn",slo="availability",severity="page"'
    const objective = await first('slo:objective:ratio{slo="availability"}')
    const firing = await first(
      `count(count_over_time(ALERTS{${page},alertstate="firing"}[${seconds}s]))`,
    )
    return {
      requests: (await first(gain(`${count}{${routes}}`, '', run.since))) ?? 0,
      errors: (await first(gain(failed, '', run.since))) ?? 0,
      objective: objective ?? null,
      paged: objective === undefined ? null : (firing ?? 0) > 0,
    }
  },

  conclude({ requests, errors, objective, paged }) {
    const budget = 1 - (objective ?? OBJECTIVE)
    const ratio = errors / requests
    const burn = ratio / budget
    if (errors === 0) {
      throw new NotReady(
        'No request of the last run of load had an error: the budget does not burn. Run the commands of the lesson and ask again.',
      )
    }
    const sampling = (3 * shareError(ratio, requests)) / budget
    return {
      truth: burn.toFixed(1),
      accepted: [{ low: 0.89 * burn - sampling, high: burn + sampling }],
      tolerance:
        'three standard errors of the share, for a window that held only a part of the run; and a ninth less, because the first error makes its series, and rate() loses the errors that a series is born with',
      evidence: [
        {
          asked: `${count}{http_route=~"/|/images"}, gained in the run`,
          got: `${requests} requests`,
        },
        { asked: 'the same with http_response_status_code=~"5.."', got: `${errors} errors` },
        {
          asked: 'slo:objective:ratio{slo="availability"}',
          got: objective === null ? `no such rule; ${OBJECTIVE} it is` : `${objective}`,
        },
        {
          asked: 'share of errors / (1 − objective)',
          got: `${(100 * ratio).toFixed(2)} % / ${(100 * budget).toFixed(2)} % = ${burn.toFixed(1)}`,
        },
        {
          asked: 'ALERTS{alertname="ErrorBudgetBurn",slo="availability",severity="page"}',
          got: paged === null ? 'no such rule' : paged ? 'fired' : 'has not fired',
        },
      ],
      misconceptions: [
        ...[ratio, 100 * ratio].map((value) => ({
          answers: near(value, 0.25),
          hint: 'That is the share of errors. How many times is it the share that the objective allows?',
        })),
        {
          answers: near(ratio / (objective ?? OBJECTIVE), 0.02),
          hint: 'Divide by the share of errors that the objective allows, not by the objective.',
        },
        {
          answers: { low: 14.3, high: 14.5 },
          hint: 'That is from where on the alert pages. The question is how fast the budget did burn.',
        },
      ],
      hint: 'Divide the share of 5xx among the requests by the share that the objective allows, which is 1 − objective.',
    }
  },
})
