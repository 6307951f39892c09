import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pino } from 'pino'
import { parse } from 'yaml'
import { prometheusRules } from '../k8s/rules.ts'
import { parseOptions } from '../loadgen/options.ts'
import { createApp } from '../server/app.ts'
import { readConfig } from '../server/config.ts'
import { applied, buildObjects, type KubernetesObject } from './kubernetes/objects.ts'
import { environmentOf, probeNames } from './kubernetes/pods.ts'
import { type Container, kindsIn, portOf, workloadsIn } from './kubernetes/walks.ts'
import { root } from './processes.ts'

// What k8s/ says of the server, the load generator, Prometheus and Grafana is what they themselves say, and what
// Compose says.

const read = (path: string) => readFileSync(join(root, path), 'utf8')
const built = new Map(
  await Promise.all(applied.map(async (folder) => [folder, await buildObjects(folder)] as const)),
)
const overlays = applied.filter((folder) => folder !== 'loadgen')
const objectsOf = (folder: string) => built.get(folder) ?? []

const workload = (folder: string, name: string) => {
  const found = workloadsIn(objectsOf(folder)).find(({ object }) => object.metadata.name === name)
  assert.ok(found, `${folder} has ${name}`)
  return { ...found, container: found.containers[0] as Container }
}

/** The server’s answers to probes. */
const answersOf = (draining: boolean) => {
  const { app } = createApp({
    config: readConfig({}, '0'),
    logger: pino({ enabled: false }),
    draining: () => draining,
  })
  return async (path: string) => (await app.request(path)).status
}

test('the probes ask what the server answers: ready no more while it drains, and alive all the time', async () => {
  const [serving, draining] = [answersOf(false), answersOf(true)]
  for (const folder of overlays) {
    const { container } = workload(folder, 'httpserver')
    const paths = probeNames.map((probe) => container[probe].httpGet.path)
    assert.deepEqual(await Promise.all(paths.map(serving)), [200, 200, 200], folder)
    assert.deepEqual(await Promise.all(paths.map(draining)), [200, 503, 200], folder)
  }
  // A path that is not there would have been found out.
  assert.equal(await serving('/health'), 404)
})

test('ports and the metrics’ path are those that the programs have where nobody says otherwise', async () => {
  const { port, controlPort } = readConfig({}, '0')
  const parsed = parseOptions([])
  assert.ok('options' in parsed)
  for (const folder of overlays) {
    const server = workload(folder, 'httpserver')
    assert.equal(portOf(server, 'http'), port)
    assert.equal(server.annotations['prometheus.io/port'], `${port}`)
    assert.equal(await answersOf(false)(server.annotations['prometheus.io/path'] ?? ''), 200)
    const ports = kindsIn(objectsOf(folder), 'Service').flatMap(({ spec }) => spec.ports)
    assert.ok(
      !JSON.stringify(ports).includes(`${controlPort}`),
      'the control listener has no Service',
    )
    assert.equal(portOf(server, controlPort), undefined)
  }
  const loadgen = workload('loadgen', 'loadgen')
  assert.equal(portOf(loadgen, 'metrics'), parsed.options.metricsPort)
  assert.equal(loadgen.annotations['prometheus.io/port'], `${parsed.options.metricsPort}`)
})

test('the control listener is on the pod’s own loopback', () => {
  for (const folder of overlays) {
    const environment = environmentOf(objectsOf(folder), workload(folder, 'httpserver'))
    assert.equal(readConfig(environment, '0').controlHost, '127.0.0.1')
  }
})

test('the server takes its ConfigMap as it is, and knows each name in it', () => {
  const source = read('server/config.ts')
  for (const folder of overlays) {
    const environment = environmentOf(objectsOf(folder), workload(folder, 'httpserver'))
    assert.ok(Object.keys(environment).length >= 4)
    readConfig(environment, '0')
    const unknown = Object.keys(environment).filter((name) => !source.includes(`  ${name}: `))
    assert.deepEqual(unknown, [])
  }
})

test('an Ingress has the routes that users ask for, and none that tells about the server', async () => {
  for (const folder of ['overlays/cluster', 'overlays/prometheus-stack']) {
    const [ingress] = kindsIn(objectsOf(folder), 'Ingress')
    const paths = ingress?.spec.rules[0].http.paths as { path: string; pathType: string }[]
    assert.ok(paths.every(({ pathType }) => pathType === 'Exact'))
    assert.deepEqual(
      paths.map(({ path }) => path),
      ['/', '/images', '/ping'],
    )
    assert.equal(await answersOf(false)('/ping'), 200)
  }
})

test('the shards of the Job are all of one run, each once, and a failed one is not sent again', () => {
  const { object, container, spec } = workload('loadgen', 'loadgen')
  const { completions, parallelism, completionMode, backoffLimit } = object.spec
  assert.equal(completionMode, 'Indexed')
  assert.equal(parallelism, completions)
  assert.deepEqual([backoffLimit, spec.restartPolicy], [0, 'Never'])
  const shards = Array.from({ length: completions }, (_, index) => {
    const args = (container.args as string[]).map((text) =>
      text.replace('$(JOB_COMPLETION_INDEX)', `${index}`),
    )
    const env = Object.fromEntries(
      (container.env as { name: string; value?: string }[]).map(({ name, value }) => [name, value]),
    )
    const parsed = parseOptions(args, {
      url: env.LOADGEN_URL,
      awaitScrape: env.LOADGEN_AWAIT_SCRAPE,
    })
    assert.ok('options' in parsed, JSON.stringify(parsed))
    return parsed.options
  })
  assert.deepEqual(
    shards.map(({ shard }) => shard),
    Array.from({ length: completions }, (_, index) => ({ index, count: completions })),
  )
  const services = kindsIn(objectsOf('overlays/local'), 'Service').map(
    ({ metadata, spec }) => `${metadata.name}:${spec.ports[0].port}`,
  )
  assert.ok(services.includes(`${shards[0]?.url.host}`))
  assert.ok(services.includes(`${shards[0]?.awaitScrape?.host}`))
})

/** There is neither InfluxDB nor discovery by etcd on Kubernetes, and so no datasource and no dashboard of theirs. */
const notThere = /influx|^discovery[.]json$/i

type Service = { image: string; command: string[]; environment: Record<string, string> }
const { services } = parse(read('compose.yaml'), { merge: true }) as {
  services: Record<string, Service>
}

test('Prometheus and Grafana are those of Compose, with the same settings', () => {
  for (const folder of ['overlays/local', 'overlays/cluster']) {
    const prometheus = workload(folder, 'prometheus').container
    assert.equal(prometheus.image, services.prometheus?.image)
    assert.deepEqual(prometheus.args, services.prometheus?.command)
    const grafana = workload(folder, 'grafana').container
    assert.equal(grafana.image, services.grafana?.image)
    const env = grafana.env as { name: string; value?: string }[]
    const settings = Object.entries(services.grafana?.environment ?? {}).filter(
      ([name]) => name !== 'GF_SECURITY_ADMIN_PASSWORD' && !notThere.test(name),
    )
    const given = env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]]))
    assert.deepEqual(Object.fromEntries(given), Object.fromEntries(settings))
  }
})

test('Prometheus keeps the intervals that it has everywhere, and finds the rules where they are mounted', () => {
  const own = parse(read('k8s/components/monitoring/prometheus.yml'))
  assert.deepEqual(own.global, parse(read('prometheus/prometheus.yml')).global)
  const { container } = workload('overlays/local', 'prometheus')
  const mounts = container.volumeMounts as { name: string; mountPath: string }[]
  const rules = mounts.find(({ name }) => name === 'rules')
  assert.deepEqual(own.rule_files, [`${rules?.mountPath}/*.yaml`])
})

/** What a folder has that the lab on Kubernetes has a use for, by name. */
const filesIn = (folder: string, ending: RegExp) =>
  Object.fromEntries(
    readdirSync(join(root, folder))
      .filter((name) => ending.test(name) && !notThere.test(name))
      .map((name) => [name, read(`${folder}/${name}`)]),
  )

/** All that ConfigMaps of such a name have. */
const dataOf = (objects: readonly KubernetesObject[], name: RegExp) =>
  Object.assign(
    {},
    ...kindsIn(objects, 'ConfigMap')
      .filter(({ metadata }) => name.test(metadata.name))
      .map(({ data }) => data),
  )

test('rules, datasource and dashboards are the very files, and all of them', () => {
  const dashboards = filesIn('grafana/provisioning/dashboards', /\.json$/)
  for (const folder of ['overlays/local', 'overlays/cluster']) {
    const objects = objectsOf(folder)
    assert.deepEqual(dataOf(objects, /^prometheus-rules-/), filesIn('prometheus/rules', /yaml$/))
    const datasources = filesIn('grafana/provisioning/datasources', /yaml$/)
    assert.deepEqual(dataOf(objects, /^grafana-datasources-/), datasources)
    const provider = filesIn('grafana/provisioning/dashboards', /yaml$/)
    assert.deepEqual(dataOf(objects, /^grafana-dashboard-/), { ...dashboards, ...provider })
    const { volumes } = workload(folder, 'grafana').spec
    const mounted = volumes[1].projected.sources.map(
      ({ configMap }: { configMap: { name: string } }) => configMap.name,
    )
    const there = kindsIn(objects, 'ConfigMap').map(({ metadata }) => metadata.name)
    assert.deepEqual(
      mounted.sort(),
      there.filter((name) => name.startsWith('grafana-dashboard-')).sort(),
    )
  }
  assert.deepEqual(
    dataOf(objectsOf('overlays/prometheus-stack'), /^grafana-dashboard-/),
    dashboards,
  )
})

test('the operator’s rules are those about the server, as they are generated', () => {
  const generated = prometheusRules((name) => read(`prometheus/rules/${name}.yaml`))
  assert.equal(read('k8s/components/podmonitor/rules.yaml'), generated)
  const groups = kindsIn(objectsOf('overlays/prometheus-stack'), 'PrometheusRule').flatMap(
    ({ spec }) => spec.groups,
  )
  const files = filesIn('prometheus/rules', /^(?!alerts).*yaml$/)
  assert.deepEqual(
    groups,
    Object.values(files).flatMap((text) => parse(text).groups),
  )
})

test('the operator scrapes with the interval, the job and the instance that the lab’s Prometheus has', () => {
  const { global, scrape_configs } = parse(read('k8s/components/monitoring/prometheus.yml'))
  const monitors = kindsIn(objectsOf('overlays/prometheus-stack'), 'PodMonitor')
  assert.equal(monitors.length, 2)
  for (const { metadata, spec } of monitors) {
    const [endpoint] = spec.podMetricsEndpoints
    assert.equal(endpoint.interval, global.scrape_interval)
    assert.equal(endpoint.scrapeTimeout, global.scrape_timeout)
    assert.equal(spec.jobLabel, 'app.kubernetes.io/name')
    const folder = metadata.name === 'loadgen' ? 'loadgen' : 'overlays/prometheus-stack'
    const pod = workload(folder, metadata.name)
    assert.equal(pod.labels[spec.jobLabel], metadata.name)
    assert.deepEqual({ ...pod.labels, ...spec.selector.matchLabels }, pod.labels)
    assert.equal(`${portOf(pod, endpoint.port)}`, pod.annotations['prometheus.io/port'])
    assert.equal(endpoint.path, pod.annotations['prometheus.io/path'])
    const [relabeling] = endpoint.relabelings
    assert.equal(relabeling.targetLabel, 'instance')
    const sources = scrape_configs[1].relabel_configs.flatMap(
      ({ target_label, source_labels }: Record<string, string[] | string>) =>
        target_label === 'instance' ? source_labels : [],
    )
    assert.ok(sources.includes(relabeling.sourceLabels[0]))
  }
})

test('kind publishes the NodePorts of the local overlay, on this machine’s loopback, at the ports of Compose', () => {
  const mappings = parse(read('k8s/kind.yaml')).nodes.flatMap(
    (node: { extraPortMappings?: object[] }) => node.extraPortMappings ?? [],
  ) as { containerPort: number; hostPort: number; listenAddress: string }[]
  const nodePorts = kindsIn(objectsOf('overlays/local'), 'Service').map(({ spec }) => {
    assert.equal(spec.type, 'NodePort')
    return [spec.ports[0].nodePort, spec.ports[0].port]
  })
  assert.deepEqual(
    mappings.map(({ containerPort, hostPort }) => [containerPort, hostPort]).sort(),
    nodePorts.sort(),
  )
  assert.ok(mappings.every(({ listenAddress }) => listenAddress === '127.0.0.1'))
  for (const folder of ['overlays/cluster', 'overlays/prometheus-stack']) {
    for (const { spec } of kindsIn(objectsOf(folder), 'Service')) assert.equal(spec.type, undefined)
  }
})

test('what the documentation names is there', () => {
  const text = read('docs/kubernetes.md')
  const tree = [...(/^k8s\/\n((?: {2}.*\n)+)/m.exec(text)?.[1] ?? '').matchAll(/^ {2}(\S+)/gm)]
  const named = [...text.matchAll(/\b(?:k8s|grafana|prometheus)\/[\w./-]*\w/g)].map(
    ([path]) => path,
  )
  const paths = [...tree.map(([, path]) => `k8s/${path}`), ...named]
  assert.ok(paths.length > 20)
  assert.deepEqual(
    paths.filter((path) => !existsSync(join(root, path))),
    [],
  )
})
