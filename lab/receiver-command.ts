import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { createReceiver } from './receiver.ts'
import { parseReceiverOptions, receiverHelp } from './receiver-options.ts'

export type ReceiverProcess = {
  out: (text: string) => void
  err: (text: string) => void
  /** Ends it. */
  signal: AbortSignal
}

/** Runs `lab receive` until it is ended. Resolves to the exit code. */
export async function receiverCommand(
  args: readonly string[],
  { out, err, signal }: ReceiverProcess,
): Promise<number> {
  const options = parseReceiverOptions(args)
  if ('mistakes' in options) {
    for (const mistake of options.mistakes) err(`lab: ${mistake}\n`)
    err('lab: nothing was started; receive --help says what there is\n')
    return 2
  }
  if (options.help) {
    out(receiverHelp)
    return 0
  }
  const say = (line: string) => out(`${line}\n`)
  const server = createAdaptorServer({ fetch: createReceiver({ say }).fetch }) as Server
  server.listen(options.port, options.host)
  try {
    await once(server, 'listening')
  } catch (error) {
    err(`lab: --port ${options.port}: ${(error as Error).message}: choose another, or 0 for any\n`)
    return 1
  }
  const { port } = server.address() as AddressInfo
  say(`waiting for what Alertmanager sends, on http://${options.host}:${port}`)
  if (!signal.aborted) await once(signal, 'abort')
  server.close()
  server.closeAllConnections()
  return 0
}
