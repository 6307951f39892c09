import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { loadOptions, type RunRequest } from './console/run-request.ts'

/** A run of the load generator: under way, or the last one. */
export type Run = {
  /** Counts the runs, from 1. */
  number: number
  asked: RunRequest
  /** Since the epoch. */
  startedAtSeconds: number
  /** Since it was started, or how long it took. */
  elapsedSeconds: number
  state: 'running' | 'stopping' | 'ended'
  /** What the generator last said in words. */
  line: string
  /** What the run has come to, each second, as its result will have it; null before the first second. */
  soFar: unknown
  /** Where the generator serves metrics of its own; 0 for nowhere. */
  metricsPort: number
  /** Null while it runs. */
  exitCode: number | null
  /** What it found, as its `--json` has it; null until it has ended, or when it had nothing to say. */
  result: unknown
}

/** Starts runs of the load generator against this server, one at a time. */
export type LoadRuns = {
  /** Why no run can be started here; undefined where it can. */
  readonly refusal: string | undefined
  readonly current: Run | undefined
  /** Starts one; undefined when one is under way. */
  start: (asked: RunRequest) => Promise<Run | undefined>
  /** Has the one that is under way end in its own good order, with its account; false when there is none. */
  stop: () => boolean
  /** Ends it at once, for good. */
  end: () => void
}

export type LoadRunsOptions = {
  /** The one address that is ever loaded; undefined while it is not known. */
  target: () => string | undefined
  env: NodeJS.ProcessEnv
  /** The Node.js to run it with. */
  node: string
  /** The load generator's main file. */
  main?: string
  /** The port that Prometheus scrapes the generator on; 0 for none. */
  metricsPort: number
  clock?: () => number
}

/** More in flight than this is not what a page is for: each takes a socket on both sides. */
const MOST_IN_FLIGHT = 5000

/** No behaviour delays for longer than two minutes: nothing is to be cut short. */
const TIMEOUT = '150s'

/**
 * The load generator is a process of its own, and this is all that the server knows of it: the command, that it
 * tells over Node's channel how far it is, and that its result comes as JSON on stdout. Nobody can name another address than the server's own.
 */
export function createLoadRuns({
  target,
  env,
  node,
  main = fileURLToPath(new URL('../loadgen/main.ts', import.meta.url)),
  metricsPort,
  clock = Date.now,
}: LoadRunsOptions): LoadRuns {
  const here = existsSync(main)
  let run: (Omit<Run, 'elapsedSeconds'> & { endedAtSeconds: number | undefined }) | undefined
  let child: ChildProcess | undefined
  let ended = false

  const seconds = () => clock() / 1000
  const shown = (): Run | undefined => {
    if (!run) return undefined
    const { endedAtSeconds, ...rest } = run
    return { ...rest, elapsedSeconds: (endedAtSeconds ?? seconds()) - run.startedAtSeconds }
  }
  const begin = (asked: RunRequest, url: string, port: number) => {
    const begun = {
      number: (run?.number ?? 0) + 1,
      asked,
      startedAtSeconds: seconds(),
      state: 'running' as Run['state'],
      line: '',
      soFar: null as unknown,
      metricsPort: port,
      exitCode: null as number | null,
      result: null as unknown,
      endedAtSeconds: undefined as number | undefined,
    }
    const options = [
      ...loadOptions(asked),
      ...['--timeout', TIMEOUT, '--max-in-flight', `${MOST_IN_FLIGHT}`],
      ...['--metrics-port', `${port}`, '--json', '-', url],
    ]
    // Over the channel it tells each second how far it is, and its end tells it that this server is gone.
    const process = spawn(node, [main, ...options], {
      env: withoutDefaults(env),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    }) as ChildProcessByStdio<null, Readable, Readable>
    process.on('message', (soFar) => {
      begun.soFar = soFar
    })
    let stdout = ''
    process.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout = (stdout + text).slice(0, MOST_OUTPUT)
    })
    process.stderr.setEncoding('utf8').on('data', (text: string) => {
      // What follows the end of the run is the report, which comes as JSON, too.
      if (stdout === '') begun.line = text.trimEnd().split('\n').at(-1)?.slice(0, 300) ?? ''
    })
    let closed = false
    const close = (exitCode: number) => {
      if (closed) return
      closed = true
      child = undefined
      const { state: _, ...rest } = begun
      Object.assign(begun, { ...rest, state: 'ended', exitCode, result: parsed(stdout) })
      begun.endedAtSeconds = seconds()
    }
    process.on('error', ({ message }) => {
      begun.line = message
      close(1)
    })
    process.on('close', (code, signal) => {
      if (signal === 'SIGTERM' && begun.state === 'stopping') {
        begun.line = 'it was stopped before it had begun'
        close(INTERRUPTED)
        return
      }
      if (signal) begun.line = `the load generator was ended by ${signal}, and its account is lost`
      close(code ?? 1)
    })
    child = process
    run = begun
  }
  let starting = false

  return {
    get refusal() {
      if (!here) return 'the load generator is not beside this server'
      return target() === undefined
        ? 'the load generator can’t reach this server by itself: it speaks TLS, and LOADGEN_CA does not name whom to trust'
        : undefined
    },
    get current() {
      return shown()
    },
    async start(asked) {
      const url = target()
      if (child || starting || ended || !here || url === undefined) return undefined
      starting = true
      try {
        const port = (await isFree(metricsPort, env.LAB_BIND)) ? metricsPort : 0
        if (ended) return undefined
        begin(asked, url, port)
        return shown()
      } finally {
        starting = false
      }
    },
    stop() {
      if (!child || !run) return false
      // The second signal would end it without an account.
      if (run.state === 'running') child.kill('SIGTERM')
      run.state = 'stopping'
      return true
    },
    end() {
      ended = true
      child?.kill('SIGKILL')
    },
  }
}

/** The load generator's own exit code when it was stopped. */
const INTERRUPTED = 130

/** A result is some kilobytes. */
const MOST_OUTPUT = 1024 * 1024

/** What the environment says of other runs is not for this one. */
const withoutDefaults = ({ LOADGEN_URL, LOADGEN_AWAIT_SCRAPE, ...env }: NodeJS.ProcessEnv) => env

const parsed = (json: string): unknown => {
  try {
    return JSON.parse(json)
  } catch {
    return null
  }
}

const isFree = (port: number, host?: string) =>
  new Promise<boolean>((resolve) => {
    const probe = createServer()
      .once('error', () => resolve(false))
      .listen(port, host || undefined, () => probe.close(() => resolve(true)))
  })
