import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { demo } from '../lab/demo.ts'
import { createPrometheus } from '../lab/prometheus.ts'
import { freePort, runLoad, startPrometheus, startServer } from './processes.ts'

// What an earlier server left in Prometheus must not be taken for the doing of this one.
const started: { stop: () => Promise<void> }[] = []
after(async () => {
  for (const { stop } of started.reverse()) await stop()
})

const env = { SEED: '1' }
const clock = { sleep, patienceMs: 20_000 }
const short = ['--rate', '40', '--duration', '3s', '--metrics-port', '0']

test('the demo counts this run alone, after a restart and through one', async () => {
  const port = await freePort()
  const restart = async () => {
    const server = await startServer({ ...env, PORT: String(port) })
    started.push(server)
    return server
  }
  const first = await restart()
  const tsdb = await startPrometheus({ server: port, loadgen: await freePort() })
  started.push(tsdb)
  const prometheus = createPrometheus(tsdb.url)
  const said: string[] = []
  const say = (text: string) => void said.push(text)
  const load = async () => (await runLoad([...short, first.url])).result

  assert.equal(await demo({ prometheus, load, say, ...clock }), true)
  assert.match(said.at(-1) ?? '', /^Prometheus counted every one of them: \d+\.$/)

  // The counters of the first server are in Prometheus for minutes to come.
  await first.stop()
  const second = await restart()
  assert.equal(await demo({ prometheus, load, say, ...clock }), true, said.join('\n'))

  // A restart in the middle leaves nothing to compare.
  const interrupted = async () => {
    const result = await load()
    await second.stop()
    await restart()
    return result
  }
  assert.equal(await demo({ prometheus, load: interrupted, say, ...clock }), false)
  assert.match(said.at(-1) ?? '', /The server was restarted during the run/)
})
