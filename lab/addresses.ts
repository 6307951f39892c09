/** Where the lab's programs are. */
export type Addresses = {
  /** Their ports on this machine, as a browser finds them. */
  ports: Record<'control' | 'prometheus' | 'grafana' | 'alertmanager' | 'receiver', number>
  /** Does the server speak https:? */
  secure: boolean
  /**
   * How this program reaches them: in a container by other names than a browser. Without a slash at the end; the
   * server's is empty where LOADGEN_URL is no URL.
   */
  urls: Record<'server' | 'control' | 'prometheus' | 'grafana' | 'alertmanager', string>
}

/** Where the lab's programs are, by the settings. */
export function addressesOf(env: NodeJS.ProcessEnv): Addresses {
  const ports = {
    control: Number(env.LAB_CONTROL_PORT ?? 8081),
    prometheus: Number(env.LAB_PROMETHEUS_PORT ?? 9090),
    grafana: Number(env.LAB_GRAFANA_PORT ?? 3000),
    alertmanager: Number(env.LAB_ALERTMANAGER_PORT ?? 9093),
    receiver: Number(env.LAB_RECEIVER_PORT ?? 9094),
  }
  const secure = env.LAB_TLS === 'on'
  const bind = env.LAB_BIND && env.LAB_BIND !== '0.0.0.0' ? env.LAB_BIND : '127.0.0.1'
  const server = `${secure ? 'https' : 'http'}://${bind}:${env.LAB_SERVER_PORT || 8080}/`
  const urls = {
    server: URL.parse(env.LOADGEN_URL ?? server)?.origin ?? '',
    control: env.LAB_CONTROL_URL ?? `http://127.0.0.1:${ports.control}`,
    prometheus: env.LAB_PROMETHEUS_URL ?? `http://127.0.0.1:${ports.prometheus}`,
    grafana: env.LAB_GRAFANA_URL ?? `http://127.0.0.1:${ports.grafana}`,
    alertmanager: env.LAB_ALERTMANAGER_URL ?? `http://127.0.0.1:${ports.alertmanager}`,
  }
  return { ports, secure, urls }
}
