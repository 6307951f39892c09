import { secureServerOf } from './native/secure-server.ts'
import { readSettings } from './native/settings.ts'
import { type ReloadOptions, reload, type SecureServer } from './reload.ts'
import { usage } from './usage.ts'

export type ReloadLab = Omit<ReloadOptions, 'server'> & {
  env: NodeJS.ProcessEnv
  /** The project's folder. */
  project: string
}

/** Runs `lab reload`. Resolves to the exit code: 1 where no new client gets the certificate of the file, 2 for bad usage. */
export async function reloadCommand(args: readonly string[], lab: ReloadLab): Promise<number> {
  if (args.includes('--help')) {
    lab.out(usage)
    return 0
  }
  const inContainer = args[0] === '--in-container'
  const mistakes = args.slice(inContainer ? 1 : 0)
  for (const arg of mistakes) lab.err(`lab: ${arg}: must be left out\n`)
  if (mistakes.length > 0) return 2
  return reload({ ...lab, server: inContainer ? ownServer(lab.env) : nativeServer(lab) })
}

/** In the server's container, whose first process passes signals on. */
function ownServer({ TLS_CERT, TLS_KEY, LOADGEN_CA }: NodeJS.ProcessEnv): SecureServer | undefined {
  if (!TLS_CERT || !TLS_KEY || !LOADGEN_CA) return undefined
  return { pid: 1, port: 8080, certFile: TLS_CERT, keyFile: TLS_KEY, caFile: LOADGEN_CA }
}

function nativeServer({ env, project }: ReloadLab): SecureServer | undefined {
  const settings = readSettings(env, project)
  return 'mistakes' in settings ? undefined : secureServerOf(settings)
}
