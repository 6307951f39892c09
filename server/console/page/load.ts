import { formatCount, formatSeconds, formatShare } from '../format.ts'
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
import { byId, html, say, showMistakes } from './dom.ts'
import { type Field, fillSliders } from './sliders.ts'

/** A run as the control listener tells of it. */
export type Run = {
  number: number
  asked: RunRequest
  elapsedSeconds: number
  state: 'running' | 'stopping' | 'ended'
  line: string
  exitCode: number | null
  result: RunResult | null
}

type Summary = Record<'p50' | 'p90' | 'p99' | 'max', number | null>

type RunResult = {
  planned: number
  responseTime: Summary
  serviceTime: Summary
  verdict: string
  reasons: string[]
} & Record<Outcome, number>

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

  const check = () => {
    const read = readRunRequest(asked)
    const wrong = 'mistakes' in read ? read.mistakes : []
    showMistakes(mistakes, wrong)
    startButton.disabled = busy || wrong.length > 0
    if (!('mistakes' in read)) say(byId('command'), commandOf(read))
    changed(asked)
  }
  const fill = () => {
    const known = profiles[asked.profile]
    profile.value = asked.profile
    arrival.value = asked.arrivals
    say(byId('profile-words'), `${known.description}; ${arrivalWords[asked.arrivals]}.`)
    const fields: Record<string, Field> = { ...known.parameters, durationSeconds: durationField }
    const values = { ...asked.parameters, durationSeconds: asked.durationSeconds }
    fillSliders(
      byId('load-parameters'),
      fields,
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
    } catch {
      showMistakes(mistakes, ['the server does not answer'])
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
  progress.hidden = !running
  byId('run-result').hidden = run?.result === null || run === null || running
  if (!run) return
  const share = Math.min(1, run.elapsedSeconds / run.asked.durationSeconds)
  if (running && Math.abs(progress.value - share) > 0.001) progress.value = share
  say(byId('run-state'), stateOf(run))
  say(byId('run-line'), running || run.result === null ? fieldsOf(run.line) : '')
  if (run.result && !running) showResult(run, run.result)
}

/** The generator's line without its bar and what the page shows by itself; its fields are two spaces apart. */
const fieldsOf = (line: string) =>
  line
    .split(/ {2,}/)
    .filter((field) => !/[█░]| left$|^\(/.test(field))
    .join(' · ')

const stateOf = ({ state, elapsedSeconds, asked, exitCode }: Run) => {
  const seconds = Math.round(elapsedSeconds)
  if (state === 'stopping') return 'stopping…'
  if (state === 'running') {
    return seconds <= asked.durationSeconds
      ? `${seconds} of ${asked.durationSeconds} s`
      : 'waiting for the last answers'
  }
  if (exitCode === 0) return `Done after ${seconds} s.`
  return exitCode === 130 ? `Stopped after ${seconds} s.` : `Ended with exit code ${exitCode}.`
}

/** A result stays as it is: it is written once. */
let written = 0

const showResult = ({ number }: Run, result: RunResult) => {
  if (written === number) return
  written = number
  const row = (name: string, ...cells: string[]) =>
    html('tr', {}, html('th', { scope: 'row' }, name), ...cells.map((cell) => html('td', {}, cell)))
  byId('run-times').replaceChildren(
    ...(['p50', 'p90', 'p99', 'max'] as const).map((name) =>
      row(name, formatSeconds(result.responseTime[name]), formatSeconds(result.serviceTime[name])),
    ),
  )
  const share = (count: number) =>
    result.planned > 0 ? ` (${formatShare(count / result.planned)})` : ''
  const account = (Object.entries(outcomes) as [Outcome, string][])
    .filter(([outcome]) => outcome === 'ok' || result[outcome] > 0)
    .map(([outcome, name]) => `${formatCount(result[outcome])} ${name}${share(result[outcome])}`)
  say(byId('run-account'), `${formatCount(result.planned)} planned: ${account.join(', ')}.`)
  const verdict =
    result.verdict === 'valid'
      ? 'The generator kept its schedule, so these figures are the server’s.'
      : `What was measured may be the generator: ${result.reasons.join('; ')}.`
  say(byId('run-verdict'), verdict)
}
