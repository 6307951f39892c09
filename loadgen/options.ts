import { parseArgs } from 'node:util'
import { parseDuration } from './duration.ts'
import type { Arrivals } from './pacer.ts'
import { formatProfile, type ProfileSpec, parseProfile } from './profile.ts'

export type Options = {
  url: URL
  /** Requests a second. */
  rate: number
  /** Null when only a number of requests ends the run. */
  durationMs: number | null
  requests: number | null
  /** How the rate goes with time; any but `constant` has rates of its own, and `rate` is not used. */
  profile: ProfileSpec
  arrivals: Arrivals
  seed: number
  timeoutMs: number
  maxInFlight: number
  /** A file's name, `-` for stdout, or null for none. */
  json: string | null
  /** 0 for none. */
  metricsPort: number
  awaitScrape: URL | null
  progress: boolean
  help: boolean
}

/** What holds where the arguments say nothing; from the environment, so mistakes in it are named too. */
export type Defaults = { url?: string | undefined; awaitScrape?: string | undefined }

export type ParsedOptions = { options: Options } | { mistakes: string[] }

/**
 * Reads the arguments: the options, or every mistake in them, each by name, value and what is allowed.
 * Of an option given twice the last holds, so that a script's own can be overruled. Never throws.
 */
export function parseOptions(args: readonly string[], defaults: Defaults = {}): ParsedOptions {
  const mistakes: string[] = []
  const { given, urls } = split(args, mistakes)

  const read = <T>(name: OptionName, fallback: T, parse: (text: string) => T | null): T => {
    const text = given.get(name)
    if (text === undefined) return fallback
    const value = parse(text)
    if (value !== null) return value
    mistakes.push(`--${name} ${text}: must be ${allowed[name]}`)
    return fallback
  }

  const requests = read<number | null>('requests', null, wholeFrom(1))
  const url = urls[0] ?? defaults.url ?? 'http://127.0.0.1:8080/'
  const urlSource = urls[0] === undefined && defaults.url !== undefined ? 'LOADGEN_URL ' : ''
  if (urls.length > 1) mistakes.push(`${urls.slice(1).join(' ')}: only one URL can be loaded`)
  const urlMistake = mistakeInUrl(url)
  if (urlMistake) mistakes.push(`${urlSource}${url}: ${urlMistake}`)
  const metricsPort = read('metrics-port', 9464, wholeFrom(0, 65_535))
  const usualScrape = defaults.awaitScrape === undefined ? null : parseUrl(defaults.awaitScrape)
  if (defaults.awaitScrape !== undefined && usualScrape === null) {
    const expected = allowed['await-scrape']
    mistakes.push(`LOADGEN_AWAIT_SCRAPE ${defaults.awaitScrape}: must be ${expected}`)
  }
  const awaitScrape = read('await-scrape', usualScrape, parseUrl)
  if (metricsPort === 0 && given.has('await-scrape')) {
    mistakes.push('--await-scrape: there is nothing to scrape with --metrics-port 0')
  }

  const rate = read('rate', 50, positive)
  const durationMs = read('duration', requests === null ? 60_000 : null, parseDuration)
  const profile = read<ProfileSpec>('profile', { kind: 'constant', rate }, (text) =>
    parseProfile(text, rate),
  )
  if (durationMs === null && (profile.kind === 'ramp' || profile.kind === 'steps')) {
    mistakes.push(`--profile ${formatProfile(profile)}: needs a --duration to go over`)
  }

  const options: Omit<Options, 'url'> = {
    rate,
    durationMs,
    requests,
    profile,
    arrivals: read<Arrivals>('arrivals', 'poisson', oneOf('poisson', 'even')),
    seed: read('seed', 1, wholeFrom(0, 2 ** 31 - 1)),
    timeoutMs: read('timeout', 10_000, parseTimeout),
    maxInFlight: read('max-in-flight', 10_000, wholeFrom(1)),
    json: read<string | null>('json', null, (text) => text || null),
    metricsPort,
    awaitScrape: metricsPort === 0 ? null : awaitScrape,
    progress: !given.has('no-progress'),
    help: given.has('help'),
  }
  if (mistakes.length > 0) return { mistakes }
  return { options: { url: new URL(url), ...options } }
}

/** Each option that takes a value, and which values, as the end of a sentence "must be …". */
const allowed = {
  rate: 'requests a second, above 0, such as 50',
  duration: 'a duration such as 500ms, 90s, 2m, 1h or 1m30s',
  requests: 'a whole number from 1',
  profile: 'constant, ramp:10..200, steps:10,50,100, sine:20..80/60s or burst:500/10s',
  arrivals: 'poisson or even',
  seed: 'a whole number from 0 to 2147483647',
  timeout: 'a duration such as 500ms or 10s, of 24 days at most',
  'max-in-flight': 'a whole number from 1',
  json: 'the name of a file, or - for stdout',
  'metrics-port': 'a port from 1 to 65535, or 0 for none',
  'await-scrape': 'the URL of a Prometheus, such as http://127.0.0.1:9090',
} as const

type OptionName = keyof typeof allowed

const flags = ['no-progress', 'help'] as const

/** Takes the arguments apart; what is no option, or lacks a value, or has one too many, is a mistake. */
const split = (args: readonly string[], mistakes: string[]) => {
  const given = new Map<string, string>()
  const urls: string[] = []
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: {
      ...Object.fromEntries(
        Object.keys(allowed).map((name) => [name, { type: 'string' }] as const),
      ),
      ...Object.fromEntries(flags.map((name) => [name, { type: 'boolean' }] as const)),
      help: { type: 'boolean', short: 'h' },
    },
  })
  for (const token of tokens) {
    if (token.kind === 'positional') urls.push(token.value)
    if (token.kind !== 'option') continue
    const { name, rawName, value } = token
    if (Object.hasOwn(allowed, name)) {
      if (value === undefined || (!token.inlineValue && value.startsWith('--'))) {
        mistakes.push(`${rawName}: needs a value, ${allowed[name as OptionName]}`)
      } else given.set(name, value)
    } else if (flags.some((flag) => flag === name)) {
      if (value === undefined) given.set(name, '')
      else mistakes.push(`${rawName}=${value}: takes no value`)
    } else mistakes.push(`${rawName}: is no option`)
  }
  return { given, urls }
}

const mistakeInUrl = (text: string): string | null => {
  const url = parseUrl(text)
  if (url?.protocol === 'https:') return 'https is not supported yet; must be an http:// URL'
  if (url?.protocol !== 'http:') return 'must be an http:// URL, such as http://127.0.0.1:8080/'
  if (url.username || url.password) return 'a user or password in the URL would not be sent'
  return null
}

const parseUrl = (text: string): URL | null => {
  const url = URL.parse(text)
  return url && (url.protocol === 'http:' || url.protocol === 'https:') ? url : null
}

const positive = (text: string): number | null => {
  const value = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN
  return value > 0 && Number.isFinite(value) ? value : null
}

const wholeFrom =
  (least: number, greatest = Number.MAX_SAFE_INTEGER) =>
  (text: string): number | null => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    return value >= least && value <= greatest ? value : null
  }

/** A timer of more than 2³¹ − 1 ms fires at once: https://nodejs.org/api/timers.html */
const parseTimeout = (text: string): number | null => {
  const ms = parseDuration(text)
  return ms !== null && ms < 2 ** 31 ? ms : null
}

const oneOf =
  <T extends string>(...choices: T[]) =>
  (text: string): T | null =>
    choices.find((choice) => choice === text) ?? null
