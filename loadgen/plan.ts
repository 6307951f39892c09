import type { Address } from './address.ts'
import type { Plan } from './engine.ts'
import { encodeRequest } from './http-request.ts'
import type { Options } from './options.ts'

export type PlanInputs = {
  options: Options
  /** Where each target is, in the order of the options' targets. */
  addresses: readonly Address[]
  /** What `--body` stands for, and what is in the file of `--ca`. */
  body: Uint8Array | null
  ca: string | null
}

/** What the options come to: plain data, which any thread can work from. */
export function planOf({ options, addresses, body, ca }: PlanInputs): Plan {
  const { targets, durationMs, method, headers } = options
  return {
    schedule: {
      arrivals: options.arrivals,
      profile: options.profile,
      durationSeconds: durationMs === null ? null : durationMs / 1000,
      requests: options.requests,
      seed: options.seed,
      weights: targets.map(({ weight }) => weight),
    },
    targets: targets.map(({ url }, n) => ({
      origin: {
        ...(addresses[n] as Address),
        tlsName: url.protocol === 'https:' ? hostOf(url) : null,
      },
      request: encodeRequest({ url, method, headers, body }),
    })),
    shard: options.shard,
    ca,
    timeoutMs: options.timeoutMs,
    maxInFlight: options.maxInFlight,
    connections: options.connections,
  }
}

/** Without the brackets of an IPv6 address. */
const hostOf = ({ hostname }: URL) => hostname.replace(/^\[(.*)\]$/, '$1')
