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
  seen=$(limited docker inspect $ids) || return
  # One that ends again and again runs for a moment each time: what is wrong with it is told between these.
  for pause in 0.3 0.4 0.5; do
    case $seen in
      *'"RestartCount": '[1-9]*'"Status": "starting"'* | *'"Status": "starting"'*'"RestartCount": '[1-9]*) sleep $pause ;;
      *) break ;;
    esac
    # shellcheck disable=SC2086 # a list of words
    seen=$(limited docker inspect $ids) || return
  done
  printf '%s\n' "$seen"
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

# The containers of this project, once Compose has said which it is: all of them, or those of one service.
own() {
  project=$(sed -n 's/^  "name": "\([^"]*\)".*/\1/p' "$to/config.out")
  limited docker ps --all --quiet --filter "label=com.docker.compose.project=$project" \
    --filter label=com.docker.compose.oneoff=False ${1:+--filter "label=com.docker.compose.service=$1"}
}

# What each container of this project has written last, after a line with its number.
logs() {
  for id in $(own); do
    echo "=== $id"
    limited docker logs --tail 40 "$id" 2>&1
  done
}

# What Prometheus, Grafana and the server find in their mounts and volumes, to be held against what is here.
inside() {
  container=$(own "$1" | head -n 1)
  [ -n "$container" ] && limited docker exec "$container" sh -c "$(cat lab/doctor/inside.sh)" inside "$2" "$3"
}

# The file system that Docker keeps images and volumes on; on macOS and Windows it is in a virtual machine.
docker_disk() {
  df -Pk "$(sed -n 's/.*"DockerRootDir":"\([^"]*\)".*/\1/p' "$to/info.out")"
}

(
  ask info limited docker info --format '{{json .}}'
  wait
  ask docker-disk docker_disk
  wait
) &
(
  ask config limited docker compose config --format json
  wait
  ask logs logs
  ask inside-prometheus inside prometheus /etc/prometheus /prometheus
  ask inside-grafana inside grafana /etc/grafana/provisioning /var/lib/grafana
  ask inside-server inside server /lab/server /
  wait
) &
ask sockets sockets
ask version limited docker version --format '{{json .}}'
ask compose limited docker compose version --short
# Of every service, also of those that no profile asks for now.
ask hashes limited docker compose --profile '*' config --hash '*'
ask containers inspect_all
ask published limited docker ps --no-trunc --format '{{json .}}'
ask images limited docker image ls --no-trunc --format '{{.Repository}}:{{.Tag}} {{.ID}}'
ask promtool check_config
ask folder sh -c 'pwd; pwd -P'
ask outside-prometheus sh lab/doctor/inside.sh prometheus .
ask outside-grafana sh lab/doctor/inside.sh grafana/provisioning .
ask outside-server sh lab/doctor/inside.sh server .
# Who listens at which address: Linux alone has these.
ask listening cat /proc/net/tcp /proc/net/tcp6
wait
