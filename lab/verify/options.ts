import { splitArguments } from '../arguments.ts'

export type Options = {
  behaviour: string
  /** What it is given instead of its defaults. */
  parameters: Record<string, unknown>
  all: boolean
  requests: number
  /** Requests a second. */
  rate: number
  seed: number
  /** Where the load generator serves its own metrics; 0 for none. */
  metricsPort: number
  /** A file's name, `-` for stdout, or null for none. */
  json: string | null
  /** As `json`. */
  markdown: string | null
  help: boolean
}

/** What `lab verify --help` prints. */
export const help = `Usage: node lab/main.ts verify [options]

Sets a behaviour, drives a seeded load, and compares what every layer says of the same requests:
the formulas, the truth, the handler, the client, and Prometheus by each of three bucket layouts.
The behaviour that was in force is put back at the end.

  --behaviour NAME     which one (uniform)
  --parameters JSON    what it is given, as in '{"max":0.5}'; the others have their defaults
  --all                each behaviour in turn, and a summary: about five minutes
  --requests N         how many requests to each behaviour, from 100 (3000)
  --rate N             requests a second (150)
  --seed N             of the load (1)
  --json FILE          all that was found, as JSON; - for stdout, the tables are then on stderr
  --markdown FILE      the errors by behaviour and layout, as a table: between the two comments
                       "verify" of a file that has them, else as the whole file; - for stdout
  --metrics-port N     the load generator's own (9464)
  -h, --help           this text

Environment: LAB_CONTROL_URL and LAB_PROMETHEUS_URL say where the control listener and Prometheus
are (http://127.0.0.1:8081, http://127.0.0.1:9090), LOADGEN_URL where the server is
(http://127.0.0.1:8080/).

Exit codes: 0 all is as it must be; 1 something is not, or could not be asked; 2 wrong usage;
130 interrupted.
`

/** Reads the arguments: the options, or every mistake in them by name, value and what is allowed. */
export function parseOptions(args: readonly string[]): Options | { mistakes: string[] } {
  const { values, mistakes } = splitArguments(args, { allowed, flags: ['all', 'help'] })
  const read = <T>(name: keyof typeof allowed, fallback: T, parse: (text: string) => T | null) => {
    const text = values.get(name)
    const value = text === undefined ? fallback : parse(text)
    if (value === null && text !== undefined) {
      mistakes.push(`--${name} ${text}: must be ${allowed[name]}`)
    }
    return value ?? fallback
  }
  const all = values.has('all')
  for (const name of ['behaviour', 'parameters']) {
    if (all && values.has(name)) mistakes.push(`--${name}: is not for --all, which tries each`)
  }
  if (values.get('json') === '-' && values.get('markdown') === '-') {
    mistakes.push('--json -, --markdown -: only one of them can be on stdout')
  }
  const options: Options = {
    behaviour: read('behaviour', 'uniform', name),
    parameters: read('parameters', {}, object),
    all,
    requests: read('requests', 3000, whole(100, 1_000_000)),
    rate: read('rate', 150, positive),
    seed: read('seed', 1, whole(0, 2 ** 31 - 1)),
    metricsPort: read('metrics-port', 9464, whole(0, 65_535)),
    json: read<string | null>('json', null, name),
    markdown: read<string | null>('markdown', null, name),
    help: values.has('help'),
  }
  return mistakes.length > 0 ? { mistakes } : options
}

/** Each option that takes a value, and which values, as the end of a sentence "must be …". */
const allowed = {
  behaviour: 'the name of a behaviour, such as lognormal',
  parameters: 'a JSON object, such as {"max":0.5}',
  requests: 'a whole number from 100 to 1000000',
  rate: 'requests a second, above 0, such as 150',
  seed: 'a whole number from 0 to 2147483647',
  'metrics-port': 'a port from 1 to 65535, or 0 for none',
  json: 'the name of a file, or - for stdout',
  markdown: 'the name of a file, or - for stdout',
} as const

const name = (text: string) => text || null

const object = (text: string): Record<string, unknown> | null => {
  try {
    const value = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null
  } catch {
    return null
  }
}

const positive = (text: string) => {
  const value = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN
  return value > 0 && Number.isFinite(value) ? value : null
}

const whole = (least: number, greatest: number) => (text: string) => {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  return value >= least && value <= greatest ? value : null
}
