import { demo } from './demo.ts'
import { links, type Ports, renderLinks } from './links.ts'
import { driveLoad } from './load.ts'
import type { ClientResult } from './picture.ts'
import type { Prometheus } from './prometheus.ts'

export type DemoLab = {
  prometheus: Prometheus
  /** Where they are published on this machine. */
  ports: Ports
  /** Does the server speak https:? */
  secure?: boolean
  /** Does the server's control listener answer? */
  consoleRuns: () => Promise<boolean>
  /** Does Grafana answer? */
  grafanaRuns: () => Promise<boolean>
  /** The Node.js to run the load generator with. */
  node: string
  out: (text: string) => void
  err: (text: string) => void
  sleep: (ms: number) => Promise<unknown>
  /** Ends the load generator. */
  signal: AbortSignal
}

/**
 * Runs `lab demo` with these options of the load generator. Resolves to the exit code: the load generator's, or 1
 * where Prometheus does not show what it must.
 */
export async function demoCommand(loadOptions: readonly string[], lab: DemoLab): Promise<number> {
  const { node, prometheus, ports, signal, sleep, out, err } = lab
  let loadExitCode = 0
  const load = async () => {
    const options = [...loadOptions]
    const { exitCode, result } = await driveLoad<ClientResult>({
      node,
      options,
      report: true,
      signal,
    })
    loadExitCode = exitCode
    return result
  }
  try {
    const say = (text: string) => out(`${text}\n`)
    const shown = await demo({ prometheus, load, say, sleep, patienceMs: 30_000 })
    if (loadExitCode !== 0) return loadExitCode
    const {
      console,
      grafana,
      prometheus: tsdb,
      server,
    } = links(ports, {
      secure: lab.secure ?? false,
    })
    const all = [
      { ...console, running: await lab.consoleRuns() },
      { ...grafana, running: await lab.grafanaRuns() },
      { ...tsdb, running: true },
      { ...server, running: true },
    ]
    out(`\nLook:\n${renderLinks(all)}\n`)
    return shown ? 0 : 1
  } catch (error) {
    err(`lab: ${(error as Error).message}\n`)
    return 1
  }
}
