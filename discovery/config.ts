/** What discovery is told by its environment. */
export type Config = {
  /** The root of an etcd. */
  etcdUrl: string
  targetsFile: string
  port: number
  /** The address to listen on; undefined for every interface. */
  host: string | undefined
}

/**
 * Reads the configuration from environment variables. An empty one counts as not set, as compose files pass it on.
 *
 * @returns the configuration, or every mistake in it: the variable, its value and what is allowed
 */
export function readConfig(env: NodeJS.ProcessEnv): Config | { mistakes: string[] } {
  const mistakes: string[] = []
  const etcdUrl = env.ETCD_URL || ''
  if (!etcdUrl) mistakes.push('ETCD_URL is not set: must be the URL of an etcd')
  else if (!isRoot(etcdUrl)) {
    mistakes.push(
      `ETCD_URL=${JSON.stringify(withoutPassword(etcdUrl))}: must be the http:// or https:// URL of an etcd, without user, password or path`,
    )
  }
  const targetsFile = env.TARGETS_FILE || 'prometheus/discovered/targets.json'
  if (!targetsFile.endsWith('.json')) {
    mistakes.push(
      `TARGETS_FILE=${JSON.stringify(targetsFile)}: must end in .json, or Prometheus does not read it`,
    )
  }
  const portText = env.DISCOVERY_PORT || '9465'
  const port = Number(portText)
  if (!/^\d+$/.test(portText) || port > 65535) {
    mistakes.push(
      `DISCOVERY_PORT=${JSON.stringify(portText)}: must be a whole number from 0 to 65535`,
    )
  }
  const host = env.HOST || undefined
  return mistakes.length > 0 ? { mistakes } : { etcdUrl, targetsFile, port, host }
}

/** As it may stand in a log. */
const withoutPassword = (url: string) => url.replace(/\/\/[^/]*@/, '//…@')

const isRoot = (text: string) => {
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol)) return false
  const { username, password, pathname, search, hash } = url
  return !username && !password && pathname === '/' && !search && !hash
}
