import type { KubernetesObject } from './objects.ts'
import { workloadsIn } from './walks.ts'

/** A group of targets with their labels, as file_sd reads them. */
export type TargetGroup = { targets: string[]; labels: Record<string, string> }

/** A pod of a workload: where each of its ports is to be found, and what tells it from the others. */
export type Pod = {
  workload: string
  name: string
  phase?: 'Running' | 'Succeeded'
  labels?: Record<string, string>
  annotations?: Record<string, string>
  address: (port: number) => string
}

/**
 * What kubernetes_sd, with the role `pod`, finds of pods: a target for each port of each container, with the labels of
 * https://prometheus.io/docs/prometheus/latest/configuration/configuration/#pod
 */
export function discovered(objects: readonly KubernetesObject[], pods: readonly Pod[]) {
  return pods.flatMap((pod) =>
    workloadsIn(objects)
      .filter(({ object }) => object.metadata.name === pod.workload)
      .flatMap(({ containers, labels, annotations }) =>
        containers.flatMap(({ name, ports = [] }) =>
          (ports as { name: string; containerPort: number }[]).map(
            (port): TargetGroup => ({
              targets: [pod.address(port.containerPort)],
              labels: {
                ...meta('', {
                  namespace: 'latency-lab',
                  pod_name: pod.name,
                  pod_phase: pod.phase ?? 'Running',
                  pod_container_name: name,
                  pod_container_port_name: port.name,
                  pod_container_port_number: `${port.containerPort}`,
                }),
                ...meta('pod_label_', { ...labels, ...pod.labels }),
                ...meta('pod_annotation_', { ...annotations, ...pod.annotations }),
              },
            }),
          ),
        ),
      ),
  )
}

/** What can't be in a label's name is `_` there. */
const meta = (prefix: string, values: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      `__meta_kubernetes_${prefix}${name.replace(/[^a-zA-Z0-9_]/g, '_')}`,
      value,
    ]),
  )
