import type { Chosen, Control } from '../control.ts'
import { freshScrape } from '../picture.ts'
import type { Prometheus } from '../prometheus.ts'
import { type ClientResult, collectEvidence, type Evidence, type Load } from './evidence.ts'
import { type Check, judge } from './limits.ts'
import { renderTable, renderTitle } from './table.ts'
import { explain } from './words.ts'

/** One behaviour, all that was found about it, and what of it must hold. */
export type Verification = { evidence: Evidence; checks: Check[]; words: string[] }

export type Lab = {
  control: Control
  prometheus: Prometheus
  /** Drives the load generator to its end. Rejects when it fails. */
  drive: (load: Load) => Promise<ClientResult>
  /** Shows a result. */
  show: (text: string) => void
  /** Says what is being done. */
  say: (text: string) => void
  /** Rejects when the user has had enough. */
  sleep: (ms: number) => Promise<unknown>
  /** How long a scrape may take to come, in milliseconds. */
  patienceMs: number
}

/** A behaviour to verify, as the control listener is asked for it. */
export type Asked = { name: string; parameters?: Record<string, unknown> }

/**
 * Verifies behaviours in turn, and puts back the one that was in force, whatever happens.
 *
 * @throws what the control listener, Prometheus or the load generator say when they fail
 */
export async function verify(lab: Lab, all: Asked[], load: Load): Promise<Verification[]> {
  const { control, say } = lab
  const before = await control.behaviour()
  const verifications: Verification[] = []
  // What was refused has changed nothing, and putting back would begin the truth anew for nothing.
  let changed = false
  try {
    for (const asked of all) {
      const { name } = await control.change(asked)
      changed = true
      verifications.push(await verifyOne(lab, name, load))
    }
  } finally {
    if (changed) await putBack(control, before)
    if (changed) say(`${before.name} is in force again`)
  }
  return verifications
}

/**
 * What `--all` gives a behaviour instead of its defaults: an incident within the run, where by default
 * the first one would begin after it.
 */
export const parametersOfAll: Record<string, Record<string, number>> = { incident: { first: 12 } }

async function verifyOne(lab: Lab, name: string, load: Load): Promise<Verification> {
  const { control, prometheus, drive, say, show } = lab
  const seconds = Math.round(load.requests / load.rate)
  say(
    `${name}: ${load.requests} requests, ${load.rate} a second, so ${seconds} s and a few scrapes`,
  )
  // A scrape first, so that what is counted from here on is this run's alone.
  const since = await freshScrape(prometheus, lab)
  const client = await drive(load)
  say('waiting for a scrape that has all of it')
  await freshScrape(prometheus, lab)
  const evidence = await collectEvidence({ control, prometheus, client, load, since })
  if (evidence.behaviour.name !== name) {
    throw new Error(`somebody has put ${evidence.behaviour.name} in force during the run`)
  }
  const verification = { evidence, checks: judge(evidence), words: explain(evidence) }
  show(render(verification))
  return verification
}

const putBack = async (control: Control, { name, parameters }: Chosen) => {
  try {
    await control.change({ name, parameters })
  } catch (error) {
    throw new Error(`${name} could not be put back in force: ${(error as Error).message}`)
  }
}

const render = ({ evidence, checks, words }: Verification) => {
  const failed = checks.filter(({ passed }) => !passed)
  const verdict =
    failed.length === 0
      ? [`All ${checks.length} checks passed.`]
      : [
          `${failed.length} of ${checks.length} checks failed:`,
          ...failed.map(
            ({ what, found, allowed }) => `  ${what}: ${found}, and allowed is ${allowed}`,
          ),
          ...(failed.some(({ what }) => /^(handler|client|the worst)/.test(what))
            ? ['A machine that has other work makes requests late: a lower --rate helps.']
            : []),
        ]
  return [
    '',
    renderTitle(evidence),
    '',
    renderTable(evidence),
    '',
    ...words.flatMap((thought) => wrap(thought)),
    '',
    ...verdict,
    '',
  ].join('\n')
}

/** Breaks a thought into lines of 92 characters at most, as an item of a list; a number keeps its unit. */
const wrap = (thought: string) => {
  const lines = ['']
  for (const word of thought.split(/ (?!(?:ms|s|%)(?![a-z]))/)) {
    const line = lines.at(-1) ?? ''
    if (line.length + word.length > 92) lines.push(word)
    else lines[lines.length - 1] = line ? `${line} ${word}` : word
  }
  return lines.map((line, i) => `${i === 0 ? '- ' : '  '}${line}`)
}
