import { hostName } from '../target.ts'
import { namedIn, targetFile } from '../target-file.ts'
import { type Answer, refusalOf } from './answer.ts'
import type { Verdict } from './finding.ts'
import { translateScrapeError } from './scrape-error.ts'
import { ownTargets, startOf, type Target, targetsOf } from './targets.ts'

/** The target file of `make up TARGET=…`: what it says, and when it was written, in seconds since the epoch. */
export type TargetFile = { content: string; writtenAt: number }

/** Prometheus looks for changed files each 5 s, and takes up what it has found within 5 s: prometheus/prometheus.yml. */
const noticedSeconds = 12

export type ServicesQuestion = {
  targets: Answer
  /** Null where there is none. */
  file: TargetFile | null
  /** What tells when Prometheus was started. */
  runtime: Answer
  /** Seconds since the epoch. */
  now: number
  /** Does Prometheus run in a container? */
  inContainer: boolean
}

/** Does Prometheus reach each service that somebody has added to the lab's own? Null where there is none. */
export function judgeServices(question: ServicesQuestion): Verdict | null {
  const { targets, file } = question
  const named = file ? namedIn(file.content) : []
  const refusal = refusalOf(targets)
  if (refusal) {
    if (named.length === 0) return null
    return { status: 'unknown', what: 'Prometheus does not list its targets', evidence: [refusal] }
  }
  const own = ownTargets(targets)
  const listed = targetsOf(targets).map(({ scrapeUrl }) => keyOf(scrapeUrl))
  const missing = named.filter((url) => !listed.includes(keyOf(url)))
  if (own.length + missing.length === 0) return null
  return (
    judgeDown(own, question) ??
    judgeMissing(missing, question) ??
    judgeNotAsked(own) ?? {
      status: 'ok',
      what: `Prometheus scrapes ${own.map(nameOf).join(', ')}`,
    }
  )
}

function judgeDown(own: Target[], { inContainer }: ServicesQuestion): Verdict | undefined {
  const down = own.filter(({ health }) => health === 'down')
  const [first] = down
  if (!first) return undefined
  const asked = { url: first.scrapeUrl, job: jobOf(first), whose: 'yours', inContainer } as const
  const { what, advice } = translateScrapeError(first.lastError, asked)
  return {
    status: 'broken',
    what: `Prometheus can't scrape ${nameOf(first)}: ${what}`,
    evidence: down.map((each) => `job ${jobOf(each)}, ${each.scrapeUrl}: ${each.lastError}`),
    advice,
  }
}

function judgeMissing(missing: string[], question: ServicesQuestion): Verdict | undefined {
  const { targets, file, runtime, now } = question
  const [first] = missing
  if (!first || !file) return undefined
  const age = now - Math.max(file.writtenAt, startOf(runtime) ?? 0)
  const evidence = missing.map((url) => `${targetFile} names ${url}, ${targets.url} does not`)
  if (age < noticedSeconds) {
    const seconds = Math.min(noticedSeconds, Math.ceil(noticedSeconds - age))
    return {
      status: 'waiting',
      what: `Prometheus has not noticed ${first} yet, which takes up to ${seconds} s more`,
      evidence,
      advice: `wait ${seconds} s`,
      seconds,
    }
  }
  return {
    status: 'broken',
    what: `Prometheus does not read ${targetFile}: it knows nothing of ${first}`,
    evidence,
    advice:
      'see that the file is YAML and readable for everybody; make down, then make up reads it anew',
  }
}

function judgeNotAsked(own: Target[]): Verdict | undefined {
  const first = own.find(({ health }) => health === 'unknown')
  if (!first) return undefined
  return {
    status: 'waiting',
    what: `${nameOf(first)} has not been asked yet`,
    evidence: [`${first.scrapeUrl}: not scraped yet, each ${first.scrapeInterval}`],
    advice: 'wait 5 s: each target is asked once in that time',
    seconds: 5,
  }
}

const jobOf = ({ labels }: Target) => labels.job ?? ''

const nameOf = (target: Target) => `${jobOf(target)} (${target.scrapeUrl})`

/** The same for what is the same: without Docker this machine is 127.0.0.1, and a usual port may be left out. */
function keyOf(url: string): string {
  const here = url.replace(`//${hostName}`, '//127.0.0.1')
  return URL.canParse(here) ? new URL(here).href : here
}
