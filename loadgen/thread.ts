// A thread of the generator: what `main.ts` is to the process, this is to it.
import { performance } from 'node:perf_hooks'
import { parentPort, workerData } from 'node:worker_threads'
import { after, now } from './clock.ts'
import { type Engine, startEngine } from './engine.ts'
import { watchThread } from './thread-vitals.ts'
import type { FromThread, ThreadData, ToThread } from './threads.ts'

const { plan, share } = workerData as ThreadData
const port = parentPort as NonNullable<typeof parentPort>
const tell = (message: FromThread) => port.postMessage(message)

let engine: Engine | null = null

const start = async (startAtEpoch: number) => {
  engine = startEngine({
    plan,
    share,
    // Each thread's clock begins when it does.
    startAt: startAtEpoch - performance.timeOrigin,
    onTally: (tally) => tell({ kind: 'tally', tally: tally.toData() }),
    watchThread,
    now,
    after,
  })
  tell({ kind: 'ended', end: await engine.finished })
  port.close()
}

port.on('message', (message: ToThread) => {
  if (message.kind === 'start') start(message.startAtEpoch)
  else engine?.stop(message.reason)
})
tell({ kind: 'ready' })
