import { writeFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { isThisMachine, resolveAddress } from './address.ts'
import { awaitScrape } from './await-scrape.ts'
import { after, now } from './clock.ts'
import { exitCodeOf, exitCodes } from './exit-code.ts'
import { emptyFiles, type Inputs, openFiles } from './files.ts'
import { hdrLog } from './hdr.ts'
import { help } from './help.ts'
import { startLoad } from './load.ts'
import { createMetrics } from './metrics.ts'
import { serveMetrics } from './metrics-server.ts'
import { type Options, parseOptions } from './options.ts'
import { renderPage } from './page.ts'
import { readPageAssets } from './page-assets.ts'
import { planOf } from './plan.ts'
import { renderProgress } from './progress.ts'
import { showProgress } from './progress-line.ts'
import { renderReport } from './report.ts'
import { expectationsOf, type RunRecord, resultOf } from './result.ts'
import { tellEachSecond } from './so-far.ts'
import { mistakeInStart } from './start-at.ts'
import { watchThread } from './thread-vitals.ts'

/** Prometheus scrapes every 5 s in the lab, and every 15 s where nobody said otherwise. */
const awaitScrapeMs = 20_000

/** Threads take some 100 ms to be ready. */
const readyBeforeStartMs = 1000

/** npm passes on a Ctrl-C that the terminal has sent to us already: so close together, they are one. */
const sameInterruptMs = 300

const { argv, env, stderr, stdout } = process

/** A terminal that can't move its cursor or change its colours: terminfo(5). */
const isDumb = env.TERM === 'dumb'

/** Could a part of the result not be written? */
let unwritten = false

const say = (text: string) => stderr.write(`loadgen: ${text}\n`)

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

/** What the first Ctrl-C ends. */
let interruptible = (): void => process.exit(exitCodes.interrupted)

/** The first interrupt ends what is under way in good order; the next ends the process. */
const watchInterrupts = () => {
  let interruptedAt: number | null = null
  const interrupt = () => {
    interruptedAt ??= now()
    if (now() - interruptedAt > sameInterruptMs) process.exit(exitCodes.interrupted)
    interruptible()
  }
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt)
  // Who has started this over a channel of Node's and is gone can't stop it any more.
  process.once('disconnect', interrupt)
  process.channel?.unref()
}

/** From arguments and environment to the exit code. */
async function main(): Promise<number> {
  const parsed = parseOptions(argv.slice(2), {
    url: env.LOADGEN_URL || undefined,
    awaitScrape: env.LOADGEN_AWAIT_SCRAPE || undefined,
    ca: env.LOADGEN_CA || undefined,
    startAt: env.LOADGEN_START_AT || undefined,
  })
  if ('mistakes' in parsed) {
    const { files } = parsed
    const inFiles = openFiles(files)
    return refuse([...parsed.mistakes, ...('mistakes' in inFiles ? inFiles.mistakes : [])])
  }
  if (parsed.options.help) {
    stdout.write(help)
    return exitCodes.done
  }
  return prepareAndRun(parsed.options)
}

/** Lines are not rewritten in place where the cursor can't be moved. */
const terminal = (stream: NodeJS.WriteStream) =>
  isDumb ? { write: (text: string) => stream.write(text) } : stream

const refuse = (mistakes: string[]): number => {
  for (const mistake of mistakes) say(mistake)
  say('nothing was sent; --help says what there is')
  return exitCodes.badUsage
}

/** All that can be wrong on this side is found before the first request is sent. */
const prepareAndRun = async (options: Options): Promise<number> => {
  const metrics = createMetrics()
  const { html, metricsPort } = options
  const inputs = openFiles(options)
  const late = options.startAt && mistakeInStart(options.startAt, Date.now())
  const mistakes = [...('mistakes' in inputs ? inputs.mistakes : []), ...(late ? [late] : [])]
  if ('mistakes' in inputs || mistakes.length > 0) return refuse(mistakes)
  let closeMetrics = () => {}
  try {
    if (html !== null) readPageAssets()
    if (metricsPort > 0) {
      const host = env.LAB_BIND || undefined
      const server = await serveMetrics({ registry: metrics.registry, port: metricsPort, host })
      closeMetrics = server.close
    }
  } catch (error) {
    return refuse([messageOf(error)])
  }
  emptyFiles(options)
  watchInterrupts()
  try {
    const run = await runOnce(options, inputs, metrics)
    if (typeof run === 'number') return run
    const exitCode = exitCodeOf(run.ledger, run.end.reason, {
      fault: run.fault !== null,
      limited: options.strict && run.verdict.verdict === 'generator-limited',
      unmet: expectationsOf(run).some(({ passed }) => !passed),
    })
    // Where nothing answered there is nothing that anybody would look for in Prometheus.
    const worthIt = exitCode !== exitCodes.nothingAnswered
    if (!options.awaitScrape || !worthIt) return exitCode
    const interrupted = await reportScrape(options.awaitScrape, metrics)
    return interrupted ? exitCodes.interrupted : exitCode
  } finally {
    closeMetrics()
  }
}

const runOnce = async (
  options: Options,
  inputs: Inputs,
  metrics: ReturnType<typeof createMetrics>,
) => {
  const host = env.LOADGEN_HOST || undefined
  const here = options.targets.filter(({ url }) => isThisMachine(url))
  if (host && here.length > 0)
    say(`${here.map(({ url }) => url.host).join(', ')} is on the host, asked as ${host}`)
  const addresses = await Promise.all(
    options.targets.map(({ url }) => resolveAddress(url, undefined, host)),
  ).catch((error) => say(messageOf(error)))
  if (typeof addresses !== 'object') return exitCodes.nothingAnswered
  const plan = planOf({ ...inputs, options, addresses })
  const { timeOrigin } = performance
  if (options.startAt && (await waitFor(options.startAt))) return exitCodes.interrupted
  const startedAt = options.startAt ?? new Date()
  const startAt = now() + startedAt.getTime() - Date.now()
  const clocks = { now, timeOrigin, after, startedAt, startAt }
  const load = startLoad({ options, plan, metrics, watchThread, ...clocks })

  interruptible = () => load.stop('interrupted')
  const hideProgress = options.progress
    ? showProgress(terminal(stderr), after, (columns) => renderProgress(load.progress(), columns))
    : () => {}
  const hush = process.connected
    ? // That nobody is there any more is told by the channel's end.
      tellEachSecond(after, (soFar) => process.send?.(soFar, () => {}), load.soFar)
    : () => {}
  const run = await load.finished
  hideProgress()
  hush()
  publish(run)
  return run
}

/** Waits until shortly before an instant, and answers whether that was interrupted. */
const waitFor = async (instant: Date) => {
  const { signal, abort } = abortable()
  interruptible = abort
  say(`waiting for ${instant.toISOString()}`)
  const waitMs = Math.max(0, instant.getTime() - Date.now() - readyBeforeStartMs)
  await sleep(waitMs, undefined, { signal }).catch(() => say('interrupted; nothing was sent'))
  return signal.aborted
}

/** Where one of the files is stdout, nothing else may be there. */
const publish = (run: RunRecord) => {
  const { json, hdr, html } = run.options
  const stream = [json, hdr, html].includes('-') ? stderr : stdout
  const colour = Boolean(stream.isTTY) && !env.NO_COLOR && !isDumb
  stream.write(renderReport(run, { colour, columns: stream.columns || 80 }))
  write('json', json, () => `${JSON.stringify(resultOf(run), null, 2)}\n`)
  write('hdr', hdr, () => hdrLog({ ...run, ...run.ledger, ...run.end }))
  const { series } = run
  if (series) write('html', html, () => renderPage(run, series, readPageAssets()))
  const imbalance = run.ledger.imbalance()
  if (imbalance) say(`the account doesn't add up, which is a mistake in this program: ${imbalance}`)
  if (run.fault)
    say(`${run.fault}; what it had not told by then is counted as cancelled or never sent`)
  if (run.ledger.planned > 0 && run.ledger.answered === 0 && run.end.reason !== 'interrupted') {
    const codes = [...run.ledger.errorCodes.keys()].join(', ') || 'no answer in time'
    const where = [...new Set(run.options.targets.map(({ url }) => url.origin))].join(', ')
    say(`nothing answered at ${where} (${codes}): ${hintFor(codes)}`)
  }
}

/** Codes of OpenSSL, https://nodejs.org/api/tls.html#x509-certificate-error-codes, of Node's own check, and ours. */
const hintFor = (codes: string): string => {
  if (/ALTNAME/.test(codes)) {
    return 'its certificate is trusted, and for other names than the one in the URL'
  }
  if (/CERT_(HAS_EXPIRED|NOT_YET_VALID)/.test(codes)) {
    return 'its certificate is not valid now; look at its dates, and at the clock of this machine'
  }
  if (/CERT|ISSUER|LEAF_SIGNATURE/.test(codes)) {
    return 'its certificate is not trusted; --ca FILE names one that vouches for it'
  }
  if (/SSL|malformed|closed before/.test(codes)) {
    return 'something is there, and does not speak HTTP as the URL has it; http: in place of https:, or the other way round?'
  }
  return 'is the server running, and is it there?'
}

/** A file that can't be written is not to cost the others. */
const write = (option: string, file: string | null, text: () => string) => {
  if (file === '-') stdout.write(text())
  if (file === '-' || file === null) return
  try {
    writeFileSync(file, text())
  } catch (error) {
    notWritten(`--${option} ${file}: ${messageOf(error)}`)
  }
}

const notWritten = (message: string) => {
  unwritten = true
  process.exitCode = exitCodes.brokenAccount
  say(message)
}

/** Waits, and answers whether that was interrupted. */
const reportScrape = async (prometheus: URL, metrics: ReturnType<typeof createMetrics>) => {
  const { signal, abort } = abortable()
  interruptible = abort
  say(`waiting for Prometheus to scrape the final counts, ${awaitScrapeMs / 1000} s at most`)
  const pause = (ms: number) => sleep(ms, undefined, { signal })
  try {
    const options = { prometheus, metrics, patienceMs: awaitScrapeMs, now, sleep: pause }
    const reason = await awaitScrape(options)
    if (reason === null) say(`Prometheus at ${prometheus.href} has the final counts`)
    else say(`Prometheus at ${prometheus.href} does not show the final counts: ${reason}`)
  } catch (error) {
    if (!signal.aborted) throw error
    say('interrupted; Prometheus may lack the final counts')
  }
  return signal.aborted
}

const abortable = () => {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}

// A reader that has gone, such as head, has what it wanted. The run goes on, and its exit code says how it went.
for (const stream of [stdout, stderr]) {
  stream.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (code !== 'EPIPE') notWritten(`the report could not be written: ${message}`)
  })
}

// Not process.exit: what was written to a pipe may still be under way.
const exitCode = await main()
process.exitCode = unwritten ? exitCodes.brokenAccount : exitCode
