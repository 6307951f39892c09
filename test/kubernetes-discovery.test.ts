import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { discovered, type Pod } from './kubernetes/discovered.ts'
import { buildObjects } from './kubernetes/objects.ts'
import { workloadsIn } from './kubernetes/walks.ts'
import { freePort, prometheusBinaries, root, runLoad, startServer } from './processes.ts'

// The Prometheus of k8s/ with the relabelling that it has there: two servers and two shards of the load generator, at
// ports of this machine, are told to it as kubernetes_sd would tell of their pods.

const config = readFileSync(join(root, 'k8s/components/monitoring/prometheus.yml'), 'utf8')

const another = { name: 'another', containerPort: 8081 }

const binaries = await prometheusBinaries()
const folder = mkdtempSync(join(tmpdir(), 'lab-discovery-'))
const stops: (() => Promise<void>)[] = []
let url = ''
let shards: { exitCode: number; result: { ok: number; options: { shard: string } } }[] = []

before(async () => {
  const objects = [...(await buildObjects('overlays/local')), ...(await buildObjects('loadgen'))]
  // A pod may have more ports than that of its metrics.
  for (const { object, containers } of workloadsIn(objects)) {
    if (object.metadata.name === 'httpserver') containers[0]?.ports.push(another)
  }
  const servers = await Promise.all([startServer({ SEED: '1' }), startServer({ SEED: '2' })])
  stops.push(...servers.map(({ stop }) => stop))
  const metricsPorts = [await freePort(), await freePort()]
  const shardLabels = (index: number) => ({
    'batch.kubernetes.io/job-completion-index': `${index}`,
    'job-name': 'loadgen',
  })
  const pods: Pod[] = [
    ...servers.map(({ port }, n) => ({
      workload: 'httpserver',
      name: `httpserver-5d9c-${'ab'[n]}`,
      address: (of: number) => `127.0.0.1:${of === another.containerPort ? 1 : port}`,
    })),
    ...metricsPorts.map((port, n) => ({
      workload: 'loadgen',
      name: `loadgen-${n}-x7k2p`,
      labels: shardLabels(n),
      address: () => `127.0.0.1:${port}`,
    })),
    // The run before, one that is not to be scraped, and those without a word about it.
    {
      workload: 'httpserver',
      name: 'httpserver-quiet',
      annotations: { 'prometheus.io/scrape': 'false' },
      address: () => '127.0.0.1:1',
    },
    {
      workload: 'loadgen',
      name: 'loadgen-0-old',
      phase: 'Succeeded',
      labels: shardLabels(0),
      address: () => '127.0.0.1:1',
    },
    { workload: 'grafana', name: 'grafana-1', address: () => '127.0.0.1:1' },
    { workload: 'prometheus', name: 'prometheus-0', address: () => '127.0.0.1:1' },
  ]
  writeFileSync(join(folder, 'pods.json'), JSON.stringify(discovered(objects, pods)))
  url = await startPrometheus()
  await until(async () => (await targets()).filter(({ health }) => health === 'up').length >= 2)

  shards = await Promise.all(
    servers.map((server, index) =>
      runLoad([
        ...['--shard', `${index}/2`, '--requests', '61', '--rate', '40'],
        ...['--metrics-port', `${metricsPorts[index]}`, '--await-scrape', url, server.url],
      ]),
    ),
  )
})

after(async () => {
  for (const stop of stops.reverse()) await stop()
  rmSync(folder, { recursive: true })
})

const startPrometheus = async () => {
  const port = await freePort()
  cpSync(join(root, 'prometheus/rules'), join(folder, 'rules'), { recursive: true })
  const own = config
    .replace(/(scrape|evaluation)_interval: 5s/g, '$1_interval: 1s')
    .replace('scrape_timeout: 4s', 'scrape_timeout: 1s')
    .replace('/etc/prometheus-rules/', `${folder}/rules/`)
    .replace('localhost:9090', `127.0.0.1:${port}`)
    .replace(kubernetesSd, `file_sd_configs: [{ files: [${join(folder, 'pods.json')}] }]`)
  writeFileSync(join(folder, 'prometheus.yml'), own)
  const child = spawn(
    binaries.prometheus,
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  )
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  stops.push(async () => {
    child.kill()
    await exited
  })
  const address = `http://127.0.0.1:${port}`
  await until(() => {
    if (child.exitCode !== null) throw new Error(`Prometheus ended with ${child.exitCode}`)
    return fetch(`${address}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
  })
  return address
}

/** The discovery itself, which takes a cluster: two lines. */
const kubernetesSd =
  /kubernetes_sd_configs:\n {6}- role: pod\n {8}namespaces: \{ own_namespace: true \}/

/** Asks again and again, for the test's own time limit. */
const until = async (holds: () => Promise<boolean>) => {
  while (!(await holds())) await sleep(50)
}

type Target = { health: string; labels: Record<string, string> }

const targets = async (): Promise<Target[]> => {
  const response = await fetch(`${url}/api/v1/targets?state=active`)
  return ((await response.json()) as { data: { activeTargets: Target[] } }).data.activeTargets
}

const ask = async (query: string) => {
  const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query })}`)
  const { data } = (await response.json()) as {
    data: { result: { metric: Record<string, string>; value: [number, string] }[] }
  }
  return data.result.map(({ metric, value }) => [metric, Number(value[1])] as const)
}

/** What a query says now, once it says what is expected; else the test runs out of time. */
const settles = (query: string, value: number) =>
  until(async () => (await ask(query))[0]?.[1] === value)

/** What promtool says of a configuration. */
const judgementOn = async (file: string) => {
  const outcome = await promisify(execFile)(binaries.promtool, ['check', 'config', file]).catch(
    (error) => error as { stdout: string; stderr: string },
  )
  return outcome.stdout + outcome.stderr
}

test('what discovers pods is there to be replaced, and promtool takes all else', async () => {
  assert.match(config, kubernetesSd)
  assert.match(await judgementOn(join(folder, 'prometheus.yml')), /SUCCESS/)
})

test('promtool takes the configuration as it is, unless it was built without kubernetes_sd', async () => {
  const judgement = await judgementOn(join(root, 'k8s/components/monitoring/prometheus.yml'))
  // Debian 12's is the one of which that is known.
  const without =
    /unmarshal errors:\n {2}line \d+: field kubernetes_sd_configs not found in type \S+$/
  assert.ok(/SUCCESS/.test(judgement) || without.test(judgement.trim()), judgement)
})

test('the pods that say so are scraped, each once, under the jobs of the rules and dashboards', async () => {
  const found = (await targets()).map(({ labels }) => `${labels.job} ${labels.instance}`)
  assert.deepEqual(found.sort(), [
    'httpserver httpserver-5d9c-a',
    'httpserver httpserver-5d9c-b',
    'loadgen loadgen-0',
    'loadgen loadgen-1',
    `prometheus ${new URL(url).host}`,
  ])
})

test('each shard waits for its own final counts, and Prometheus adds the shards up', async () => {
  assert.deepEqual(
    shards.map(({ exitCode, result }) => [exitCode, result.options.shard, result.ok]),
    [
      [0, '0/2', 31],
      [0, '1/2', 30],
    ],
  )
  await settles('sum(last_over_time(loadgen_requests_total{outcome="ok"}[1m]))', 61)
  await settles('sum(last_over_time(loadgen_response_time_seconds_count[1m]))', 61)
  // The buckets, which is what makes a quantile of all shards.
  await settles('sum(last_over_time(loadgen_response_time_seconds_bucket{le="+Inf"}[1m]))', 61)
})

test('the servers’ histograms add up to what all shards sent, and the rules make one job of them', async () => {
  await settles('sum(lab_request_duration_seconds_count{job="httpserver"})', 61)
  await until(
    async () => (await ask('job_http_route:lab_request_duration_seconds:quantile1m')).length > 0,
  )
  const recorded = await ask(
    'job_http_route:lab_request_duration_seconds:quantile1m{quantile="0.5"}',
  )
  assert.deepEqual(
    recorded.map(([{ job, instance, http_route }]) => [job, instance, http_route]),
    [['httpserver', undefined, '/']],
  )
})
