import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { cpus, freemem, totalmem } from 'node:os'
import { promisify } from 'node:util'
import { Gauge, type Registry } from 'prom-client'

/** Busy and total time of all processors since boot, in milliseconds. */
export type CpuTimes = { busyMs: number; totalMs: number }

/**
 * The share of processor time that was busy between two looks, 0 to 1; 0 when no time has passed.
 */
export function cpuUtilization(before: CpuTimes, after: CpuTimes): number {
  const totalMs = after.totalMs - before.totalMs
  return totalMs > 0 ? (after.busyMs - before.busyMs) / totalMs : 0
}

/** Registers the host's gauges: what it has to give, beside what the server's process takes. */
export function registerHostMetrics(registry: Registry): void {
  let before = cpuTimes()
  let utilization = 0
  new Gauge({
    name: 'system_cpu_utilization_ratio',
    help: 'Share of the host’s processor time that was busy since the scrape before, 0 to 1.',
    registers: [registry],
    collect() {
      const after = cpuTimes()
      // Two scrapers at once would leave the second one no time to measure over.
      if (after.totalMs - before.totalMs >= 500) {
        utilization = cpuUtilization(before, after)
        before = after
      }
      this.set(utilization)
    },
  })
  new Gauge({
    name: 'system_memory_utilization_ratio',
    help: 'Share of the host’s memory that is not available to programs, 0 to 1.',
    registers: [registry],
    collect() {
      this.set(1 - freemem() / totalmem())
    },
  })
  new Gauge({
    name: 'system_processes',
    help: 'Processes that the server can see: the host’s, or in a container the container’s own.',
    registers: [registry],
    async collect() {
      this.set(await countProcesses())
    },
  })
}

function cpuTimes(): CpuTimes {
  let totalMs = 0
  let idleMs = 0
  for (const { times } of cpus()) {
    totalMs += times.user + times.nice + times.sys + times.idle + times.irq
    idleMs += times.idle
  }
  return { busyMs: totalMs - idleMs, totalMs }
}

/** Linux has a folder a process; a slim image has no `ps`, and macOS has no /proc. */
async function countProcesses(): Promise<number> {
  const entries = await readdir('/proc').catch(() => undefined)
  if (entries) return entries.filter((name) => /^\d+$/.test(name)).length
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid='])
  return stdout.trim().split('\n').length
}
