import { near } from './judge.ts'
import type { LessonLab } from './lesson.ts'
import { defineLesson, NotReady } from './lesson.ts'
import { type LoadRun, lastRun, loadRuns } from './load-run.ts'

/** What a run met: how many answers it had, and how many of them took longer than the limit. */
type Met = { count: number; slow: number; p99: number | null }

type Collected = { closed: Met; open: Met | null }

/** A bound of the load generator's buckets, far above the 20 ms of work: who took longer met a freeze. */
const LIMIT = '0.5'

const times = 'loadgen_response_time_seconds'

export const openAndClosed = defineLesson<Collected>({
  number: 5,
  slug: 'open-and-closed',
  title: 'Open and closed loop',
  summary: 'a load generator that hides what it was meant to find',
  question:
    'How many requests of the closed run, the last one, took longer than 0.5 s, that is: met a freeze?',
  kind: 'count',
  commands: [
    `curl -X PUT localhost:8081/api/behaviour -d '{"name": "freeze"}'`,
    'make load RATE=50 DURATION=30s',
    `make load DURATION=30s ARGS='--closed --connections 1'`,
  ],

  async collect(lab, commands) {
    const behaviour = { name: 'freeze', parameters: { work: 0.02, every: 10, lasts: 1.4 } }
    const last = await lastRun(lab, { commands, behaviour, requests: 50 })
    const mostInFlight = `max_over_time(loadgen_in_flight{job="loadgen"}[${span(last)}] @ ${last.lastSeen})`
    const [inFlight] = await lab.prometheus.query(mostInFlight)
    if (last.rate > 0 || (inFlight?.value ?? 0) > 1) {
      throw new NotReady(
        `The last run of load was not a closed loop with one connection. Run\n  ${commands.at(-1)}\nand ask again.`,
      )
    }
    const open = (await loadRuns(lab)).findLast(({ rate }) => rate > 0)
    return { closed: await met(lab, last), open: open ? await met(lab, open) : null }
  },

  conclude({ closed, open }) {
    const { count, slow } = closed
    return {
      truth: `${slow}`,
      accepted: [{ low: slow - 0.5, high: slow + 0.5 }],
      tolerance:
        'it is a whole number: the load generator begins each run at zero, so that its last scrape has the count',
      evidence: [
        {
          asked: `${times}_count − ${times}_bucket{le="${LIMIT}"} at the end of the closed run`,
          got: `${slow} of ${count}`,
        },
        {
          asked: 'the same of the last open run',
          got: open ? `${open.slow} of ${open.count}` : 'there was none in the last 15 minutes',
        },
      ],
      misconceptions: [
        ...(open
          ? [
              {
                answers: near(open.slow, 0.1),
                hint: 'That is how many of the open run met a freeze. The question is about the closed one, which came last.',
              },
            ]
          : []),
        {
          answers: near(count, 0.02),
          hint: 'That is how many requests the closed run sent in all.',
        },
        {
          answers: { low: -0.5, high: 0.5 },
          hint: 'The one connection does meet the freezes: whatever it sends first in one has to wait for its end. How many does it send meanwhile?',
        },
      ],
      hint: 'One connection sends nothing while it waits. So how many of its requests can meet one freeze, and how many freezes were there?',
    }
  },
})

/** Exact: the counters of the generator begin at zero in each run, and it is scraped once more at its end. */
async function met({ prometheus }: LessonLab, run: LoadRun): Promise<Met> {
  const first = async (promql: string) => (await prometheus.query(promql))[0]?.value
  const at = `@ ${run.lastSeen}`
  const count = (await first(`${times}_count{job="loadgen"} ${at}`)) ?? 0
  const within = (await first(`${times}_bucket{job="loadgen",le="${LIMIT}"} ${at}`)) ?? 0
  const p99 = await first(`histogram_quantile(0.99, ${times}_bucket{job="loadgen"} ${at})`)
  return { count, slow: count - within, p99: p99 ?? null }
}

const span = ({ start, lastSeen }: LoadRun) => `${Math.max(1, Math.ceil(lastSeen - start))}s`
