/** What `--help` prints. */
export const help = `Usage: node loadgen/main.ts [options] [URL]

Sends each request at the instant when it is due, whatever the answers do, and counts
latency from that instant. The URL is http://127.0.0.1:8080/ unless given.

  --rate N             requests a second (50)
  --duration D         500ms, 90s, 2m, 1h, 1m30s (1m)
  --requests N         stop after N requests; with --duration, whichever ends first
  --arrivals A         poisson: as from many independent users; even: like a metronome (poisson)
  --seed N             the same seed gives the same schedule (1)
  --timeout D          for each request, from sending to the last byte (10s)
  --max-in-flight N    beyond it, requests wait, and their waiting counts as latency (10000)
  --json FILE          the result as JSON
  --hdr FILE           response and service time as an HdrHistogram log, in microseconds
  --html FILE          the report as one page with charts, which needs no network
                       of these three, one FILE may be -, for stdout; the report is then on
                       stderr
  --expect E           'p99<2.1s', 'service.mean<=80ms', 'errors<0.1%', 'achieved>=99%',
                       'ok>=1000'; repeatable: exit 3 unless all hold
  --metrics-port N     the generator's own /metrics during the run (9464; 0 for none)
  --await-scrape URL   do not exit before this Prometheus has the final counts
  --no-progress        no live lines
  -h, --help           this text

Environment: LOADGEN_URL and LOADGEN_AWAIT_SCRAPE are used where URL and --await-scrape are
not given; LAB_BIND is the address on which /metrics is served (all).

Exit codes: 0 done; 1 the account doesn't add up; 2 wrong usage; 3 an expectation
failed; 4 nothing answered; 130 interrupted, with the report of what was done.
`
