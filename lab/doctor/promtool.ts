import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { EngineAnswer } from './engine.ts'

/** Where promtool is: on PATH, or where `make up` puts what it fetches. Nothing is fetched here. */
export function findPromtool(project: string, path: string): string | undefined {
  const folders = [...path.split(delimiter).filter(Boolean), join(project, '.cache', 'prometheus')]
  return folders.map((folder) => join(folder, 'promtool')).find(isProgram)
}

/** Lets Prometheus' own tool judge prometheus.yml and all rules that it names. 124 where it takes over 2 s. */
export function checkConfig(promtool: string, project: string): Promise<EngineAnswer> {
  const file = join(project, 'prometheus', 'prometheus.yml')
  return new Promise((resolve) => {
    execFile(promtool, ['check', 'config', file], { timeout: 2000 }, (error, out, err) => {
      const exitCode = error ? (error.killed ? 124 : Number(error.code ?? 1)) : 0
      resolve({ exitCode, out, err })
    })
  })
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
