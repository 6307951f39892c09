/**
 * Request headers that must not come back as response headers, as patterns on the lower-case name.
 * Sent back, each would change how a client, a cache or a proxy treats the response, or would reveal
 * a credential to whoever can read it.
 */
const refused: RegExp[] = [
  // Hop by hop, and framing: they belong to one connection. RFC 9110 section 7.6.1, RFC 9112 section 6.
  /^(connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|http2-settings)$/,
  // What the body is: the response has a body of its own. Content-Security-Policy is among them.
  /^content-/,
  /^(accept-ranges|accept-patch|accept-post|range|allow)$/,
  // Credentials and state.
  /^(authorization|authentication-info|www-authenticate|cookie2?|set-cookie2?|set-login|clear-site-data)$/,
  // Who may read the response, and how a browser confines it.
  /^access-control-/,
  /^(cross-origin-|permissions-policy|feature-policy|document-policy|require-document-policy)/,
  /^(origin-agent-cluster|origin-trial|referrer-policy|strict-transport-security|expect-ct)$/,
  /^(x-frame-options|x-content-type-options|x-xss-protection|x-permitted-cross-domain-policies)$/,
  /^(x-ua-compatible|x-dns-prefetch-control|x-download-options|x-robots-tag|timing-allow-origin)$/,
  /^(sec-|integrity-policy|public-key-pins|service-worker|speculation-rules|supports-loading-mode)/,
  // What a cache may do with it. RFC 9111.
  /^(age|cache-control|expires|pragma|vary|etag|last-modified|warning|date|surrogate-.*|.*-cache-control)$/,
  /^(no-vary-search|if-.*|cdn-.*|use-as-dictionary)$/,
  // Where the client goes next, or what it does on its own.
  /^(location|refresh|link|retry-after|alt-svc|alt-used|nel|report-to|reporting-endpoints|sourcemap|x-sourcemap)$/,
  /^(server|server-timing|accept-ch|critical-ch|early-data|accept-ch-lifetime|attribution-reporting-.*)$/,
  // What a reverse proxy in front obeys.
  /^(x-accel-.*|x-sendfile|x-lighttpd-send.*|x-reproxy-url|status)$/,
  // The server's own words, and the name of the host that was asked.
  /^(host|version|x-powered-by|x-echo-omitted)$/,
]

/** At most so many characters of names and values come back: half of what Node.js accepts as headers. */
export const MAX_ECHO_CHARACTERS = 8 * 1024

export type Echo = {
  /** The headers to send back; repeated ones are joined by a comma, as RFC 9110 section 5.3 allows. */
  headers: [name: string, value: string][]
  /** How many harmless ones were left out because the limit was reached. */
  omitted: number
}

/**
 * Which of a request's headers may come back as headers of its response.
 *
 * A header that the request's own `Connection` names is hop-by-hop too and does not come back.
 */
export function echoedHeaders(request: Headers, limit = MAX_ECHO_CHARACTERS): Echo {
  const hopByHop = new Set(
    (request.get('connection') ?? '').split(',').map((name) => name.trim().toLowerCase()),
  )
  const headers: Echo['headers'] = []
  let omitted = 0
  let left = limit
  for (const [name, value] of request) {
    if (hopByHop.has(name) || refused.some((pattern) => pattern.test(name))) continue
    left -= name.length + value.length
    if (left < 0) omitted += 1
    else headers.push([name, value])
  }
  return { headers, omitted }
}
