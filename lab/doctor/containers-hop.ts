import { type Container, ownContainers, titleOf } from './container.ts'
import { type Engine, failureOf } from './engine.ts'
import type { Verdict } from './finding.ts'
import { logOf, reasonIn } from './log-reason.ts'
import { projectOf } from './published.ts'

/**
 * Do the containers of this project run that somebody has started? Null without Docker. One that was stopped, or was
 * never there, is no fault of its own: a server of this machine may be in its place.
 */
export function judgeContainers(engine: Engine | null): Verdict | null {
  if (!engine) return null
  if (engine.containers?.exitCode !== 0) {
    return {
      status: 'unknown',
      what: 'Docker did not say which containers there are',
      evidence: [`docker inspect: ${failureOf(engine.containers)}`],
      advice: 'ask again when this machine is less busy: make doctor',
    }
  }
  const own = ownContainers(engine)
  if (own.length === 0) {
    return {
      status: 'broken',
      what: 'the lab is not running',
      evidence: [`no container of the Compose project ${projectOf(engine)}`],
      advice: 'make up',
    }
  }
  for (const judge of judgements) {
    for (const container of own) {
      const verdict = judge(container, logOf(engine, container))
      if (verdict) return verdict
    }
  }
  const running = own.filter(({ state }) => state === 'running')
  const names = running.map(({ service }) => service).sort()
  return {
    status: 'ok',
    what: names.length > 0 ? `they run: ${names.join(', ')}` : 'none runs',
  }
}

/** What can be wrong with one, the gravest first. */
const judgements: ((container: Container, log: string[]) => Verdict | undefined)[] = [
  notStarted,
  outOfMemory,
  endsAgainAndAgain,
  paused,
  unhealthy,
  starting,
]

function notStarted({ name, service, state, startError }: Container): Verdict | undefined {
  if (state !== 'created' || !startError) return undefined
  const portTaken = /address already in use|port is already allocated/.test(startError)
  return {
    status: 'broken',
    what: `${titleOf(service)} could not be started`,
    evidence: [`${name}: ${startError}`],
    advice: portTaken
      ? 'stop what has the port (before make up, make doctor says who that is), then make up'
      : 'do away with what Docker complains of, then make up',
  }
}

function outOfMemory(container: Container): Verdict | undefined {
  const { name, service, state, exitCode, memoryLimitBytes } = container
  // The engine's flag can come late; who is killed and started again was not killed by docker kill, which ends it for good.
  const killed = state === 'restarting' && exitCode === 137
  if (state === 'running' || !(container.outOfMemory || killed)) return undefined
  const limit = memoryLimitBytes ? `${memoryLimitBytes / 2 ** 20} MiB` : 'none but the machine’s'
  return {
    status: 'broken',
    what: `${titleOf(service)} was killed because it needs more memory than it may have`,
    evidence: [
      `${name}: ${container.outOfMemory ? 'OOMKilled' : 'killed'}, exit code ${exitCode}, started again ${times(container)}; its limit is ${limit}`,
    ],
    advice: `raise mem_limit of ${service} in compose.yaml, then make up`,
  }
}

function endsAgainAndAgain(container: Container, log: string[]): Verdict | undefined {
  const { name, service, state, exitCode, health, restarts } = container
  // It may just have been started once more. 137 and 143 are what docker kill and docker stop leave behind.
  const again = state === 'running' && health === 'starting' && restarts > 1
  const failed = state === 'exited' && ![0, 137, 143].includes(exitCode)
  if (state !== 'restarting' && state !== 'dead' && !failed && !again) return undefined
  const reason = reasonIn(log)
  return {
    status: 'broken',
    what: `${titleOf(service)} ends as soon as it has started`,
    evidence: [
      `${name}: exit code ${exitCode}, started again ${times(container)}`,
      ...(reason ? [reason] : []),
    ],
    advice: adviceOn(reason, service),
  }
}

function paused({ name, service, state }: Container): Verdict | undefined {
  if (state !== 'paused') return undefined
  return {
    status: 'broken',
    what: `${titleOf(service)} is paused`,
    evidence: [`${name}: paused`],
    advice: `docker unpause ${name}`,
  }
}

function unhealthy({ name, service, health, healthSays }: Container, log: string[]) {
  if (health !== 'unhealthy') return undefined
  const said = healthSays || reasonIn(log)
  return {
    status: 'broken',
    what: `${titleOf(service)} runs, but fails its health check`,
    evidence: [`${name}: unhealthy${said ? `: ${said}` : ''}`],
    advice: `docker compose restart ${service}; docker compose logs ${service} says more`,
  } satisfies Verdict
}

function starting({ name, service, state, health }: Container): Verdict | undefined {
  if (state !== 'running' || health !== 'starting') return undefined
  return {
    status: 'waiting',
    what: `${titleOf(service)} has just been started`,
    evidence: [`${name}: health: starting`],
    advice: 'look again in 5 s: each health check comes 5 s after the last',
    seconds: 5,
  }
}

function adviceOn(reason: string, service: string): string {
  if (/prometheus\/\S+\.ya?ml/.test(reason))
    return 'correct that file, then docker compose restart prometheus'
  if (service === 'server') return 'correct the setting that it names, then make up'
  return `do away with what it complains of (docker compose logs ${service} says more), then make up`
}

const times = ({ restarts }: Container) => (restarts === 1 ? 'once' : `${restarts} times`)
