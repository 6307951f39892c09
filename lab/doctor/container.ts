import { type Engine, engineJson } from './engine.ts'
import { projectOf } from './published.ts'

/** A container that Compose has made, as far as the doctor judges it. */
export type Container = {
  /** Docker's number of it. */
  id: string
  name: string
  /** The Compose project, and the folder that it was started from. */
  project: string
  folder: string
  service: string
  /** Made by `docker compose run`: it is there for as long as its command. */
  oneOff: boolean
  /** What Compose made of its part of compose.yaml when it made the container: `docker compose config --hash`. */
  configHash: string
  /** The image by the name that compose.yaml has, and by the number of what it was then. */
  image: { name: string; id: string }
  state: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead'
  exitCode: number
  /** Why it could not be started at all; empty where it could. */
  startError: string
  outOfMemory: boolean
  /** How often it was started again since somebody started it. */
  restarts: number
  /** 0 for no limit. */
  memoryLimitBytes: number
  /** Null where it has no health check; and what the check said last. */
  health: 'starting' | 'healthy' | 'unhealthy' | null
  healthSays: string
  /** Where it is published: address and port on this machine, and the port inside. */
  ports: { address: string; port: number; inside: number }[]
}

/** What `docker inspect` has of it (https://docs.docker.com/reference/api/engine/). */
type Inspected = {
  Id: string
  Name: string
  Image: string
  RestartCount: number
  State: {
    Status: Container['state']
    ExitCode: number
    Error: string
    OOMKilled: boolean
    Health?: { Status: 'starting' | 'healthy' | 'unhealthy'; Log: { Output: string }[] | null }
  }
  HostConfig: {
    Memory: number
    PortBindings: Record<string, { HostIp: string; HostPort: string }[] | null> | null
  }
  Config: { Image: string; Labels: Record<string, string> }
}

/** Every container that Compose has made on this engine, of whatever project; empty where that was not told. */
export function containersOf(engine: Engine): Container[] {
  return (engineJson<Inspected[]>(engine.containers) ?? []).map((inspected) => {
    const { State: state, HostConfig: host, Config: config } = inspected
    const label = (name: string) => config.Labels[`com.docker.compose.${name}`] ?? ''
    return {
      id: inspected.Id,
      name: inspected.Name.replace(/^\//, ''),
      project: label('project'),
      folder: label('project.working_dir'),
      service: label('service'),
      oneOff: label('oneoff') === 'True',
      configHash: label('config-hash'),
      image: { name: config.Image, id: inspected.Image },
      state: state.Status,
      exitCode: state.ExitCode,
      startError: state.Error,
      outOfMemory: state.OOMKilled,
      restarts: inspected.RestartCount,
      memoryLimitBytes: host.Memory,
      health: state.Health?.Status ?? null,
      healthSays: state.Health?.Log?.at(-1)?.Output.trim() ?? '',
      ports: Object.entries(host.PortBindings ?? {}).flatMap(([inside, bindings]) =>
        (bindings ?? []).map(({ HostIp, HostPort }) => ({
          address: HostIp || '0.0.0.0',
          port: Number(HostPort),
          inside: Number.parseInt(inside, 10),
        })),
      ),
    }
  })
}

/** The containers of this project's services, without those of `docker compose run`. */
export function ownContainers(engine: Engine): Container[] {
  const project = projectOf(engine)
  return containersOf(engine).filter((each) => each.project === project && !each.oneOff)
}

/** What people call a service. */
export function titleOf(service: string): string {
  const titles: Record<string, string> = {
    prometheus: 'Prometheus',
    grafana: 'Grafana',
    alertmanager: 'Alertmanager',
    influxdb: 'InfluxDB',
  }
  return titles[service] ?? `the ${service}`
}
