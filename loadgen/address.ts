import { lookup } from 'node:dns/promises'
import { connect } from 'node:net'

export type Address = { host: string; port: number }

/** How long an address may take to accept before the next one is tried: as in RFC 8305, section 8. */
const attemptMs = 250

/**
 * Where the URL's host is: looked up once, so that no request waits for names. A name with several
 * addresses (`localhost` is often `::1` and `127.0.0.1`) is given the first one that accepts a
 * connection, or the first if none does; a single address isn't tried. Rejects, with a message for the
 * user, when the name is not known.
 *
 * @param host what the machine is called that people mean by `localhost`, where that is not the one that
 * this runs on: in a container, `host.docker.internal`. The request still names the host as the URL does.
 */
export async function resolveAddress(
  url: URL,
  lookupAll: (name: string) => Promise<{ address: string }[]> = lookupEvery,
  host?: string,
): Promise<Address> {
  const name = host && isThisMachine(url) ? host : url.hostname.replace(/^\[(.*)\]$/, '$1')
  const usualPort = url.protocol === 'https:' ? 443 : 80
  const port = url.port === '' ? usualPort : Number(url.port)
  const found = await lookupAll(name).catch((error) => {
    throw new Error(`the host ${name} is not known (${error.code ?? error.message})`)
  })
  const candidates = found.map(({ address }) => ({ host: address, port }))
  const first = candidates[0]
  if (!first) throw new Error(`the host ${name} has no address`)
  if (candidates.length === 1) return first
  for (const candidate of candidates) if (await accepts(candidate)) return candidate
  return first
}

/** Is it this machine that the URL names? */
export const isThisMachine = ({ hostname }: URL) =>
  /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)

const lookupEvery = (name: string) => lookup(name, { all: true, order: 'verbatim' })

const accepts = (address: Address) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(address)
    const answer = (accepted: boolean) => {
      socket.destroy()
      resolve(accepted)
    }
    socket.setTimeout(attemptMs, () => answer(false))
    socket.on('connect', () => answer(true))
    socket.on('error', () => answer(false))
  })
