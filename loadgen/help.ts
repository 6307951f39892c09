/** What `--help` prints. */
export const help = `Usage: node loadgen/main.ts [options] [URL]

Sends each request at the instant when it is due, whatever the answers do, and counts
latency from that instant. The URL, http: or https:, is http://127.0.0.1:8080/ unless given.

  --rate N             requests a second (50); not used where --profile has rates of its own
  --duration D         500ms, 90s, 2m, 1h, 1m30s (1m)
  --requests N         stop after N requests; with --duration, whichever ends first
  --profile P          how the rate goes with time, in place of --rate (constant):
                         ramp:10..200      in a straight line from 10 to 200, over the duration
                         steps:10,50,100   each rate for an equal part of the duration
                         sine:20..80/60s   a wave of 60 s, from 20 up to 80 and back
                         burst:500/10s     500 at one instant, at once and then every 10 s
  --arrivals A         poisson: as from many independent users; even: like a metronome (poisson)
                       with even, a profile issues exactly the integral of its rate; with
                       poisson, that many on average, a burst among them
  --seed N             the same seed gives the same schedule (1)
  --timeout D          for each request, from when it is to be sent to the last byte (10s)
  --max-in-flight N    beyond it, requests wait, and their waiting counts as latency (10000)
  --workers N          threads; the schedule stays the same, whatever N (1)
  --shard I/N          do this part of the run, with I from 0 to N - 1, while others do theirs:
                       every Nth request of the schedule from the Ith on, at its own instant.
                       All else is that of the whole, but --workers, --expect and the report
  --start-at INSTANT   count due times from then, such as 2026-03-01T12:00:00Z, so that shards
                       on several machines have one schedule in common
  --closed             no schedule: each connection sends its next request when the answer has
                       come. For comparing with tools that do so; --rate and --arrivals are
                       not used, response time is service time, and what a stall kept from
                       being sent is not seen
  --connections N      how many of them (10)
  --target 'W URL'     in place of URL, several times: targets, chosen by weight W and seed;
                       a path alone, as in '3 /ping', is at LOADGEN_URL
  --method M           (GET, or POST with a body)
  --header 'N: value'  repeatable; takes the place of the generator's own of that name
  --body TEXT          or @FILE; its Content-Length is set, its Content-Type is not
  --ca FILE            for https: the certificates to trust, as PEM; they are always verified
  --strict             exit 5 when the generator itself was the bottleneck
  --json FILE          the result as JSON
  --hdr FILE           response and service time as an HdrHistogram log, in microseconds
  --html FILE          the report as one page with charts, which needs no network
                       of these three, one FILE may be -, for stdout; the report is then on
                       stderr
  --expect E           'p99<2.1s', 'service.mean<=80ms', 'errors<0.1%', 'achieved>=99%',
                       'ok>=1000'; repeatable: exit 3 unless all hold. A request without an
                       answer is slower than any limit
  --metrics-port N     the generator's own /metrics during the run (9464; 0 for none)
  --await-scrape URL   do not exit before this Prometheus has the final counts
  --no-progress        no live lines
  -h, --help           this text

Environment: LOADGEN_URL, LOADGEN_AWAIT_SCRAPE, LOADGEN_START_AT and, for https:, LOADGEN_CA are
used where URL, --await-scrape, --start-at and --ca are not given; LAB_BIND is the address on
which /metrics is served (all); LOADGEN_HOST is asked where a URL says localhost: a container's
own is not the one that is meant.

Exit codes: 0 done; 1 the account doesn't add up, a thread died, or a result could not be
written; 2 wrong usage; 3 an expectation failed; 4 nothing answered (after 1.5 s of nothing
but failures to connect the run ends); 5 the generator itself was the bottleneck, with
--strict; 130 interrupted, with the report of what was done.
`
