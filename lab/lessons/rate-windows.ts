import type { Interval } from './lesson.ts'
import { defineLesson, NotReady } from './lesson.ts'

/** What was seen of one window: at how many of the moments the rate had a value. */
type Window = { seconds: number; withValue: number }

type Collected = {
  /** Scrapes of the server in the last minute. */
  scrapesAMinute: number
  /** At how many moments each window was tried. */
  moments: number
  /** By rising length. */
  windows: Window[]
}

const counter = 'lab_request_duration_seconds_count{job="httpserver",http_route="/"}'

/** A rate at each second of the last half minute: six scrapes of the lab's five seconds. */
const tried = (seconds: number) => `count_over_time(rate(${counter}[${seconds}s])[30s:1s])`

/** A scrape that comes some milliseconds late may cost a moment: nineteen of twenty are "always". */
const ALWAYS = 0.95

/** Beyond this no shorter scrape interval than the lab's is the reason. */
const LONGEST = 30

export const rateWindows = defineLesson<Collected>({
  number: 1,
  slug: 'rate-windows',
  title: 'Rate windows',
  summary: 'what rate(x[w]) needs, and why a short window shows nothing',
  question:
    'What is the shortest window, in whole seconds, for which this rate has a value at every moment?',
  kind: 'seconds',
  commands: ['make load RATE=50 DURATION=30s'],

  async collect({ prometheus }) {
    const first = async (promql: string) => (await prometheus.query(promql))[0]?.value ?? 0
    const scrapesAMinute = await first('count_over_time(up{job="httpserver"}[1m])')
    const moments = await first('count_over_time(vector(1)[30s:1s])')
    const lengths = Array.from({ length: LONGEST }, (_, i) => i + 1)
    const windows = await Promise.all(
      lengths.map(async (seconds) => ({ seconds, withValue: await first(tried(seconds)) })),
    )
    return { scrapesAMinute, moments, windows }
  },

  conclude({ scrapesAMinute, moments, windows }) {
    const full = windows.find(({ withValue }) => withValue >= ALWAYS * moments)
    if (!full) {
      throw new NotReady(
        'No window up to 30 s had a value at each moment of the last half minute: scrapes are missing. Is the lab up (make up)? Ask again in a minute.',
      )
    }
    const shortest = full.seconds
    const sometimes = windows.filter(
      ({ seconds, withValue }) => withValue > 0 && seconds < shortest,
    )
    const one = sometimes[0]?.seconds ?? shortest
    const between = (low: number, high: number): Interval => ({ low, high })
    return {
      truth: `${shortest} s`,
      accepted: [between(shortest - 0.5, shortest + 0.5)],
      tolerance:
        'the answer is a whole number of seconds. A rate was asked for at each second of the last half minute, with each window',
      evidence: [
        {
          asked: 'count_over_time(up{job="httpserver"}[1m])',
          got: `${scrapesAMinute} scrapes in a minute`,
        },
        ...windows
          .filter(({ seconds }) => seconds >= one - 1 && seconds > 0 && seconds <= shortest)
          .map(({ seconds, withValue }) => ({
            asked: tried(seconds),
            got: `a value at ${withValue} of ${moments} moments`,
          })),
      ],
      misconceptions: [
        {
          answers: between(0, one - 0.5),
          hint: 'A window of one scrape interval or less holds one sample at most, and a rate is a difference: with one sample it has nothing to subtract. Try it as a query.',
        },
        {
          answers: between(one - 0.5, shortest - 0.5),
          hint: 'This window holds enough samples at some moments, and too few at others: a graph of it has gaps. Think of the moment just before a scrape, when the newest sample is almost an interval old.',
        },
        {
          answers: between(shortest + 0.5, 10 * shortest),
          hint: 'This window always has a value, and as a rule of thumb for real work it is a better choice, for it forgives a scrape that fails. But it is not the shortest.',
        },
      ],
      hint: 'Count the samples that a window holds at the worst moment.',
    }
  },
})
