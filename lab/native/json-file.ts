import { readFileSync, renameSync, writeFileSync } from 'node:fs'

/** Writes a file whole or not at all, for whoever reads it meanwhile and whatever dies meanwhile. */
export function writeJson(file: string, content: unknown): void {
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`)
  renameSync(draft, file)
}

/** What a file holds; undefined where there is none, or one that is not JSON. */
export function readJson<Content>(file: string): Content | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Content
  } catch {
    return undefined
  }
}
