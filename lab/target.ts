/** A service that Prometheus is to scrape, beside the lab's own. */
export type Target = {
  /** As it was asked for. */
  text: string
  job: string
  scheme: 'http' | 'https'
  /** Host and port, as Prometheus is told them: this machine is `host.docker.internal`. */
  address: string
  path: string
  /** What of the lab's own it is there instead of: its server, or also what Prometheus asks it for. */
  replaces: 'nothing' | 'server' | 'target'
}

/** The name that this machine has from inside a container, and in target files however the lab runs. */
export const hostName = 'host.docker.internal'

/** The job of a target that has no name. Those without share it, as the instances of one service do. */
export const usualJob = 'your-service'

const allowed =
  'must be host:port, host:port/path or https://host:port, with name= before it if you like'

const labJobs = ['httpserver', 'loadgen', 'prometheus', 'etcd', 'discovery', 'dynamic']

/**
 * Reads what a person gives as TARGET: addresses, with spaces or commas between them. Never throws.
 *
 * @param serverPort the port of the lab's own server: a target there takes its place
 * @returns the targets, none for an empty text; or every mistake, by its text and what is allowed
 */
export function readTargets(
  text: string,
  serverPort = 8080,
): { targets: Target[] } | { mistakes: string[] } {
  const read = text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((each) => readTarget(each, serverPort))
  const targets = read.flatMap((each) => ('mistake' in each ? [] : each))
  const mistakes = read.flatMap((each) => ('mistake' in each ? each.mistake : []))
  for (const [index, { text: again, ...target }] of targets.entries()) {
    const same = targets.findIndex((other) => scrapeUrl(other) === scrapeUrl(target))
    if (same < index) mistakes.push(`TARGET ${again}: is what ${targets[same]?.text} asks for`)
  }
  return mistakes.length > 0 ? { mistakes } : { targets }
}

/** What Prometheus asks for. */
export const scrapeUrl = ({ scheme, address, path }: Pick<Target, 'scheme' | 'address' | 'path'>) =>
  `${scheme}://${address}${path}`

function readTarget(text: string, serverPort: number): Target | { mistake: string } {
  const wrong = (why: string) => ({ mistake: `TARGET ${text}: ${why}` })
  const [, name, rest = ''] = /^(?:([A-Za-z_][\w.-]*)=)?(.*)$/.exec(text) ?? []
  const match =
    /^(?:(https?):\/\/)?(\[[\da-fA-F:.]+\]|[A-Za-z\d][\w.-]*)(?::(\d+))?(\/[^?#]*)?$/.exec(rest)
  if (!match) return wrong(`${allowed}, such as localhost:3001 or shop=localhost:3001/metrics`)
  const [, scheme, host = '', digits, path = '/'] = match
  if (!digits && !scheme) return wrong(`has no port; ${allowed}`)
  const port = digits ? Number(digits) : scheme === 'https' ? 443 : 80
  if (port < 1 || port > 65_535) return wrong('the port must be 1 to 65535')
  const isHere = /^(localhost|127(\.\d+){3}|0\.0\.0\.0|\[::1?\])$/.test(host) || host === hostName
  const target = {
    text,
    scheme: scheme === 'https' ? 'https' : 'http',
    address: `${isHere ? hostName : host}:${port}`,
    path: path === '/' ? '/metrics' : path,
  } as const
  if (name && labJobs.includes(name))
    return wrong(`${name} is a job of the lab's: take another name`)
  if (!isHere || port !== serverPort)
    return { ...target, job: name ?? usualJob, replaces: 'nothing' }
  if (target.scheme === 'https' || target.path !== '/metrics')
    return { ...target, job: name ?? usualJob, replaces: 'server' }
  if (name) return wrong(`port ${port} has the job httpserver already: leave the name out`)
  return { ...target, job: 'httpserver', replaces: 'target' }
}
