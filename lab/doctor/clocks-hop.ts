import type { Verdict } from './finding.ts'

/** Half a scrape interval: beyond it the newest samples lie outside of what a panel of this machine's browser shows. */
const allowedSeconds = 2

/**
 * Do this machine's clock and Prometheus' agree?
 *
 * @param there Prometheus' time(), in seconds since the epoch
 * @param here this machine's at the same moment
 */
export function judgeClocks(there: number | undefined, here: number): Verdict {
  if (there === undefined)
    return { status: 'unknown', what: 'Prometheus did not say what time it has' }
  const ahead = there - here
  const by = `${Math.abs(ahead).toFixed(1)} s`
  if (Math.abs(ahead) <= allowedSeconds)
    return { status: 'ok', what: `within ${by} of one another` }
  return {
    status: 'broken',
    what: `Prometheus’ clock is ${by} ${ahead > 0 ? 'ahead of' : 'behind'} this machine’s: panels end before or after its samples`,
    evidence: [
      `here: ${iso(here)}`,
      `Prometheus, time(): ${iso(there)} (${allowedSeconds} s apart is allowed)`,
    ],
    advice:
      'set this machine’s clock: sudo timedatectl set-ntp true; with Docker Desktop, restart it: its machine’s clock stands still in sleep',
  }
}

const iso = (seconds: number) => new Date(seconds * 1000).toISOString()
