#!/bin/sh
# Starts the lab with Docker Compose: every service whose image can be had. A machine that can't pull one
# image still gets the rest, and is told what it does without. Plain sh, because Docker may be all there is.
set -eu

say() { printf 'lab: %s\n' "$*" >&2; }

if ! docker version >/dev/null 2>&1; then
  say 'no Docker engine answers (docker version fails): start it, or install it: https://docs.docker.com/get-docker/'
  say 'without it: make dev runs the server alone, and make load drives it'
  exit 1
fi
if ! docker compose version >/dev/null 2>&1; then
  say 'docker has no compose plugin (docker compose version fails): https://docs.docker.com/compose/install/'
  exit 1
fi

docker compose build --quiet server

services=server
for service in prometheus grafana; do
  image=$(docker compose config --images "$service")
  if docker image inspect "$image" >/dev/null 2>&1 || docker compose pull --quiet "$service"; then
    services="$services $service"
    continue
  fi
  case $service in
    prometheus) say "no Prometheus, its image $image can't be had: the server still measures, nobody keeps or draws it" ;;
    grafana) say "no Grafana, its image $image can't be had: no dashboards; Prometheus still answers every query" ;;
  esac
done

# shellcheck disable=SC2086 # a list of words
docker compose up --detach --wait $services

cat <<END
The lab is up:
  server      http://localhost:8080
END
case $services in *prometheus*) echo "  Prometheus  http://localhost:${LAB_PROMETHEUS_PORT:-9090}" ;; esac
case $services in *grafana*) echo "  Grafana     http://localhost:${LAB_GRAFANA_PORT:-3000}" ;; esac
