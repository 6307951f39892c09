import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { promisify } from 'node:util'

/** Is this port of 127.0.0.1 to be had? What listens on `localhost` in IPv6 would be in the way too. */
export async function isTaken(port: number): Promise<boolean> {
  if ((await answers(port, '127.0.0.1')) || (await answers(port, '::1'))) return true
  const probe = createServer().listen(port, '127.0.0.1')
  try {
    await once(probe, 'listening')
    probe.close()
    await once(probe, 'close')
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
  }
}

/** Who listens on a port of this machine, in words, where that can be told: other users' are not shown. */
export async function whoListens(port: number): Promise<string | undefined> {
  return fromProc(port) ?? (await fromLsof(port))
}

/** proc_pid_net(5): the sockets that listen are in state 0A, and each has a number that its owner's folder names. */
function fromProc(port: number): string | undefined {
  const rows = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => readOr(file).split('\n'))
  const sockets = new Set<string>()
  for (const row of rows) {
    const [, local = '', , state, , , , , , inode] = row.trim().split(/\s+/)
    if (state === '0A' && Number.parseInt(local.split(':')[1] ?? '', 16) === port)
      sockets.add(`socket:[${inode}]`)
  }
  if (sockets.size === 0) return undefined
  const pid = entriesOf('/proc').find(
    (name) =>
      /^\d+$/.test(name) &&
      entriesOf(`/proc/${name}/fd`).some((fd) => sockets.has(linkOf(`/proc/${name}/fd/${fd}`))),
  )
  if (!pid) return undefined
  // The name of a process would say MainThread of each Node.js.
  const words = readOr(`/proc/${pid}/cmdline`).split('\0').slice(0, 2).join(' ').trim()
  return `${words.slice(0, 100) || readOr(`/proc/${pid}/comm`).trim()} (process ${pid})`
}

async function fromLsof(port: number): Promise<string | undefined> {
  const args = ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc']
  const { stdout } = await promisify(execFile)('lsof', args, { timeout: 1000 }).catch(() => ({
    stdout: '',
  }))
  const [, pid, name] = /^p(\d+)\nc(.*)$/m.exec(stdout) ?? []
  return pid && `${name} (process ${pid})`
}

function answers(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host, timeout: 1000 })
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
    socket.once('timeout', () => end(false))
  })
}

function readOr(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
