import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { answer, scriptedServer } from './scripted-server.ts'

const main = fileURLToPath(new URL('main.ts', import.meta.url))
const rate = ['--rate', '400', '--requests', '200', '--arrivals', 'even']
const quiet = ['--metrics-port', '0', '--no-progress', '--json', '-']

/** How often the kernel is asked. */
const lookEveryMs = 20

/**
 * How long, in milliseconds, this process' main thread has waited for a processor that others had: the
 * second number of https://docs.kernel.org/scheduler/sched-stats.html#proc-pid-schedstat. Null when it has gone.
 */
const waitedMs = (pid: number): number | null => {
  try {
    const [, waited] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')
    return Number(waited) / 1e6
  } catch {
    return null
  }
}

test('twenty runs in a row are valid, but for what the kernel itself kept from one', {
  skip: process.platform === 'linux' ? false : 'only Linux says how long a thread waited',
}, async (context) => {
  for (let n = 1; n <= 20; n++) {
    let begun = () => {}
    const first = new Promise<void>((resolve) => {
      begun = resolve
    })
    const { url } = await scriptedServer(context, (socket) => {
      begun()
      socket.write(answer(200))
    })
    const child = spawn(process.execPath, [main, ...rate, ...quiet, url.href], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const looks: number[] = []
    let timer: NodeJS.Timeout | undefined
    first.then(() => {
      const look = () => {
        const waited = waitedMs(child.pid ?? 0)
        if (waited !== null) looks.push(waited)
      }
      look()
      timer = setInterval(look, lookEveryMs)
    })
    const { verdict, reasons, ok } = JSON.parse(await text(child.stdout))
    clearInterval(timer)

    assert.equal(ok, 200)
    // A pause may lie across two looks. With one of less than 8 ms no bound of the verdict is reached.
    const longestMs = Math.max(...looks.map((waited, at) => (looks[at + 2] ?? waited) - waited))
    if (longestMs < 8) assert.equal(verdict, 'valid', `run ${n}: ${reasons.join('; ')}`)
    context.diagnostic(`run ${n}: ${verdict}, waited ${longestMs.toFixed(1)} ms at most`)
  }
})
