/** Where a browser on this machine finds what answers; null for what does not. */
export type Neighbours = { prometheus: number | null; grafana: number | null }

export type Neighbour = {
  /** The address that is asked; from in here. */
  url: string
  /** The port that it is published on; out there. */
  port: number
}

export type NeighboursOptions = {
  prometheus: Neighbour
  grafana: Neighbour
  fetch?: typeof globalThis.fetch
  /** In milliseconds, monotonic. */
  now?: () => number
}

/** How long an answer holds, so that a page can ask as often as it likes. */
const KEEP_MS = 5000
const PATIENCE_MS = 1000

/**
 * Makes the function that says which of the lab's other parts answer. The server asks, because a page that
 * may connect to its own listener only can't.
 */
export function createNeighbours({
  prometheus,
  grafana,
  fetch = globalThis.fetch,
  now = performance.now.bind(performance),
}: NeighboursOptions): () => Promise<Neighbours> {
  let asked: { atMs: number; answer: Promise<Neighbours> } | undefined
  const portOf = async ({ url, port }: Neighbour, path: string) => {
    try {
      const { ok } = await fetch(new URL(path, url), { signal: AbortSignal.timeout(PATIENCE_MS) })
      return ok ? port : null
    } catch {
      return null
    }
  }
  const ask = async (): Promise<Neighbours> => {
    const [prometheusPort, grafanaPort] = await Promise.all([
      portOf(prometheus, '/-/ready'),
      portOf(grafana, '/api/health'),
    ])
    return { prometheus: prometheusPort, grafana: grafanaPort }
  }
  return function neighbours() {
    if (!asked || now() - asked.atMs >= KEEP_MS) asked = { atMs: now(), answer: ask() }
    return asked.answer
  }
}
