import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readAddress, writeAddress } from './address.ts'
import { runOf, stateOf, unknownIn } from './state.ts'

test('what an address says comes back from it', () => {
  const state = stateOf({
    layout: 'bounds',
    bounds: '0.1, 0.2 5',
    axis: 'log',
    behaviour: 'pareto',
    behaviourParameters: { alpha: 1.5 },
    profile: 'sine',
    profileParameters: { to: 99 },
    durationSeconds: 30,
    arrivals: 'even',
  })
  assert.deepEqual(stateOf(readAddress(`#${writeAddress(state)}`)), state)
  assert.deepEqual(state.behaviourParameters, { alpha: 1.5, min: 0.05, max: 10 })
  assert.deepEqual(runOf(state), {
    profile: 'sine',
    parameters: { from: 20, to: 99, period: 30 },
    durationSeconds: 30,
    arrivals: 'even',
  })
})

test('an address has only what the chosen layout needs', () => {
  assert.doesNotMatch(writeAddress(stateOf({})), /bounds|start|factor/)
  assert.match(writeAddress(stateOf({ layout: 'factor' })), /start=0.01&factor=1.5&count=15/)
})

test('what is not known is as if it were not said', () => {
  const state = stateOf(
    readAddress('#behaviour=toString&profile=__proto__&axis=3&duration=x&arrivals='),
  )
  assert.deepEqual(state, stateOf({}))
  const { behaviourParameters } = stateOf(
    readAddress('#behaviour=constant&behaviour.delay=1&behaviour.x=2'),
  )
  assert.deepEqual(behaviourParameters, { delay: 1 })
})

test('any address gives a state that can be written', () => {
  fc.assert(
    fc.property(fc.string(), fc.webQueryParameters(), (text, query) => {
      for (const hash of [text, query]) writeAddress(stateOf(readAddress(hash)))
    }),
  )
})

test('what an address asks for and is not known here is told, with what is shown instead', () => {
  const given = readAddress('#layout=mine&axis=polar&behaviour=nope&profile=sine&arrivals=even')
  assert.deepEqual(unknownIn(given), [
    'The address asks for layout=mine, which is not known here: openTelemetry is shown.',
    'The address asks for axis=polar, which is not known here: fitting is shown.',
    'The address asks for behaviour=nope, which is not known here: uniform is shown.',
  ])
  assert.deepEqual(unknownIn(stateOf({})), [])
  assert.deepEqual(unknownIn(readAddress('')), [])
})
