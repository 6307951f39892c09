import { splitArguments } from './arguments.ts'

export type ReceiverOptions = {
  /** 0 takes any free port. */
  port: number
  host: string
  help: boolean
}

/** What `lab receive --help` prints. */
export const receiverHelp = `Usage: node lab/main.ts receive [options]

Takes what Alertmanager sends to a webhook (POST /), writes a line for each alert to stdout, and shows
the last 1000 at GET /: a page for a browser, JSON for everybody else.

  --port N       where to listen, from 0 to 65535; 0 takes any free port (9094)
  --host ADDR    the address to listen on (127.0.0.1)
  -h, --help     this text

Exit codes: 0 ended by SIGTERM or SIGINT; 1 it can't listen; 2 wrong usage.
`

/** Reads the arguments: the options, or every mistake in them by name, value and what is allowed. */
export function parseReceiverOptions(
  args: readonly string[],
): ReceiverOptions | { mistakes: string[] } {
  const allowed = {
    port: 'a port from 0 to 65535',
    host: 'an address or a name of this machine',
  }
  const { values, mistakes } = splitArguments(args, { allowed, flags: ['help'] })
  const port = values.get('port') ?? '9094'
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    mistakes.push(`--port ${port}: must be ${allowed.port}`)
  }
  const host = values.get('host') ?? '127.0.0.1'
  if (!/^[\w.:%-]+$/.test(host)) mistakes.push(`--host ${host}: must be ${allowed.host}`)
  return mistakes.length > 0 ? { mistakes } : { port: Number(port), host, help: values.has('help') }
}
