import { splitArguments } from './arguments.ts'
import { translateScrapeError } from './doctor/scrape-error.ts'
import { type FirstScrapeOptions, firstScrape } from './first-scrape.ts'
import { hostName, readTargets, scrapeUrl, type Target } from './target.ts'
import { renderTargetFile } from './target-file.ts'

/** What `lab target --help` prints. */
export const targetHelp = `Usage: node lab/main.ts target [--wait] TARGET...

Writes the target file for services of your own to stdout; make up TARGET='…' keeps it in
prometheus/targets/. A TARGET is host:port, host:port/path or https://host:port, with name=
before it if you like: that is its job then.

  --wait         write none; wait until Prometheus has asked each of them, and say how it went
  -h, --help     this text

Exit codes: 0 done, whatever the targets answered; 2 wrong usage.
`

export type TargetProcess = Omit<FirstScrapeOptions, 'sinceMs'> & {
  out: (text: string) => void
  /** For what is to be known beside it, a line at a time. */
  say: (text: string) => void
  /** The port of Grafana on this machine; null where there is none. */
  grafana: () => Promise<number | null>
  /** Does Prometheus run in a container? */
  inContainer: boolean
  nowMs: () => number
}

/** Runs `lab target`. Resolves to the exit code. */
export async function targetCommand(
  args: readonly string[],
  world: TargetProcess,
): Promise<number> {
  const { values, words, mistakes } = splitArguments(args, {
    allowed: {},
    flags: ['wait', 'help'],
    words: true,
  })
  if (values.has('help')) {
    world.out(targetHelp)
    return 0
  }
  const read = readTargets(words.join(' '))
  const all = [...mistakes, ...('mistakes' in read ? read.mistakes : [])]
  if ('targets' in read && read.targets.length === 0) all.push('TARGET: is missing')
  if ('mistakes' in read || all.length > 0) {
    for (const mistake of all) world.say(mistake)
    return 2
  }
  if (values.has('wait')) await sayHowTheyAnswer(read.targets, { ...world, sinceMs: world.nowMs() })
  else {
    for (const line of translations(read.targets)) world.say(line)
    world.out(renderTargetFile(read.targets))
  }
  return 0
}

export type Answers = FirstScrapeOptions &
  Pick<TargetProcess, 'out' | 'say' | 'grafana' | 'inContainer'>

/** Waits for the first scrape of each target, and prints how it went, what histograms it has, and where they are to be seen. */
export async function sayHowTheyAnswer(targets: Target[], options: Answers): Promise<void> {
  const { out, say, grafana, inContainer } = options
  if (targets.length > 0) say('waiting for the first scrape, which takes up to 15 s')
  const port = await grafana()
  const answers = targets.map(async (target) => ({
    target,
    answer: await firstScrape(target, options),
  }))
  for (const { target, answer } of await Promise.all(answers)) {
    const { text, job } = target
    if ('error' in answer) {
      out(`${text} does not answer Prometheus yet: ${answer.error}\n`)
      const asked = { url: scrapeUrl(target), job, whose: 'yours', inContainer } as const
      out(`  ${translateScrapeError(answer.error, asked).advice}\n`)
      continue
    }
    const { histograms, counted } = answer
    out(`${text} is scraped, as the job ${job}\n`)
    out(
      histograms.length > 0
        ? `  histograms  ${histograms.join(', ')}\n`
        : '  it has no histogram of requests, so there is no distribution to draw: docs/your-own-service.md\n',
    )
    if (histograms.length > 0 && !counted)
      out('  nothing is in them yet: send it a request, or make load\n')
    if (port !== null && histograms.length > 0)
      out(`  dashboard   http://localhost:${port}/d/service?var-job=${encodeURIComponent(job)}\n`)
  }
}

/** What is asked for by another name than the one that was given: in a container, `localhost` is the container. */
function translations(targets: Target[]): string[] {
  return targets
    .filter(({ text, address }) => address.startsWith(`${hostName}:`) && !text.includes(hostName))
    .map(
      ({ text, address }) =>
        `${text} is on this machine: Prometheus, in a container, asks ${address}`,
    )
}
