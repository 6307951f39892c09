import { type Container, containersOf } from './container.ts'
import type { Engine } from './engine.ts'

/** At which address a port of this machine is listened on, and for whom. */
export type Bound = {
  address: string
  /** The container that the port is published for; null for a process of this machine. */
  container: Container | null
}

/**
 * Where a port is listened on: containers as Docker publishes them, and processes as the kernel lists them, which is told on Linux
 * alone. Docker's own proxy of a published port is not listed twice.
 */
export function boundOf(engine: Engine, port: number): Bound[] {
  const published = containersOf(engine)
    .filter(({ state }) => state === 'running')
    .flatMap((container) =>
      container.ports
        .filter((each) => each.port === port)
        .map(({ address }) => ({ address, container })),
    )
  if (published.length > 0) return published
  const addresses = (engine.listening?.out ?? '')
    .split('\n')
    .flatMap((row) => addressIn(row, port) ?? [])
  return addresses.map((address) => ({ address, container: null }))
}

/** Is it an address that no other machine, and no container, gets to? */
export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.')
}

/** proc_pid_net(5): address and port in hexadecimal, each 32 bits of the address in this machine's order; 0A listens. */
function addressIn(row: string, port: number): string | undefined {
  const [, hex = '', hexPort = ''] =
    /^\s*\d+: ([0-9A-F]{8,32}):([0-9A-F]{4}) \S+ 0A /.exec(row) ?? []
  if (hex === '' || Number.parseInt(hexPort, 16) !== port) return undefined
  if (hex.length === 8) {
    const bytes = hex.match(/../g)?.reverse() ?? []
    return bytes.map((byte) => Number.parseInt(byte, 16)).join('.')
  }
  if (/^0+$/.test(hex)) return '::'
  if (hex === '00000000000000000000000001000000') return '::1'
  return hex
}
