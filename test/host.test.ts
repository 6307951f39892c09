import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type RunningServer, startServer } from './processes.ts'
import { kernelSays } from './shown/kernel.ts'

// What the server says of its host, held against /proc as somebody else reads it, over the same time.
let server: RunningServer
before(async () => {
  server = await startServer()
})
after(() => server.stop())

const POINTS = 0.05

/** A scrape, and what the kernel says at the same moment. */
async function look() {
  const kernel = kernelSays(server.pid)
  const text = await (await fetch(`${server.url}/metrics`)).text()
  const shown = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
  return {
    kernel,
    cpu: shown('system_cpu_utilization_ratio'),
    memory: shown('system_memory_utilization_ratio'),
    processes: shown('system_processes'),
  }
}

/** How busy the processors were by the kernel's account, and by the server's: over the same two seconds. */
async function overTwoSeconds() {
  const { kernel: from } = await look()
  await sleep(2000)
  const { kernel: to, cpu } = await look()
  return { kernel: (to.hostBusy - from.hostBusy) / (to.hostTotal - from.hostTotal), cpu }
}

/** Programs that do nothing but take time, and a little memory, until they are killed. */
function burners(count: number): ChildProcess[] {
  const program = 'const taken = Buffer.alloc(200e6, 1); while (taken);'
  return Array.from({ length: count }, () =>
    spawn(process.execPath, ['-e', program], { stdio: 'ignore' }),
  )
}

async function end(children: ChildProcess[]) {
  const ended = children.map((child) => once(child, 'exit'))
  for (const child of children) child.kill('SIGKILL')
  await Promise.all(ended)
}

test('the processors are as busy as /proc says, with nothing to do and with a lot', async () => {
  const idle = await overTwoSeconds()
  assert.ok(Math.abs(idle.cpu - idle.kernel) <= POINTS, JSON.stringify(idle))
  const children = burners(1)
  const busy = await overTwoSeconds()
  await end(children)
  assert.ok(Math.abs(busy.cpu - busy.kernel) <= POINTS, JSON.stringify(busy))
  assert.ok(busy.kernel > 0.05, JSON.stringify(busy))
})

test('the memory that is taken is what /proc says, also when there is more of it', async () => {
  const before = await look()
  assert.ok(Math.abs(before.memory - before.kernel.memoryTaken) <= POINTS, JSON.stringify(before))
  const children = burners(1)
  await sleep(1000)
  const during = await look()
  await end(children)
  assert.ok(Math.abs(during.memory - during.kernel.memoryTaken) <= POINTS, JSON.stringify(during))
})

test('processes are counted as /proc lists them', async () => {
  const children = burners(5)
  const { processes, kernel } = await look()
  const around = [kernel.processes, kernelSays(server.pid).processes]
  await end(children)
  // Others come and go on this machine between one look and the next.
  const right = processes >= Math.min(...around) - 3 && processes <= Math.max(...around) + 3
  assert.ok(right, `${processes}, ${around}`)
})
