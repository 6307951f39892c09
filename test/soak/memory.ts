/** What a process held in memory, in bytes, that many seconds after the start. */
export type Sample = { seconds: number; bytes: number }

export type Growth = {
  /** Bytes: the median of the first window, and of the last. */
  early: number
  late: number
  /** How much the late one is above the early one; 0.1 is a tenth. */
  share: number
}

/**
 * How much the memory of a process has grown between when it had done each of its tasks once and the end of a run.
 * Compared are medians: what a collection of garbage gives back and takes again within seconds is no growth. Each
 * window is a minute, or, where there is less than two of them, half of what is left.
 *
 * @param durationSeconds how long the run was; more than `warmSeconds`
 * @param warmSeconds when the first window begins
 */
export function growthOf(samples: Sample[], durationSeconds: number, warmSeconds = 60): Growth {
  const window = Math.min(60, (durationSeconds - warmSeconds) / 2)
  const median = (from: number) => {
    const bytes = samples
      .filter(({ seconds }) => seconds >= from && seconds < from + window)
      .map(({ bytes }) => bytes)
      .sort((a, b) => a - b)
    return bytes[Math.floor(bytes.length / 2)] ?? Number.NaN
  }
  const early = median(warmSeconds)
  const late = median(durationSeconds - window)
  return { early, late, share: late / early - 1 }
}

/**
 * When a process has done each of its tasks once, in seconds after the start: after a minute, but for a Prometheus in
 * a run that is long enough to judge it later. Its first chunks are full after 120 samples, 10 minutes, and only
 * then does it take the buffer of 4 MiB that it writes them with
 * (https://github.com/prometheus/prometheus/blob/main/tsdb/chunks/head_chunks.go, DefaultWriteBufferSize).
 */
export function warmSecondsOf(name: string, durationSeconds: number): number {
  return name === 'prometheus' && durationSeconds >= 20 * 60 ? 12 * 60 : 60
}
