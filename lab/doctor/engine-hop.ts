import { type Engine, failureOf } from './engine.ts'
import type { Mode } from './facts.ts'
import type { Verdict } from './finding.ts'

/** Does a Docker engine answer, and is there Compose? Without either the lab runs as plain processes. */
export function judgeEngine(engine: Engine | null, mode: Mode): Verdict | null {
  if (!engine) return null
  const refusal = failureOf(engine.version)
  if (refusal && mode === 'native' && engine.version?.exitCode !== 124) return null
  if (refusal) {
    return {
      status: 'broken',
      what: 'no Docker engine answers',
      evidence: [`docker version: ${refusal}`],
      advice: 'start Docker, or run the lab without it: make up LAB_MODE=native',
    }
  }
  const noCompose = failureOf(engine.compose)
  if (noCompose) {
    return {
      status: 'broken',
      what: 'docker has no compose plugin',
      evidence: [`docker compose version: ${noCompose}`],
      advice: 'install it: https://docs.docker.com/compose/install/',
    }
  }
  return {
    status: 'ok',
    what: `a Docker engine answers, with Compose ${engine.compose?.out.trim()}`,
  }
}
