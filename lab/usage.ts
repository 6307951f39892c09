/** What `node lab/main.ts --help` prints. */
export const usage = `node lab/main.ts demo [options of the load generator]
node lab/main.ts verify [options]
node lab/main.ts doctor [options]
node lab/main.ts incident|recover [options]
node lab/main.ts lesson [N] [--answer ANSWER]
node lab/main.ts receive [options]
node lab/main.ts certificate [options]
node lab/main.ts reload
node lab/main.ts target [--wait] TARGET...
node lab/main.ts up|down [server|prometheus|grafana ...]
node lab/main.ts logs
node lab/main.ts clean

  demo     drives load, checks that Prometheus shows all of it, and says where to look
  verify   drives load and proves the picture: every layer against the truth; --help has more
  doctor   names what is broken between the server and the panel, and what to do; --help has more
  incident makes the server slow and faulty, until recover; --help has more
  recover  puts back what the lab does ordinarily; --help has more
  lesson   asks a question about the lab, and checks the answer against it; --help has more
  receive  shows the alerts that Alertmanager sends to it; --help has more
  certificate
           makes or renews the certificate of a lab that speaks https:; --help has more
  reload   has the server read its certificate anew, and looks whether it did
  target   writes the target file for services of your own; --help has more
  up       starts the lab as plain processes of this machine, without Docker: all of it, or what is named
  down     ends them; the data stay
  logs     follows what they write
  clean    ends them and forgets their data
`

/** What `demo --help` adds. */
export const loadHelp =
  'The options are those of node loadgen/main.ts --help (make load ARGS=--help)\n'
