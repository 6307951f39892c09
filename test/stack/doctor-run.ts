import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, mkdtempSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Finding } from '../../lab/doctor/finding.ts'
import { root } from '../processes.ts'
import { project } from './compose.ts'

/** What `lab doctor --json` said, its exit code, and how long it took in seconds. */
export type Report = {
  exitCode: number
  seconds: number
  firstBroken: string | null
  /** By the name of the hop. */
  hops: Record<string, Finding>
}

export type DoctorRun = {
  /** The project's folder; this one by default. */
  folder?: string
  env?: NodeJS.ProcessEnv
  /** A command that runs it, such as `unshare --mount sh -c …`: program and arguments stand after it. */
  under?: string[]
  uid?: number
}

/** Runs the doctor of a project's folder on the test's own Compose project. */
export async function doctor({
  folder = root,
  env = {},
  under = [],
  uid,
}: DoctorRun = {}): Promise<Report> {
  const [program = '', ...args] = [
    ...under,
    process.execPath,
    join(folder, 'lab/main.ts'),
    ...['doctor', '--json'],
  ]
  const began = performance.now()
  const child = spawn(program, args, {
    cwd: folder,
    env: { ...process.env, COMPOSE_PROJECT_NAME: project, LAB_MODE: 'docker', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  })
  const [stdout, [exitCode]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  const seconds = (performance.now() - began) / 1000
  const { firstBroken, hops } = JSON.parse(stdout) as { firstBroken: string; hops: Finding[] }
  return {
    ...{ exitCode, seconds, firstBroken },
    hops: Object.fromEntries(hops.map((each) => [each.hop, each])),
  }
}

/** A copy of the project, as another clone of it would be, in a folder of its own. */
export function copyOfProject(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lab-doctor-'))
  // As git clone makes it: the containers' users read it too.
  chmodSync(folder, 0o755)
  const parts = [
    ...['server', 'loadgen', 'lab', 'discovery', 'prometheus', 'grafana'],
    ...['compose.yaml', 'Dockerfile', '.dockerignore', 'package.json', 'package-lock.json'],
  ]
  for (const part of parts) cpSync(join(root, part), join(folder, part), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  return folder
}
