import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What one command wrote, and how it ended: 124 when it had not ended in time, 127 when there is no such program. */
export type EngineAnswer = { exitCode: number; out: string; err: string }

/** What the Docker engine and Compose say, by the names that record.sh gives its questions. */
export type Engine = Record<string, EngineAnswer>

/**
 * Asks the engine by way of record.sh, which gives each question 3 s.
 *
 * @param limitMs how long it may take in any case; what has not answered by then counts as not answered
 */
export async function askEngine(env: NodeJS.ProcessEnv, limitMs: number): Promise<Engine> {
  const folder = mkdtempSync(join(tmpdir(), 'lab-doctor-'))
  const script = join(import.meta.dirname, 'record.sh')
  try {
    await new Promise<void>((resolve) => {
      const child = spawn('sh', [script, folder], {
        ...{ env, timeout: limitMs, killSignal: 'SIGKILL', stdio: 'ignore' },
      })
      // Its questions may go on for a moment: they are not waited for.
      child.on('exit', () => resolve()).on('error', () => resolve())
    })
    return readEngine(folder)
  } finally {
    forget(folder)
  }
}

/** Reads what record.sh wrote into a folder. A question without an answer is one that had not ended in time. */
export function readEngine(folder: string): Engine {
  const names = readdirSync(folder).flatMap((name) => /^(.+)\.out$/.exec(name)?.[1] ?? [])
  return Object.fromEntries(
    names.map((name) => {
      const code = readOr(join(folder, `${name}.code`)).trim()
      return [
        name,
        {
          exitCode: code === '' ? 124 : Number(code),
          out: readOr(join(folder, `${name}.out`)),
          err: readOr(join(folder, `${name}.err`)),
        },
      ]
    }),
  )
}

/** Why a question has no good answer, in a line; undefined where it has one. */
export function failureOf(answer: EngineAnswer | undefined): string | undefined {
  if (!answer || answer.exitCode === 124) return 'no answer within 3 s'
  if (answer.exitCode === 0) return undefined
  return answer.err.trim().split('\n').at(-1) || `exit code ${answer.exitCode}`
}

/** What a question answered as JSON; undefined where that is not what came. */
export function engineJson<T>(answer: EngineAnswer | undefined): T | undefined {
  if (answer?.exitCode !== 0) return undefined
  try {
    return JSON.parse(answer.out) as T
  } catch {
    return undefined
  }
}

function readOr(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** A question that had not ended may still write there; then the folder stays, in the machine's folder for such. */
function forget(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 2 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error
  }
}
