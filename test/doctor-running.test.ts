import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { tlsFiles } from '../lab/certificate/renew.ts'
import { examine, hopOf, lineOf, projectWith, readReport } from './doctor-report.ts'
import { type NativeLab, nativeLab } from './native-lab.ts'
import { prometheusBinaries, root, runLoad } from './processes.ts'

// What can be wrong with a lab that runs or should: the real lab of plain processes, on free ports. Each fault is made for
// real, and the doctor has to name it, what is to be seen of it, and what to do.
const scratch = mkdtempSync(join(tmpdir(), 'lab-doctor-'))
const labs: NativeLab[] = []
after(async () => {
  for (const lab of labs) await lab.run(['down'])
  rmSync(scratch, { recursive: true })
})
await prometheusBinaries()

async function newLab(env: NodeJS.ProcessEnv = {}): Promise<NativeLab> {
  const lab = await nativeLab(mkdtempSync(join(scratch, 'lab-')), env)
  labs.push(lab)
  return lab
}

/** Somebody's own server on a port of the lab's. */
async function ownServer(
  port: number,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
) {
  const server = createServer(answer).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Runs a script of sh as root of mounts of its own, which nobody else sees and which end with it: needs no root. */
async function withMounts(script: string, { env }: NativeLab) {
  const child = spawn('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', script], {
    ...{ cwd: root, env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  assert.notEqual(stdout, '', stderr)
  // One object after the other.
  return stdout
    .trim()
    .split(/(?<=^\})\n/m)
    .map(readReport)
}

const doctor = `'${process.execPath}' lab/main.ts doctor --json`

describe('a lab that runs, or should', { concurrency: 2 }, () => {
  test('no samples yet: it says in how many seconds, and then all is well and the exit code 0', async () => {
    const lab = await newLab()
    assert.equal((await lab.run(['up'])).exitCode, 0)
    const early = await examine(lab)
    assert.equal(early.exitCode, 1)
    assert.equal(early.headline?.status, 'waiting', JSON.stringify(early.headline))
    assert.match(`${early.headline?.what}`, /^no samples yet/)
    const seconds = early.headline?.seconds ?? 0
    assert.ok(seconds >= 1 && seconds <= 16, `${seconds}`)
    assert.ok(early.headline?.advice?.startsWith(`wait ${seconds} s`), `${early.headline?.advice}`)
    const elsewhere = `${lab.ports.prometheus + 1}`
    const moved = await lab.run(['doctor', '--json'], { LAB_PROMETHEUS_PORT: elsewhere })
    const there = readReport(moved.stdout)
    assert.equal(
      there.headline?.what,
      `Prometheus runs on port ${lab.ports.prometheus}, and this command looks for it on ${elsewhere}`,
    )
    const broken = there.report.hops.filter(({ status }) => status === 'broken')
    assert.deepEqual(
      broken.map(({ hop }) => hop),
      ['settings'],
    )
    await sleep(seconds * 1000)
    const then = await lab.run(['doctor'])
    assert.equal(then.exitCode, 0, then.stdout)
    assert.match(then.stdout, /✓ samples +scraped \d\.\d s ago, each 5s\n/)
    assert.match(
      then.stdout,
      /✓ panel +nothing to draw yet, nobody has sent a request: make load\n/,
    )
    const address = (name: keyof NativeLab['ports']) => `http://localhost:${lab.ports[name]}`
    const places = `  server      ${address('server')}\n  console     ${address('control')}\n  Prometheus  ${address('prometheus')}\n`
    assert.ok(then.stdout.endsWith(`\nAll is well:\n${places}`), then.stdout)

    // A generator that may have one request under way keeps the others waiting: it is its own bottleneck.
    await runLoad([
      ...['--rate', '20', '--duration', '6s', '--max-in-flight', '1'],
      ...['--metrics-port', `${lab.ports.loadgen}`, '--await-scrape', lab.prometheusUrl],
      lab.serverUrl,
    ])
    const { exitCode, report, headline } = await examine(lab)
    assert.deepEqual([exitCode, report.firstBroken], [1, 'load-generator'])
    assert.equal(
      headline?.what,
      'the load generator is the bottleneck: what is measured may be itself, not the server',
    )
    assert.match(
      `${headline?.evidence[0]}`,
      /^loadgen_lateness_seconds, p99 of the last minute: \d+(\.\d)? ms \(allowed: 10 ms\)$/,
    )
    assert.match(`${headline?.advice}`, /^ask for less \(make load RATE=…\)/)
    assert.match(`${hopOf(report, 'panel')?.what}`, /^p95 of the last minute: \d\.\d\d s$/)

    await lab.run(['down', 'server'])
    const gone = await examine(lab)
    assert.deepEqual([gone.exitCode, gone.report.firstBroken], [1, 'server'])
    assert.equal(gone.headline?.what, 'the server does not answer at /metrics')
    assert.deepEqual(gone.headline?.evidence, [
      `${lab.serverUrl}/metrics: connection refused: nothing listens there`,
    ])
    assert.notEqual(hopOf(gone.report, 'scrape')?.status, 'broken')

    await lab.run(['up', 'server'])
    await lab.run(['down', 'prometheus'])
    const deaf = await examine(lab)
    assert.deepEqual([deaf.exitCode, deaf.report.firstBroken], [1, 'prometheus'])
    assert.deepEqual(deaf.headline?.evidence, [
      `${lab.prometheusUrl}/-/ready: connection refused: nothing listens there`,
    ])
  })

  test('a server of somebody’s own in the place of the lab’s, and each way in which it may be wrong', async () => {
    const lab = await newLab()
    assert.equal((await lab.run(['up', 'prometheus'])).exitCode, 0)
    const metrics = 'a_total 1\nb{x="y"} 2\n'
    type Reply = { status: number; type?: string; body: string } | 'hang'
    const right = { status: 200, type: 'text/plain; version=0.0.4', body: metrics }
    let present: Reply = right
    let forPrometheus: Reply | undefined
    const server = await ownServer(lab.ports.server, ({ headers }, response) => {
      const scraped = headers['user-agent']?.startsWith('Prometheus')
      const answer = (scraped && forPrometheus) || present
      if (answer === 'hang') return
      const { status, type, body } = answer
      response.writeHead(status, type ? { 'content-type': type } : {}).end(body)
    })
    const url = `${lab.serverUrl}/metrics`
    const silent = 'the server does not answer at /metrics'
    const wrongs: [wrong: Reply, hop: string, what: string, evidence: string[]][] = [
      [
        { ...right, type: 'text/html' },
        'exposition',
        '/metrics has the content type “text/html”, which Prometheus does not take',
        [`${url} answers 200 with Content-Type: text/html`, 'it begins with: a_total 1'],
      ],
      [
        { status: 200, body: metrics },
        'exposition',
        '/metrics has no content type',
        [`${url} answers 200 with no Content-Type`, 'it begins with: a_total 1'],
      ],
      [
        { ...right, body: 'a_total 1\nb{x="y} 2\n' },
        'exposition',
        'line 2 of /metrics is no metric: it is not a name with labels in {name="value",…}',
        [`${url}, line 2: b{x="y} 2`],
      ],
      [
        { ...right, body: 'a_total one\n' },
        'exposition',
        'line 1 of /metrics is no metric: “one” is not a number',
        [`${url}, line 1: a_total one`],
      ],
      [{ ...right, status: 404 }, 'server', silent, [`${url} answers 404`]],
      ['hang', 'server', silent, [`${url}: no answer within … s`]],
    ]
    try {
      for (const [wrong, hop, what, evidence] of wrongs) {
        present = wrong
        const { exitCode, report, headline } = await examine(lab)
        assert.deepEqual([exitCode, report.firstBroken], [1, hop], JSON.stringify(wrong))
        // How long it was waited for depends on how long the doctor took to start.
        const seen = headline?.evidence.map((line) =>
          line.replace(/within \d\.\d s$/, 'within … s'),
        )
        assert.deepEqual([headline?.what, seen], [what, evidence])
      }

      // All is well from here, but not for Prometheus: it is by its own account that one learns of it.
      present = right
      const afterScrape = async (reply: Reply, sign: RegExp) => {
        forPrometheus = reply
        const giveUpAt = Date.now() + 20_000
        while (true) {
          const found = await examine(lab)
          if (sign.test(`${hopOf(found.report, 'scrape')?.evidence}`)) return found
          if (Date.now() > giveUpAt) throw new Error(JSON.stringify(found.report, null, 2))
          await sleep(500)
        }
      }
      const { exitCode, report, headline } = await afterScrape({ ...right, status: 500 }, /500/)
      assert.deepEqual([exitCode, report.firstBroken], [1, 'scrape'])
      assert.equal(headline?.what, "Prometheus can't scrape the server: it gets HTTP 500")
      assert.deepEqual(headline?.evidence, [
        `${url}: server returned HTTP status 500 Internal Server Error`,
      ])
      assert.match(`${hopOf(report, 'ports')?.what}`, /has a server of yours: .*\(process \d+\)$/)
      const broken = { ...right, body: 'a_total one\n' }
      const refused = await afterScrape(broken, /parsing "one"/)
      assert.match(`${refused.headline?.what}`, /: what it gets is not the exposition format$/)
      const hung = await afterScrape('hang', /deadline/)
      assert.match(
        `${hung.headline?.what}`,
        /: no answer within the scrape’s time limit: a firewall drops it, or the server hangs$/,
      )
    } finally {
      server.stop()
    }
  })

  test('everything may hang: the doctor takes less than five seconds all the same', async () => {
    const lab = await newLab({ LAB_GRAFANA: 'auto' })
    const servers = await Promise.all(
      (['server', 'prometheus', 'grafana'] as const).map((name) =>
        ownServer(lab.ports[name], () => {}),
      ),
    )
    // And Docker, as with an engine that is stuck: its command never ends.
    const programs = mkdtempSync(join(scratch, 'programs-'))
    writeFileSync(join(programs, 'docker'), '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 })
    try {
      const began = performance.now()
      const path = `${programs}:${process.env.PATH}`
      const { exitCode, stdout } = await lab.run(['doctor', '--json'], { LAB_MODE: '', PATH: path })
      const tookMs = performance.now() - began
      assert.equal(exitCode, 1)
      assert.ok(tookMs < 5000, `${tookMs} ms`)
      const { report, headline } = readReport(stdout)
      assert.equal(report.firstBroken, 'engine')
      assert.deepEqual(headline?.evidence, ['docker version: no answer within 3 s'])
    } finally {
      for (const server of servers) server.stop()
    }
  })

  test('over HTTPS it verifies the server’s certificate, and says when nobody vouches for it', async () => {
    const lab = await newLab({ LAB_TLS: 'on' })
    assert.equal((await lab.run(['certificate'])).exitCode, 0)
    assert.equal((await lab.run(['up', 'server'])).exitCode, 0)
    const url = `https://127.0.0.1:${lab.ports.server}`
    const look = async () =>
      readReport((await lab.run(['doctor', '--json'], { LOADGEN_URL: `${url}/` })).stdout)
    const { report } = await look()
    assert.equal(hopOf(report, 'server')?.what, `${url}/metrics answers`)
    assert.match(`${hopOf(report, 'exposition')?.what}`, /^\d+ samples, as text\/plain$/)
    rmSync(join(`${lab.env.LAB_DIR}`, 'tls', tlsFiles.authority))
    const { report: after, headline } = await look()
    assert.equal(after.firstBroken, 'server')
    assert.deepEqual(headline?.evidence, [
      `${url}/metrics: its certificate is none that the lab’s authority vouches for`,
    ])
    assert.equal(headline?.advice, 'make certificate, then make reload')
  })

  test('a Prometheus that ends as soon as it starts: up lets the doctor speak', async () => {
    const lab = await newLab()
    mkdirSync(lab.folder.prometheusData, { recursive: true })
    writeFileSync(join(lab.folder.prometheusData, 'wal'), 'a file where a folder belongs')
    const { exitCode, stderr } = await lab.run(['up', 'prometheus'])
    assert.equal(exitCode, 1)
    assert.match(stderr, /✗ processes: Prometheus does not run: it ended with exit code \d+\n/)
    assert.match(stderr, /→ make up starts it again, once what its log says is mended\n/)
  })

  test('up refuses a rule that Prometheus could not read, in the doctor’s words, and starts nothing', async () => {
    const lab = await newLab()
    const project = projectWith('prometheus/rules/slo.yaml', 'vector(0.999)', 'vector(0.999')
    try {
      for (const name of ['lab', 'server', 'package.json', 'package-lock.json', '.cache'])
        symlinkSync(join(root, name), join(project, name))
      symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'))
      const links = ['--preserve-symlinks', '--preserve-symlinks-main']
      const child = spawn(process.execPath, [...links, join(project, 'lab/main.ts'), 'up'], {
        ...{ cwd: project, env: lab.env },
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      const [stderr, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'exit')])
      assert.equal(exitCode, 1, stderr)
      const line = lineOf('prometheus/rules/slo.yaml', 'vector(0.999)')
      assert.match(
        stderr,
        new RegExp(`lab: ✗ configuration: prometheus/rules/slo\\.yaml, line ${line}: .*\nlab: `),
      )
      assert.match(stderr, /lab: nothing was started\n$/)
      assert.throws(() => lab.state(), /there is no lab/)
    } finally {
      rmSync(project, { recursive: true })
    }
  })

  test("a disk that is full, so that Prometheus really can't write, and what it counts of that", async () => {
    const lab = await newLab()
    const data = lab.folder.prometheusData
    // It is filled when the rules were evaluated: Prometheus notes its queries in a mapped file, and dies where a page of
    // that finds no room.
    const counts = `fetch('${lab.prometheusUrl}/metrics').then((answer) => answer.text())
      .then((page) => process.exit(/wal_writes_failed_total [1-9]/.test(page) ? 0 : 1))`
    const [full, emptied] = await withMounts(
      `mkdir -p '${data}' && mount -t tmpfs -o size=120m tmpfs '${data}' || exit 99
      '${process.execPath}' lab/main.ts up >&2
      for n in $(seq 20); do '${process.execPath}' lab/main.ts doctor | grep -q '✓ rules' && break; sleep 0.5; done
      head -c 200000000 /dev/zero >'${data}/filler' 2>/dev/null
      ${doctor}
      for n in $(seq 40); do '${process.execPath}' -e "${counts}" && break; sleep 0.5; done
      rm '${data}/filler'
      ${doctor}
      '${process.execPath}' lab/main.ts down >&2`,
      lab,
    )
    assert.equal(full?.report.firstBroken, 'disk')
    assert.equal(full?.headline?.what, 'the disk is full: 0 MB are free for the data')
    assert.deepEqual(full?.headline?.evidence, [`${data}: 0 MB free, 100 MB are needed`])
    assert.equal(full?.headline?.advice, 'make room on it, or forget the lab’s data: make clean')
    assert.equal(emptied?.report.firstBroken, 'storage')
    assert.equal(
      emptied?.headline?.what,
      "Prometheus can't keep its samples: writing to its disk failed",
    )
    assert.match(`${emptied?.headline?.evidence}`, /^prometheus_tsdb_wal_writes_failed_total \d+/)
    assert.equal(
      emptied?.headline?.advice,
      'make room where its data are, or make it writable; then make down and make up',
    )
  })

  test('a data folder on a file system that is read-only', async () => {
    const lab = await newLab()
    const data = lab.folder.prometheusData
    mkdirSync(data, { recursive: true })
    const [found] = await withMounts(`mount -t tmpfs -o ro tmpfs '${data}' && ${doctor}`, lab)
    assert.equal(found?.report.firstBroken, 'disk')
    assert.equal(found?.headline?.what, `the data can't be written: ${data} is read-only`)
    assert.deepEqual(found?.headline?.evidence, [`${data}: EROFS`])
    assert.equal(
      found?.headline?.advice,
      'mount it writable, or keep the data elsewhere: LAB_DIR=/another/folder make up',
    )
  })
})
