import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from '../../lab/doctor/answer.ts'
import { targetsOf } from '../../lab/doctor/targets.ts'
import { root } from '../processes.ts'
import { compose, isTaken, project, run } from './compose.ts'
import { copyOfProject, type DoctorRun, doctor, type Report } from './doctor-run.ts'

const prometheus = `${project}-prometheus-1`
const server = `${project}-server-1`
const folder = mkdtempSync(join(tmpdir(), 'lab-doctor-'))

before(async () => {
  for (const port of [8080, 9090]) {
    assert.ok(!(await isTaken(port)), `port ${port} is taken: stop what listens there (make down)`)
  }
  await compose('up', '--build', '--detach', '--wait', 'server', 'prometheus')
})

after(async () => {
  await compose('--profile', 'load', 'down', '--volumes', '--remove-orphans')
  rmSync(folder, { recursive: true })
})

/** Waits until Prometheus says so of its last scrape of the server: its health, and the error. */
async function scrapeIs(wanted: RegExp): Promise<void> {
  const deadline = AbortSignal.timeout(30_000)
  for (;;) {
    const answer = await ask('http://127.0.0.1:9090/api/v1/targets', { limitMs: 2000 })
    const target = targetsOf(answer).find(({ labels }) => labels.job === 'httpserver')
    if (target && wanted.test(`${target.health} ${target.lastError}`)) return
    deadline.throwIfAborted()
    await sleep(200)
  }
}

/** Waits until `docker inspect` says so of a container. */
async function containerIs(name: string, format: string, wanted: RegExp): Promise<void> {
  const deadline = AbortSignal.timeout(30_000)
  for (;;) {
    const { stdout } = await run('docker', 'inspect', name, '--format', format)
    if (wanted.test(stdout)) return
    deadline.throwIfAborted()
    await sleep(200)
  }
}

/** A file for Compose beside compose.yaml, as the environment names both. */
function overriddenBy(yaml: string, at = root): NodeJS.ProcessEnv {
  const file = join(folder, 'override.yaml')
  writeFileSync(file, yaml)
  return { COMPOSE_FILE: `${join(at, 'compose.yaml')}:${file}` }
}

/** Docker Compose with another environment. */
const composeIn = (env: NodeJS.ProcessEnv, ...args: string[]) =>
  run(
    'env',
    ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
    'docker',
    'compose',
    ...args,
  )

const upPrometheus = (env: NodeJS.ProcessEnv, ...options: string[]) =>
  composeIn(env, 'up', '--detach', ...options, 'prometheus')

/** Runs the doctor, which has five seconds and may not be content, and answers with what it says first. */
async function headline(options?: DoctorRun) {
  const report = await doctor(options)
  assert.ok(report.seconds <= 5, `it took ${report.seconds} s`)
  assert.equal(report.exitCode, 1)
  return { ...report, first: findingOf(report, report.firstBroken ?? '') }
}

function findingOf({ hops }: Pick<Report, 'hops'>, hop: string) {
  const finding = hops[hop]
  assert.ok(finding, `there is no hop ${hop}`)
  const { status, what, evidence, advice } = finding
  return { hop, status, what, evidence, advice }
}

test('where all is well with the containers, no hop says otherwise', async () => {
  // As each verb does that runs a tool from the image, such as make load: the server stays what it was.
  await run('make', 'image')
  await scrapeIs(/^up /)
  const { hops, seconds } = await doctor()
  assert.ok(seconds <= 5, `it took ${seconds} s`)
  const ours = ['engine', 'docker-disk', 'made', 'mounts', 'volumes', 'containers', 'scrape']
  assert.deepEqual(
    ours.map((hop) => [hop, hops[hop]?.status, hops[hop]?.evidence]),
    ours.map((hop) => [hop, 'ok', []]),
  )
  assert.equal(hops.containers?.what, 'they run: prometheus, server')
})

test('a server that is published on 127.0.0.1 is out of the containers’ reach', async () => {
  const env = { LAB_BIND: '127.0.0.1' }
  await composeIn(env, 'up', '--detach', '--wait', 'server')
  await scrapeIs(/refused/)
  const { first } = await headline({ env })
  assert.match(
    first.evidence.shift() ?? '',
    /^http:\/\/host\.docker\.internal:8080\/metrics: .*dial tcp \S+:8080: connect: connection refused$/,
  )
  assert.deepEqual(first, {
    hop: 'scrape',
    status: 'broken',
    what: 'Prometheus can’t reach the server, which listens on 127.0.0.1 alone: there, containers don’t get to it'.replaceAll(
      '’',
      "'",
    ),
    evidence: [`${server} is published on 127.0.0.1`],
    advice:
      'take LAB_BIND out of the environment and of .env, or set it to 172.17.0.1; then make up',
  })
})

test('where there is no Node.js, the lab’s image says the same', async () => {
  const clone = copyOfProject()
  rmSync(join(clone, 'node_modules'))
  const files = `COMPOSE_FILE=${join(clone, 'compose.yaml')}`
  try {
    await run(
      'env',
      files,
      'LAB_BIND=127.0.0.1',
      'docker',
      'compose',
      'up',
      '--detach',
      '--wait',
      'server',
      'prometheus',
    )
    await scrapeIs(/refused/)
    const failed = await run(
      'env',
      'LAB_BIND=127.0.0.1',
      join(clone, 'lab/doctor.sh'),
      '--json',
    ).catch((error: { stdout: string; code: number }) => error)
    assert.equal('code' in failed && failed.code, 1)
    const { firstBroken, hops } = JSON.parse(failed.stdout)
    assert.equal(firstBroken, 'scrape', failed.stdout)
    const scrape = hops.find(({ hop }: { hop: string }) => hop === 'scrape')
    assert.match(scrape.what, /which listens on 127\.0\.0\.1 alone/)
    assert.equal(scrape.evidence[1], `${server} is published on 127.0.0.1`)
  } finally {
    rmSync(clone, { recursive: true })
    await compose('up', '--detach', '--wait', 'server', 'prometheus')
  }
})

test('so is a server of this machine that listens on 127.0.0.1', async () => {
  await compose('rm', '--stop', '--force', 'server')
  const child = spawn(process.execPath, [join(root, 'server/main.ts')], {
    env: { ...process.env, HOST: '127.0.0.1' },
    stdio: 'ignore',
  })
  try {
    while (!(await isTaken(8080))) await sleep(50)
    await scrapeIs(/refused/)
    const { first } = await headline()
    assert.equal(first.hop, 'scrape')
    assert.match(first.what, /which listens on 127\.0\.0\.1 alone/)
    assert.equal(first.evidence[1], 'a process of this machine listens on 127.0.0.1')
    assert.equal(
      first.advice,
      'start it with HOST=0.0.0.0, or whatever makes it listen on every interface',
    )
  } finally {
    child.kill()
    await once(child, 'exit')
  }
  await compose('up', '--detach', '--wait', 'server')
  await scrapeIs(/^up /)
})

test('a firewall that drops what comes from the containers is told from a server that refuses', async () => {
  const network = ['network', 'inspect', `${project}_default`, '--format', '{{.Id}}']
  const bridge = `br-${(await run('docker', ...network)).stdout.slice(0, 12)}`
  const rule = ['-i', bridge, '-p', 'tcp', '--dport', '8080', '-j', 'DROP']
  // Which of them the packets pass depends on whether the engine has a proxy for each port.
  const chains = ['INPUT', 'DOCKER-USER']
  try {
    for (const chain of chains) await run('iptables', '-I', chain, ...rule)
    await scrapeIs(/deadline/)
    const { first, hops } = await headline()
    assert.deepEqual(first, {
      hop: 'scrape',
      status: 'broken',
      what: "Prometheus can't reach the server, which answers on this machine: a firewall drops what containers send to it",
      evidence: [
        'http://host.docker.internal:8080/metrics: Get "http://host.docker.internal:8080/metrics": context deadline exceeded',
      ],
      advice:
        'let containers through to port 8080: sudo ufw allow from 172.16.0.0/12 to any port 8080 proto tcp, or its like',
    })
    assert.equal(hops.server?.status, 'ok')
  } finally {
    for (const chain of chains) await run('iptables', '-D', chain, ...rule).catch(() => {})
  }
  await scrapeIs(/^up /)
})

test('a container without extra_hosts does not know the host’s name; with compose.yaml as it is, it is stale', async () => {
  const env = overriddenBy(`services:
  prometheus: { extra_hosts: !reset [] }
  extra: { image: node:24-trixie-slim, command: sleep infinity, init: true, stop_grace_period: 0s }
`)
  try {
    await composeIn(env, 'up', '--detach', '--wait', 'prometheus', 'extra')
    await scrapeIs(/no such host/)
    const { first: nameless } = await headline({ env })
    assert.equal(nameless.hop, 'scrape')
    assert.match(nameless.what, /^Prometheus can't scrape the server: the name does not resolve/)
    assert.match(
      nameless.evidence[0] ?? '',
      /dial tcp: lookup host\.docker\.internal on \S+: no such host$/,
    )
    assert.match(nameless.advice ?? '', /extra_hosts.* make up$/)

    const { stdout: services } = await compose('--profile', '*', 'config', '--services')
    const { first: orphan } = await headline()
    assert.deepEqual(orphan, {
      hop: 'made',
      status: 'broken',
      what: 'there is a container of a service that compose.yaml no longer has: extra',
      evidence: [
        `${project}-extra-1: running; compose.yaml has ${services.trim().split('\n').sort().join(', ')}`,
      ],
      advice: `docker rm --force ${project}-extra-1`,
    })
    await run('docker', 'rm', '--force', `${project}-extra-1`)

    const { first: older } = await headline()
    assert.match(
      older.evidence.pop() ?? '',
      new RegExp(
        `^${prometheus}: made from \\w{12}, docker compose config --hash prometheus says \\w{12}$`,
      ),
    )
    assert.deepEqual(older, {
      hop: 'made',
      status: 'broken',
      what: 'Prometheus was made from an older compose.yaml, or with other settings',
      evidence: [],
      advice: 'make up makes it anew; the data stay',
    })
    await compose('up', '--detach', '--wait', 'prometheus')
    assert.equal((await doctor()).hops.made?.status, 'ok')
  } finally {
    await compose('up', '--detach', '--wait', '--remove-orphans', 'prometheus')
  }
})

test('a volume that Prometheus may not write to is why it ends again and again', async () => {
  await onAVolume('size=16m,mode=755', async (env) => {
    await upPrometheus(env)
    await containerIs(prometheus, '{{.State.Status}} {{.RestartCount}}', /^restarting [2-9]/)
    const { first, hops } = await headline({ env })
    assert.deepEqual(first, {
      hop: 'volumes',
      status: 'broken',
      what: 'Prometheus may not write to its volume',
      evidence: ['open /prometheus/queries.active: permission denied'],
      advice:
        'the volume belongs to somebody else, or is read-only; to have it made anew, without its data: make clean, make up',
    })
    assert.equal(hops.containers?.status, 'unknown')
  })
})

test('a volume that is full is named while Prometheus seems to be well', async () => {
  await onAVolume('size=32m,mode=1777', async (env) => {
    await upPrometheus(env, '--wait')
    const fill = ['exec', prometheus, 'dd', 'if=/dev/zero', 'of=/prometheus/fill', 'bs=1k']
    await assert.rejects(run('docker', ...fill), /No space left on device/)
    for (let said = ''; !/no space left/.test(said); await sleep(200))
      said = (await run('docker', 'logs', prometheus)).stderr
    const { first, hops } = await headline({ env })
    assert.match(first.evidence.pop() ?? '', /^write to WAL: .*: no space left on device$/)
    assert.deepEqual(first, {
      hop: 'volumes',
      status: 'broken',
      what: 'the volume of Prometheus is full',
      evidence: [`${prometheus}: /prometheus has 0 KiB left of 32,768 KiB`],
      advice:
        'free some space where Docker keeps its volumes (docker system df); to forget what Prometheus kept: make clean',
    })
    // It runs, and its own account of the failed writes is a consequence.
    assert.equal(hops.containers?.status, 'ok')
    assert.equal(hops.storage?.status, 'unknown')
  })
})

/** Runs a test with a file system in memory as Prometheus' volume. */
async function onAVolume(mount: string, body: (env: NodeJS.ProcessEnv) => Promise<void>) {
  const forget = async () => {
    await compose('rm', '--stop', '--force', 'prometheus')
    await run('docker', 'volume', 'rm', '--force', `${project}_prometheus`)
  }
  await forget()
  try {
    await body(
      overriddenBy(
        `volumes: { prometheus: { driver_opts: { type: tmpfs, device: tmpfs, o: '${mount}' } } }\n`,
      ),
    )
  } finally {
    await forget()
  }
}

test('a container that is killed for want of memory is told from one that ends', async () => {
  const env = overriddenBy('services: { prometheus: { mem_limit: 12m } }\n')
  await upPrometheus(env)
  await containerIs(prometheus, '{{.State.OOMKilled}} {{.RestartCount}}', /^true [2-9]/)
  const { first } = await headline({ env })
  assert.match(
    first.evidence.pop() ?? '',
    new RegExp(
      `^${prometheus}: (OOMKilled|killed), exit code 137, started again \\d+ times; its limit is 12 MiB$`,
    ),
  )
  assert.deepEqual(first, {
    hop: 'containers',
    status: 'broken',
    what: 'Prometheus was killed because it needs more memory than it may have',
    evidence: [],
    advice: 'raise mem_limit of prometheus in compose.yaml, then make up',
  })
})

test('a Prometheus that stands still is unhealthy, and is not waited for', async () => {
  const env = overriddenBy(
    'services: { prometheus: { healthcheck: { interval: 1s, timeout: 1s, retries: 1 } } }\n',
  )
  await upPrometheus(env, '--wait')
  await run('docker', 'kill', '--signal', 'STOP', prometheus)
  try {
    await containerIs(prometheus, '{{.State.Health.Status}}', /^unhealthy/)
    const { first, hops } = await headline({ env })
    assert.match(first.evidence.pop() ?? '', new RegExp(`^${prometheus}: unhealthy: Health check`))
    assert.deepEqual(first, {
      hop: 'containers',
      status: 'broken',
      what: 'Prometheus runs, but fails its health check',
      evidence: [],
      advice: 'docker compose restart prometheus; docker compose logs prometheus says more',
    })
    // That it does not answer is a consequence.
    assert.equal(hops.prometheus?.status, 'unknown')
  } finally {
    await run('docker', 'kill', '--signal', 'CONT', prometheus)
  }
})

test('in another clone of the project, these containers are another folder’s', async () => {
  const clone = copyOfProject()
  try {
    const { first } = await headline({ folder: clone })
    assert.equal(first.hop, 'made')
    assert.match(first.what, /^Prometheus that runs is that of another folder$/)
    assert.match(
      first.evidence[0] ?? '',
      new RegExp(`^${project}-\\w+-1 was started in ${root}, and this is ${clone}$`),
    )
    assert.equal(first.advice, 'make up here takes its place; its data stay')
  } finally {
    rmSync(clone, { recursive: true })
  }
})

test('a server whose code was edited, and one whose image was built anew, are stale', async () => {
  await inAClone(async (clone, env) => {
    await composeIn(env, 'up', '--build', '--detach', '--wait', 'server')
    appendFileSync(join(clone, 'server/app.ts'), '// edited\n')
    const { first } = await headline({ folder: clone })
    assert.deepEqual(first, {
      hop: 'made',
      status: 'broken',
      what: 'the server runs older code than is here',
      evidence: [`${server} has another server/app.ts`],
      advice: 'make up builds it anew',
    })
    await composeIn(env, 'build', '--quiet', 'server')
    const { first: built } = await headline({ folder: clone })
    assert.equal(built.hop, 'made')
    assert.equal(built.what, 'the server runs from an older image')
    assert.match(
      built.evidence[0] ?? '',
      new RegExp(`^${server}: made from \\w{12}, no longer latency-lab$`),
    )
    assert.equal(built.advice, 'make up makes it anew; the data stay')
    await composeIn(env, 'up', '--detach', '--wait', 'server')
    assert.equal((await doctor({ folder: clone })).hops.made?.status, 'ok')
  })
})

test('a folder that was made anew since is not what its container sees, nor is one that became empty', async () => {
  await inAClone(async (clone, env) => {
    await upPrometheus(env, '--wait')
    const there = join(clone, 'prometheus')
    renameSync(there, join(clone, 'old'))
    cpSync(join(clone, 'old'), there, { recursive: true })
    appendFileSync(join(there, 'rules/slo.yaml'), '# edited\n')
    const { first } = await headline({ folder: clone })
    assert.deepEqual(first, {
      hop: 'mounts',
      status: 'broken',
      what: 'Prometheus still has the folder prometheus that was there when it was started',
      evidence: [`${prometheus}: another rules/slo.yaml than here`],
      advice: 'the folder was moved or made anew since: docker compose restart prometheus',
    })
    rmSync(join(clone, 'old'), { recursive: true })
    const { first: empty } = await headline({ folder: clone })
    assert.match(
      empty.evidence[0] ?? '',
      /: its mount has become empty, and prometheus here has \d+ files, prometheus\.yml among them$/,
    )
    await composeIn(env, 'restart', 'prometheus')
    assert.equal((await doctor({ folder: clone })).hops.mounts?.status, 'ok')
  })
})

test('a folder that Docker made, empty, is why Prometheus does not start', async () => {
  await inAClone(async (clone, env) => {
    rmSync(join(clone, 'prometheus'), { recursive: true })
    // There is nothing in it for discovery's volume to be mounted on.
    await assert.rejects(upPrometheus(env), /prometheus\/discovered: read-only file system/)
    const report = await headline({ folder: clone })
    assert.equal(report.first.hop, 'config')
    assert.deepEqual(findingOf(report, 'mounts'), {
      hop: 'mounts',
      status: 'broken',
      what: 'the folder prometheus, which Prometheus reads, is empty',
      evidence: [
        'prometheus: no file in it. Docker makes a missing folder anew, empty, when it mounts it',
      ],
      advice:
        'put it back: git checkout -- prometheus; then docker compose up -d --force-recreate prometheus',
    })
    assert.equal(report.hops.containers?.status, 'unknown')
  })
})

test('a prometheus.yml that can’t be read is named with its line, whatever comes of it', async () => {
  await inAClone(async (clone, env) => {
    const file = join(clone, 'prometheus/prometheus.yml')
    const lines = readFileSync(file, 'utf8').split('\n').length
    appendFileSync(file, '  - job_name: x\n   broken: [\n')
    await upPrometheus(env)
    await containerIs(prometheus, '{{.State.Status}} {{.RestartCount}}', /^restarting [2-9]/)
    const { first, hops } = await headline({ folder: clone })
    assert.equal(first.hop, 'config')
    assert.deepEqual(first.evidence, [
      `prometheus/prometheus.yml:${lines}: did not find expected '-' indicator`,
    ])
    assert.equal(hops.containers?.status, 'unknown')
  })
})

test('a server that ends again and again is named with its last words', async () => {
  await compose('down', '--volumes', '--remove-orphans')
  const env = { BEHAVIOUR: 'sometimes' }
  try {
    await composeIn(env, 'up', '--detach', 'server')
    await containerIs(server, '{{.State.Status}} {{.RestartCount}}', /^restarting [2-9]/)
    const { first } = await headline({ env })
    assert.match(
      first.evidence.shift() ?? '',
      new RegExp(`^${server}: exit code \\d+, started again \\d+ times$`),
    )
    assert.match(first.evidence[0] ?? '', /BEHAVIOUR.*sometimes/)
    assert.deepEqual(
      { ...first, evidence: [] },
      {
        hop: 'containers',
        status: 'broken',
        what: 'the server ends as soon as it has started',
        evidence: [],
        advice: 'correct the setting that it names, then make up',
      },
    )
  } finally {
    await compose('rm', '--stop', '--force', 'server')
  }
})

/** Runs a test in another clone of the project, with the lab from before taken down. */
async function inAClone(body: (clone: string, env: NodeJS.ProcessEnv) => Promise<void>) {
  await compose('down', '--volumes', '--remove-orphans')
  const clone = copyOfProject()
  const env = { COMPOSE_FILE: join(clone, 'compose.yaml') }
  try {
    await body(clone, env)
  } finally {
    await composeIn(env, 'down', '--volumes')
    rmSync(clone, { recursive: true })
  }
}

test('a port that another container has is named with it, before up and when up has failed', async () => {
  await compose('down', '--volumes')
  const name = `${project}-stranger`
  const image = 'node:24-trixie-slim'
  await run(
    'docker',
    'run',
    '--detach',
    '--rm',
    '--init',
    '--name',
    name,
    '--publish',
    '127.0.0.1:9090:80',
    image,
    'sleep',
    '60',
  )
  try {
    const before = await headline()
    assert.equal(before.first.hop, 'ports')
    assert.equal(before.first.what, `port 9090 (Prometheus) is taken by the container ${name}`)
    assert.equal(
      before.first.advice,
      'stop what listens there, or take another port: LAB_PROMETHEUS_PORT=9091 as a line of the file .env',
    )
    await assert.rejects(compose('up', '--detach', 'prometheus'))
    const failed = await headline()
    assert.equal(failed.first.what, before.first.what)
    await run('docker', 'rm', '--force', name)
    // What is left is the container that could not be started, and why.
    const { first } = await headline()
    assert.equal(first.hop, 'containers')
    assert.equal(first.what, 'Prometheus could not be started')
    assert.match(first.evidence[0] ?? '', /127\.0\.0\.1:9090.*(already in use|already allocated)/)
  } finally {
    await run('docker', 'rm', '--force', name).catch(() => {})
    await compose('down', '--volumes')
  }
})

test('a clock that differs from Prometheus’ is named, and by how much', async () => {
  await compose('up', '--detach', '--wait', 'prometheus')
  try {
    const found = findingOf(await headline({ under: ['faketime', '-f', '+90s'] }), 'clocks')
    assert.match(
      found.what,
      /^Prometheus’ clock is (89\.\d|90\.\d) s behind this machine’s: panels end before or after its samples$/,
    )
    assert.match(found.evidence[1] ?? '', /^Prometheus, time\(\): 20/)
    assert.match(found.advice ?? '', /^set this machine’s clock: sudo timedatectl set-ntp true/)
  } finally {
    await compose('down', '--volumes')
  }
})

test('an engine that takes questions and does not answer is not waited for', async () => {
  const silent = createServer(() => {}).listen(join(folder, 'docker.sock'))
  await once(silent, 'listening')
  try {
    const { first } = await headline({
      env: { DOCKER_HOST: `unix://${join(folder, 'docker.sock')}` },
    })
    assert.deepEqual(first, {
      hop: 'engine',
      status: 'broken',
      what: 'the Docker engine hangs: it takes the question and does not answer',
      evidence: ['docker version: no answer within 3 s'],
      advice:
        'restart it (sudo systemctl restart docker, or Docker Desktop), or run the lab without it: make up LAB_MODE=native',
    })
  } finally {
    silent.close()
  }
})

test('an engine that is not there is named by where it was looked for', async () => {
  const { first } = await headline({ env: { DOCKER_HOST: `unix://${folder}/none.sock` } })
  assert.equal(first.hop, 'engine')
  assert.equal(first.what, 'no Docker engine answers')
  assert.match(first.evidence[0] ?? '', /^docker version: .*\/none\.sock/)
})

test('a user who may not use the engine is told how to get in', async () => {
  const { first } = await headline({ uid: 65534 })
  assert.match(
    first.evidence.pop() ?? '',
    /^docker version: permission denied .*connect: permission denied$/,
  )
  assert.deepEqual(first, {
    hop: 'engine',
    status: 'broken',
    what: 'this user may not use the Docker engine',
    evidence: [],
    advice:
      'sudo usermod -aG docker "$USER", then log in anew; or without Docker: make up LAB_MODE=native',
  })
})

/** Where Docker looks for plugins: https://github.com/docker/cli, cli-plugins/manager. */
const pluginFolders = ['local/lib', 'local/libexec', 'lib', 'libexec'].map(
  (folder) => `/usr/${folder}/docker/cli-plugins`,
)

test('a docker without Compose is told from one without an engine', async () => {
  const hide = pluginFolders.map(
    (each) => `if [ -d ${each} ]; then mount -t tmpfs none ${each}; fi`,
  )
  const under = ['unshare', '--mount', 'sh', '-c', `${hide.join('; ')}; exec "$0" "$@"`]
  const { first } = await headline({ under, env: { DOCKER_CONFIG: folder } })
  assert.match(first.evidence.pop() ?? '', /^docker compose version: /)
  assert.deepEqual(first, {
    hop: 'engine',
    status: 'broken',
    what: 'docker has no compose plugin',
    evidence: [],
    advice: 'install it: https://docs.docker.com/compose/install/',
  })
})

test('a disk that is nearly full where Docker keeps its data is named before anything is pulled', async () => {
  const { stdout } = await run('docker', 'info', '--format', '{{.DockerRootDir}}')
  const kept = stdout.trim()
  // For the doctor alone: the engine goes on with the disk that it has.
  const full = `mount -t tmpfs -o size=300m none ${kept}; exec "$0" "$@"`
  const { first } = await headline({ under: ['unshare', '--mount', 'sh', '-c', full] })
  assert.deepEqual(first, {
    hop: 'docker-disk',
    status: 'broken',
    what: 'the disk is nearly full where Docker keeps images and volumes',
    evidence: [`df: 300 MiB left on ${kept}; the lab needs 1024 MiB`],
    advice:
      'make room: docker system df shows what takes it, docker builder prune deletes what can be built again',
  })
})
