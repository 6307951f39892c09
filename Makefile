# Latency Lab. Bare `make` prints what there is, in the order in which a newcomer wants it.
.DEFAULT_GOAL := help

RATE ?= 50
DURATION ?= 1m
ARGS ?=
N =
ANSWER =

# With a Docker engine the lab runs in containers and its tools from its image, so that Docker alone is enough;
# without one all of it are plain processes, on this machine's Node.js. LAB_MODE=docker or native decides it
# otherwise. A lab that was started as plain processes stays so until make down.
ifndef LAB_MODE
ifeq ($(MAKECMDGOALS),doctor)
# It asks the engine by itself, with a time limit.
LAB_MODE := auto
else
LAB_MODE := $(shell test ! -e '$(or $(LAB_DIR),.lab)/native/state.json' && docker version >/dev/null 2>&1 && docker compose version >/dev/null 2>&1 && echo docker || echo native)
endif
endif
ifeq ($(filter auto docker native,$(LAB_MODE)),)
$(error LAB_MODE=$(LAB_MODE): must be docker or native)
endif

# LAB_TLS=on: the server speaks https:, and all who ask it verify its certificate. It can be a line of .env.
LAB_TLS ?= $(shell sed -n 's/^LAB_TLS=//p' .env 2>/dev/null)
tls_folder := $(or $(LAB_DIR),.lab)/tls
ifeq ($(LAB_TLS),on)
export LAB_TLS
tls_needs := tls-certificate
dev: export TLS_CERT := $(abspath $(tls_folder)/server/server.crt)
dev: export TLS_KEY := $(abspath $(tls_folder)/server/server.key)
dev: export LOADGEN_CA := $(abspath $(tls_folder)/trust/ca.crt)
ifeq ($(findstring compose.tls.yaml,$(COMPOSE_FILE)),)
export COMPOSE_FILE := $(or $(COMPOSE_FILE),compose.yaml):compose.tls.yaml
endif
else ifneq ($(filter-out off,$(LAB_TLS)),)
$(error LAB_TLS=$(LAB_TLS): must be on or off)
endif

# Node.js keeps what it has made of the TypeScript: each start is some 100 ms shorter, per thread.
export NODE_COMPILE_CACHE ?= $(CURDIR)/.cache/compiled

run = $(run.$(LAB_MODE))
run.docker = docker compose run --rm --service-ports --entrypoint node loadgen
run.native = npm exec -- node
# As run, for what is used while something else runs: no port of the generator's is taken.
beside = $(beside.$(LAB_MODE))
beside.docker = docker compose run --rm --entrypoint node loadgen
beside.native = $(run.native)
tools = $(tools.$(LAB_MODE))
tools.docker = image
tools.native = node_modules/.package-lock.json
needs.native = node_modules/.package-lock.json
lab.native = npm exec -- node lab/main.ts
up.docker = ./lab/up.sh
up.native = $(lab.native) up
stop.docker = docker compose stop server
stop.native = $(lab.native) down server
logs.docker = docker compose $(profiles) logs --follow --tail 100
logs.native = $(lab.native) logs
# As this user, who owns the folder; the key is for the server in its container, which is another one.
certificate.docker = mkdir -p -m 700 '$(tls_folder)' && docker compose --file compose.yaml run --rm --no-deps \
	--user "$$(id -u):$$(id -g)" --env LAB_DIR --volume '$(abspath $(tls_folder)):/made' --entrypoint node loadgen \
	lab/main.ts certificate --folder /made --readable-key
certificate.native = $(lab.native) certificate
reload.docker = docker compose exec -T server node lab/main.ts reload --in-container
reload.native = $(lab.native) reload
restart.docker = docker compose restart server
restart.native = $(lab.native) down server && $(lab.native) up server
# Whatever runs, also of a profile that this command was not told of.
profiles = --profile load --profile alerts --profile influx --profile discovery
down.docker = docker compose $(profiles) down
down.native = $(lab.native) down
clean.docker = docker compose $(profiles) down --volumes; rm -rf '$(or $(LAB_DIR),.lab)/native' $(targets)
clean.native = $(lab.native) clean && rm -f $(targets)
targets = prometheus/targets/your-service.yaml

# What compose.yaml tells the load generator; without Docker, all of the lab is on 127.0.0.1.
ifeq ($(LAB_MODE),native)
LAB_PROMETHEUS_PORT ?= $(shell sed -n 's/^LAB_PROMETHEUS_PORT=//p' .env 2>/dev/null)
export LOADGEN_AWAIT_SCRAPE ?= http://127.0.0.1:$(or $(LAB_PROMETHEUS_PORT),9090)
export LAB_BIND := 127.0.0.1
ifeq ($(LAB_TLS),on)
export LOADGEN_URL ?= https://127.0.0.1:8080/
export LOADGEN_CA ?= $(abspath $(tls_folder)/trust/ca.crt)
endif
endif

# npm writes this file when it has installed what package-lock.json says.
node_modules/.package-lock.json: package-lock.json
	npm ci --no-audit --no-fund
	@touch $@

# Always as the server's: Compose writes the service's name into the image, so built as another's it is another image,
# and the server that runs looks outdated.
.PHONY: image
image:
	docker compose build --quiet server

.SECONDEXPANSION:

.PHONY: help
help: ## Show this
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  make up TARGET=localhost:3001       watch a service of your own, too: docs/your-own-service.md"
	@echo "  make up COMPOSE_PROFILES=influx     more services, of Docker alone: alerts, influx, discovery, or several with commas"
	@echo "  make load RATE=50 DURATION=2m       other load"
	@echo "  make load ARGS='--arrivals even'    anything the load generator takes: ARGS=--help"
	@echo "  make -s load ARGS='--json -'        the result alone, as JSON"

.PHONY: demo
demo: up $$(tools) ## Start the lab, drive a minute of load, check that Prometheus shows it, say where to look
	$(run) lab/main.ts demo --rate $(RATE) --duration $(DURATION) $(ARGS)

.PHONY: up
up: $$(needs.$$(LAB_MODE)) $$(tls_needs) ## Start the server, Prometheus and Grafana
	$(up.$(LAB_MODE))

.PHONY: load
load: $$(tools) ## Send RATE requests a second for DURATION to the server
	$(run) loadgen/main.ts --rate $(RATE) --duration $(DURATION) $(ARGS)

.PHONY: verify
verify: $$(tools) ## Prove the picture: drive load, compare every layer with the truth; ARGS=--all
	$(run) lab/main.ts verify $(ARGS)

.PHONY: doctor
doctor: ## Find what is broken between the server and the panel, and what to do; ARGS=--json
	./lab/doctor.sh $(ARGS)

.PHONY: incident
incident: $$(tools) ## Make the server slow and faulty, so that alerts fire; ARGS=--wait waits for them
	$(beside) lab/main.ts incident $(ARGS)

.PHONY: recover
recover: $$(tools) ## End the incident; ARGS=--wait waits until the alerts have cleared
	$(beside) lab/main.ts recover $(ARGS)

.PHONY: lesson
lesson: $$(tools) ## List the lessons; N=2 asks the question of one, ANSWER=… is checked against the lab
	$(run) lab/main.ts lesson $(N) $(if $(ANSWER),--answer '$(ANSWER)') $(ARGS)

.PHONY: logs
logs: $$(needs.$$(LAB_MODE)) ## Follow what the lab's services write
	$(logs.$(LAB_MODE))

.PHONY: restart
restart: $$(needs.$$(LAB_MODE)) ## Restart the server: its counters begin anew
	$(restart.$(LAB_MODE))

.PHONY: certificate
certificate: $$(tools) ## Make or renew the certificate with which make up LAB_TLS=on speaks HTTPS
	$(certificate.$(LAB_MODE))

.PHONY: tls-certificate
tls-certificate: $$(tools)
	$(certificate.$(LAB_MODE)) --if-needed

.PHONY: reload
reload: $$(needs.$$(LAB_MODE)) ## Have the server read its certificate anew, without dropping a connection
	$(reload.$(LAB_MODE))

.PHONY: down
down: $$(needs.$$(LAB_MODE)) ## Stop the lab; Prometheus keeps its data
	$(down.$(LAB_MODE))

.PHONY: clean
clean: $$(needs.$$(LAB_MODE)) ## Stop the lab and forget its data
	$(clean.$(LAB_MODE))

.PHONY: dev
dev: node_modules/.package-lock.json $$(tls_needs) ## Run the server on this machine instead, restart it on each change
	$(stop.$(LAB_MODE))
	npm run dev

.PHONY: generate
generate: node_modules/.package-lock.json ## Write what is generated: dashboards, prometheus.tls.yml, rules for Kubernetes
	npm run generate

.PHONY: check
check: node_modules/.package-lock.json ## Format, lint and types
	npm run check

.PHONY: test
test: node_modules/.package-lock.json ## Run the tests; fetches a Prometheus, an InfluxDB and a kubectl if there is none
	npm test

.PHONY: smoke
smoke: node_modules/.package-lock.json ## Test the lab on the Docker engine that answers
	npm run smoke

.PHONY: soak
soak: node_modules/.package-lock.json ## Run the lab without Docker under load for DURATION (30m), watch its memory and logs
	npm run soak -- $(if $(filter file,$(origin DURATION)),30m,$(DURATION))

.PHONY: bench
bench: node_modules/.package-lock.json ## Measure the figures in the README
	npm run bench -- $(ARGS)
