import { splitArguments } from './arguments.ts'

export type IncidentOptions = {
  wait: boolean
  /** How long to wait at most, in seconds. */
  limitSeconds: number
  help: boolean
}

/** What `lab incident --help` and `lab recover --help` print. */
export const incidentHelp = `Usage: node lab/main.ts incident|recover [options]

incident makes the server three times as slow and lets 5 % of its answers fail, until recover ends it.
recover puts back what the lab does ordinarily: uniform, 0 to 2 s, no errors.

  --wait         do not end before the page-level alert fires (incident) or has cleared (recover)
  --limit N      how long to wait at most, in seconds, from 1 to 3600 (180)
  -h, --help     this text

Environment: LAB_CONTROL_URL and LAB_PROMETHEUS_URL say where the control listener and Prometheus
are (http://127.0.0.1:8081, http://127.0.0.1:9090).

Exit codes: 0 done; 1 it could not be done, or with --wait not within the limit; 2 wrong usage.
`

/** Reads the arguments: the options, or every mistake in them by name, value and what is allowed. */
export function parseIncidentOptions(
  args: readonly string[],
): IncidentOptions | { mistakes: string[] } {
  const allowed = { limit: 'a whole number of seconds from 1 to 3600' }
  const { values, mistakes } = splitArguments(args, { allowed, flags: ['wait', 'help'] })
  const text = values.get('limit') ?? '180'
  const limitSeconds = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (!(limitSeconds >= 1 && limitSeconds <= 3600)) {
    mistakes.push(`--limit ${text}: must be ${allowed.limit}`)
  }
  const wait = values.has('wait')
  if (values.has('limit') && !wait) mistakes.push('--limit: is for --wait')
  return mistakes.length > 0 ? { mistakes } : { wait, limitSeconds, help: values.has('help') }
}
