import { readdirSync, readFileSync } from 'node:fs'

/** What Linux says of a process and of its host at one moment. */
export type Kernel = {
  userSeconds: number
  systemSeconds: number
  residentBytes: number
  openFiles: number
  /** Of all processors since boot, in ticks. */
  hostBusy: number
  hostTotal: number
  memoryTaken: number
  processes: number
}

/** The kernel counts processor time in ticks of 10 ms: USER_HZ, https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const ticksPerSecond = 100

/** Asks /proc. Throws where there is no such process. */
export function kernelSays(pid: number): Kernel {
  // The name of the program, in brackets, may have spaces; what follows begins with the third field.
  const stat = read(`${pid}/stat`)
    .replace(/^.*\) /s, '')
    .split(' ')
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] =
    read('stat').split('\n')[0]?.trim().split(/\s+/).slice(1).map(Number) ?? []
  const hostBusy = user + nice + system + irq + softirq + steal
  const memory = (name: string) => kilobytes(read('meminfo'), name)
  return {
    userSeconds: Number(stat[11]) / ticksPerSecond,
    systemSeconds: Number(stat[12]) / ticksPerSecond,
    residentBytes: kilobytes(read(`${pid}/status`), 'VmRSS') * 1024,
    openFiles: readdirSync(`/proc/${pid}/fd`).length,
    hostBusy,
    hostTotal: hostBusy + idle + iowait,
    memoryTaken: 1 - memory('MemAvailable') / memory('MemTotal'),
    processes: readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length,
  }
}

const read = (path: string) => readFileSync(`/proc/${path}`, 'utf8')

const kilobytes = (text: string, name: string) =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1])
