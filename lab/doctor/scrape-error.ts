/** What a scrape's error means, and one thing to do about it. */
export type Translation = { what: string; advice: string }

type Row = { error: RegExp; what: string; advice: (inContainers: boolean) => string }

/** Prometheus' own words (`lastError` of /api/v1/targets, which are Go's), most telling first. */
const rows: Row[] = [
  {
    error: /unsupported Content-Type "([^"]*)"/,
    what: 'it gets another content type than that of metrics: “$1”',
    advice: () =>
      'answer /metrics with Content-Type: text/plain; version=0.0.4, and see that no proxy or login page stands before it',
  },
  {
    error: /non-compliant scrape target sending blank Content-Type/,
    what: 'it gets no content type',
    advice: () => 'answer /metrics with Content-Type: text/plain; version=0.0.4',
  },
  {
    error: /server returned HTTP status (\d+)/,
    what: 'it gets HTTP $1',
    advice: () => 'see what answers there in the place of a server with metrics',
  },
  {
    error: /connection refused/,
    what: 'the connection is refused: nothing listens there that it could reach',
    advice: (inContainers) =>
      inContainers
        ? 'let the server listen on every interface, not on 127.0.0.1 alone: LAB_BIND unset, or HOST=0.0.0.0'
        : 'start the server: make up',
  },
  {
    error: /context deadline exceeded|i\/o timeout/,
    what: 'no answer within the scrape’s time limit: a firewall drops it, or the server hangs',
    advice: (inContainers) =>
      inContainers
        ? 'if curl localhost:8080/metrics answers, let containers through the firewall: sudo ufw allow in on docker0 to any port 8080 (or its like)'
        : 'see whether curl localhost:8080/metrics answers; if not, make restart',
  },
  {
    error: /no such host|server misbehaving|Temporary failure in name resolution/,
    what: 'the name does not resolve',
    advice: (inContainers) =>
      inContainers
        ? 'make it anew with the line extra_hosts of compose.yaml: make up'
        : 'write an address that this machine knows into prometheus/prometheus.yml',
  },
  {
    error: /x509:|tls: /,
    what: 'it does not trust the server’s certificate, or the server speaks no TLS',
    advice: () => 'make certificate, then make up with the same LAB_TLS',
  },
  {
    error: /server gave HTTP response to HTTPS client/,
    what: 'the server speaks HTTP, and it HTTPS',
    advice: () => 'make up, with LAB_TLS=on for both',
  },
  {
    error: /no route to host|network is unreachable/,
    what: 'there is no way to it: a firewall rejects it, or its network is gone',
    advice: () => 'make down, then make up makes the network anew',
  },
  {
    error:
      /invalid metric type|invalid sample|"INVALID"|expected |unexpected |# EOF|strconv|while parsing/,
    what: 'what it gets is not the exposition format',
    advice: () => 'mend the line that is named, then look at curl localhost:8080/metrics',
  },
]

/** Puts Prometheus' reason for a failed scrape into words. */
export function translateScrapeError(lastError: string, inContainers: boolean): Translation {
  for (const { error, what, advice } of rows) {
    const match = error.exec(lastError)
    if (match) return { what: what.replace('$1', match[1] ?? ''), advice: advice(inContainers) }
  }
  return {
    what: `the scrape fails: ${lastError}`,
    advice: 'see what curl localhost:8080/metrics answers',
  }
}
