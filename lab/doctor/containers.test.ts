import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeContainers } from './containers-hop.ts'
import type { Engine } from './engine.ts'
import { judgeMade } from './made-hop.ts'
import { judgeMounts } from './mounts-hop.ts'
import { judgeVolumes } from './volume-hop.ts'

// What a real engine answered, cut to what is read of it. test/stack/doctor.test.ts makes each fault for real.

const id = '9020311130db2d7c6bf4262ee9b78d8e8bdd87419a801ea3e9e50dce89a08baf'
const imageId = 'sha256:b6cc755983346507c3be56e56c1363fe043277a6084bb97a493e484eac1139fa'

type Change = {
  state?: object
  labels?: Record<string, string>
  restarts?: number
  image?: string
  /** Other answers of the engine, by question. */
  answers?: Record<string, string>
}

/** A lab whose Prometheus is healthy, but for what is changed. */
function engine({ state, labels, restarts = 0, image = imageId, answers = {} }: Change = {}) {
  const container = {
    Id: id,
    Name: '/latency-lab-prometheus-1',
    Image: image,
    RestartCount: restarts,
    State: {
      ...{ Status: 'running', ExitCode: 0, Error: '', OOMKilled: false },
      Health: {
        Status: 'healthy',
        Log: [{ Output: '  SUCCESS:  Prometheus Server is Ready.\n\n' }],
      },
      ...state,
    },
    HostConfig: {
      Memory: 536_870_912,
      PortBindings: { '9090/tcp': [{ HostIp: '127.0.0.1', HostPort: '9090' }] },
    },
    Config: {
      Image: 'prom/prometheus:v3.13.2',
      Labels: {
        'com.docker.compose.project': 'latency-lab',
        'com.docker.compose.project.working_dir': '/home/me/latency-lab',
        'com.docker.compose.service': 'prometheus',
        'com.docker.compose.oneoff': 'False',
        'com.docker.compose.config-hash': 'dac017ee4860a9bc',
        ...labels,
      },
    },
  }
  const out: Record<string, string> = {
    config: '{"name": "latency-lab"}',
    containers: JSON.stringify([container]),
    folder: '/home/me/latency-lab\n/data/latency-lab\n',
    hashes: 'prometheus dac017ee4860a9bc\nserver 774e22d25749594d\n',
    images: `prom/prometheus:v3.13.2 ${imageId}\nlatency-lab:latest sha256:4677460149057bce\n`,
    'inside-prometheus': seen(76_815_448, 'yes', [
      '1699 ./prometheus.yml',
      '2527 ./rules/slo.yaml',
    ]),
    'outside-prometheus': seen(76_815_448, 'yes', [
      '1699 ./prometheus.yml',
      '2527 ./rules/slo.yaml',
    ]),
    ...answers,
  }
  return Object.fromEntries(
    Object.entries(out).map(([name, text]) => [
      name,
      { exitCode: text ? 0 : 1, out: text, err: '' },
    ]),
  ) satisfies Engine
}

/** What inside.sh prints. */
const seen = (availableKib: number, writable: string, files: string[]) =>
  [
    'time 1795182797',
    `disk /dev/vda         264212084 18685816  ${availableKib}      20% /prometheus`,
    `writable ${writable}`,
    'folder yes',
    ...files.map((file) => `file 3974740199 ${file}`),
  ].join('\n')

const log = (...lines: string[]) => `=== ${id.slice(0, 12)}\n${lines.join('\n')}\n`

test('containers that are well have nothing said against them', () => {
  const well = engine()
  for (const judge of [judgeContainers, judgeMade, judgeMounts, judgeVolumes])
    assert.equal(judge(well)?.status, 'ok', judge.name)
})

test('a lab that is not running has no mounts and volumes to be judged', () => {
  const none = engine({ answers: { containers: '[]' } })
  for (const judge of [judgeMade, judgeMounts, judgeVolumes]) assert.equal(judge(none), null)
  assert.equal(judgeContainers(none)?.what, 'the lab is not running')
})

const inContainers: [string, Change, string, string | RegExp][] = [
  [
    'one that could not be started',
    {
      state: {
        Status: 'created',
        ExitCode: 128,
        Error: 'listen tcp4 127.0.0.1:9090: bind: address already in use',
      },
    },
    'Prometheus could not be started',
    'latency-lab-prometheus-1: listen tcp4 127.0.0.1:9090: bind: address already in use',
  ],
  [
    'one that was killed for want of memory',
    { state: { Status: 'restarting', ExitCode: 137, OOMKilled: true }, restarts: 6 },
    'Prometheus was killed because it needs more memory than it may have',
    'latency-lab-prometheus-1: OOMKilled, exit code 137, started again 6 times; its limit is 512 MiB',
  ],
  [
    'one that was killed, and of which the engine does not say why',
    { state: { Status: 'restarting', ExitCode: 137 }, restarts: 3 },
    'Prometheus was killed because it needs more memory than it may have',
    'latency-lab-prometheus-1: killed, exit code 137, started again 3 times; its limit is 512 MiB',
  ],
  [
    'one that waits to be started again',
    { state: { Status: 'restarting', ExitCode: 2 }, restarts: 1 },
    'Prometheus ends as soon as it has started',
    'latency-lab-prometheus-1: exit code 2, started again once',
  ],
  [
    'one that ends again and again, in a moment in which it runs',
    { state: { Health: { Status: 'starting', Log: null } }, restarts: 5 },
    'Prometheus ends as soon as it has started',
    'latency-lab-prometheus-1: exit code 0, started again 5 times',
  ],
  [
    'one that is paused',
    { state: { Status: 'paused' } },
    'Prometheus is paused',
    'latency-lab-prometheus-1: paused',
  ],
  [
    'one that is unhealthy',
    {
      state: {
        Health: { Status: 'unhealthy', Log: [{ Output: 'Health check exceeded timeout (3s)' }] },
      },
    },
    'Prometheus runs, but fails its health check',
    'latency-lab-prometheus-1: unhealthy: Health check exceeded timeout (3s)',
  ],
]
for (const [name, change, what, evidence] of inContainers) {
  test(`${name} is named`, () => {
    const verdict = judgeContainers(engine(change))
    assert.deepEqual(
      [verdict?.status, verdict?.what, verdict?.evidence],
      ['broken', what, [evidence]],
    )
  })
}

test('one that was just started is waited for, and one that was stopped is no fault', () => {
  const started = judgeContainers(engine({ state: { Health: { Status: 'starting', Log: null } } }))
  assert.deepEqual([started?.status, started?.seconds], ['waiting', 5])
  for (const ExitCode of [0, 137, 143]) {
    const stopped = judgeContainers(engine({ state: { Status: 'exited', ExitCode } }))
    assert.equal(stopped?.status, 'ok')
  }
  const failed = judgeContainers(engine({ state: { Status: 'exited', ExitCode: 2 } }))
  assert.equal(failed?.status, 'broken')
})

const made: [string, Change, string, string][] = [
  [
    'a container from another folder',
    {
      labels: {
        'com.docker.compose.project.working_dir': '/tmp/old',
        'com.docker.compose.config-hash': '0123456789abcdef',
      },
    },
    'Prometheus that runs is that of another folder',
    'latency-lab-prometheus-1 was started in /tmp/old, and this is /home/me/latency-lab',
  ],
  [
    'a container of a service that is gone',
    { labels: { 'com.docker.compose.service': 'extra' } },
    'there is a container of a service that compose.yaml no longer has: extra',
    'latency-lab-prometheus-1: running; compose.yaml has prometheus, server',
  ],
  [
    'a container of an older compose.yaml',
    { labels: { 'com.docker.compose.config-hash': '0123456789abcdef' } },
    'Prometheus was made from an older compose.yaml, or with other settings',
    'latency-lab-prometheus-1: made from 0123456789ab, docker compose config --hash prometheus says dac017ee4860',
  ],
  [
    'a container of an older image',
    { image: 'sha256:0123456789abcdef' },
    'Prometheus runs from an older image',
    'latency-lab-prometheus-1: made from 0123456789ab, no longer prom/prometheus:v3.13.2',
  ],
]
for (const [name, change, what, evidence] of made) {
  test(`${name} is named`, () => {
    const verdict = judgeMade(engine(change))
    assert.deepEqual(
      [verdict?.status, verdict?.what, verdict?.evidence],
      ['broken', what, [evidence]],
    )
  })
}

test('a service of a profile is judged as any other', () => {
  const labels = { 'com.docker.compose.service': 'influxdb' }
  const state = { Health: { Status: 'unhealthy', Log: [{ Output: 'curl: (7)' }] } }
  const { status, what } = judgeContainers(engine({ labels, state })) ?? {}
  assert.deepEqual([status, what], ['broken', 'InfluxDB runs, but fails its health check'])
})

test('a folder that is entered by a symbolic link is the same folder', () => {
  const labels = {
    'com.docker.compose.project.working_dir': '/data/latency-lab',
    'com.docker.compose.config-hash': '0123456789abcdef',
  }
  assert.match(judgeMade(engine({ labels }))?.what ?? '', /made from an older compose\.yaml/)
})

test('a container from another folder that is just what Compose would make here is none', () => {
  const labels = { 'com.docker.compose.project.working_dir': '/tmp/old' }
  assert.equal(judgeMade(engine({ labels }))?.status, 'ok')
})

test('what Compose did not say is held against nobody', () => {
  const silent = engine({ answers: { hashes: '', images: '' } })
  assert.equal(judgeMade(silent)?.status, 'ok')
  assert.equal(judgeMounts(engine({ answers: { 'inside-prometheus': '' } }))?.status, 'ok')
})

test('a mount with other files than the folder here is named with three of them', () => {
  const inside = seen(1e6, 'yes', ['1699 ./prometheus.yml', '1 ./a', '1 ./b', '1 ./c'])
  const verdict = judgeMounts(engine({ answers: { 'inside-prometheus': inside } }))
  assert.deepEqual(verdict?.evidence, [
    'latency-lab-prometheus-1: another a, b, c than here, and 1 more',
  ])
})

test('what discovery writes is in a volume of its own, and no other file than here', () => {
  const inside = seen(1e6, 'yes', ['1699 ./prometheus.yml', '7 ./discovered/targets.json'])
  const outside = seen(1e6, 'yes', ['1699 ./prometheus.yml', '8 ./discovered/README.md'])
  const answers = { 'inside-prometheus': inside, 'outside-prometheus': outside }
  assert.equal(judgeMounts(engine({ answers }))?.status, 'ok')
})

test('a mount that became empty is told from a folder that is empty here', () => {
  const empty = seen(1e6, 'yes', [])
  assert.deepEqual(judgeMounts(engine({ answers: { 'inside-prometheus': empty } }))?.evidence, [
    'latency-lab-prometheus-1: its mount has become empty, and prometheus here has 2 files, prometheus.yml among them',
  ])
  assert.equal(
    judgeMounts(engine({ answers: { 'outside-prometheus': empty } }))?.what,
    'the folder prometheus, which Prometheus reads, is empty',
  )
  const gone = empty.replace('folder yes', '')
  assert.equal(
    judgeMounts(engine({ answers: { 'outside-prometheus': gone } }))?.what,
    'the folder prometheus, which Prometheus reads, is not there',
  )
})

test('a volume with less than 16 MiB left is full', () => {
  const left = (kib: number) =>
    judgeVolumes(engine({ answers: { 'inside-prometheus': seen(kib, 'yes', []) } }))
  assert.equal(left(16_384)?.status, 'ok')
  assert.deepEqual(
    [left(16_383)?.what, left(16_383)?.evidence],
    [
      'the volume of Prometheus is full',
      ['latency-lab-prometheus-1: /prometheus has 16,383 KiB left of 264,212,084 KiB'],
    ],
  )
})

test('of a Prometheus that ended, its log says that it may not write, or has no room', () => {
  const ended = (line: string) =>
    judgeVolumes(
      engine({
        state: { Status: 'restarting', ExitCode: 2 },
        answers: { 'inside-prometheus': '', logs: log(line, '', 'goroutine 1 [running]:') },
      }),
    )
  const refused = (error: string) =>
    ended(
      `time=2026-11-20T13:50:05.086Z level=ERROR source=query_logger.go:113 msg="Error opening query log file" file=/prometheus/queries.active err="open /prometheus/queries.active: ${error}"`,
    )
  for (const error of ['permission denied', 'read-only file system']) {
    assert.equal(refused(error)?.what, 'Prometheus may not write to its volume')
    assert.deepEqual(refused(error)?.evidence, [`open /prometheus/queries.active: ${error}`])
  }
  assert.equal(refused('no space left on device')?.what, 'the volume of Prometheus is full')
  assert.equal(refused('too many open files')?.status, 'ok')
})

test('a log from before is no evidence against a Prometheus that runs', () => {
  const logs = log('err="write /prometheus/wal/00000000: no space left on device"')
  for (const answers of [{ logs }, { logs, 'inside-prometheus': '' }])
    assert.equal(judgeVolumes(engine({ answers }))?.status, 'ok')
})

test('containers of another project, and those of docker compose run, are not judged', () => {
  for (const labels of [
    { 'com.docker.compose.project': 'somebody-else' },
    { 'com.docker.compose.oneoff': 'True' },
  ]) {
    const other = engine({ labels, state: { Status: 'restarting', ExitCode: 2 } })
    assert.equal(judgeContainers(other)?.what, 'the lab is not running')
  }
})

test('what did not answer in time is not known, and not well', () => {
  const late = { exitCode: 124, out: '', err: '' }
  const unseen = { ...engine(), 'inside-prometheus': late }
  for (const judge of [judgeMounts, judgeVolumes]) {
    const verdict = judge(unseen)
    assert.deepEqual(
      [verdict?.status, verdict?.what, verdict?.evidence],
      ['unknown', 'Prometheus could not be looked into', ['docker exec: no answer within 3 s']],
    )
  }
  assert.equal(judgeContainers({ ...engine(), containers: late })?.status, 'unknown')
})
