/** What a process held in memory, in bytes, that many seconds after the start. */
export type Sample = { seconds: number; bytes: number }

export type Growth = {
  /** Bytes: the median of the first window, and of the last. */
  early: number
  late: number
  /** How much the late one is above the early one; 0.1 is a tenth. */
  share: number
}

/** From here on a process has done each of its tasks, and what it holds should stay. */
const warmSeconds = 60

/**
 * How much the memory of a process has grown between the second minute of a run and its end. Compared are medians:
 * what a collection of garbage gives back and takes again within seconds is no growth. Each window is a minute, or,
 * in a run of less than three, half of what is left after the first minute.
 *
 * @param durationSeconds more than 60
 */
export function growthOf(samples: Sample[], durationSeconds: number): Growth {
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
