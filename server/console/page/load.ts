import { formatCount, formatNumber, formatSeconds, formatShare } from '../format.ts'
import { inWords } from '../mistakes.ts'
import {
  arrivals,
  LONGEST_SECONDS,
  loadOptions,
  type ProfileName,
  presetsOf,
  profileNames,
  profiles,
  type RunRequest,
  readRunRequest,
} from '../run-request.ts'
import { afterAWhile, byId, html, say, showMistakes } from './dom.ts'
import { type Field, fillSliders } from './sliders.ts'

/** A run as the control listener tells of it. */
export type Run = {
  number: number
  asked: RunRequest
  startedAtSeconds: number
  elapsedSeconds: number
  state: 'running' | 'stopping' | 'ended'
  line: string
  soFar: SoFar | null
  metricsPort: number
  exitCode: number | null
  result: RunResult | null
}

type Summary = Record<'p50' | 'p90' | 'p99' | 'max', number | null>

type Account = {
  planned: number
  responseTime: Summary
  serviceTime: Summary
} & Record<Outcome, number>

type SoFar = Account & {
  inFlight: number
  rate: { asked: number | null; achieved: number }
}

type RunResult = Account & { verdict: string; reasons: string[] }

const outcomes = {
  ok: 'ok',
  httpErrors: 'HTTP errors',
  networkErrors: 'network errors',
  timeouts: 'timeouts',
  cancelled: 'cancelled',
  neverSent: 'never sent',
}

type Outcome = keyof typeof outcomes

export type LoadForm = {
  /** Shows how far a run is; `refusal` says why none can be started. */
  show: (run: Run | null, refusal: string | null) => void
  start: (asked?: unknown) => Promise<void>
}

const durationField: Field = {
  description: 'how long the run lasts',
  unit: 'seconds',
  min: 1,
  max: LONGEST_SECONDS,
  default: 60,
}

const arrivalWords = {
  poisson: 'as from many users, who know nothing of one another',
  even: 'like a metronome',
}

const fieldsOf = ({ profile }: RunRequest): Record<string, Field> => ({
  ...profiles[profile].parameters,
  durationSeconds: durationField,
})

/** Brings the form to life. */
export function createLoadForm(
  initial: RunRequest,
  changed: (asked: RunRequest) => void,
  poll: () => void,
): LoadForm {
  const profile = byId<HTMLSelectElement>('profile')
  const arrival = byId<HTMLSelectElement>('arrivals')
  const [startButton, stopButton] = [
    byId<HTMLButtonElement>('start-run'),
    byId<HTMLButtonElement>('stop-run'),
  ]
  const mistakes = byId('load-mistakes')
  profile.append(...profileNames.map((name) => html('option', { value: name }, name)))
  let asked = initial
  let busy = false
  /** Is what could not be done no longer to be told? */
  let isOver = () => false

  const check = () => {
    const read = readRunRequest(asked)
    const wrong = 'mistakes' in read ? read.mistakes : []
    showMistakes(mistakes, inWords(wrong, fieldsOf(asked)))
    isOver = () => false
    startButton.disabled = busy || wrong.length > 0
    if (!('mistakes' in read)) say(byId('command'), commandOf(read))
    changed(asked)
  }
  const fill = () => {
    const known = profiles[asked.profile]
    profile.value = asked.profile
    arrival.value = asked.arrivals
    say(byId('profile-words'), `${known.description}; ${arrivalWords[asked.arrivals]}.`)
    const values = { ...asked.parameters, durationSeconds: asked.durationSeconds }
    fillSliders(
      byId('load-parameters'),
      fieldsOf(asked),
      values,
      ({ durationSeconds = 60, ...parameters }) => {
        asked = { ...asked, parameters, durationSeconds }
        check()
      },
    )
    check()
  }
  profile.addEventListener('change', () => {
    const name = profile.value as ProfileName
    asked = { ...asked, profile: name, parameters: presetsOf(name) }
    fill()
  })
  arrival.addEventListener('change', () => {
    asked = { ...asked, arrivals: arrivals.find((name) => name === arrival.value) ?? 'poisson' }
    fill()
  })
  const send = async (method: string, body?: unknown) => {
    try {
      const response = await fetch('/api/run', {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const answer = await response.json()
      showMistakes(mistakes, response.ok ? [] : answer.mistakes)
      if (response.status === 409) {
        let was = false
        isOver = () => {
          was ||= busy
          return was && !busy
        }
      }
    } catch {
      showMistakes(mistakes, ['the server does not answer: nothing was changed'])
      isOver = afterAWhile()
    }
    poll()
  }
  const start = (body: unknown = asked) => send('POST', body)
  byId('load-form').addEventListener('submit', (event) => {
    event.preventDefault()
    if (!startButton.disabled) start()
  })
  stopButton.addEventListener('click', () => send('DELETE'))
  fill()
  return {
    start,
    show(run, refusal) {
      busy = run !== null && run.state !== 'ended'
      byId('no-load').hidden = refusal === null
      byId('load-form').hidden = refusal !== null
      if (refusal !== null) say(byId('refusal'), `No run can be started from here: ${refusal}.`)
      if (isOver()) check()
      startButton.disabled = busy || 'mistakes' in readRunRequest(asked)
      stopButton.disabled = run?.state !== 'running'
      showRun(run)
    },
  }
}

/** The same run as a command for a terminal. */
function commandOf(asked: RunRequest): string {
  const [name, value, ...rest] = loadOptions(asked)
  const rate = name === '--rate' ? `RATE=${value}` : ''
  const more = [...(rate ? [] : [name, value]), ...rest.slice(2)].join(' ')
  return `make load ${rate} DURATION=${asked.durationSeconds}s ARGS='${more}'`.replace('  ', ' ')
}

const showRun = (run: Run | null) => {
  const progress = byId<HTMLProgressElement>('run-progress')
  const running = run !== null && run.state !== 'ended'
  const account = running ? run.soFar : run?.result
  progress.hidden = !running
  byId('run-result').hidden = !account
  byId('run-unscraped').hidden = run?.metricsPort !== 0
  say(byId('run-state'), run ? stateOf(run) : '')
  say(byId('run-said'), running ? 'A run is under way.' : run ? stateOf(run) : '')
  say(byId('run-line'), run ? lineOf(run) : '')
  if (!run) return
  const share = Math.min(1, run.elapsedSeconds / run.asked.durationSeconds)
  if (running && Math.abs(progress.value - share) > 0.001) progress.value = share
  if (!account) return
  const so = running ? ' so far' : ''
  say(byId('run-caption'), `How long it took${so}, as the client saw it`)
  showAccount(account)
  say(byId('run-verdict'), running || !run.result ? '' : verdictOf(run.result))
}

/** What goes on now, in a line; of a run that has failed, what it said last. */
const lineOf = ({ state, soFar, result, line }: Run) => {
  if (state === 'ended') return result === null ? line : ''
  if (!soFar) return ''
  const { achieved, asked } = soFar.rate
  const rate = asked === null ? '' : ` of ${formatNumber(asked)}`
  return `${formatNumber(achieved)}${rate} requests/s · ${formatCount(soFar.inFlight)} in flight`
}

const stateOf = ({ state, elapsedSeconds, asked, exitCode }: Run) => {
  const seconds = Math.round(elapsedSeconds)
  if (state === 'stopping') return 'stopping…'
  if (state === 'running') {
    return seconds <= asked.durationSeconds
      ? `${seconds} of ${asked.durationSeconds} s`
      : 'waiting for the last answers'
  }
  if (exitCode === 0) return `Done after ${seconds} s.`
  if (exitCode === 130) return `Stopped after ${seconds} s.`
  return exitCode === 4 ? 'Nothing answered.' : `Failed after ${seconds} s.`
}

const showAccount = (account: Account) => {
  const place = byId('run-times')
  const names = ['p50', 'p90', 'p99', 'max'] as const
  if (place.childElementCount === 0) {
    place.append(
      ...names.map((name) =>
        html('tr', {}, html('th', { scope: 'row' }, name), html('td'), html('td')),
      ),
    )
  }
  for (const [i, name] of names.entries()) {
    const [, response, service] = place.children[i]?.children ?? []
    if (response) say(response, formatSeconds(account.responseTime[name]))
    if (service) say(service, formatSeconds(account.serviceTime[name]))
  }
  const share = (count: number) =>
    account.planned > 0 ? ` (${formatShare(count / account.planned)})` : ''
  const counts = (Object.entries(outcomes) as [Outcome, string][])
    .filter(([outcome]) => outcome === 'ok' || account[outcome] > 0)
    .map(([outcome, name]) => `${formatCount(account[outcome])} ${name}${share(account[outcome])}`)
  say(byId('run-account'), `${formatCount(account.planned)} planned: ${counts.join(', ')}.`)
}

const verdictOf = ({ verdict, reasons }: RunResult) =>
  verdict === 'valid'
    ? 'The generator kept its schedule, so these figures are the server’s.'
    : `What was measured may be the generator: ${reasons.join('; ')}.`
