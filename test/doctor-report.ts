import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Finding } from '../lab/doctor/finding.ts'
import type { NativeLab } from './native-lab.ts'
import { root } from './processes.ts'

/** What `lab doctor --json` prints. */
export type Report = { ok: boolean; mode: string; firstBroken: string | null; hops: Finding[] }

/** What the doctor says of a lab, and with which exit code. Throws where it says anything on stderr. */
export async function examine(lab: NativeLab, ...args: string[]) {
  const { exitCode, stdout, stderr } = await lab.run(['doctor', '--json', ...args])
  assert.equal(stderr, '')
  return { exitCode, ...readReport(stdout) }
}

/** Reads a report, and picks out the finding that is its headline. */
export function readReport(json: string) {
  const report = JSON.parse(json) as Report
  return { report, headline: hopOf(report, report.firstBroken ?? '') }
}

export const hopOf = ({ hops }: Report, name: string) => hops.find(({ hop }) => hop === name)

/** A copy of the project's files that are looked at, with one text replaced in one of them. */
export function projectWith(file: string, from: string, to: string): string {
  const project = mkdtempSync(join(tmpdir(), 'lab-doctor-project-'))
  for (const folder of ['prometheus', 'grafana/provisioning'])
    cpSync(join(root, folder), join(project, folder), { recursive: true })
  const path = join(project, file)
  const before = readFileSync(path, 'utf8')
  assert.ok(before.includes(from), `${file} has no ${from}`)
  writeFileSync(path, before.replaceAll(from, to))
  return project
}

/** The line of the project's file on which a text begins. */
export function lineOf(file: string, text: string): number {
  return readFileSync(join(root, file), 'utf8').split(text)[0]?.split('\n').length ?? 0
}
