import { type KubernetesObject, nameOf } from './objects.ts'
import { type Container, kindsIn, portOf, type Rule, type Workload, workloadsIn } from './walks.ts'

/** What pods are allowed, and what they promise about their life. */
export const pods = {
  'a pod keeps to the restricted standard, and its namespace enforces it': (objects) => [
    ...kindsIn(objects, 'Namespace')
      .filter(
        ({ metadata }) => metadata.labels?.['pod-security.kubernetes.io/enforce'] !== 'restricted',
      )
      .map((namespace) => `${nameOf(namespace)} does not enforce the restricted standard`),
    ...workloadsIn(objects)
      .filter((workload) => !isRestricted(workload))
      .map(({ name }) => `${name} is not restricted`),
  ],

  'the root file system is read-only, but for Grafana’s plugins': (objects) =>
    workloadsIn(objects)
      .filter(({ object }) => object.metadata.name !== 'grafana')
      .filter(({ containers }) =>
        containers.some(({ securityContext }) => !securityContext?.readOnlyRootFilesystem),
      )
      .map(({ name }) => `${name}: the root file system is not read-only`),

  'only Prometheus has a token for the API server': (objects) =>
    workloadsIn(objects)
      .filter(({ object, spec }) => {
        const needsIt = object.metadata.name === 'prometheus'
        return spec.automountServiceAccountToken !== needsIt
      })
      .map(({ name }) => `${name}: its token is not as it should be`),

  'no Service’s address gets into the environment, which is read': (objects) =>
    workloadsIn(objects)
      .filter(({ spec }) => spec.enableServiceLinks !== false)
      .map(({ name }) => `${name}: has service links`),

  'a pod is burstable: it requests less than its limit, and its memory is limited': (objects) =>
    workloadsIn(objects)
      .filter(({ containers }) => !containers.every(isBurstable))
      .map(({ name }) => `${name} is not burstable`),

  'a pod that stays has the three probes, at a port that it has': (objects) =>
    workloadsIn(objects)
      .filter(({ object }) => object.kind !== 'Job')
      .flatMap((workload) =>
        probeNames
          .filter((probe) => {
            const { port } = workload.containers[0]?.[probe]?.httpGet ?? {}
            return portOf(workload, port) === undefined
          })
          .map((probe) => `${workload.name}: ${probe} asks no port of the pod`),
      ),

  'a pod has time for its preStop and its drain, and 5 s more': (objects) =>
    workloadsIn(objects)
      .filter(({ object }) => object.metadata.name === 'httpserver')
      .filter((workload) => {
        const { lifecycle } = workload.containers[0] as Container
        const preStop: number = lifecycle?.preStop?.sleep?.seconds ?? Number.NaN
        const drain = Number(environmentOf(objects, workload).DRAIN_SECONDS)
        const grace: number = workload.spec.terminationGracePeriodSeconds ?? 30
        // What has begun before SIGTERM may wait for its answer to the end: the drain is longer than any.
        return !(grace >= preStop + drain + 5)
      })
      .map(({ name }) => `${name}: is killed before it has drained`),

  'a pod is found ready no more before its preStop is over': (objects) =>
    workloadsIn(objects)
      .filter(({ object }) => object.metadata.name === 'httpserver')
      .filter(({ containers: [container] }) => {
        const { periodSeconds, failureThreshold } = container?.readinessProbe ?? {}
        return !(periodSeconds * failureThreshold < container?.lifecycle?.preStop?.sleep?.seconds)
      })
      .map(({ name }) => `${name}: takes too long to be found unready`),

  'the annotations name the port that has the metrics': (objects) =>
    workloadsIn(objects)
      .filter(({ annotations }) => annotations['prometheus.io/scrape'] === 'true')
      .filter((workload) => {
        const port = Number(workload.annotations['prometheus.io/port'])
        return portOf(workload, port) === undefined
      })
      .map(({ name }) => `${name}: its annotations name no port of the pod`),

  'each object is small enough for kubectl apply to keep it in an annotation': (objects) =>
    objects
      .filter((object) => JSON.stringify(object).length > mostAnnotations)
      .map((object) => `${nameOf(object)} is too large for kubectl apply`),
} satisfies Record<string, Rule>

/** The probes of a container, by the names that it has them under. */
export const probeNames = ['startupProbe', 'readinessProbe', 'livenessProbe'] as const

/** What the ConfigMaps of a workload put into its environment. */
export function environmentOf(
  objects: readonly KubernetesObject[],
  { containers }: Workload,
): Record<string, string> {
  const names: string[] = containers
    .flatMap(({ envFrom = [] }) => envFrom)
    .map(({ configMapRef }) => configMapRef?.name)
  return Object.assign(
    {},
    ...kindsIn(objects, 'ConfigMap')
      .filter(({ metadata }) => names.includes(metadata.name))
      .map(({ data }) => data),
  )
}

/** 256 KiB: TotalAnnotationSizeLimitB in k8s.io/apimachinery/pkg/api/validation/objectmeta.go */
const mostAnnotations = 256 * 1024

/** https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted, as far as these pods go. */
const isRestricted = ({ spec, containers }: Workload) => {
  const { runAsNonRoot, runAsUser, seccompProfile } = spec.securityContext ?? {}
  const volumes = (spec.volumes ?? []) as Record<string, unknown>[]
  return (
    runAsNonRoot === true &&
    runAsUser > 0 &&
    seccompProfile?.type === 'RuntimeDefault' &&
    !spec.hostNetwork &&
    !spec.hostPID &&
    !spec.hostIPC &&
    volumes.every(
      (volume) => 'configMap' in volume || 'projected' in volume || 'emptyDir' in volume,
    ) &&
    containers.every(
      ({ securityContext: own = {}, ports = [] }) =>
        own.allowPrivilegeEscalation === false &&
        own.capabilities?.drop?.includes('ALL') &&
        !own.capabilities.add &&
        !own.privileged &&
        ports.every((port: { hostPort?: number }) => port.hostPort === undefined),
    )
  )
}

const isBurstable = ({ resources: { requests, limits } = {} as Resources }: Container) =>
  Boolean(requests?.cpu && requests.memory && limits?.memory) &&
  mebibytes(requests?.memory) < mebibytes(limits?.memory)

type Resources = Record<'requests' | 'limits', Record<string, string> | undefined>

const mebibytes = (text = '') => {
  const [, number, unit] = /^(\d+)(Mi|Gi)$/.exec(text) ?? []
  return Number(number) * (unit === 'Gi' ? 1024 : 1)
}
