import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** How much of a process is in memory, in bytes; undefined when there is no such process. */
export function residentBytes(pid: number): number | undefined {
  const kibi = fromProc(pid) ?? fromPs(pid)
  return kibi === undefined ? undefined : kibi * 1024
}

/** proc_pid_status(5) */
function fromProc(pid: number): number | undefined {
  try {
    const [, kibi] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return kibi === undefined ? undefined : Number(kibi)
  } catch {
    return undefined
  }
}

function fromPs(pid: number): number | undefined {
  try {
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }))
  } catch {
    return undefined
  }
}
