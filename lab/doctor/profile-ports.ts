import { type Engine, engineJson } from './engine.ts'

/** What `docker compose config` has of it: the services of the profiles that are on. */
type Config = { services?: Record<string, { ports?: { published?: string }[] }> }

/**
 * The ports of this machine that compose.yaml publishes beside the usual ones, by service: those of the profiles that are
 * on. Empty where Compose did not say.
 */
export function profilePorts(
  engine: Engine | null,
  usual: readonly number[],
): Record<string, number> {
  const { services = {} } = engineJson<Config>(engine?.config) ?? {}
  const published = Object.entries(services).flatMap(([name, { ports = [] }]) =>
    ports.map((each) => [name, Number(each.published)] as const),
  )
  // One that Docker chooses is published as "0", or not told: nobody can be in its way.
  return Object.fromEntries(published.filter(([, port]) => port > 0 && !usual.includes(port)))
}
