import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { cpus, freemem, totalmem } from 'node:os'
import { promisify } from 'node:util'
import { Gauge, type Registry } from 'prom-client'

/** Busy and total time of a processor since boot, in milliseconds: of the mean one, where there are several. */
export type CpuTimes = { busyMs: number; totalMs: number }

/**
 * The share of processor time that was busy between two looks, 0 to 1; 0 when no time has passed.
 */
export function cpuUtilization(before: CpuTimes, after: CpuTimes): number {
  const totalMs = after.totalMs - before.totalMs
  // A kernel may take back some of a processor's waiting time: proc(5), of iowait.
  return totalMs > 0 ? Math.min(1, Math.max(0, (after.busyMs - before.busyMs) / totalMs)) : 0
}

/**
 * Reads Linux' account of its processors: https://man7.org/linux/man-pages/man5/proc_stat.5.html. Busy is all but
 * idle and waiting for a disk; what a hypervisor took for others (steal) was not this host's to give, and is
 * busy. `os.cpus()` has neither waiting, nor soft interrupts, nor what was taken: under disk or network load it is
 * wrong by more than what it leaves out.
 *
 * @param stat the text of `/proc/stat`
 */
export function readCpuTimes(stat: string): CpuTimes {
  const processors = stat.match(/^cpu\d+ /gm)?.length ?? 1
  // Guests, the fields that follow, are in user and nice already.
  const ticks = /^cpu .*/m.exec(stat)?.[0].trim().split(/\s+/).slice(1, 9).map(Number) ?? []
  const [, , , idle = 0, iowait = 0] = ticks
  const total = ticks.reduce((sum, each) => sum + each, 0)
  const msOfOne = MS_PER_TICK / processors
  return { busyMs: (total - idle - iowait) * msOfOne, totalMs: total * msOfOne }
}

/** USER_HZ is 100 on every architecture that Node.js runs on. */
const MS_PER_TICK = 10

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
  try {
    return readCpuTimes(readFileSync('/proc/stat', 'utf8'))
  } catch {
    return cpuTimesElsewhere()
  }
}

function cpuTimesElsewhere(): CpuTimes {
  const all = cpus()
  let totalMs = 0
  let idleMs = 0
  for (const { times } of all) {
    totalMs += times.user + times.nice + times.sys + times.idle + times.irq
    idleMs += times.idle
  }
  const processors = all.length || 1
  return { busyMs: (totalMs - idleMs) / processors, totalMs: totalMs / processors }
}

/** Linux has a folder a process; a slim image has no `ps`, and macOS has no /proc. */
async function countProcesses(): Promise<number> {
  const entries = await readdir('/proc').catch(() => undefined)
  if (entries) return entries.filter((name) => /^\d+$/.test(name)).length
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid='])
  return stdout.trim().split('\n').length
}
