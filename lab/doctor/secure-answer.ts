import { get } from 'node:https'
import { text } from 'node:stream/consumers'
import type { Answer } from './answer.ts'

export type AskSecureOptions = {
  /** How long it may take until the last byte is there, in milliseconds. */
  limitMs: number
  /** The certificates to trust, as PEM; undefined for those that Node.js trusts. */
  ca: string | undefined
  now?: () => number
}

/** Asks an address of https: with GET, and never throws: that nobody answers is an answer, too. */
export async function askSecure(
  url: string,
  { limitMs, ca, now = () => performance.now() }: AskSecureOptions,
): Promise<Answer> {
  const began = now()
  const signal = AbortSignal.timeout(limitMs)
  try {
    return await new Promise<Answer>((resolve, reject) => {
      get(url, { agent: false, signal, ...(ca === undefined ? {} : { ca }) }, (response) => {
        const { statusCode: status = 0 } = response
        const headers = Object.fromEntries(
          Object.entries(response.headers).map(([name, value]) => [name, `${value}`]),
        )
        text(response).then(
          (body) => resolve({ url, status, headers, body, ms: now() - began }),
          reject,
        )
      }).on('error', reject)
    })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return { url, error: signal.aborted ? 'TIMEOUT' : (code ?? message), ms: now() - began }
  }
}
