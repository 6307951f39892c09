import { z } from 'zod'

/** A server, as it has registered itself. */
export type Registration = {
  id: string
  name: string
  host: string
  port: number
  leaseSeconds: number
}

/** A key of etcd with its value, and what etcd says of it. */
export type Entry = {
  key: string
  value: string
  /** Rises with each writing of any key. */
  modRevision: number
  /** The number of its lease, '' for none: 64 bits, so it stays text. */
  lease: string
}

/** Keys are `/service/{name}/{id}`. */
export const prefix = '/service/'

const identifier = z
  .string('must be text')
  .regex(
    /^[A-Za-z0-9][\w.-]{0,62}$/,
    'must be up to 63 letters, digits, dots, hyphens, underscores',
  )
const whole = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`
  return z.int(error).min(min, error).max(max, error)
}

const schema = z.object(
  {
    id: identifier,
    name: identifier,
    host: z.string('must be text').regex(/^[\w.:-]{1,253}$/, 'must be a name or an address'),
    port: whole(1, 65535),
    lease_time: whole(1, 1_000_000_000),
    routes: z.array(
      z.object(
        { method: z.string('must be text'), path: z.string('must be text') },
        'must be a route',
      ),
      'must be a list',
    ),
  },
  'must be an object',
)

/**
 * Reads what stands in etcd under a key. Anybody may have written it, so all of it is checked: what is made of it
 * tells Prometheus where to go.
 *
 * @returns the registration, or every mistake in it, by field
 */
export function readRegistration({
  key,
  value,
}: Pick<Entry, 'key' | 'value'>): Registration | { mistakes: string[] } {
  const json = parse(value)
  if (json === undefined) return { mistakes: ['is no JSON'] }
  const { data, error } = schema.safeParse(json)
  if (!data) {
    return {
      mistakes: error.issues.map(({ path, message }) => `${path.join('.') || 'it'} ${message}`),
    }
  }
  const { id, name, host, port, lease_time } = data
  if (key !== `${prefix}${name}/${id}`) {
    return { mistakes: [`name and id belong under ${prefix}${name}/${id}`] }
  }
  return { id, name, host, port, leaseSeconds: lease_time }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
