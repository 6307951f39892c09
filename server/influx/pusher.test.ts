import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createBuffer } from './buffer.ts'
import type { Line } from './intervals.ts'
import { createPusher, type Outcome } from './pusher.ts'
import type { Answer } from './writer.ts'

const line = (n: number): Line => ({ text: `line ${n}`, requests: 1 })
const lines = (...numbers: number[]) => numbers.map(line)
const numbersIn = (text: string) => text.split('\n').map((each) => Number(each.slice(5)))

const failed: Answer = { outcome: 'failed', why: 'away' }
const refused: Answer = { outcome: 'refused', why: 'nonsense' }
const written: Answer = { outcome: 'written' }

/** A clock that jumps to the end of the next sleep once there is nothing else to do. */
function virtualClock() {
  let time = 0
  let sleepers: { at: number; wake: () => void }[] = []
  const tick = () => {
    const next = sleepers.toSorted((a, b) => a.at - b.at)[0]
    if (!next) return
    sleepers = sleepers.filter((each) => each !== next)
    time = next.at
    next.wake()
  }
  return {
    now: () => time,
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        const sleeper = { at: time + ms, wake: resolve }
        const end = () => {
          sleepers = sleepers.filter((each) => each !== sleeper)
          reject(signal?.reason)
        }
        if (signal?.aborted) return end()
        signal?.addEventListener('abort', end)
        sleepers.push(sleeper)
        setImmediate(tick)
      }),
  }
}

/** A pusher in virtual time, whose database answers as it is told to. */
function setUp(answers: Answer[], capacity = 100) {
  const sent: number[][] = []
  const ends: [Outcome, number[]][] = []
  const said: string[] = []
  const slept: number[] = []
  const clock = virtualClock()
  let step: () => void = () => {}
  const gate = { held: false }
  const pusher = createPusher({
    buffer: createBuffer(capacity),
    async write(text) {
      sent.push(numbersIn(text))
      if (gate.held) {
        await new Promise<void>((resolve) => {
          step = resolve
        })
      }
      return answers.shift() ?? written
    },
    told: {
      ended: (outcome, which) =>
        void ends.push([outcome, numbersIn(which.map(({ text }) => text).join('\n'))]),
      refused: (why) => void said.push(`refused: ${why}`),
      failed: (why) => void said.push(`failed: ${why}`),
      written: () => void said.push('written'),
    },
    random: () => 0,
    now: clock.now,
    sleep(ms, signal) {
      slept.push(ms)
      return clock.sleep(ms, signal)
    },
  })
  return { pusher, sent, ends, said, slept, gate, answer: () => step() }
}

/** Lets everything run that has nothing left to wait for. */
async function settle() {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
}

test('lines are sent as they come, and are written', async () => {
  const { pusher, sent, ends } = setUp([])
  pusher.push(lines(1, 2))
  await settle()
  pusher.push(lines(3))
  await settle()
  assert.deepEqual(sent, [[1, 2], [3]])
  assert.deepEqual(ends, [
    ['written', [1, 2]],
    ['written', [3]],
  ])
  assert.equal(pusher.waiting, 0)
})

test('a batch is under way alone; what comes meanwhile goes together in the next', async () => {
  const { pusher, sent, gate, answer } = setUp([])
  gate.held = true
  pusher.push(lines(1))
  pusher.push(lines(2))
  pusher.push(lines(3))
  await settle()
  assert.deepEqual(sent, [[1]])
  assert.equal(pusher.waiting, 3)
  gate.held = false
  answer()
  await settle()
  assert.deepEqual(sent, [[1], [2, 3]])
})

test('what could not be sent is sent again as it was, after pauses that grow', async () => {
  const { pusher, sent, ends, slept, said } = setUp([failed, failed, failed])
  pusher.push(lines(1, 2))
  await settle()
  assert.deepEqual(sent, [
    [1, 2],
    [1, 2],
    [1, 2],
    [1, 2],
  ])
  assert.deepEqual(slept, [500, 1000, 2000])
  assert.deepEqual(ends, [['written', [1, 2]]])
  assert.deepEqual(said, ['failed: away', 'failed: away', 'failed: away', 'written'])
})

test('a batch that was refused is never sent again, and what follows it is', async () => {
  const { pusher, sent, ends, said } = setUp([refused])
  pusher.push(lines(1))
  pusher.push(lines(2))
  await settle()
  assert.deepEqual(sent, [[1], [2]])
  assert.deepEqual(ends, [
    ['refused', [1]],
    ['written', [2]],
  ])
  assert.deepEqual(said, ['refused: nonsense', 'written'])
})

test('with no room left the oldest go, those that had been under way first', async () => {
  const { pusher, sent, ends, gate, answer } = setUp([failed], 3)
  gate.held = true
  pusher.push(lines(1, 2))
  pusher.push(lines(3, 4))
  pusher.push(lines(5, 6))
  await settle()
  assert.deepEqual(ends, [['dropped', [3]]])
  gate.held = false
  answer()
  await settle()
  assert.deepEqual(ends, [
    ['dropped', [3]],
    ['dropped', [1, 2]],
    ['written', [4, 5, 6]],
  ])
  assert.deepEqual(sent.at(-1), [4, 5, 6])
})

test('a large backlog goes in batches', async () => {
  const { pusher, sent } = setUp([failed], 20_000)
  pusher.push(lines(...Array(12_000).keys()))
  await settle()
  assert.deepEqual(
    sent.map((batch) => batch.length),
    [5000, 5000, 5000, 2000],
  )
})

test('at the end, what is left is sent, with short pauses', async () => {
  const { pusher, sent, slept } = setUp([failed, failed])
  pusher.push(lines(1))
  const left = await pusher.finish(1000)
  assert.deepEqual(left, [])
  assert.equal(sent.length, 3)
  assert.ok(slept.includes(200), `${slept}`)
})

test('a database that takes nothing does not hold the end up, and what is lost is told', async () => {
  const { pusher } = setUp(Array(1000).fill(failed))
  pusher.push(lines(1, 2))
  assert.deepEqual(await pusher.finish(1000), lines(1, 2))
})

test('one that hangs does not either', async () => {
  const { pusher, gate } = setUp([])
  gate.held = true
  pusher.push(lines(1))
  pusher.push(lines(2))
  assert.deepEqual(await pusher.finish(1000), lines(1, 2))
})
