import { statusOf } from './status.ts'

export type ReadyOptions = {
  url: string
  /** For https:, the certificates to trust, as PEM. */
  ca?: string | undefined
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
  const { url, ca, limitMs, failed, now, sleep } = options
  const giveUpAt = now() + limitMs
  let answer = 'nothing'
  while (now() < giveUpAt) {
    const failure = failed()
    if (failure) return failure
    try {
      const status = await statusOf(url, ca)
      const ok = status >= 200 && status < 300
      // Whoever answers must still be the one that is waited for.
      if (ok && !failed()) return undefined
      answer = String(status)
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException
      answer = /CERT|SIGNATURE/.test(code)
        ? `with a certificate that is not to be trusted (${code})`
        : 'nothing'
    }
    await sleep(100)
  }
  return `is not ready after ${limitMs / 1000} s: ${url} answers ${answer}`
}
