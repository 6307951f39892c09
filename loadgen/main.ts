import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { resolveAddress } from './address.ts'
import { awaitScrape } from './await-scrape.ts'
import { after, now } from './clock.ts'
import { exitCodeOf, exitCodes } from './exit-code.ts'
import { hdrLog } from './hdr.ts'
import { help } from './help.ts'
import { startLoad } from './load.ts'
import { createMetrics } from './metrics.ts'
import { serveMetrics } from './metrics-server.ts'
import { type Options, parseOptions } from './options.ts'
import { renderPage } from './page.ts'
import { readPageAssets } from './page-assets.ts'
import { type PlanInputs, planOf } from './plan.ts'
import { renderProgress } from './progress.ts'
import { showProgress } from './progress-line.ts'
import { renderReport } from './report.ts'
import { expectationsOf, type RunRecord, resultOf } from './result.ts'
import { watchThread } from './thread-vitals.ts'

/** Prometheus scrapes every 5 s in the lab, and every 15 s where nobody said otherwise. */
const awaitScrapeMs = 20_000

/** npm passes on a Ctrl-C that the terminal has sent to us already: so close together, they are one. */
const sameInterruptMs = 300

const { argv, env, stderr, stdout } = process

const say = (text: string) => stderr.write(`loadgen: ${text}\n`)

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

/** From arguments and environment to the exit code. */
async function main(): Promise<number> {
  const parsed = parseOptions(argv.slice(2), {
    url: env.LOADGEN_URL || undefined,
    awaitScrape: env.LOADGEN_AWAIT_SCRAPE || undefined,
  })
  if ('mistakes' in parsed) {
    for (const mistake of parsed.mistakes) say(mistake)
    say('nothing was sent; --help says what there is')
    return exitCodes.badUsage
  }
  if (parsed.options.help) {
    stdout.write(help)
    return exitCodes.done
  }
  return prepareAndRun(parsed.options)
}

/** All that can be wrong on this side is found before the first request is sent. */
const prepareAndRun = async (options: Options): Promise<number> => {
  const metrics = createMetrics()
  const { json, hdr, html, metricsPort, body, ca } = options
  let closeMetrics = () => {}
  const inputs: Pick<PlanInputs, 'body' | 'ca'> = { body: null, ca: null }
  try {
    if (body !== null)
      inputs.body = body.startsWith('@') ? readFileSync(body.slice(1)) : Buffer.from(body)
    if (ca !== null) inputs.ca = readCertificates(ca)
    for (const file of [json, hdr, html])
      if (file !== null && file !== '-') appendFileSync(file, '')
    if (html !== null) readPageAssets()
    if (metricsPort > 0) {
      const host = env.LAB_BIND || undefined
      const server = await serveMetrics({ registry: metrics.registry, port: metricsPort, host })
      closeMetrics = server.close
    }
  } catch (error) {
    say(messageOf(error))
    return exitCodes.badUsage
  }
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
    if (options.awaitScrape && worthIt) await reportScrape(options.awaitScrape, metrics)
    return exitCode
  } finally {
    closeMetrics()
  }
}

/** OpenSSL takes a file without a certificate for a wish to trust nobody, and says nothing. */
const readCertificates = (file: string): string => {
  const text = readFileSync(file, 'utf8')
  if (!text.includes('-----BEGIN CERTIFICATE-----')) {
    throw new Error(`--ca ${file}: has no certificate in it; must be PEM`)
  }
  return text
}

const runOnce = async (
  options: Options,
  inputs: Pick<PlanInputs, 'body' | 'ca'>,
  metrics: ReturnType<typeof createMetrics>,
) => {
  const addresses = await Promise.all(options.targets.map(({ url }) => resolveAddress(url))).catch(
    (error) => say(messageOf(error)),
  )
  if (typeof addresses !== 'object') return exitCodes.nothingAnswered
  const plan = planOf({ ...inputs, options, addresses })
  const { timeOrigin } = performance
  const startedAt = new Date()
  const load = startLoad({ options, plan, metrics, now, timeOrigin, after, startedAt, watchThread })

  let interruptedAt: number | null = null
  const interrupt = () => {
    interruptedAt ??= now()
    if (now() - interruptedAt > sameInterruptMs) process.exit(exitCodes.interrupted)
    load.stop('interrupted')
  }
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt)

  const hideProgress = options.progress
    ? showProgress(stderr, after, (columns) => renderProgress(load.progress(), columns))
    : () => {}
  const run = await load.finished
  hideProgress()
  publish(run)
  return run
}

/** Where one of the files is stdout, nothing else may be there. */
const publish = (run: RunRecord) => {
  const { json, hdr, html, url } = run.options
  const stream = [json, hdr, html].includes('-') ? stderr : stdout
  const colour = Boolean(stream.isTTY) && !env.NO_COLOR
  stream.write(renderReport(run, { colour, columns: stream.columns || 80 }))
  write(json, () => `${JSON.stringify(resultOf(run), null, 2)}\n`)
  write(hdr, () => hdrLog({ ...run, ...run.ledger, ...run.end }))
  const { series } = run
  if (series) write(html, () => renderPage(run, series, readPageAssets()))
  const imbalance = run.ledger.imbalance()
  if (imbalance) say(`the account doesn't add up, which is a mistake in this program: ${imbalance}`)
  if (run.fault)
    say(`${run.fault}; what it had not told by then is counted as cancelled or never sent`)
  if (run.ledger.planned > 0 && run.ledger.answered === 0 && run.end.reason !== 'interrupted') {
    const codes = [...run.ledger.errorCodes.keys()].join(', ') || 'no answer in time'
    // Codes of OpenSSL, https://nodejs.org/api/tls.html#x509-certificate-error-codes, and of Node's own check.
    const hint = /CERT|ISSUER/.test(codes)
      ? 'its certificate is not trusted; --ca FILE names one that is'
      : 'is the server running, and is it there?'
    say(`nothing answered at ${url.href} (${codes}): ${hint}`)
  }
}

const write = (file: string | null, text: () => string) => {
  if (file === '-') stdout.write(text())
  else if (file !== null) writeFileSync(file, text())
}

const reportScrape = async (prometheus: URL, metrics: ReturnType<typeof createMetrics>) => {
  say(`waiting for Prometheus to scrape the final counts, ${awaitScrapeMs / 1000} s at most`)
  const reason = await awaitScrape({ prometheus, metrics, patienceMs: awaitScrapeMs, now, sleep })
  if (reason === null) say(`Prometheus at ${prometheus.href} has the final counts`)
  else say(`Prometheus at ${prometheus.href} does not show the final counts: ${reason}`)
}

// Not process.exit: what was written to a pipe may still be under way.
process.exitCode = await main()
