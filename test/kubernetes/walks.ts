import { type KubernetesObject, nameOf } from './objects.ts'

/** Says what is wrong in a set of objects that are applied together; nothing if all is well. */
export type Rule = (objects: readonly KubernetesObject[]) => string[]

type Labels = Record<string, string>

export type Container = {
  name: string
  image: string
  // biome-ignore lint/suspicious/noExplicitAny: as in KubernetesObject.
  [field: string]: any
}

/** Who makes pods: its name, their labels, annotations and spec. */
export type Workload = {
  name: string
  object: KubernetesObject
  labels: Labels
  annotations: Labels
  // biome-ignore lint/suspicious/noExplicitAny: as in KubernetesObject.
  spec: any
  containers: Container[]
}

/** Everything that makes pods. */
export function workloadsIn(objects: readonly KubernetesObject[]): Workload[] {
  return objects
    .filter(({ spec }) => spec?.template?.spec?.containers)
    .map((object) => {
      const { metadata, spec } = object.spec.template
      const { labels = {}, annotations = {} } = metadata
      return {
        name: nameOf(object),
        object,
        labels,
        annotations,
        spec,
        containers: spec.containers,
      }
    })
}

/** The objects of a kind. */
export function kindsIn(objects: readonly KubernetesObject[], kind: string): KubernetesObject[] {
  return objects.filter((object) => object.kind === kind)
}

/** The container port that a number or a name stands for; undefined if no container of the pods has it. */
export function portOf({ containers }: Workload, port: number | string): number | undefined {
  return containers
    .flatMap(({ ports = [] }) => ports)
    .find(({ name, containerPort }) => port === name || port === containerPort)?.containerPort
}

const selects = (selector: Labels, labels: Labels) =>
  Object.keys(selector).length > 0 &&
  Object.entries(selector).every(([name, value]) => labels[name] === value)

const selectedBy = (objects: readonly KubernetesObject[], selector: Labels = {}) =>
  workloadsIn(objects).filter(({ labels }) => selects(selector, labels))

/** Mistakes in an object's way to its pods: there are some, of one workload. */
const oneWorkload = (from: KubernetesObject, found: readonly Workload[]) =>
  found.length === 1 ? [] : [`${nameOf(from)} selects the pods of ${found.length} workloads`]

/** From objects to what they stand for, by names, labels and ports. */
export const walks = {
  'a workload selects its own pods, and nobody else’s': (objects) =>
    workloadsIn(objects)
      .filter(({ object }) => object.kind !== 'Job')
      .flatMap(({ name, object, labels }) => {
        const selector = object.spec.selector.matchLabels
        const others = selectedBy(objects, selector).filter((other) => other.object !== object)
        return [
          ...(selects(selector, labels) ? [] : [`${name} does not select its own pods`]),
          ...others.map((other) => `${name} selects the pods of ${other.name}`),
        ]
      }),

  'a Service leads to pods, and to a port of theirs': (objects) =>
    kindsIn(objects, 'Service').flatMap((service) => {
      const found = selectedBy(objects, service.spec.selector)
      const lost = found.flatMap((workload) =>
        service.spec.ports
          .filter(
            ({ port, targetPort }: ServicePort) =>
              portOf(workload, targetPort ?? port) === undefined,
          )
          .map(({ name }: ServicePort) => `${nameOf(service)}: ${workload.name} has no ${name}`),
      )
      return [...oneWorkload(service, found), ...lost]
    }),

  'an Ingress leads to a port of a Service, and each of its hosts has TLS': (objects) =>
    kindsIn(objects, 'Ingress').flatMap((ingress) => {
      const secure = (ingress.spec.tls ?? []).flatMap(({ hosts = [] }) => hosts)
      return ingress.spec.rules.flatMap(({ host, http }: IngressRule) => [
        ...(secure.includes(host) ? [] : [`${nameOf(ingress)}: ${host} has no TLS`]),
        ...http.paths
          .filter(({ backend }) => !leads(objects, backend.service))
          .map(({ path }) => `${nameOf(ingress)}: ${path} leads to no port of a Service`),
      ])
    }),

  'an autoscaler scales a workload that is there, has no number of its own, and two replicas at least':
    (objects) =>
      kindsIn(objects, 'HorizontalPodAutoscaler').flatMap((autoscaler) => {
        const { scaleTargetRef: target, minReplicas = 1, maxReplicas, metrics } = autoscaler.spec
        const found = workloadsIn(objects).find(
          ({ object }) =>
            object.kind === target.kind &&
            object.apiVersion === target.apiVersion &&
            object.metadata.name === target.name,
        )
        const name = nameOf(autoscaler)
        if (!found) return [`${name}: there is no ${target.kind} ${target.name}`]
        const unasked = (metrics as { resource: { name: string } }[]).filter(({ resource }) =>
          found.containers.some(({ resources }) => !resources?.requests?.[resource.name]),
        )
        return [
          ...(found.object.spec.replicas === undefined ? [] : [`${name}: its target has replicas`]),
          ...(minReplicas >= 2 && maxReplicas > minReplicas ? [] : [`${name}: has no room`]),
          // Utilization is a share of what is requested.
          ...unasked.map(({ resource }) => `${name}: its target requests no ${resource.name}`),
        ]
      }),

  'the server has two replicas at least': (objects) =>
    workloadsIn(objects)
      .filter(({ object }) => object.metadata.name === 'httpserver')
      .filter(({ object }) => replicasOf(objects, object) < 2)
      .map(({ name }) => `${name} has fewer than two replicas`),

  'a disruption budget is about one workload, and lets one of its pods go': (objects) =>
    kindsIn(objects, 'PodDisruptionBudget').flatMap((budget) => {
      const found = selectedBy(objects, budget.spec.selector.matchLabels)
      const { minAvailable, maxUnavailable } = budget.spec
      const stuck = found.filter(
        ({ object }) => maxUnavailable === 0 || (minAvailable ?? 0) >= replicasOf(objects, object),
      )
      return [
        ...oneWorkload(budget, found),
        ...stuck.map(({ name }) => `${nameOf(budget)}: no pod of ${name} may ever go`),
      ]
    }),

  'pods are spread by the labels that they have': (objects) =>
    workloadsIn(objects).flatMap(({ name, labels, spec }) =>
      ((spec.topologySpreadConstraints ?? []) as { labelSelector: { matchLabels: Labels } }[])
        .filter(({ labelSelector }) => !selects(labelSelector.matchLabels, labels))
        .map(() => `${name}: its pods are spread by labels of others`),
    ),

  'a PodMonitor finds the pods of a Service, by the port that the Service leads to': (objects) =>
    kindsIn(objects, 'PodMonitor')
      // The load generator has no Service, and is applied by itself.
      .filter(({ metadata }) => metadata.name !== 'loadgen')
      .flatMap((monitor) => {
        const found = selectedBy(objects, monitor.spec.selector.matchLabels)
        return [...oneWorkload(monitor, found), ...found.flatMap(monitored(objects, monitor))]
      }),

  'every ConfigMap, Secret and ServiceAccount that pods use is there': (objects) => {
    const there = new Set(objects.map(nameOf))
    return workloadsIn(objects).flatMap((workload) =>
      [...references(workload)]
        .filter((reference) => !there.has(reference) && !madeByHand.has(reference))
        .map((reference) => `${workload.name}: there is no ${reference}`),
    )
  },

  'what is mounted is a volume of the pod': (objects) =>
    workloadsIn(objects).flatMap(({ name, object, spec, containers }) => {
      const volumes: string[] = [
        ...(spec.volumes ?? []),
        ...(object.spec.volumeClaimTemplates ?? []).map(
          (claim: KubernetesObject) => claim.metadata,
        ),
      ].map((volume) => volume.name)
      return containers
        .flatMap(({ volumeMounts = [] }) => volumeMounts)
        .filter((mount) => !volumes.includes(mount.name))
        .map((mount) => `${name}: there is no volume ${mount.name}`)
    }),

  'a role is bound to the account of a workload, which may read pods and nothing else': (objects) =>
    kindsIn(objects, 'RoleBinding').flatMap((binding) => {
      const name = nameOf(binding)
      const role = kindsIn(objects, 'Role').find(
        ({ metadata }) => metadata.name === binding.roleRef.name,
      )
      const accounts = workloadsIn(objects).map(({ spec }) => spec.serviceAccountName)
      const strangers = (binding.subjects as { name: string; namespace: string }[]).filter(
        (subject) =>
          !accounts.includes(subject.name) || subject.namespace !== binding.metadata.namespace,
      )
      const allowed = JSON.stringify(role?.rules)
      return [
        ...strangers.map((subject) => `${name}: no workload is ${subject.name}`),
        ...(allowed === JSON.stringify(readPods) ? [] : [`${name}: allows ${allowed}`]),
      ]
    }),

  'all that has a namespace is in the lab’s': (objects) =>
    objects
      .filter(({ kind, metadata }) => kind !== 'Namespace' && metadata.namespace !== 'latency-lab')
      .map((object) => `${nameOf(object)} is in ${object.metadata.namespace}`),
} satisfies Record<string, Rule>

type ServicePort = { name: string; port: number; targetPort?: number | string }
type IngressRule = {
  host: string
  http: { paths: { path: string; backend: { service: Backend } }[] }
}
type Backend = { name: string; port: { name?: string; number?: number } }

const leads = (objects: readonly KubernetesObject[], { name, port }: Backend) =>
  kindsIn(objects, 'Service').some(
    ({ metadata, spec }) =>
      metadata.name === name &&
      spec.ports.some(
        (each: { name: string; port: number }) =>
          each.name === port.name || each.port === port.number,
      ),
  )

const replicasOf = (objects: readonly KubernetesObject[], { metadata, spec }: KubernetesObject) =>
  kindsIn(objects, 'HorizontalPodAutoscaler').find(
    (autoscaler) => autoscaler.spec.scaleTargetRef.name === metadata.name,
  )?.spec.minReplicas ??
  spec.replicas ??
  1

const monitored =
  (objects: readonly KubernetesObject[], monitor: KubernetesObject) =>
  (workload: Workload): string[] => {
    const services = kindsIn(objects, 'Service').filter(({ spec }) =>
      selects(spec.selector, workload.labels),
    )
    const served = services.flatMap(({ spec }) =>
      spec.ports.map(({ port, targetPort }: ServicePort) => portOf(workload, targetPort ?? port)),
    )
    const { jobLabel } = monitor.spec
    return [
      ...(workload.labels[jobLabel] ? [] : [`${nameOf(monitor)}: pods have no label ${jobLabel}`]),
      ...(monitor.spec.podMetricsEndpoints as { port: string }[])
        .filter(({ port }) => !served.includes(portOf(workload, port)))
        .map(({ port }) => `${nameOf(monitor)}: no Service leads to its port ${port}`),
    ]
  }

/** docs/kubernetes.md has the commands. */
const madeByHand = new Set(['Secret grafana-admin'])

const readPods = [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }]

function* references({ spec, containers }: Workload): Generator<string> {
  if (spec.serviceAccountName) yield `ServiceAccount ${spec.serviceAccountName}`
  for (const { envFrom = [], env = [] } of containers) {
    for (const { configMapRef, secretRef } of envFrom) {
      if (configMapRef) yield `ConfigMap ${configMapRef.name}`
      if (secretRef) yield `Secret ${secretRef.name}`
    }
    for (const { valueFrom: { configMapKeyRef, secretKeyRef } = {} as Sources } of env) {
      if (configMapKeyRef && !configMapKeyRef.optional) yield `ConfigMap ${configMapKeyRef.name}`
      if (secretKeyRef && !secretKeyRef.optional) yield `Secret ${secretKeyRef.name}`
    }
  }
  for (const { configMap, secret, projected } of spec.volumes ?? []) {
    if (configMap) yield `ConfigMap ${configMap.name}`
    if (secret) yield `Secret ${secret.secretName}`
    for (const source of projected?.sources ?? []) {
      if (source.configMap) yield `ConfigMap ${source.configMap.name}`
    }
  }
}

type Sources = Record<
  'configMapKeyRef' | 'secretKeyRef',
  { name: string; optional?: boolean } | undefined
>
