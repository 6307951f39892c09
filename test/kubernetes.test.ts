import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applied, buildObjects, type KubernetesObject } from './kubernetes/objects.ts'
import { pods } from './kubernetes/pods.ts'
import { schemaMistakes, unknownFields } from './kubernetes/schemas.ts'
import { kindsIn, type Rule, walks, workloadsIn } from './kubernetes/walks.ts'

// Every kustomization in k8s/ is built, each object is held against its schema, and the walks from object to object
// are taken. Then each is broken once, which must be noticed.

const built = new Map(
  await Promise.all(applied.map(async (folder) => [folder, await buildObjects(folder)] as const)),
)
const rules: Record<string, Rule> = { ...walks, ...pods }

for (const [folder, objects] of built) {
  test(`${folder}: each object is valid by the schema of its kind, and has no field that is not in it`, async () => {
    assert.ok(objects.length > 0)
    assert.deepEqual((await Promise.all(objects.map(schemaMistakes))).flat(), [])
    assert.deepEqual(await unknownFields(objects), [])
  })

  for (const [rule, mistakesIn] of Object.entries(rules)) {
    test(`${folder}: ${rule}`, () => assert.deepEqual(mistakesIn(objects), []))
  }
}

test('the walks have somewhere to go', () => {
  const kinds = (folder: string) => new Set(built.get(folder)?.map(({ kind }) => kind))
  const server = ['ConfigMap', 'Deployment', 'Namespace', 'PodDisruptionBudget', 'Service']
  const shown = ['Role', 'RoleBinding', 'ServiceAccount', 'StatefulSet']
  const scaled = ['HorizontalPodAutoscaler', 'Ingress']
  const operated = ['PodMonitor', 'PrometheusRule']
  assert.deepEqual(kinds('overlays/local'), new Set([...server, ...shown, 'Secret']))
  assert.deepEqual(kinds('overlays/cluster'), new Set([...server, ...shown, ...scaled]))
  assert.deepEqual(kinds('overlays/prometheus-stack'), new Set([...server, ...scaled, ...operated]))
  assert.deepEqual(kinds('loadgen'), new Set(['Job']))
})

/** A copy of what an overlay has, broken. */
const broken = (folder: string, breakIt: (objects: KubernetesObject[]) => void) => {
  const objects = structuredClone(built.get(folder) ?? [])
  breakIt(objects)
  return objects
}

const one = (objects: KubernetesObject[], kind: string, name = 'httpserver') => {
  const found = kindsIn(objects, kind).find(({ metadata }) => metadata.name === name)
  assert.ok(found, `${kind} ${name}`)
  return found
}

const podOf = (objects: KubernetesObject[], name = 'httpserver') => {
  const found = workloadsIn(objects).find(({ object }) => object.metadata.name === name)
  assert.ok(found?.containers[0])
  return { ...found, container: found.containers[0] }
}

/** What is wrong, where, which rule finds it, and what it says first. */
const mutants: [
  string,
  string,
  keyof typeof walks | keyof typeof pods,
  (objects: KubernetesObject[]) => void,
  RegExp,
][] = [
  [
    'a Deployment with another selector',
    'overlays/local',
    'a workload selects its own pods, and nobody else’s',
    (o) => {
      one(o, 'Deployment').spec.selector.matchLabels = { app: 'x' }
    },
    /does not select its own/,
  ],
  [
    'a Service with another selector',
    'overlays/local',
    'a Service leads to pods, and to a port of theirs',
    (o) => {
      one(o, 'Service').spec.selector = { app: 'x' }
    },
    /pods of 0 workloads/,
  ],
  [
    'a Service with another port name',
    'overlays/local',
    'a Service leads to pods, and to a port of theirs',
    (o) => {
      one(o, 'Service').spec.ports[0].targetPort = 'htpt'
    },
    /has no http/,
  ],
  [
    'a container port with another name',
    'overlays/local',
    'a Service leads to pods, and to a port of theirs',
    (o) => {
      podOf(o).container.ports[0].name = 'web'
    },
    /has no http/,
  ],
  [
    'an Ingress to another Service',
    'overlays/cluster',
    'an Ingress leads to a port of a Service, and each of its hosts has TLS',
    (o) => {
      one(o, 'Ingress').spec.rules[0].http.paths[1].backend.service.name = 'x'
    },
    /\/images leads to no port/,
  ],
  [
    'an Ingress without TLS',
    'overlays/cluster',
    'an Ingress leads to a port of a Service, and each of its hosts has TLS',
    (o) => {
      one(o, 'Ingress').spec.tls = []
    },
    /has no TLS/,
  ],
  [
    'an autoscaler of another Deployment',
    'overlays/cluster',
    'an autoscaler scales a workload that is there, has no number of its own, and two replicas at least',
    (o) => {
      one(o, 'HorizontalPodAutoscaler').spec.scaleTargetRef.name = 'server'
    },
    /no Deployment server/,
  ],
  [
    'replicas beside an autoscaler',
    'overlays/cluster',
    'an autoscaler scales a workload that is there, has no number of its own, and two replicas at least',
    (o) => {
      one(o, 'Deployment').spec.replicas = 2
    },
    /target has replicas/,
  ],
  [
    'an autoscaler of what requests no processor',
    'overlays/cluster',
    'an autoscaler scales a workload that is there, has no number of its own, and two replicas at least',
    (o) => {
      delete podOf(o).container.resources.requests.cpu
    },
    /requests no cpu/,
  ],
  [
    'one replica',
    'overlays/local',
    'the server has two replicas at least',
    (o) => {
      one(o, 'Deployment').spec.replicas = 1
    },
    /fewer than two/,
  ],
  [
    'one replica by the autoscaler',
    'overlays/cluster',
    'the server has two replicas at least',
    (o) => {
      one(o, 'HorizontalPodAutoscaler').spec.minReplicas = 1
    },
    /fewer than two/,
  ],
  [
    'a budget for nobody',
    'overlays/local',
    'a disruption budget is about one workload, and lets one of its pods go',
    (o) => {
      one(o, 'PodDisruptionBudget').spec.selector.matchLabels = { app: 'x' }
    },
    /pods of 0 workloads/,
  ],
  [
    'a budget that lets nobody go',
    'overlays/local',
    'a disruption budget is about one workload, and lets one of its pods go',
    (o) => {
      one(o, 'PodDisruptionBudget').spec = {
        minAvailable: 2,
        selector: { matchLabels: { 'app.kubernetes.io/name': 'httpserver' } },
      }
    },
    /may ever go/,
  ],
  [
    'a spread by other labels',
    'overlays/local',
    'pods are spread by the labels that they have',
    (o) => {
      podOf(o).spec.topologySpreadConstraints[0].labelSelector.matchLabels = { app: 'x' }
    },
    /labels of others/,
  ],
  [
    'a PodMonitor with another port',
    'overlays/prometheus-stack',
    'a PodMonitor finds the pods of a Service, by the port that the Service leads to',
    (o) => {
      one(o, 'PodMonitor').spec.podMetricsEndpoints[0].port = 'metrics'
    },
    /no Service leads to its port metrics/,
  ],
  [
    'a PodMonitor with another selector',
    'overlays/prometheus-stack',
    'a PodMonitor finds the pods of a Service, by the port that the Service leads to',
    (o) => {
      one(o, 'PodMonitor').spec.selector.matchLabels = { app: 'x' }
    },
    /pods of 0 workloads/,
  ],
  [
    'a PodMonitor with another job label',
    'overlays/prometheus-stack',
    'a PodMonitor finds the pods of a Service, by the port that the Service leads to',
    (o) => {
      one(o, 'PodMonitor').spec.jobLabel = 'app'
    },
    /no label app/,
  ],
  [
    'a ConfigMap without its hash',
    'overlays/local',
    'every ConfigMap, Secret and ServiceAccount that pods use is there',
    (o) => {
      podOf(o).container.envFrom[0].configMapRef.name = 'httpserver'
    },
    /no ConfigMap httpserver/,
  ],
  [
    'a dashboard that is not there',
    'overlays/local',
    'every ConfigMap, Secret and ServiceAccount that pods use is there',
    (o) => {
      podOf(o, 'grafana').spec.volumes[1].projected.sources[1].configMap.name = 'x'
    },
    /no ConfigMap x/,
  ],
  [
    'a mount of no volume',
    'overlays/local',
    'what is mounted is a volume of the pod',
    (o) => {
      podOf(o, 'prometheus').container.volumeMounts[2].name = 'x'
    },
    /no volume x/,
  ],
  [
    'a role that may read Secrets',
    'overlays/local',
    'a role is bound to the account of a workload, which may read pods and nothing else',
    (o) => {
      one(o, 'Role', 'prometheus').rules[0].resources.push('secrets')
    },
    /allows .*secrets/,
  ],
  [
    'a role for another account',
    'overlays/local',
    'a role is bound to the account of a workload, which may read pods and nothing else',
    (o) => {
      one(o, 'RoleBinding', 'prometheus').subjects[0].name = 'default'
    },
    /no workload is default/,
  ],
  [
    'an object elsewhere',
    'overlays/local',
    'all that has a namespace is in the lab’s',
    (o) => {
      one(o, 'Service').metadata.namespace = 'default'
    },
    /is in default/,
  ],
  [
    'root',
    'overlays/local',
    'a pod keeps to the restricted standard, and its namespace enforces it',
    (o) => {
      podOf(o).spec.securityContext.runAsUser = 0
    },
    /httpserver is not restricted/,
  ],
  [
    'a capability',
    'loadgen',
    'a pod keeps to the restricted standard, and its namespace enforces it',
    (o) => {
      podOf(o, 'loadgen').container.securityContext.capabilities.drop = []
    },
    /loadgen is not restricted/,
  ],
  [
    'a namespace for all',
    'overlays/local',
    'a pod keeps to the restricted standard, and its namespace enforces it',
    (o) => {
      one(o, 'Namespace', 'latency-lab').metadata.labels = {}
    },
    /does not enforce/,
  ],
  [
    'a root file system to write to',
    'overlays/local',
    'the root file system is read-only, but for Grafana’s plugins',
    (o) => {
      podOf(o).container.securityContext.readOnlyRootFilesystem = false
    },
    /not read-only/,
  ],
  [
    'a token for the server',
    'overlays/local',
    'only Prometheus has a token for the API server',
    (o) => {
      delete podOf(o).spec.automountServiceAccountToken
    },
    /Deployment httpserver/,
  ],
  [
    'service links',
    'overlays/local',
    'no Service’s address gets into the environment, which is read',
    (o) => {
      delete podOf(o).spec.enableServiceLinks
    },
    /has service links/,
  ],
  [
    'a limit as high as what is requested',
    'overlays/local',
    'a pod is burstable: it requests less than its limit, and its memory is limited',
    (o) => {
      podOf(o).container.resources.limits.memory = '128Mi'
    },
    /not burstable/,
  ],
  [
    'a probe at no port',
    'overlays/local',
    'a pod that stays has the three probes, at a port that it has',
    (o) => {
      podOf(o).container.readinessProbe.httpGet.port = 8081
    },
    /readinessProbe asks no port/,
  ],
  [
    'no startup probe',
    'overlays/local',
    'a pod that stays has the three probes, at a port that it has',
    (o) => {
      delete podOf(o).container.startupProbe
    },
    /startupProbe asks no port/,
  ],
  [
    'a grace period that is too short',
    'overlays/local',
    'a pod has time for its preStop and its drain, and 5 s more',
    (o) => {
      podOf(o).spec.terminationGracePeriodSeconds = 15
    },
    /killed before/,
  ],
  [
    'a drain that is too long',
    'overlays/local',
    'a pod has time for its preStop and its drain, and 5 s more',
    (o) => {
      for (const { data } of kindsIn(o, 'ConfigMap'))
        if (data.DRAIN_SECONDS) data.DRAIN_SECONDS = '60'
    },
    /killed before/,
  ],
  [
    'no preStop',
    'overlays/local',
    'a pod has time for its preStop and its drain, and 5 s more',
    (o) => {
      delete podOf(o).container.lifecycle
    },
    /killed before/,
  ],
  [
    'a readiness probe that is too slow',
    'overlays/local',
    'a pod is found ready no more before its preStop is over',
    (o) => {
      podOf(o).container.readinessProbe.periodSeconds = 10
    },
    /too long/,
  ],
  [
    'an annotation with another port',
    'overlays/local',
    'the annotations name the port that has the metrics',
    (o) => {
      podOf(o).annotations['prometheus.io/port'] = '8081'
    },
    /name no port/,
  ],
  [
    'an object of 300 KB',
    'overlays/local',
    'each object is small enough for kubectl apply to keep it in an annotation',
    (o) => {
      one(o, 'Service').spec.x = 'x'.repeat(300_000)
    },
    /too large/,
  ],
]

for (const [what, folder, rule, breakIt, says] of mutants) {
  test(`${what} is found out`, () => {
    assert.match(rules[rule]?.(broken(folder, breakIt))[0] ?? 'nothing found', says)
  })
}

test('every rule has a mutant that it finds', () => {
  assert.deepEqual(new Set(mutants.map(([, , rule]) => rule)), new Set(Object.keys(rules)))
})

test('a value of the wrong type, a field that is missing and one that is unknown are found out', async () => {
  const wrongType = broken('overlays/local', (o) => {
    podOf(o).container.ports[0].containerPort = 'http'
  })
  assert.deepEqual(await schemaMistakes(one(wrongType, 'Deployment')), [
    'Deployment httpserver: data/spec/template/spec/containers/0/ports/0/containerPort must be integer',
  ])
  const missing = broken('overlays/local', (o) => {
    delete one(o, 'Service').spec.ports[0].port
  })
  assert.match(
    `${await schemaMistakes(one(missing, 'Service'))}`,
    /must have required property port/,
  )
  const unknown = broken('overlays/prometheus-stack', (o) => {
    podOf(o).container.readinesProbe = {}
    one(o, 'PodMonitor').spec.endpoints = []
  })
  const found = await unknownFields(unknown)
  assert.equal(found.length, 2)
  assert.match(`${found[0]}`, /^Deployment httpserver: .*readinesProbe/)
  assert.match(`${found[1]}`, /^PodMonitor httpserver: .*endpoints/)
  assert.deepEqual(await schemaMistakes({ ...one(unknown, 'Service'), kind: 'Servce' }), [
    'Servce httpserver: v1 has no such kind',
  ])
})
