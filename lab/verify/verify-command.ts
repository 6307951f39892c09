import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { type Control, Refused } from '../control.ts'
import { driveLoad } from '../load.ts'
import type { Prometheus } from '../prometheus.ts'
import type { ClientResult } from './evidence.ts'
import { help, type Options, parseOptions } from './options.ts'
import { insertMarkdown, renderMarkdown, renderSummary } from './summary.ts'
import { type Asked, parametersOfAll, type Verification, verify } from './verify.ts'

export type VerifyLab = {
  control: Control
  prometheus: Prometheus
  /** Where the load generator finds that Prometheus. */
  prometheusUrl: string
  /** The Node.js to run the load generator with. */
  node: string
  /** Is there somebody to watch the load generator's live lines? */
  watched: boolean
  out: (text: string) => void
  err: (text: string) => void
  sleep: (ms: number, value: undefined, options: { signal: AbortSignal }) => Promise<unknown>
  /** Ends it; what was in force is put back all the same. */
  signal: AbortSignal
}

/**
 * Runs `lab verify`. Resolves to the exit code: 1 where anything is not as it must be, 2 for bad usage, 130
 * when it was interrupted.
 */
export async function verifyCommand(args: readonly string[], lab: VerifyLab): Promise<number> {
  const say = (text: string) => lab.err(`lab: ${text}\n`)
  const complain = (mistakes: string[]) => {
    for (const mistake of mistakes) say(mistake)
    say('nothing was verified; verify --help says what there is')
    return 2
  }
  const options = parseOptions([...args])
  if ('mistakes' in options) return complain(options.mistakes)
  if (options.help) {
    lab.out(help)
    return 0
  }
  // Better now than after five minutes.
  const unwritable = [options.json, options.markdown].flatMap(mistakesInFile)
  if (unwritable.length > 0) return complain(unwritable)
  try {
    return publish(await prove(options, lab), options, lab)
  } catch (error) {
    if (error instanceof Refused) return complain(error.mistakes)
    say(lab.signal.aborted ? 'interrupted' : (error as Error).message)
    return lab.signal.aborted ? 130 : 1
  }
}

const prove = async (options: Options, lab: VerifyLab): Promise<Verification[]> => {
  const { control, prometheus, signal } = lab
  const { requests, rate, seed } = options
  const each = async (): Promise<Asked[]> =>
    (await control.names()).map((name) => ({ name, parameters: parametersOfAll[name] ?? {} }))
  const one = { name: options.behaviour, parameters: options.parameters }
  const proof = {
    control,
    prometheus,
    drive: () => drive(options, lab),
    show: (text: string) => outputOf(options, lab)(`${text}\n`),
    say: (text: string) => lab.err(`lab: ${text}\n`),
    sleep: (ms: number) => lab.sleep(ms, undefined, { signal }),
    patienceMs: 30_000,
  }
  return verify(proof, options.all ? await each() : [one], { requests, rate, seed })
}

const drive = async (
  { requests, rate, seed, metricsPort }: Options,
  { node, prometheusUrl, watched, signal }: VerifyLab,
): Promise<ClientResult> => {
  signal.throwIfAborted()
  const amount = ['--requests', requests, '--rate', rate, '--seed', seed].map(String)
  const options = [
    ...[...amount, '--arrivals', 'poisson'],
    // No behaviour delays for longer than two minutes: nothing is to be cut short.
    ...['--timeout', '150s', '--metrics-port', String(metricsPort)],
    ...(metricsPort > 0 ? ['--await-scrape', prometheusUrl] : []),
    ...(watched ? [] : ['--no-progress']),
  ]
  const { exitCode, result } = await driveLoad<ClientResult>({
    node,
    options,
    report: false,
    signal,
  })
  signal.throwIfAborted()
  if (exitCode !== 0 || !result) throw new Error(`the load generator ended with ${exitCode}`)
  return result
}

const publish = (all: Verification[], options: Options, lab: VerifyLab): number => {
  const passed = ({ checks }: Verification) => checks.every((check) => check.passed)
  if (options.all) outputOf(options, lab)(`${renderSummary(all)}\n`)
  const { json, markdown } = options
  if (json !== null) {
    const behaviours = all.map(({ evidence, checks, words }) => ({ ...evidence, checks, words }))
    const report = { passed: all.every(passed), behaviours }
    write(json, `${JSON.stringify(report, null, 2)}\n`, lab)
  }
  if (markdown !== null) {
    const before = existsSync(markdown) ? readFileSync(markdown, 'utf8') : ''
    write(markdown, insertMarkdown(before, renderMarkdown(all)), lab)
  }
  return all.every(passed) ? 0 : 1
}

/** What goes to a program on stdout must be alone there. */
const outputOf = ({ json, markdown }: Options, { out, err }: VerifyLab) =>
  json === '-' || markdown === '-' ? err : out

const mistakesInFile = (file: string | null): string[] => {
  try {
    if (file !== null && file !== '-') appendFileSync(file, '')
    return []
  } catch (error) {
    return [`${(error as Error).message}: give - for stdout`]
  }
}

const write = (file: string, text: string, { out }: VerifyLab): void => {
  if (file === '-') out(text)
  else writeFileSync(file, text)
}
