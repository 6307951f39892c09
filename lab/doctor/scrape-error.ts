import { hostName } from '../target.ts'

/** What a scrape's error means, and one thing to do about it. */
export type Translation = { what: string; advice: string }

/** What Prometheus asked when a scrape failed. */
export type Asked = {
  url: string
  job: string
  /** The lab's own server, or a service of somebody's own. */
  whose: 'lab' | 'yours'
  /** Does Prometheus run in a container? */
  inContainer: boolean
}

type Advice = (asked: Asked, match: RegExpExecArray) => string
type Row = { error: RegExp; what: string; lab: Advice; yours: Advice }

/** Prometheus' own words (`lastError` of /api/v1/targets, which are Go's), most telling first. */
const rows: Row[] = [
  {
    error: /unsupported Content-Type "([^"]*)"/,
    what: 'it gets another content type than that of metrics: “$1”',
    lab: () =>
      'answer /metrics with Content-Type: text/plain; version=0.0.4, and see that no proxy or login page stands before it',
    yours: (asked) =>
      `answer ${hereOf(asked)} with Content-Type: text/plain; version=0.0.4, or name the path that has metrics: TARGET=host:port/path`,
  },
  {
    error: /non-compliant scrape target sending blank Content-Type/,
    what: 'it gets no content type',
    lab: () => 'answer /metrics with Content-Type: text/plain; version=0.0.4',
    yours: (asked) => `answer ${hereOf(asked)} with Content-Type: text/plain; version=0.0.4`,
  },
  {
    error: /server returned HTTP status (\d+)/,
    what: 'it gets HTTP $1',
    lab: () => 'see what answers there in the place of a server with metrics',
    yours: (asked, [, code = '']) => adviceOnStatus[code] ?? look(asked),
  },
  {
    error: /connection refused/,
    what: 'the connection is refused: nothing listens there that it could reach',
    lab: ({ inContainer }) =>
      inContainer
        ? 'let the server listen on every interface, not on 127.0.0.1 alone: LAB_BIND unset, or HOST=0.0.0.0'
        : 'start the server: make up',
    yours: (asked) =>
      comesFromContainer(asked)
        ? 'start it, and let it listen on every interface (0.0.0.0): on Linux a container does not get through to what listens on 127.0.0.1 alone'
        : 'start it, or name the port that it listens on: TARGET=host:port',
  },
  {
    error: /context deadline exceeded|i\/o timeout/,
    what: 'no answer within the scrape’s time limit: a firewall drops it, or the server hangs',
    lab: ({ inContainer }) =>
      inContainer
        ? 'if curl localhost:8080/metrics answers, let containers through the firewall: sudo ufw allow in on docker0 to any port 8080 (or its like)'
        : 'see whether curl localhost:8080/metrics answers; if not, make restart',
    yours: (asked) =>
      comesFromContainer(asked)
        ? `if curl ${hereOf(asked)} answers, let containers through the firewall: sudo ufw allow in on docker0 to any port ${new URL(asked.url).port} (or its like)`
        : `see whether curl ${hereOf(asked)} answers, and within 4 s`,
  },
  {
    error: /no such host|server misbehaving|Temporary failure in name resolution/,
    what: 'the name does not resolve',
    lab: ({ inContainer }) =>
      inContainer
        ? 'make it anew with the line extra_hosts of compose.yaml: make up'
        : 'write an address that this machine knows into prometheus/prometheus.yml',
    yours: (asked) =>
      asked.url.includes(hostName)
        ? 'make it anew with the line extra_hosts of compose.yaml: make up'
        : 'see whether the name is spelt right, and known to this machine',
  },
  {
    error: /server gave HTTP response to HTTPS client/,
    what: 'the server speaks HTTP, and it HTTPS',
    lab: () => 'make up, with LAB_TLS=on for both',
    yours: ({ job }) =>
      job === 'httpserver'
        ? 'LAB_TLS=on asks for this port over https: start the lab without, or let the service take another port'
        : 'it speaks http: leave https:// out of TARGET',
  },
  {
    error: /malformed HTTP/,
    what: 'what answers does not speak HTTP',
    lab: () => 'make up, with LAB_TLS=on for both',
    yours: () => speaksHttps,
  },
  {
    error: /x509:|tls: /,
    what: 'it does not trust the server’s certificate, or the server speaks no TLS',
    lab: () => 'make certificate, then make up with the same LAB_TLS',
    yours: () =>
      'let /metrics answer over http, too: Prometheus verifies certificates, by the name that it asks',
  },
  {
    error: /no route to host|network is unreachable/,
    what: 'there is no way to it: a firewall rejects it, or its network is gone',
    lab: () => 'make down, then make up makes the network anew',
    yours: (asked) =>
      comesFromContainer(asked)
        ? 'make down, then make up makes the network anew'
        : `see whether curl ${hereOf(asked)} gets there from this machine`,
  },
  {
    error:
      /invalid metric type|invalid sample|"INVALID"|expected |unexpected |# EOF|strconv|while parsing/,
    what: 'what it gets is not the exposition format',
    lab: () => 'mend the line that is named, then look at curl localhost:8080/metrics',
    yours: (asked) =>
      `mend the line that is named in what curl ${hereOf(asked)} answers: it must be Prometheus’ text format`,
  },
]

/** Puts Prometheus' reason for a failed scrape into words. */
export function translateScrapeError(lastError: string, asked: Asked): Translation {
  for (const { error, what, ...advice } of rows) {
    const match = error.exec(lastError)
    if (match)
      return { what: what.replace('$1', match[1] ?? ''), advice: advice[asked.whose](asked, match) }
  }
  return { what: `the scrape fails: ${lastError}`, advice: look(asked) }
}

const speaksHttps = 'if it speaks https, say so: TARGET=https://host:port'

const adviceOnStatus: Record<string, string> = {
  400: speaksHttps,
  401: 'let /metrics do without a login: Prometheus has none to give',
  403: 'let /metrics do without a login: Prometheus has none to give',
  404: 'if its metrics are at another path, name it: TARGET=host:port/path; if it has none: docs/your-own-service.md',
}

/** What Prometheus asks, as this machine would. */
const hereOf = ({ url }: Asked) => url.replace(`//${hostName}`, '//localhost')

const look = (asked: Asked) =>
  `see what curl ${hereOf(asked)} answers; Prometheus asks again each 5 s`

const comesFromContainer = ({ url, inContainer }: Asked) =>
  inContainer && url.includes(`//${hostName}:`)
