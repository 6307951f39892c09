#!/bin/sh
# Asks the Docker engine all that the doctor wants to know, everything at once, and writes each answer into FOLDER:
# NAME.out, NAME.err and NAME.code. No question may take longer than 3 s (code 124 then: an engine can hang). Plain sh,
# because Docker may be all there is: with Node.js or without, it is these questions that are asked.
set -u
to=$1
cd "$(dirname "$0")/../.." || exit 1

# macOS has no timeout; 142 is what a shell makes of SIGALRM.
limited() {
  if command -v timeout >/dev/null 2>&1; then timeout -k 0.2 3 "$@"; else perl -e 'alarm shift; exec @ARGV' 3 "$@"; fi
}

# ask NAME COMMAND…
ask() {
  name=$1
  shift
  (
    "$@" >"$to/$name.out" 2>"$to/$name.err" </dev/null
    code=$?
    [ "$code" -eq 142 ] && code=124
    echo "$code" >"$to/$name.code"
  ) &
}

# All containers that Compose has made here, of whatever project: one of another may have our ports.
inspect_all() {
  ids=$(limited docker ps --all --quiet --filter label=com.docker.compose.project) || return
  [ -z "$ids" ] && echo '[]' && return
  # shellcheck disable=SC2086 # a list of words
  limited docker inspect $ids
}

# Prometheus' own tool, from its image where that is here already.
check_config() {
  image=$(limited docker compose config --images prometheus) || return
  limited docker run --rm --pull never --network none --entrypoint promtool \
    --volume "$PWD/prometheus:/etc/prometheus:ro,z" "$image" check config /etc/prometheus/prometheus.yml
}

# Who listens on which port of this machine: iproute2's tool, lsof on macOS, else what the kernel says without names.
sockets() {
  limited ss -ltnpH 2>/dev/null || limited lsof -nP -iTCP -sTCP:LISTEN 2>/dev/null || cat /proc/net/tcp /proc/net/tcp6
}

ask sockets sockets
ask version limited docker version --format '{{json .}}'
ask info limited docker info --format '{{json .}}'
ask compose limited docker compose version --short
ask config limited docker compose config --format json
ask hashes limited docker compose config --hash '*'
ask containers inspect_all
ask published limited docker ps --no-trunc --format '{{json .}}'
ask promtool check_config
wait
