import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Behaviour, behaviourNames, behaviours, defaultsOf } from './behaviours.ts'
import { deviationOf } from './deviation.ts'

test('a uniform distribution deviates by its width over √12, a constant not at all', () => {
  assert.ok(Math.abs(deviationOf((q) => 2 * q, 1) - 2 / Math.sqrt(12)) < 1e-4)
  assert.equal(
    deviationOf(() => 3, 3),
    0,
  )
})

for (const name of behaviourNames) {
  const { quantileSeconds, meanSeconds }: Behaviour = behaviours[name]
  if (!quantileSeconds || !meanSeconds) continue
  test(`the deviation of ${name} is within 1 % of the plain integral`, () => {
    const parameters = defaultsOf(name)
    const mean = meanSeconds(parameters)
    const steps = 200_000
    let sum = 0
    for (let i = 0; i < steps; i++) {
      sum += (quantileSeconds((i + 0.5) / steps, parameters) - mean) ** 2
    }
    const plain = Math.sqrt(sum / steps)
    const deviation = deviationOf((q) => quantileSeconds(q, parameters), mean)
    assert.ok(Math.abs(deviation - plain) <= 0.01 * plain, `${deviation}, and plainly ${plain}`)
  })
}
