import { type Engine, failureOf } from './engine.ts'
import type { Verdict } from './finding.ts'

/** Can Compose read compose.yaml, with the environment and the file .env? */
export function judgeCompose(engine: Engine | null): Verdict | null {
  if (!engine) return null
  const refusal = failureOf(engine.config)
  if (!refusal) return { status: 'ok', what: 'Compose reads it' }
  return {
    status: 'broken',
    what: `compose.yaml can't be read: ${refusal}`,
    evidence: engine.config?.err.trim().split('\n').slice(-3) ?? [],
    advice:
      'mend what it names, in compose.yaml or .env; docker compose config --quiet says whether it is well',
  }
}
