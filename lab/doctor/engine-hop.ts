import { type Engine, type EngineAnswer, engineJson, failureOf } from './engine.ts'
import type { Mode } from './facts.ts'
import type { Verdict } from './finding.ts'

/**
 * What the lab needs: host-gateway of an engine since 20.10 (https://docs.docker.com/engine/release-notes/20.10/), and
 * `up --wait` of a Compose since 2.1.1 (https://github.com/docker/compose/releases/tag/v2.1.1).
 */
const oldest = { engine: [20, 10], compose: [2, 1, 1] }

/** Does a Docker engine answer, and is there Compose? Without either the lab runs as plain processes. */
export function judgeEngine(engine: Engine | null, mode: Mode): Verdict | null {
  if (!engine) return null
  const { version, compose } = engine
  const refusal = failureOf(version)
  if (refusal && mode === 'native' && version?.exitCode !== 124) return null
  if (refusal) return noEngine(version, refusal)
  const noCompose = failureOf(compose)
  if (noCompose) {
    return {
      status: 'broken',
      what: 'docker has no compose plugin',
      evidence: [`docker compose version: ${noCompose}`],
      advice: 'install it: https://docs.docker.com/compose/install/',
    }
  }
  const running = {
    engine: engineJson<{ Server?: { Version: string } }>(version)?.Server?.Version ?? '',
    compose: compose?.out.trim() ?? '',
  }
  if (isOlder(running.engine, oldest.engine)) {
    return {
      status: 'broken',
      what: 'the Docker engine is too old: containers can’t reach the host by a name',
      evidence: [
        `docker version: ${running.engine}; the lab needs ${oldest.engine.join('.')} or newer`,
      ],
      advice: 'install a newer one: https://docs.docker.com/engine/install/',
    }
  }
  if (isOlder(running.compose, oldest.compose)) {
    return {
      status: 'broken',
      what: 'the compose plugin of docker is too old',
      evidence: [
        `docker compose version: ${running.compose}; the lab needs ${oldest.compose.join('.')} or newer`,
      ],
      advice: 'install a newer one: https://docs.docker.com/compose/install/',
    }
  }
  return {
    status: 'ok',
    what: `Docker ${running.engine} answers, with Compose ${running.compose}`,
  }
}

function noEngine(answer: EngineAnswer | undefined, refusal: string): Verdict {
  const evidence = [`docker version: ${refusal}`]
  if (/permission denied/.test(refusal)) {
    return {
      status: 'broken',
      what: 'this user may not use the Docker engine',
      evidence,
      advice:
        'sudo usermod -aG docker "$USER", then log in anew; or without Docker: make up LAB_MODE=native',
    }
  }
  if (!answer || answer.exitCode === 124) {
    return {
      status: 'broken',
      what: 'the Docker engine hangs: it takes the question and does not answer',
      evidence,
      advice:
        'restart it (sudo systemctl restart docker, or Docker Desktop), or run the lab without it: make up LAB_MODE=native',
    }
  }
  return {
    status: 'broken',
    what: 'no Docker engine answers',
    evidence,
    advice: 'start Docker, or run the lab without it: make up LAB_MODE=native',
  }
}

/** Is a version such as `20.10.24+dfsg1` below this one? One that can't be read is not. */
function isOlder(version: string, than: readonly number[]): boolean {
  const numbers = /^v?(\d+(?:\.\d+)*)/.exec(version)?.[1]?.split('.').map(Number)
  if (!numbers) return false
  for (const [n, least] of than.entries()) {
    const number = numbers[n] ?? 0
    if (number !== least) return number < least
  }
  return false
}
