/** What came back from an address, or why nothing did. */
export type Answer =
  | { url: string; status: number; headers: Record<string, string>; body: string; ms: number }
  | {
      url: string
      /** The code of the error, such as ECONNREFUSED; TIMEOUT where the limit had passed. */
      error: string
      ms: number
    }

export type AskOptions = {
  /** How long it may take until the last byte is there, in milliseconds. */
  limitMs: number
  /** Asks with POST and this as JSON, instead of with GET. */
  post?: unknown
  now?: () => number
}

/** Asks an address, and never throws: that nobody answers is an answer, too. */
export async function ask(
  url: string,
  { limitMs, post, now = () => performance.now() }: AskOptions,
): Promise<Answer> {
  const began = now()
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(limitMs),
      redirect: 'manual',
      ...(post === undefined
        ? {}
        : {
            method: 'POST',
            body: JSON.stringify(post),
            headers: { 'content-type': 'application/json' },
          }),
    })
    const body = await response.text()
    const { status, headers } = response
    return { url, status, headers: Object.fromEntries(headers), body, ms: now() - began }
  } catch (error) {
    const { name, message, cause } = error as Error & { cause?: NodeJS.ErrnoException }
    const code = name === 'TimeoutError' ? 'TIMEOUT' : (cause?.code ?? cause?.message ?? message)
    return { url, error: code, ms: now() - began }
  }
}

/** Why an address did not answer with 200, in words with the address; undefined where it did. */
export function refusalOf(answer: Answer): string | undefined {
  const { url } = answer
  if (!('error' in answer)) {
    return answer.status === 200 ? undefined : `${url} answers ${answer.status}`
  }
  const words: Record<string, string> = {
    TIMEOUT: `no answer within ${(answer.ms / 1000).toFixed(1)} s`,
    ECONNREFUSED: 'connection refused: nothing listens there',
    ENOTFOUND: 'no such host',
    ECONNRESET: 'the connection was closed before there was an answer',
    EPROTO: 'it does not speak TLS',
    CERT_HAS_EXPIRED: 'its certificate has expired',
    ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for other names',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is none that the lab’s authority vouches for',
    SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is none that the lab’s authority vouches for',
    UND_ERR_SOCKET: 'the connection was closed before there was an answer',
  }
  return `${url}: ${words[answer.error] ?? answer.error}`
}

/** The body of a 200 as JSON; undefined where there is none. */
export function jsonOf(answer: Answer): unknown {
  if ('error' in answer || answer.status !== 200) return undefined
  try {
    return JSON.parse(answer.body)
  } catch {
    return undefined
  }
}
