import { axes, readAddress, writeAddress } from '../address.ts'
import { type Distribution, ofPairs } from '../distribution.ts'
import {
  formatBound,
  formatCount,
  formatMany,
  formatNumber,
  formatRate,
  formatSeconds,
  unbroken,
} from '../format.ts'
import { createHistory } from '../history.ts'
import type { Scale } from '../scale.ts'
import { runOf, stateOf, unknownIn } from '../state.ts'
import { fittingAxis, viewOf } from '../view.ts'
import { cautionOf, truthOf } from '../waiting.ts'
import { type Asked, createBehaviourForm, expectationOf, wordsOf } from './behaviour.ts'
import { byId, copy, html, say, showMistakes } from './dom.ts'
import { createHeatmap } from './heatmap.ts'
import { showLinks } from './links.ts'
import { createLoadForm } from './load.ts'
import { createLayoutChoice } from './own.ts'
import { createPicture } from './picture.ts'
import { type Live, startPolling } from './poll.ts'
import { showQuantiles } from './quantiles.ts'
import { createTimeChart } from './time-chart.ts'

const given = readAddress(location.hash)
const state = stateOf(given)
showMistakes(byId('address-mistakes'), unknownIn(given))
// Another link was put into the address: the page begins as that says.
addEventListener('hashchange', () => location.reload())

// What happened, as far as it is known here.
const history = createHistory()
let live: Live | undefined
let delays: Distribution = ofPairs([])
let seen: Distribution = ofPairs([])
let expected = false
let axis: Scale['kind'] = 'linear'

const picture = createPicture()
const charts = {
  rate: createTimeChart({
    id: 'chart-rate',
    label: 'Requests and errors a second over the last five minutes',
    format: formatRate,
    formatTick: (rate) => `${formatNumber(rate)}/s`,
    least: 1,
  }),
  p99: createTimeChart({
    id: 'chart-p99',
    label: 'True and estimated p99 over the last five minutes',
    format: formatSeconds,
    formatTick: formatBound,
    least: 0.001,
  }),
  flight: createTimeChart({
    id: 'chart-flight',
    label: 'Requests in flight over the last five minutes',
    format: formatCount,
    least: 1,
  }),
}
const heatmap = createHeatmap()
const numbers = createNumbers()

const chosen = createLayoutChoice(state, (wanted, layout) => {
  Object.assign(state, wanted)
  remember()
  // The forms and charts come after the first call.
  queueMicrotask(() => {
    drawPicture()
    drawLines()
    behaviourForm.refresh()
    links(layout.series)
  })
})
const behaviourForm = createBehaviourForm({
  initial: { name: state.behaviour, parameters: state.behaviourParameters },
  bounds: () => chosen().bounds,
  changed({ name, parameters }) {
    Object.assign(state, { behaviour: name })
    state.behaviourParameters = parameters
    remember()
  },
  applied: () => poll(),
})
const loadForm = createLoadForm(
  runOf(state),
  (asked) => {
    state.profile = asked.profile
    state.profileParameters = asked.parameters
    state.durationSeconds = asked.durationSeconds
    state.arrivals = asked.arrivals
    remember()
  },
  () => poll(),
)
for (const radio of document.querySelectorAll<HTMLInputElement>('input[name=axis]')) {
  radio.checked = radio.value === state.axis
  radio.addEventListener('input', () => {
    state.axis = axes.find((each) => each === radio.value) ?? 'fitting'
    remember()
    drawPicture()
  })
}
const copyLink = byId('copy-link')
copyLink.addEventListener('click', () => copy(copyLink, location.href))
const copyCommand = byId('copy-command')
copyCommand.addEventListener('click', () => copy(copyCommand, byId('command').textContent ?? ''))
const first = byId<HTMLButtonElement>('first')
first.addEventListener('click', () => {
  if (live?.refusal) {
    byId('load').scrollIntoView()
    copyCommand.focus()
    return
  }
  first.disabled = true
  say(first, 'Starting…')
  loadForm.start({ profile: 'constant', parameters: { rate: 50 }, durationSeconds: 60 })
})

let neighbours: Parameters<typeof showLinks>[0] = { prometheus: null, grafana: null }
function links(series = chosen().series) {
  showLinks(neighbours, series)
}
async function askNeighbours() {
  neighbours = await fetch('/api/neighbours').then(
    (response) => response.json(),
    () => ({ prometheus: null, grafana: null }),
  )
  links()
  setTimeout(askNeighbours, 10_000)
}
askNeighbours()

const poll = startPolling(
  () => history.last,
  (answer) => {
    const other = JSON.stringify(live?.behaviour) !== JSON.stringify(answer.behaviour)
    live = answer
    behaviourForm.inForce(answer.behaviour)
    if (other) {
      // Who comes without a wish of their own finds the form as the server is.
      if (!given.behaviour && history.last === 0) behaviourForm.fill(answer.behaviour)
    }
    history.add(answer.seconds)
    // Until something has happened, there is what the formula expects.
    const formula = answer.delays.length === 0 ? expectationOf(answer.behaviour) : undefined
    expected = formula !== undefined
    delays = formula?.truth ?? ofPairs(answer.delays)
    seen = formula?.seen ?? ofPairs(answer.durations)
    loadForm.show(answer.run, answer.refusal)
    showFirst(answer)
    drawPicture()
    drawLines()
    heatmap(history.seconds)
  },
)

function drawPicture() {
  if (!live) return
  const truth = expected ? delays : truthOf(delays, seen)
  const view = viewOf(truth, seen, chosen().bounds)
  say(byId('picture-of'), pictureOf(live.behaviour))
  const caution = expected ? '' : unbroken(cautionOf(delays, seen))
  say(byId('caution'), caution)
  byId('caution').hidden = caution === ''
  showQuantiles(view)
  axis = state.axis === 'fitting' ? fittingAxis(truth, axis) : state.axis
  picture(view, axis)
}

function pictureOf(behaviour: Asked) {
  const of = wordsOf(behaviour)
  if (expected) return `Nothing was sent yet. Expected of ${of}`
  return `${formatMany(delays.count, 'request')} of ${of}`
}

function drawLines() {
  if (!live) return
  const { seconds } = history
  const ats = seconds.map(({ at }) => at)
  const estimates = history.estimates(chosen().bounds)
  const changedAt = live.behaviour.changedAtSeconds ?? undefined
  const answers = seconds.map(({ answers }) => answers)
  const errors = seconds.map(({ errors }) => errors)
  const p99 = seconds.map(({ p99 }) => p99)
  const flight = seconds.map(({ inFlight }) => inFlight)
  charts.rate(
    ats,
    [
      { name: 'requests', kind: 'truth-line', values: answers },
      { name: 'errors', kind: 'errors-line', values: errors },
    ],
    changedAt,
  )
  charts.p99(
    ats,
    [
      { name: 'true', kind: 'truth-line', values: p99 },
      { name: 'estimated', kind: 'seen-line dashed', values: estimates },
    ],
    changedAt,
  )
  charts.flight(ats, [{ name: 'in flight', kind: 'muted-line', values: flight }], changedAt)
  numbers({
    'requests a second': formatRate(answers.at(-1) ?? 0),
    'in flight': formatCount(live.inFlight),
    'errors a second': formatRate(errors.at(-1) ?? 0),
    'true p99, 10 s': formatSeconds(p99.at(-1)),
    'estimated p99': formatSeconds(estimates.at(-1)),
  })
}

function createNumbers() {
  const place = byId('numbers')
  return (values: Record<string, string>) => {
    for (const [i, [name, value]] of Object.entries(values).entries()) {
      if (!place.children[i]) place.append(html('div', {}, html('dt', {}, name), html('dd', {})))
      const cell = place.children[i]?.lastElementChild
      if (cell) say(cell, value)
    }
  }
}

function showFirst({ run, refusal }: Live) {
  const running = run !== null && run.state !== 'ended'
  first.disabled = running
  const words = refusal ? 'Show how to send requests' : 'Send 50 requests a second'
  say(first, running ? 'Sending…' : words)
}

/** The address always has the state, so that it can be copied from there, too. */
function remember() {
  window.history.replaceState(null, '', `#${writeAddress(state)}`)
}
