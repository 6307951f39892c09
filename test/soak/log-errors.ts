/** What the supervisor says when all is well. */
const calm = /^\S+ (\w+ (started, process \d+|stopped)|stopping: SIGTERM)$/

/**
 * The lines of a log that tell of something wrong: of the server, any that is not JSON, or is at level error or
 * fatal; of Prometheus and Grafana, which write logfmt, any that has no level, or is at error or above; of the
 * supervisor, any but that it starts and stops something.
 */
export function errorsIn(name: string, log: string): string[] {
  const lines = log.split('\n').filter(Boolean)
  if (name === 'server') return lines.filter(isErrorOfServer)
  if (name === 'supervisor') return lines.filter((line) => !calm.test(line))
  return lines.filter((line) => !/\blevel=(debug|info|warn)/i.test(line))
}

function isErrorOfServer(line: string): boolean {
  try {
    return ['error', 'fatal'].includes(JSON.parse(line).level)
  } catch {
    return true
  }
}
