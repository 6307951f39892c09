import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Kernel, kernelSays } from './kernel.ts'

/** One scrape, as it passed by. */
export type Scrape = {
  /** When Prometheus asked, in Unix seconds. */
  at: number
  /** From the question to the end of the answer. */
  seconds: number
  text: string
  /** What the kernel said of the program at that moment; undefined without a process to ask about. */
  kernel: Kernel | undefined
}

/** A target for Prometheus that passes on what another one answers, and keeps it. */
export type Recorder = {
  port: number
  scrapes: Scrape[]
  /** From now on this is what is asked: the root of a program, and its process where that matters. */
  point: (url: string, pid?: number) => void
  stop: () => Promise<void>
}

/** Starts a recorder on a free port. While nothing answers behind it, it hangs up, and the scrape fails. */
export async function startRecorder(): Promise<Recorder> {
  const scrapes: Scrape[] = []
  let target: { url: string; pid: number | undefined } | undefined
  const server = createServer(async (_, response) => {
    const at = Date.now() / 1000
    const startedMs = performance.now()
    try {
      if (!target) throw new Error('nothing is there yet')
      const kernel = target.pid === undefined ? undefined : kernelSays(target.pid)
      const answer = await fetch(`${target.url}/metrics`)
      const text = await answer.text()
      response.setHeader('Content-Type', answer.headers.get('content-type') ?? '')
      await new Promise<void>((resolve) => response.end(text, resolve))
      scrapes.push({ at, seconds: (performance.now() - startedMs) / 1000, text, kernel })
    } catch {
      response.destroy()
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    scrapes,
    point(url, pid) {
      target = { url, pid }
    },
    async stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}
