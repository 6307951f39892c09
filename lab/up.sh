#!/bin/sh
# Starts the lab with Docker Compose: every service whose image can be had. A machine that can't pull one
# image still gets the rest, and is told what it does without. Plain sh, because Docker may be all there is.
set -euf

say() { printf 'lab: %s\n' "$*" >&2; }

if ! refusal=$(docker version 2>&1 >/dev/null); then
  say "no Docker engine answers: $(printf '%s' "$refusal" | tail -n 1)"
  case $refusal in
    *'permission denied'*) say 'this user may not use it: sudo usermod -aG docker "$USER", then log in anew' ;;
    *) say 'start it, or install it: https://docs.docker.com/get-docker/' ;;
  esac
  say 'without it: make up LAB_MODE=native runs the lab as plain processes'
  exit 1
fi
if ! docker compose version >/dev/null 2>&1; then
  say 'docker has no compose plugin (docker compose version fails): https://docs.docker.com/compose/install/'
  exit 1
fi

# Of a profile that there is not, Compose takes no notice: the lab would be up, and lack what was asked for.
profiles=${COMPOSE_PROFILES-$(sed -n 's/^COMPOSE_PROFILES=//p' .env 2>/dev/null || true)}
known=$(docker compose config --profiles | tr '\n' ' ')
unknown=
for profile in $(printf '%s' "$profiles" | tr -d "\"'" | tr ',' ' '); do
  case " * $known" in *" $profile "*) ;; *) unknown="$unknown $profile" ;; esac
done
if [ "$unknown" ]; then
  say "COMPOSE_PROFILES=$profiles: no profile is called${unknown}. There are: ${known% }. Nothing was started"
  exit 2
fi

say 'building the image: a minute the first time, a second when nothing has changed'
if ! docker compose build --quiet server; then
  say 'docker compose refuses, and says why above; make doctor may say more. Nothing was started'
  exit 1
fi

# Services of one's own. The tools run from the image, because there may be no Node.js here.
targets=prometheus/targets/your-service.yaml
wait_for_targets() { :; }
if [ -n "$(printf '%s' "${TARGET-}" | tr -d '[:space:],')" ]; then
  # shellcheck disable=SC2086 # a list of words
  if docker run --rm --network none latency-lab node lab/main.ts target $TARGET >"$targets.new"; then
    mv "$targets.new" "$targets"
  else
    code=$?
    rm -f "$targets.new"
    exit "$code"
  fi
  # shellcheck disable=SC2086
  wait_for_targets() { docker compose run --rm --no-deps -T --entrypoint node loadgen lab/main.ts target --wait $TARGET; }
elif [ "${TARGET+given}" ]; then
  rm -f "$targets"
elif [ -e "$targets" ]; then
  say "what $targets names is scraped, too; make up TARGET= (nothing) ends that"
fi

services=server
if grep -qs "^# The lab's own server is not started:" "$targets"; then
  services=
  say "port 8080 is your service's: the lab's own server, with its console and behaviours, stays out"
  docker compose rm --stop --force server >/dev/null 2>&1 || true
fi
# COMPOSE_PROFILES=influx asks for InfluxDB, and for a server that pushes to it.
influx=$(docker compose config --services | grep -x influxdb || true)
# COMPOSE_PROFILES=alerts, discovery or both, from the environment or an .env file, asks for these too.
extras=$(docker compose config --services | grep -xe alertmanager -e etcd || true)
for service in prometheus grafana $extras $influx; do
  image=$(docker compose config --images "$service")
  if docker image inspect "$image" >/dev/null 2>&1 || docker compose pull --quiet "$service"; then
    services="$services $service"
    continue
  fi
  case $service in
    prometheus) say "no Prometheus, its image $image can't be had: the server still measures, nobody keeps or draws it" ;;
    grafana) say "no Grafana, its image $image can't be had: no dashboards; Prometheus still answers every query" ;;
    influxdb) say "no InfluxDB, its image $image can't be had: the server pushes to nobody" ;;
    alertmanager) say "no Alertmanager, its image $image can't be had: alerts fire, and nobody is told" ;;
    etcd) say "no etcd, its image $image can't be had: nobody registers, and nobody is discovered" ;;
  esac
done
case $services in *alertmanager*) services="$services receiver" ;; esac
# Unless the environment or the .env file says where to push.
case $services in *influxdb*)
  said=$(docker compose config server | sed -n 's/^ *INFLUX_URL: *\(http.*\)$/\1/p')
  export INFLUX_URL="${said:-http://influxdb:8086}" ;;
esac
case $services in *etcd*) services="$services discovery instance" ;; esac

# What would keep it from starting, in words: a port that somebody has, a file that can't be read.
examine() {
  without=
  for service in server prometheus grafana alertmanager receiver influxdb; do
    case " $services " in *" $service "*) ;; *) without="$without,$service" ;; esac
  done
  LAB_MODE=docker ./lab/doctor.sh --before-up ${without:+--without "${without#,}"} 2>&1
}
if ! refusal=$(examine); then
  services=${services#server}
  # Who brings a service of their own does without the lab's server, if that is all that is in the way.
  if [ ! -e "$targets" ] || ! examine >/dev/null; then
    printf '%s\n' "$refusal" >&2
    say 'nothing was started'
    exit 1
  fi
  say "port 8080 or 8081 is taken: the lab's own server, with its console and behaviours, stays out"
  docker compose rm --stop --force server >/dev/null 2>&1 || true
fi

messages=$(mktemp)
trap 'rm -f "$messages"' EXIT
# shellcheck disable=SC2086 # a list of words
if ! docker compose up --no-build --detach --wait $services 2>"$messages"; then
  cat "$messages" >&2
  case $(cat "$messages") in
    *'already in use'* | *'already allocated'* | *'port is not available'*)
      say 'a port is taken, the message above has its number: stop what listens there, or move Prometheus, Grafana,'
      say 'the control listener, InfluxDB, Alertmanager or the receiver with LAB_PROMETHEUS_PORT, LAB_GRAFANA_PORT,'
      say 'LAB_CONTROL_PORT, LAB_INFLUX_PORT, LAB_ALERTMANAGER_PORT or LAB_RECEIVER_PORT in .env. 8080 stays: Prometheus'
      say 'scrapes it. Is it a service of your own that is to be scraped? make up TARGET=localhost:8080' ;;
    *)
      say 'a service does not start; the last lines of each:'
      docker compose logs --tail 5 >&2 ;;
  esac
  say 'what the doctor finds (make doctor):'
  case $services in *grafana*) ;; *) export LAB_GRAFANA=none ;; esac
  LAB_MODE=docker ./lab/doctor.sh >&2 || true
  exit 1
fi

# Where a service is published, as Compose did it: from the environment, an .env file or the default.
published() { docker compose port "$1" "$2" 2>/dev/null | sed 's/^0\.0\.0\.0:/localhost:/; s/^127\.0\.0\.1:/localhost:/'; }

scheme=http
if docker compose config server | grep -q ' TLS_CERT: '; then scheme=https; fi

echo 'The lab is up:'
case $services in *server*)
  echo "  server      $scheme://$(published server 8080)"
  echo "  console     http://$(published server 8081)" ;;
esac
case $services in *prometheus*) echo "  Prometheus  http://$(published prometheus 9090)" ;; esac
case $services in *grafana*) echo "  Grafana     http://$(published grafana 3000)" ;; esac
case $services in *alertmanager*)
  echo "  alerts      http://$(published alertmanager 9093), and what was sent: http://$(published receiver 9094)" ;;
esac
wait_for_targets
case $services in *influxdb*) echo "  InfluxDB    http://$(published influxdb 8086)" ;; esac
case $services in *etcd*)
  echo "  discovery   $(docker compose ps --quiet instance | wc -l | tr -d ' ') servers more, http://instance:8080 from within: docker compose logs discovery" ;;
esac
