import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export type DriveOptions = {
  /** The Node.js to run it with. */
  node: string
  /** Options of the load generator. */
  options: string[]
  /** Is its report to be seen? */
  report: boolean
  /** Ends it in its own good order. */
  signal: AbortSignal
}

/**
 * Runs the load generator as a process of its own, to its end. Resolves to its exit code and, when that is
 * 0, to what `--json` wrote.
 */
export async function driveLoad<Result>({
  node,
  options,
  report,
  signal,
}: DriveOptions): Promise<{ exitCode: number; result?: Result }> {
  const folder = mkdtempSync(join(tmpdir(), 'lab-'))
  const file = join(folder, 'result.json')
  const main = fileURLToPath(new URL('../loadgen/main.ts', import.meta.url))
  try {
    // Of an option given twice the last one holds: the result is to be where it is read.
    const child = spawn(node, [main, ...options, '--json', file], {
      stdio: ['inherit', report ? 'inherit' : 'ignore', 'inherit'],
    })
    signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true })
    const [exitCode] = (await once(child, 'exit')) as [number | null]
    if (exitCode !== 0) return { exitCode: exitCode ?? 1 }
    return { exitCode, result: JSON.parse(readFileSync(file, 'utf8')) as Result }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
