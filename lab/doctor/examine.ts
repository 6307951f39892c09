import type { Finding, Verdict } from './finding.ts'

/** One step of the way from the machine by the server's `/metrics` to the panel. */
export type Hop<F> = {
  /** As a program names it: lower case, dashes. */
  name: string
  /** As people call it: at most 14 letters. */
  title: string
  /** The hops before it without which it can't be judged, by name. */
  needs: readonly string[]
  /** Judges what was gathered: pure. Null where there is no such hop, as with containers where there is no Docker. */
  judge: (facts: F) => Verdict | null
}

/** How the sentence about a hop begins that could not be judged for want of another. */
export const behindWords = 'not judged while this is not well:'

/**
 * Judges every hop, in order. What is not well behind a hop that is not `ok` is taken for its consequence, and `unknown`:
 * so a broken hop is complained of once. What is well all the same stays so, and a hop that is not there stands in
 * nobody's way.
 */
export function examine<F>(facts: F, hops: readonly Hop<F>[]): Finding[] {
  const findings: Finding[] = []
  const roots = new Map<string, Finding>()
  for (const { name, title, needs, judge } of hops) {
    const verdict = judge(facts)
    if (!verdict) continue
    const near = findings.find(({ hop, status }) => needs.includes(hop) && status !== 'ok')
    const obstacle = near && (roots.get(near.hop) ?? near)
    const behind = obstacle && verdict.status !== 'ok'
    if (behind) roots.set(name, obstacle)
    const { status, what, evidence, advice, seconds }: Verdict = behind
      ? { status: 'unknown', what: `${behindWords} ${obstacle.title}` }
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
