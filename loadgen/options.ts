import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { parseDuration } from './duration.ts'
import { type Expectation, parseExpectation } from './expect.ts'
import type { FileOptions } from './files.ts'
import type { Arrivals } from './pacer.ts'
import { formatProfile, mostPerSecond, type ProfileSpec, parseProfile } from './profile.ts'
import { formatCount } from './quantity.ts'
import { mostShards, parseShard, type Shard } from './share.ts'
import { parseInstant } from './start-at.ts'

export type Options = {
  /** The only target, or the first of several. */
  url: URL
  targets: WeightedUrl[]
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
  /** How many connections of a closed loop; null for an open one. */
  connections: number | null
  workers: number
  /** Which part of all that the options ask for is this process's. */
  shard: Shard
  /** The instant from which due times count; null for as soon as possible. */
  startAt: Date | null
  method: string
  /** Name and value, in order. */
  headers: [name: string, value: string][]
  /** A text, or `@` and the name of a file; null for no body. */
  body: string | null
  /** The name of a file with the certificates to trust; null for those that Node trusts. */
  ca: string | null
  /** Is a run that measured the generator itself a failed one? */
  strict: boolean
  /** A file's name, `-` for stdout, or null for none. */
  json: string | null
  hdr: string | null
  html: string | null
  /** In the order in which they were given. */
  expect: Expectation[]
  /** 0 for none. */
  metricsPort: number
  awaitScrape: URL | null
  progress: boolean
  help: boolean
}

/** What holds where the arguments say nothing; from the environment, so mistakes in it are named too. */
export type Defaults = {
  url?: string | undefined
  awaitScrape?: string | undefined
  startAt?: string | undefined
  /** Is not used where no URL is https. */
  ca?: string | undefined
}

export type ParsedOptions =
  | { options: Options }
  /** `files` is what the options say of files, so that mistakes in those can be told at the same time. */
  | { mistakes: string[]; files: FileOptions }

/**
 * Reads the arguments: the options, or every mistake in them, each by name, value and what is allowed.
 * Of an option given twice the last holds, so that a script's own can be overruled; `--header`,
 * `--target` and `--expect` hold each time. Never throws.
 */
export function parseOptions(args: readonly string[], defaults: Defaults = {}): ParsedOptions {
  const mistakes: string[] = []
  const { given, repeated, urls } = split(args, mistakes)

  const read = <T>(name: OptionName, fallback: T, parse: (text: string) => T | null): T => {
    const text = given.get(name)
    if (text === undefined) return fallback
    const value = parse(text)
    if (value !== null) return value
    mistakes.push(`--${name} ${text}: must be ${allowed[name]}`)
    return fallback
  }

  const expect = (repeated.get('expect') ?? []).flatMap((text) => {
    const expectation = parseExpectation(text)
    if (!('mistake' in expectation)) return expectation
    mistakes.push(`--expect ${text}: ${expectation.mistake}`)
    return []
  })
  const readAll = <T>(name: OptionName, parse: (text: string) => T | null): T[] =>
    (repeated.get(name) ?? []).flatMap((text) => {
      const value = parse(text)
      if (value !== null) return [value]
      mistakes.push(`--${name} ${text}: must be ${allowed[name]}`)
      return []
    })

  const requests = read<number | null>('requests', null, wholeFrom(1))
  const usualUrl = defaults.url ?? 'http://127.0.0.1:8080/'
  const targets = readAll('target', parseTarget(usualUrl))
  if (repeated.has('target')) {
    for (const url of urls) mistakes.push(`${url}: a URL of its own has no place beside --target`)
    for (const { url } of targets) {
      const mistake = mistakeInUrl(url)
      if (mistake) mistakes.push(`--target ${url}: ${mistake}`)
    }
  } else {
    const url = urls[0] ?? usualUrl
    const urlSource = urls[0] === undefined && defaults.url !== undefined ? 'LOADGEN_URL ' : ''
    if (urls.length > 1) {
      mistakes.push(
        `${urls.slice(1).join(' ')}: only one URL can be loaded, or several with --target`,
      )
    }
    const urlMistake = mistakeInUrl(url)
    if (urlMistake) mistakes.push(`${urlSource}${url}: ${urlMistake}`)
    targets.push({ weight: 1, url })
  }
  const json = read<string | null>('json', null, fileName)
  const hdr = read<string | null>('hdr', null, fileName)
  const html = read<string | null>('html', null, fileName)
  const files = [json, hdr, html].flatMap((file) => (file === null ? [] : [resolve(file)]))
  if (new Set(files).size < files.length) {
    mistakes.push('--json, --hdr, --html: each needs a file of its own, and one of them can be -')
  }
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

  const rate = read('rate', 50, parseRate)
  const durationMs = read('duration', requests === null ? 60_000 : null, parseDuration)
  const profile = read<ProfileSpec>('profile', { kind: 'constant', rate }, (text) =>
    parseProfile(text, rate),
  )
  if (durationMs === null && (profile.kind === 'ramp' || profile.kind === 'steps')) {
    mistakes.push(`--profile ${formatProfile(profile)}: needs a --duration to go over`)
  }

  const workers = read('workers', 1, wholeFrom(1, mostWorkers))
  const shard = read('shard', { index: 0, count: 1 }, parseShard)
  if (requests !== null && requests < shard.count) {
    mistakes.push(
      `--requests ${requests}: must be at least the number of shards, which is ${shard.count}`,
    )
  }
  // Of each shard's each thread there is one at least.
  const threads = workers * shard.count
  const theirNumber =
    shard.count === 1
      ? `--workers, which is ${workers}`
      : `--workers times the number of shards, which is ${threads}`
  const maxInFlight = read('max-in-flight', Math.max(10_000, threads), wholeFrom(1))
  if (maxInFlight < threads) {
    mistakes.push(`--max-in-flight ${maxInFlight}: must be at least ${theirNumber}`)
  }
  const closed = given.has('closed')
  const connections = read('connections', Math.max(10, threads), wholeFrom(1))
  if (given.has('connections') && !closed) {
    mistakes.push('--connections: is for --closed; an open loop opens as many as it needs')
  }
  if (given.has('profile') && closed) {
    mistakes.push('--profile: there is no schedule with --closed')
  }
  for (const { text, measure } of closed ? expect : []) {
    if (!('rate' in measure) || measure.unit !== 'share') continue
    mistakes.push(
      `--expect ${text}: no rate is asked for with --closed; the limit must be a rate such as 49.5/s`,
    )
  }
  if (connections < threads) {
    mistakes.push(`--connections ${connections}: must be at least ${theirNumber}`)
  }
  const usualStart = defaults.startAt === undefined ? null : parseInstant(defaults.startAt)
  if (defaults.startAt !== undefined && usualStart === null) {
    mistakes.push(`LOADGEN_START_AT ${defaults.startAt}: must be ${allowed['start-at']}`)
  }
  const body = read<string | null>('body', null, (text) => text)

  const options: Omit<Options, 'url' | 'targets'> = {
    rate,
    durationMs,
    requests,
    profile,
    arrivals: read<Arrivals>('arrivals', 'poisson', oneOf('poisson', 'even')),
    seed: read('seed', 1, wholeFrom(0, 2 ** 31 - 1)),
    timeoutMs: read('timeout', 10_000, parseTimeout),
    maxInFlight,
    connections: closed ? connections : null,
    workers,
    shard,
    startAt: read('start-at', usualStart, parseInstant),
    method: read('method', body === null ? 'GET' : 'POST', parseMethod),
    headers: readAll('header', parseHeader),
    body,
    ca: read('ca', targets.some(isHttps) ? (defaults.ca ?? null) : null, fileName),
    strict: given.has('strict'),
    json,
    hdr,
    html,
    expect,
    metricsPort,
    awaitScrape: metricsPort === 0 ? null : awaitScrape,
    progress: !given.has('no-progress'),
    help: given.has('help'),
  }
  if (mistakes.length > 0) return { mistakes, files: options }
  const weighted = targets.map(({ weight, url }) => ({ weight, url: new URL(url) }))
  return { options: { url: (weighted[0] as WeightedUrl).url, targets: weighted, ...options } }
}

/** A target, and how often it is chosen in proportion to the others. */
export type WeightedUrl = { weight: number; url: URL }

/** Beyond any machine's processors; each thread takes some 10 MB. */
const mostWorkers = 256

/** Each option that takes a value, and which values, as the end of a sentence "must be …". */
const allowed = {
  rate: `requests a second, above 0, such as 50, and ${formatCount(mostPerSecond)} at most`,
  duration: 'a duration such as 500ms, 90s, 2m, 1h or 1m30s',
  requests: 'a whole number from 1',
  profile: `constant, ramp:10..200, steps:10,50,100, sine:20..80/60s or burst:500/10s, with rates of ${formatCount(mostPerSecond)} at most`,
  arrivals: 'poisson or even',
  seed: 'a whole number from 0 to 2147483647',
  timeout: 'a duration such as 500ms or 10s, of 24 days at most',
  'max-in-flight': 'a whole number from 1',
  target: "a weight above 0 and an http(s) URL or a path, such as '3 http://127.0.0.1:8080/'",
  connections: 'a whole number from 1',
  workers: `a whole number from 1 to ${mostWorkers}`,
  shard: `I/N, with I from 0 to N - 1 and N ${formatCount(mostShards)} at most, such as 0/4`,
  'start-at': 'an instant with its time zone, such as 2026-03-01T12:00:00Z',
  method: 'a method such as POST, and not CONNECT',
  header: "a name and a value, such as 'Accept: text/html', and no length of the body",
  body: 'a text, or @ and the name of a file',
  ca: 'the name of a file',
  json: 'the name of a file, or - for stdout',
  hdr: 'the name of a file, or - for stdout',
  html: 'the name of a file, or - for stdout',
  expect: "an expectation such as 'p99<2.1s'",
  'metrics-port': 'a port from 1 to 65535, or 0 for none',
  'await-scrape': 'the URL of a Prometheus, such as http://127.0.0.1:9090',
} as const

type OptionName = keyof typeof allowed

const flags = ['closed', 'strict', 'no-progress', 'help'] as const

/** Takes the arguments apart; what is no option, or lacks a value, or has one too many, is a mistake. */
const split = (args: readonly string[], mistakes: string[]) => {
  const given = new Map<string, string>()
  /** Every value of each option, in order. */
  const repeated = new Map<string, string[]>()
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
      } else {
        given.set(name, value)
        repeated.set(name, [...(repeated.get(name) ?? []), value])
      }
    } else if (flags.some((flag) => flag === name)) {
      if (value === undefined) given.set(name, '')
      else mistakes.push(`${rawName}=${value}: takes no value`)
    } else mistakes.push(`${rawName}: is no option`)
  }
  return { given, repeated, urls }
}

const mistakeInUrl = (text: string): string | null => {
  const url = parseUrl(text)
  if (!url) return 'must be an http:// or https:// URL, such as http://127.0.0.1:8080/'
  if (url.username || url.password) return 'a user or password in the URL would not be sent'
  return null
}

const parseUrl = (text: string): URL | null => {
  const url = URL.parse(text)
  return url && (url.protocol === 'http:' || url.protocol === 'https:') ? url : null
}

const isHttps = ({ url }: { url: string }) => parseUrl(url)?.protocol === 'https:'

const fileName = (text: string): string | null => text || null

/** A path is one of the server that is loaded where no URL is given, wherever that is. */
const parseTarget =
  (usualUrl: string) =>
  (text: string): { weight: number; url: string } | null => {
    const [, weightText = '', where = ''] = /^\s*(\S+)\s+(\S+)\s*$/.exec(text) ?? []
    const weight = positive(weightText)
    const url = where.startsWith('/') ? (URL.parse(where, usualUrl)?.href ?? where) : where
    return weight === null ? null : { weight, url }
  }

/** A token: RFC 9110, section 5.6.2. What answers a CONNECT is no HTTP any more. */
const parseMethod = (text: string): string | null =>
  /^[!#$%&'*+.^_`|~\w-]+$/.test(text) && text !== 'CONNECT' ? text : null

/** The length of the body is not for a header to say; a value is printable, or it could end its line. */
const parseHeader = (text: string): [string, string] | null => {
  const [, name = '', value = ''] = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([^\p{Cc}]*)$/u.exec(text) ?? []
  return name === '' || /^(content-length|transfer-encoding)$/i.test(name)
    ? null
    : [name, value.trim()]
}

const parseRate = (text: string): number | null => {
  const rate = positive(text)
  return rate !== null && rate <= mostPerSecond ? rate : null
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
