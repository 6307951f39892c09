export type ReadyOptions = {
  url: string
  limitMs: number
  /** Why there is no use in waiting any longer, if there is none. */
  failed: () => string | undefined
  now: () => number
  sleep: (ms: number) => Promise<unknown>
}

/**
 * Waits until an address answers with 2xx. Resolves to undefined, or to why it doesn't, in words.
 */
export async function awaitReady(options: ReadyOptions): Promise<string | undefined> {
  const { url, limitMs, failed, now, sleep } = options
  const giveUpAt = now() + limitMs
  let answer = 'nothing'
  while (now() < giveUpAt) {
    const failure = failed()
    if (failure) return failure
    try {
      const { ok, status } = await fetch(url, { signal: AbortSignal.timeout(2000) })
      // Whoever answers must still be the one that is waited for.
      if (ok && !failed()) return undefined
      answer = String(status)
    } catch {
      answer = 'nothing'
    }
    await sleep(100)
  }
  return `is not ready after ${limitMs / 1000} s: ${url} answers ${answer}`
}
