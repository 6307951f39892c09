import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { identify } from '../lab/native/identity.ts'
import { writeState } from '../lab/native/state.ts'
import { freshScrape } from '../lab/picture.ts'
import { createPrometheus } from '../lab/prometheus.ts'
import { type NativeLab, nativeLab } from './native-lab.ts'
import { prometheusBinaries, root, runLoad, startServer } from './processes.ts'

// The lab as plain processes: the real verbs, the real supervisor, a real server and a real Prometheus, on free
// ports and in folders of their own.
const scratch = mkdtempSync(join(tmpdir(), 'lab-native-'))
const labs: NativeLab[] = []
after(async () => {
  for (const lab of labs) await lab.run(['down'])
  rmSync(scratch, { recursive: true })
})
await prometheusBinaries()

const newLab = async (env: NodeJS.ProcessEnv = {}) => {
  const directory = mkdtempSync(join(scratch, 'lab-'))
  const lab = await nativeLab(directory, env)
  labs.push(lab)
  return lab
}

const upLab = async () => {
  const lab = await newLab()
  const { exitCode, stderr } = await lab.run(['up'])
  assert.equal(exitCode, 0, stderr)
  return lab
}

const until = async (holds: () => boolean | Promise<boolean>, what: string) => {
  const giveUpAt = Date.now() + 15_000
  while (!(await holds())) {
    if (Date.now() > giveUpAt) throw new Error(`not within 15 s: ${what}`)
    await sleep(20)
  }
}

const answers = (url: string) =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  )

const lives = (pid: number) => identify(pid) !== undefined

const pidsOf = (lab: NativeLab) => ({
  supervisor: lab.state().supervisor.pid,
  server: lab.pidOf('server'),
  prometheus: lab.pidOf('prometheus'),
})

/** Every sample that a Prometheus has of these series, by series. */
async function samplesOf(lab: NativeLab, selector: string): Promise<Map<string, string[]>> {
  const query = new URLSearchParams({ query: `${selector}[1h]` })
  const response = await fetch(`${lab.prometheusUrl}/api/v1/query?${query}`)
  const { data } = (await response.json()) as {
    data: { result: { metric: object; values: [number, string][] }[] }
  }
  return new Map(
    data.result.map(({ metric, values }) => [
      JSON.stringify(metric),
      values.map(([time, value]) => `${value} at ${time}`),
    ]),
  )
}

/** What stands in for Grafana, which can't be had everywhere: it answers what it was told. */
function writeGrafana(home: string) {
  mkdirSync(join(home, 'bin'), { recursive: true })
  mkdirSync(join(home, 'conf'))
  writeFileSync(join(home, 'conf', 'defaults.ini'), '')
  const program = `#!${process.execPath}
    const { createServer } = require('node:http')
    const { argv, env } = process
    const { GF_SERVER_HTTP_ADDR: host, GF_SERVER_HTTP_PORT: port } = env
    createServer((_, response) => response.end(JSON.stringify({ argv: argv.slice(2), env }))).listen(port, host)
  `
  writeFileSync(join(home, 'bin', 'grafana'), program)
  chmodSync(join(home, 'bin', 'grafana'), 0o755)
}

// Two at a time: one of them mostly waits for scrapes.
describe('the lab without Docker', { concurrency: 2 }, () => {
  test('up returns when all is ready, and says where it is; a second up changes nothing', async () => {
    const lab = await newLab()
    const first = await lab.run(['up'])
    assert.equal(first.exitCode, 0, first.stderr)
    assert.ok(await answers(`${lab.serverUrl}/readyz`))
    assert.ok(await answers(`${lab.prometheusUrl}/-/ready`))
    const { server, control, prometheus } = lab.ports
    const lines = first.stdout.split('\n')
    assert.deepEqual(lines.slice(0, 4), [
      'The lab is up:',
      `  server      http://localhost:${server}`,
      `  console     http://localhost:${control}`,
      `  Prometheus  http://localhost:${prometheus}`,
    ])
    assert.match(lines[4] ?? '', /^without Grafana: http:\/\/localhost:\d+ answers every query/)
    assert.match(first.stderr, /^lab: LAB_MODE=native: the lab runs as plain processes\n$/)
    const pids = pidsOf(lab)

    const second = await lab.run(['up'])
    assert.deepEqual([second.exitCode, second.stdout], [0, first.stdout])
    assert.deepEqual(pidsOf(lab), pids)
  })

  test('all that listens, listens on 127.0.0.1', async () => {
    const lab = await upLab()
    const listening = readFileSync('/proc/net/tcp', 'utf8') + readFileSync('/proc/net/tcp6', 'utf8')
    for (const name of ['server', 'control', 'prometheus'] as const) {
      const port = lab.ports[name].toString(16).toUpperCase().padStart(4, '0')
      const addresses = [...listening.matchAll(new RegExp(`([0-9A-F]+):${port} \\w+:0000 0A`, 'g'))]
      assert.deepEqual(
        addresses.map(([, address]) => address),
        ['0100007F'],
        name,
      )
    }
    await lab.run(['down'])
  })

  test('a Prometheus that is killed under load loses no sample, and counts every request', async () => {
    const lab = await upLab()
    const prometheus = createPrometheus(lab.prometheusUrl)
    const clock = { sleep, patienceMs: 30_000 }
    await freshScrape(prometheus, clock)
    const load = ['--rate', '50', '--duration', '8s', '--seed', '1', '--metrics-port', '0']
    const running = runLoad([...load, lab.serverUrl])
    const count = 'lab_request_duration_seconds_count{http_route="/"}'
    await until(
      async () => ((await prometheus.query(`${count} > 0`))[0]?.value ?? 0) > 0,
      'a count',
    )
    const before = await samplesOf(lab, '{job=~".+"}')
    const killed = lab.pidOf('prometheus')
    process.kill(killed, 'SIGKILL')
    await until(() => !lives(killed), 'it ends')
    await until(() => answers(`${lab.prometheusUrl}/-/ready`), 'another one is ready')
    const afterwards = await samplesOf(lab, '{job=~".+"}')
    const kept = [...before.values()].flat().length
    assert.ok(kept > 1000, `${kept} samples`)
    for (const [series, samples] of before) {
      const now = new Set(afterwards.get(series))
      assert.deepEqual(
        samples.filter((sample) => !now.has(sample)),
        [],
        series,
      )
    }
    const { exitCode, result } = await running
    assert.deepEqual([exitCode, result.ok], [0, result.planned])
    await freshScrape(prometheus, clock)
    assert.equal((await prometheus.query(count))[0]?.value, result.planned)

    // Down keeps them too, clean does not.
    assert.equal((await lab.run(['down'])).exitCode, 0)
    assert.equal((await lab.run(['up'])).exitCode, 0)
    const latest = await samplesOf(lab, count)
    assert.ok(
      [...latest.values()].flat().some((sample) => sample.startsWith(`${result.planned} at`)),
    )
    assert.equal((await lab.run(['clean'])).exitCode, 0)
    assert.equal(existsSync(lab.folder.root), false)
  })

  test('a server that is killed comes back, and is named with the end of its log', async () => {
    const lab = await upLab()
    const { server, prometheus } = pidsOf(lab)
    await fetch(`${lab.serverUrl}/nowhere`)
    await until(() => lab.log('server').includes('"/nowhere"'), 'it is logged')
    process.kill(server, 'SIGKILL')
    await until(() => lab.state().processes.server?.exits === 1, 'it is seen')
    await until(() => answers(`${lab.serverUrl}/readyz`), 'it answers again')
    assert.notEqual(lab.pidOf('server'), server)
    assert.equal(lab.pidOf('prometheus'), prometheus)
    const said = lab.log('supervisor')
    assert.match(said, /server ended with SIGKILL after \d+\.\d s; it starts again in 0\.5 s\n/)
    assert.match(said, /server said: .*"\/nowhere"/)

    // Ended in its own good order it comes back too: it was not asked for by the lab.
    process.kill(lab.pidOf('server'), 'SIGTERM')
    await until(
      () => /server ended with exit code 0 after/.test(lab.log('supervisor')),
      'it is named',
    )
    await lab.run(['down'])
  })

  test('logs follows every process, by name', async () => {
    const lab = await upLab()
    const logs = spawn(process.execPath, [join(root, 'lab/main.ts'), 'logs'], { env: lab.env })
    const seen = new Set<string>()
    for await (const line of createInterface(logs.stdout)) {
      const [, name = ''] = /^(\w+) *\| ./.exec(line) ?? []
      seen.add(name)
      if (line.includes('"/later"')) break
      if (seen.size === 3) await fetch(`${lab.serverUrl}/later`)
    }
    assert.deepEqual([...seen].sort(), ['prometheus', 'server', 'supervisor'])
    logs.kill('SIGINT')
    assert.deepEqual(await once(logs, 'exit'), [0, null])
    await lab.run(['down'])
  })

  test('other settings start the server anew, and nothing else', async () => {
    const lab = await upLab()
    const before = pidsOf(lab)
    const { exitCode, stderr } = await lab.run(['up'], { BEHAVIOUR: 'constant', CONCURRENCY: '7' })
    assert.equal(exitCode, 0, stderr)
    assert.match(stderr, /server has other settings or other files than before: started anew/)
    const response = await fetch(`${lab.controlUrl}/api/behaviour`)
    assert.equal(((await response.json()) as { name: string }).name, 'constant')
    assert.deepEqual({ ...pidsOf(lab), server: 0 }, { ...before, server: 0 })

    // A mistake in them is told in the server's own words, and the rest runs on.
    const wrong = await lab.run(['up'], { BEHAVIOUR: 'nonsense' })
    assert.equal(wrong.exitCode, 1)
    assert.match(wrong.stderr, /lab: server ended with exit code 2; the end of \S+server\.log:/)
    assert.match(wrong.stderr, /lab: {3}server: BEHAVIOUR="nonsense": must be one of uniform/)
    assert.deepEqual(lab.pidOf('prometheus'), before.prometheus)
    const mended = await lab.run(['up'])
    assert.equal(mended.exitCode, 0, mended.stderr)
    await lab.run(['down'])
  })

  test('a lab that can’t come up says why, and leaves nothing running', async () => {
    const lab = await newLab({ SEED: 'often' })
    mkdirSync(lab.folder.logs, { recursive: true })
    writeFileSync(lab.folder.log('server'), 'of another day\n')
    const { exitCode, stderr } = await lab.run(['up'])
    assert.equal(exitCode, 1)
    assert.match(stderr, /lab: {3}server: SEED="often": must be a whole number/)
    assert.match(stderr, /lab: what had started was ended again\n$/)
    assert.doesNotMatch(stderr.slice(stderr.indexOf('lab: server ended')), /of another day/)
    assert.equal(existsSync(lab.folder.state), false)
    assert.equal(await answers(`${lab.prometheusUrl}/-/ready`), false)
  })

  test('what a killed supervisor leaves behind is ended by down, and by the next up', async () => {
    const lab = await upLab()
    const first = pidsOf(lab)
    process.kill(first.supervisor, 'SIGKILL')
    await until(() => !lives(first.supervisor), 'it ends')
    assert.ok(await answers(`${lab.serverUrl}/readyz`))
    const down = await lab.run(['down'])
    assert.deepEqual(
      [down.exitCode, down.stderr],
      [0, 'lab: server, prometheus ended; data and logs stay\n'],
    )
    assert.deepEqual(Object.values(first).filter(lives), [])

    assert.equal((await lab.run(['up'])).exitCode, 0)
    const second = pidsOf(lab)
    process.kill(second.supervisor, 'SIGKILL')
    await until(() => !lives(second.supervisor), 'it ends')
    const up = await lab.run(['up'])
    assert.equal(up.exitCode, 0, up.stderr)
    assert.match(
      up.stderr,
      /server, prometheus had been left behind by a supervisor that died: ended/,
    )
    assert.deepEqual(Object.values(second).filter(lives), [])
    assert.ok(await answers(`${lab.serverUrl}/readyz`))
    await lab.run(['down'])
  })

  test('a process that has the number of one of the lab’s, but another start, is left alone', async () => {
    const lab = await newLab()
    const bystander = spawn('sleep', ['600'], { detached: true })
    const { pid = 0 } = bystander
    const identity = { pid, started: `${identify(pid)?.started} and not` }
    const state = { exits: 0, lastExit: null, stopMs: 1000 }
    mkdirSync(lab.folder.root, { recursive: true })
    const stale = () =>
      writeState(lab.folder.state, {
        supervisor: identity,
        applied: '',
        processes: { server: { ...state, identity } },
      })
    try {
      stale()
      const down = await lab.run(['down'])
      assert.deepEqual([down.exitCode, down.stderr], [0, 'lab: nothing was running\n'])
      assert.ok(lives(pid))
      assert.equal(existsSync(lab.folder.state), false)
      // Nor is it an obstacle.
      stale()
      const up = await lab.run(['up'])
      assert.equal(up.exitCode, 0, up.stderr)
      assert.ok(lives(pid))
      await lab.run(['down'])
      assert.ok(lives(pid))
    } finally {
      bystander.kill()
    }
  })

  test('a state file that is no state is no obstacle', async () => {
    const lab = await newLab()
    mkdirSync(lab.folder.root, { recursive: true })
    for (const content of ['', '{', '{"supervisor":{"pid":-1,"started":""}}', '[]', 'null']) {
      writeFileSync(lab.folder.state, content)
      const { exitCode, stderr } = await lab.run(['down'])
      assert.deepEqual([exitCode, stderr], [0, 'lab: nothing was running\n'], content)
    }
  })

  test('taken ports are all named before anything starts, with who has them and what to do', async () => {
    const lab = await newLab()
    const { server, prometheus } = lab.ports
    const listeners = [server, prometheus].map((port) => createServer().listen(port, '127.0.0.1'))
    await Promise.all(listeners.map((each) => once(each, 'listening')))
    const { exitCode, stderr } = await lab.run(['up'])
    for (const each of listeners) each.close()
    assert.equal(exitCode, 1)
    const who = `.*\\(process ${process.pid}\\)`
    assert.match(
      stderr,
      new RegExp(`lab: port ${server} \\(server\\) is taken by ${who}: stop what listens there`),
    )
    assert.match(
      stderr,
      new RegExp(
        `lab: port ${prometheus} \\(Prometheus\\) is taken by ${who}: stop what listens there, or take another port: LAB_PROMETHEUS_PORT=${prometheus + 1} as a line of the file .env\n`,
      ),
    )
    assert.match(stderr, /lab: nothing was started\n$/)
    assert.equal(existsSync(lab.folder.state), false)
  })

  test('down ends all of the lab’s processes, and no other', async () => {
    const lab = await upLab()
    const bystander = await startServer()
    const other = await upLab()
    try {
      const pids = pidsOf(lab)
      const { exitCode, stderr } = await lab.run(['down'])
      assert.deepEqual(
        [exitCode, stderr],
        [0, 'lab: server, prometheus ended; data and logs stay\n'],
      )
      assert.deepEqual(Object.values(pids).filter(lives), [])
      assert.ok(await answers(`${bystander.url}/readyz`))
      assert.deepEqual(Object.values(pidsOf(other)).map(lives), [true, true, true])
      assert.match(lab.log('server'), /"all requests have finished"/)
    } finally {
      await bystander.stop()
      await other.run(['down'])
    }
  })

  test('an up that is killed on its way is finished by the next one', async () => {
    const lab = await newLab()
    const interrupt = async (when: () => boolean) => {
      const child = spawn(process.execPath, [join(root, 'lab/main.ts'), 'up'], { env: lab.env })
      await until(when, 'it is on its way')
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    await interrupt(() => existsSync(lab.folder.lock))
    await interrupt(() => existsSync(lab.folder.state))
    const { exitCode, stderr } = await lab.run(['up'])
    assert.equal(exitCode, 0, stderr)
    const pids = Object.values(pidsOf(lab))
    await lab.run(['down'])
    assert.deepEqual(pids.filter(lives), [])
    // Nothing is left of the interrupted ones: the ports are free.
    const again = await lab.run(['up'])
    assert.equal(again.exitCode, 0, again.stderr)
    await lab.run(['down'])
  })

  test('two at once: one waits for nobody, and says who is at work', async () => {
    const lab = await newLab()
    const both = await Promise.all([lab.run(['up']), lab.run(['up'])])
    assert.deepEqual(both.map(({ exitCode }) => exitCode).sort(), [0, 1])
    const refused = both.find(({ exitCode }) => exitCode === 1)
    assert.match(
      refused?.stderr ?? '',
      /another make up or make down (is at work|has just begun) here/,
    )
    await lab.run(['down'])
  })

  test('a lab whose folder is removed ends by itself', async () => {
    const lab = await upLab()
    const pids = Object.values(pidsOf(lab))
    rmSync(lab.folder.state)
    await until(() => !pids.some(lives), 'all end')
  })

  test('make dev’s server takes the place of the lab’s, until the next up', async () => {
    const lab = await upLab()
    const { prometheus, server } = pidsOf(lab)
    const { exitCode, stderr } = await lab.run(['down', 'server'])
    assert.deepEqual([exitCode, stderr], [0, 'lab: server is down until make up\n'])
    assert.deepEqual([lives(server), lives(prometheus)], [false, true])
    const dev = await startServer({ PORT: String(lab.ports.server) })
    try {
      // Who wants all of the lab is told who is in the way; who wants the rest has it.
      const refused = await lab.run(['up'])
      assert.match(
        refused.stderr,
        /is it a service of your own that is to be scraped\? make up TARGET=localhost:\d+/,
      )
      assert.equal((await lab.run(['up', 'prometheus'])).exitCode, 0)
    } finally {
      await dev.stop()
    }
    assert.equal((await lab.run(['up'])).exitCode, 0)
    assert.deepEqual([lab.pidOf('prometheus'), lives(lab.pidOf('server'))], [prometheus, true])
    await lab.run(['down'])
  })

  test('a Grafana on PATH is started with the lab’s provisioning, and told where Prometheus is', async () => {
    const home = join(scratch, 'grafana')
    writeGrafana(home)
    const lab = await newLab({
      LAB_GRAFANA: 'auto',
      LAB_GRAFANA_ADMIN_PASSWORD: 'secret',
      PATH: `${join(home, 'bin')}:${process.env.PATH}`,
    })
    const { exitCode, stdout, stderr } = await lab.run(['up'])
    assert.equal(exitCode, 0, stderr)
    const { grafana } = lab.ports
    assert.match(stdout, new RegExp(`\n {2}Grafana {5}http://localhost:${grafana}\n$`))
    const told = await fetch(`http://127.0.0.1:${grafana}/api/health`)
    const { argv, env } = (await told.json()) as { argv: string[]; env: Record<string, string> }
    assert.deepEqual(argv, ['server', `--homepath=${home}`])
    assert.equal(env.GF_SECURITY_ADMIN_PASSWORD, 'secret')
    assert.equal(env.GF_PATHS_PROVISIONING, join(root, 'grafana/provisioning'))
    assert.equal(env.LAB_DASHBOARDS, join(root, 'grafana/provisioning/dashboards'))
    assert.equal(env.LAB_PROMETHEUS_URL, lab.prometheusUrl)
    assert.ok(env.GF_PATHS_DATA?.startsWith(lab.folder.root), env.GF_PATHS_DATA)
    assert.ok(existsSync(env.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH ?? ''))
    assert.match((await lab.run(['down'])).stderr, /server, grafana, prometheus ended/)
  })

  test('a profile of Docker’s is said to start nothing here', async () => {
    const lab = await newLab({ COMPOSE_PROFILES: 'influx', SEED: 'often' })
    const { stderr } = await lab.run(['up'])
    assert.match(stderr, /COMPOSE_PROFILES=influx: profiles are Docker's, and nothing of them is/)
    const without = await newLab({ SEED: 'often' })
    assert.doesNotMatch((await without.run(['up'])).stderr, /COMPOSE_PROFILES/)
  })

  test('bad settings and bad words are all named, and nothing is started', async () => {
    const lab = await newLab({ LAB_PROMETHEUS_PORT: '0', LAB_GRAFANA_PORT: 'x', LAB_GRAFANA: 'no' })
    const { exitCode, stderr } = await lab.run(['up', 'everything'])
    assert.equal(exitCode, 2)
    assert.equal(
      stderr,
      'lab: LAB_PROMETHEUS_PORT="0": must be a port, 1 to 65535\n' +
        'lab: LAB_GRAFANA_PORT="x": must be a port, 1 to 65535\n' +
        'lab: LAB_GRAFANA="no": must be auto or none\n' +
        'lab: everything: must be one of server, prometheus, grafana\n',
    )
    assert.equal(existsSync(lab.folder.root), false)
  })
})
