import { once } from 'node:events'
import { connect } from 'node:net'

/**
 * The address that this machine, or this container, has on its way to an etcd. Whoever reads the registration is
 * on that network too, so it is the best guess at how others reach this server.
 *
 * @throws if nothing listens there, or does not answer within `timeoutMs`
 */
export async function addressTowards(
  url: string,
  { timeoutMs = 2000, signal }: { timeoutMs?: number; signal?: AbortSignal } = {},
): Promise<string> {
  const { hostname, port, protocol } = new URL(url)
  const timeout = AbortSignal.timeout(timeoutMs)
  const socket = connect({
    // A URL has brackets around an IPv6 address.
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || (protocol === 'https:' ? 443 : 80)),
  })
  try {
    await once(socket, 'connect', {
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    })
    return (socket.localAddress ?? '').replace(/^::ffff:/, '')
  } finally {
    socket.on('error', () => {})
    socket.destroy()
  }
}
