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

record=$(mktemp -d)
trap 'rm -rf "$record"' EXIT
if ! command -v docker >/dev/null 2>&1; then
  if command -v npm >/dev/null 2>&1; then
    say 'the packages are not installed, so nothing more can be looked at: npm ci (make up does it, too)'
  else
    say 'neither Docker nor Node.js is to be had here: install Docker (https://docs.docker.com/get-docker/),'
    say 'or Node.js 20 or newer with npm (https://nodejs.org)'
  fi
  exit 1
fi
# What the engine says is asked out here; who runs in the image can't ask it.
sh lab/doctor/record.sh "$record"
chmod -R a+rX "$record"
if [ "$(cat "$record/version.code")" != 0 ]; then
  say "no Docker engine answers: $(tail -n 1 "$record/version.err" | grep . || echo 'no answer within 3 s')"
  say 'start it (https://docs.docker.com/engine/daemon/start/), or do without: make up LAB_MODE=native'
  exit 1
fi
if [ "$(cat "$record/config.code")" != 0 ]; then
  say "compose.yaml can't be read: $(tail -n 1 "$record/config.err")"
  exit 1
fi
if ! docker image inspect latency-lab >/dev/null 2>&1; then
  say 'a Docker engine answers. The rest is judged by the lab’s image, which make up builds: make up'
  exit 1
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
