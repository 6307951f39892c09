#!/bin/sh
# Finds what is broken between the server and the panel: lab/main.ts doctor, on this machine's Node.js where there is one
# that can, else in the lab's image. Plain sh, because Docker may be all there is.
set -u
cd "$(dirname "$0")/.." || exit 1

say() { printf 'lab: %s\n' "$*" >&2; }

# The one that npm ci has brought, or a newer one than 22.18: these run TypeScript as it is.
for node in node_modules/.bin/node node; do
  if [ -d node_modules/hono ] && "$node" -e 'process.exit(process.features.typescript ? 0 : 1)' >/dev/null 2>&1; then
    exec "$node" lab/main.ts doctor "$@"
  fi
done

# With --json what is said of a machine on which no more can be looked at has the form of a whole report, too.
json=
for word in "$@"; do if [ "$word" = --json ]; then json=1; fi; done
quoted() { printf '%s' "$1" | tr '\n\t\r' '   ' | sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/"&"/'; }
# Ends with one finding: the hop, its title, its status, what it is, and what to do.
refuse() {
  if [ "$json" ]; then
    printf '{"ok": false, "mode": %s, "firstBroken": "%s", "hops": [{"hop": "%s", "title": "%s", "status": "%s", "what": %s, "evidence": [], "advice": %s, "seconds": null}]}\n' \
      "$mode" "$1" "$1" "$2" "$3" "$(quoted "$4")" "$(quoted "$5")"
  else
    say "$4"
    say "$5"
  fi
  exit 1
}

mode='"native"'
record=$(mktemp -d)
trap 'rm -rf "$record"' EXIT
if ! command -v docker >/dev/null 2>&1; then
  if command -v npm >/dev/null 2>&1; then
    refuse machine machine broken 'the packages are not installed, so nothing more can be looked at' 'npm ci (make up does it, too)'
  fi
  refuse machine machine broken 'neither Docker nor Node.js is to be had here' \
    'install Docker (https://docs.docker.com/get-docker/), or Node.js 20 or newer with npm (https://nodejs.org)'
fi
mode='"docker"'
# What the engine says is asked out here; who runs in the image can't ask it.
sh lab/doctor/record.sh "$record"
chmod -R a+rX "$record"
if [ "$(cat "$record/version.code")" != 0 ]; then
  refuse engine Docker broken "no Docker engine answers: $(tail -n 1 "$record/version.err" | grep . || echo 'no answer within 3 s')" \
    'start it (https://docs.docker.com/engine/daemon/start/), or do without: make up LAB_MODE=native'
fi
if [ "$(cat "$record/config.code")" != 0 ]; then
  refuse compose compose.yaml broken "compose.yaml can't be read: $(tail -n 1 "$record/config.err")" 'mend what it names'
fi
if ! docker image inspect latency-lab >/dev/null 2>&1; then
  refuse containers containers broken 'the lab is not running: its image, which judges the rest, is not built yet' 'make up'
fi
# What Compose reads from .env by itself; the rest of it is in what Compose says of the services.
LAB_GRAFANA=${LAB_GRAFANA:-$(sed -n 's/^LAB_GRAFANA=//p' .env 2>/dev/null)}
export LAB_GRAFANA
# Where nothing runs, there is nobody to be reached, and no network is made for that.
runs=loadgen
if [ "$(cat "$record/containers.out")" = '[]' ]; then runs=latency-lab; fi
# In there the server's container is asked for itself: whether Prometheus gets to it is another question. Where it speaks
# HTTPS, its certificate has another name.
url=
if [ "$(cat "$record/inside-server.code")" = 0 ] && ! grep -q '"TLS_CERT": "/' "$record/config.out"; then
  url=http://server:8080/
fi
set -- --rm ${url:+--env "LOADGEN_URL=$url"} --volume "$record:/record:ro,z" --volume "$PWD:/project:ro,z" --env LAB_GRAFANA --env LAB_MODE=docker \
  --entrypoint node "$runs" lab/main.ts doctor --record /record --project /project "$@"
case $runs in
  loadgen) docker compose --progress quiet run --no-deps -T "$@" ;;
  *)
    if [ -f .env ]; then set -- --env-file .env "$@"; fi
    docker run --network none "$@"
    ;;
esac
