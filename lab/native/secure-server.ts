import type { SecureServer } from '../reload.ts'
import { folderOf } from './folder.ts'
import { isAlive } from './identity.ts'
import type { Settings } from './settings.ts'
import { readState } from './state.ts'
import { readTable } from './table.ts'

/** The server of the lab of plain processes, if it runs and speaks https:. */
export function secureServerOf(settings: Settings): SecureServer | undefined {
  const folder = folderOf(settings.folder)
  const { identity } = readState(folder.state)?.processes.server ?? {}
  const definition = readTable(folder.table).find(({ name }) => name === 'server')
  const { TLS_CERT: certFile, TLS_KEY: keyFile, PORT } = definition?.env ?? {}
  const caFile = definition?.readyCa
  if (!identity || !isAlive(identity) || !certFile || !keyFile || !caFile) return undefined
  return { pid: identity.pid, port: Number(PORT), certFile, keyFile, caFile }
}
