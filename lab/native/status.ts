import { get as getHttp } from 'node:http'
import { get as getHttps } from 'node:https'

/**
 * Asks an address, and resolves to the status of the answer.
 *
 * @param ca for https:, the certificates to trust as PEM; undefined for those that Node.js trusts
 * @throws when nothing answers within two seconds
 */
export function statusOf(url: string, ca: string | undefined): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const signal = AbortSignal.timeout(2000)
  const get = url.startsWith('https:') ? getHttps : getHttp
  // A connection of its own: a kept one may be closed, rightly, just when it is used again.
  get(url, { agent: false, signal, ...(ca === undefined ? {} : { ca }) }, (response) => {
    response.resume()
    resolve(response.statusCode ?? 0)
  }).on('error', reject)
  return promise
}
