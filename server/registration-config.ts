import { hostname } from 'node:os'
import { z } from 'zod'
import { whole } from './variables.ts'

/** Where and as what the server registers itself. */
export type Registration = {
  /** The root of an etcd, without user or password. */
  etcdUrl: string
  name: string
  /** The server's own; undefined for the machine's name and the port that it listens on. */
  id: string | undefined
  /** How others reach this server; undefined for the address that it has on its way to etcd. */
  host: string | undefined
  /** By which port others reach it; undefined for the one that it listens on. */
  port: number | undefined
  leaseSeconds: number
}

const identifier = z
  .string()
  .regex(
    /^[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/,
    '1 to 63 letters, digits, dots, hyphens and underscores, the first and the last a letter or digit',
  )

const isRoot = (text: string) => {
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol)) return false
  const { username, password, pathname, search, hash } = url
  return !username && !password && pathname === '/' && !search && !hash
}

/** The variables of the environment that say so. */
export const registrationVariables = {
  ETCD_URL: z
    .string()
    .refine(isRoot, 'the http:// or https:// URL of an etcd, without user, password or path')
    .optional(),
  SERVICE_NAME: identifier.optional(),
  SERVICE_ID: identifier.optional(),
  SERVICE_HOST: z
    .string()
    .regex(/^[\w.:-]+$/, 'a name or an address that others reach this server by')
    .optional(),
  SERVICE_PORT: whole(1, 65535).optional(),
  LEASE_SECONDS: whole(5, 3600).default(10),
}

type Parsed = z.infer<z.ZodObject<typeof registrationVariables>>

/** The server's entry; undefined where there is no etcd to have it. */
export function registrationConfig(data: Parsed): Registration | undefined {
  return data.ETCD_URL === undefined
    ? undefined
    : {
        etcdUrl: data.ETCD_URL,
        name: data.SERVICE_NAME ?? 'httpserver',
        id: data.SERVICE_ID,
        host: data.SERVICE_HOST,
        port: data.SERVICE_PORT,
        leaseSeconds: data.LEASE_SECONDS,
      }
}

/** Those that say nothing without `ETCD_URL`. */
export const needEtcd = [
  'SERVICE_NAME',
  'SERVICE_ID',
  'SERVICE_HOST',
  'SERVICE_PORT',
  'LEASE_SECONDS',
]

/**
 * The id of a server that was given none: it is told from others on the same machine by its port, and takes its own
 * place again when it is started anew.
 */
export function defaultId(port: number, machine = hostname()): string {
  const name = machine.replace(/[^A-Za-z0-9-]+/g, '-').replace(/^-+/, '')
  return `${name.slice(0, 50).replace(/-+$/, '') || 'server'}-${port}`
}
