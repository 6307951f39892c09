import type { Finding, Verdict } from './finding.ts'

/** One step of the way from the machine by the server's `/metrics` to the panel. */
export type Hop<F> = {
  /** As a program names it: lower case, dashes. */
  name: string
  /** As people call it: at most 14 letters. */
  title: string
  /** The hops before it without which it can't be judged, by name. */
  needs: readonly string[]
  /** Is it judged before anything was started, too? */
  before: boolean
  /** Judges what was gathered: pure. Null where there is no such hop, as with containers where there is no Docker. */
  judge: (facts: F) => Verdict | null
}

/**
 * Judges every hop, in order. One that needs a hop that is not `ok` is `unknown`, whatever it would say by itself: a broken
 * hop is complained of once. A hop that is not there stands in nobody's way.
 */
export function examine<F>(facts: F, hops: readonly Hop<F>[]): Finding[] {
  const findings: Finding[] = []
  for (const { name, title, needs, judge } of hops) {
    const verdict = judge(facts)
    if (!verdict) continue
    const obstacle = findings.find(({ hop, status }) => needs.includes(hop) && status !== 'ok')
    const { status, what, evidence, advice, seconds }: Verdict = obstacle
      ? { status: 'unknown', what: `not judged while this is not well: ${obstacle.title}` }
      : verdict
    findings.push({
      hop: name,
      title,
      status,
      what,
      evidence: evidence ?? [],
      advice: advice ?? null,
      seconds: seconds ?? null,
    })
  }
  return findings
}

/** The first hop that is broken; if none is, the first that is not `ok`; null where all is well. */
export function firstBroken(findings: readonly Finding[]): Finding | null {
  for (const wanted of ['broken', 'waiting', 'unknown']) {
    const found = findings.find(({ status }) => status === wanted)
    if (found) return found
  }
  return null
}
