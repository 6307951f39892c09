import { type Bound, isLoopback } from './bound.ts'
import type { Verdict } from './finding.ts'

export type Unreachable = {
  /** Prometheus' own words, which are Go's. */
  lastError: string
  /** Where the server's port of this machine is listened on. */
  bound: readonly Bound[]
  /** Does /metrics answer this machine? */
  answersHere: boolean
}

/**
 * Why a container does not reach a server that this machine does: undefined where that is not what the error says. What is
 * seen here is what Prometheus can't know.
 */
export function judgeUnreachable({ lastError, bound, answersHere }: Unreachable) {
  if (/connection refused/.test(lastError)) return onlyLocal(bound)
  if (answersHere && /context deadline exceeded|i\/o timeout/.test(lastError)) return dropped
  return undefined
}

/** On Linux a container comes by way of the bridge, where what listens on the loopback can't be reached. */
function onlyLocal(bound: readonly Bound[]): Verdict | undefined {
  const [first] = bound
  if (!first || !bound.every(({ address }) => isLoopback(address))) return undefined
  const { address, container } = first
  return {
    status: 'broken',
    what: `Prometheus can't reach the server, which listens on ${address} alone: there, containers don't get to it`,
    evidence: [
      container
        ? `${container.name} is published on ${address}`
        : `a process of this machine listens on ${address}`,
    ],
    advice: container
      ? 'take LAB_BIND out of the environment and of .env, or set it to 172.17.0.1; then make up'
      : 'start it with HOST=0.0.0.0, or whatever makes it listen on every interface',
  }
}

/** Who refuses says so at once; a firewall that drops lets the scrape wait until its time is over. */
const dropped: Verdict = {
  status: 'broken',
  what: "Prometheus can't reach the server, which answers on this machine: a firewall drops what containers send to it",
  advice:
    'let containers through to port 8080: sudo ufw allow from 172.16.0.0/12 to any port 8080 proto tcp, or its like',
}
