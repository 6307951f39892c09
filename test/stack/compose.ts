import { execFile, type SpawnOptions, spawn } from 'node:child_process'
import { connect } from 'node:net'
import { promisify } from 'node:util'
import { root } from '../processes.ts'

/** A project of its own, so that a lab that somebody runs here keeps its containers and data. */
export const project = 'latency-lab-smoke'

const options = {
  cwd: root,
  env: { ...process.env, COMPOSE_PROJECT_NAME: project },
  maxBuffer: 64 * 1024 * 1024,
}

/** Runs a program in the project's folder to its end. Throws when it fails, with what it wrote. */
export const run = (program: string, ...args: string[]) =>
  promisify(execFile)(program, args, options)

/** Runs `docker compose` on the test's own project. */
export const compose = (...args: string[]) => run('docker', 'compose', ...args)

/** Starts a program that goes on, at the head of a process group of its own. */
export function start(program: string, args: string[], { env }: SpawnOptions = {}) {
  const child = spawn(program, args, {
    cwd: root,
    env: { ...options.env, ...env },
    detached: true,
    stdio: 'ignore',
  })
  return { stop: () => child.pid && process.kill(-child.pid, 'SIGTERM') }
}

/** What of the project is left on the engine, by kind. */
export async function leftovers(): Promise<Record<string, string[]>> {
  const label = `label=com.docker.compose.project=${project}`
  const list = async (...args: string[]) =>
    (await run('docker', ...args, '--quiet', '--filter', label)).stdout.split('\n').filter(Boolean)
  return {
    containers: await list('ps', '--all'),
    networks: await list('network', 'ls'),
    volumes: await list('volume', 'ls'),
  }
}

/** Is something listening on this port of this machine? */
export function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => socket.destroy() && resolve(true))
    socket.once('error', () => resolve(false))
  })
}
