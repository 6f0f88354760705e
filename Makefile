# `make` alone lists the targets, from the comments behind them.
.DEFAULT_GOAL := help
.PHONY: help setup build dev install uninstall image release test-release test-deploy run test race lint generate check-generated api package-api bench bench-fakes bench-handover fuzz chaos test-previous test-update e2e clean

# A release is told from another by its commit; `payments version` prints both. Two builds of a commit are the same bytes,
# wherever and whenever they are made: so the time is the commit's, C is left out, and paths are trimmed.
COMMIT  := $(shell sh scripts/commit-facts.sh commit)
BUILT   := $(shell sh scripts/commit-facts.sh time)
FACTS   := $(shell sh scripts/commit-facts.sh)
LDFLAGS := -s -w -X main.commit=$(COMMIT) -X main.built=$(BUILT) \
	-X github.com/samchon/payments-server/monitor.commitFacts=$(FACTS)
OUT     ?= bin/payments
# Only our own: node_modules holds Go files of others.
GOFILES = $(shell git ls-files -co --exclude-standard -- '*.go')

help:
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what building and testing need and the machine lacks: PostgreSQL's programs
	@sh scripts/setup.sh postgres ssh

build: ## build bin/payments
	@echo 'go build -o $(OUT) .'
	@CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '$(LDFLAGS)' -o $(OUT) .

dev: ## build whenever a source file has changed, and reload a server that runs
	@sh scripts/dev.sh

install: build ## install it for systemd under PREFIX (/usr/local), below DESTDIR
	@PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' SYSCONFDIR='$(SYSCONFDIR)' sh scripts/install.sh install

uninstall: ## take away what install has put there
	@PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' SYSCONFDIR='$(SYSCONFDIR)' sh scripts/install.sh uninstall

image: ## build the container image payments-server
	docker build -f deploy/container/Dockerfile -t payments-server .

release: ## build dist/: archives for linux on amd64 and arm64, checksums, bills of materials
	@sh scripts/release.sh

test-release: ## build the release twice, compare every byte, and install it
	@sh scripts/test-release.sh

test-deploy: ## hold deploy/kubernetes and the compose file against Kubernetes' types and the configuration
	cd deploy/test && go vet ./... && go test -count=1 ./... # it reads files outside of its module, which the cache does not see

run: build ## start everything here: the API, the fakes and a private PostgreSQL; Ctrl-C stops it
	@bin/payments start

test: setup ## run every Go test
	@# One package after the other: some drive whole systems, and their time limits mean something. The quick ones first, so that
	@# something is told before the minutes that whole systems take.
	go test -p 1 -timeout 30m ./api/... ./internal/... ./...

race: setup ## run every Go test with the race detector
	go test -race -p 1 -timeout 1h ./...

lint: ## gofmt, go vet, golangci-lint, and govulncheck when its database can be reached
	@test -z "$$(gofmt -l $(GOFILES))" || { gofmt -d $(GOFILES); exit 1; }
	go vet ./...
	go tool -modfile=tools/golangci/go.mod golangci-lint run
	@sh scripts/vulncheck.sh

generate: ## write generated code and documents anew
	@sh scripts/generate.sh

check-generated: ## fail when something generated is stale
	@sh scripts/check-generated.sh

api: ## the Go types and operations were changed: write OpenAPI, documents and the TypeScript SDK anew
	go generate ./worker
	go generate ./api/typescript

package-api: ## pack the TypeScript SDK into bin/, as npm installs it
	@sh scripts/setup.sh node
	@sh scripts/package-api.sh bin

bench: build ## measure everything beside something real, into bench/results.md; some minutes
	@go run ./bench -out bench/results.md

bench-handover: ## count what an update loses, here and with others: 128 clients, 100 handovers each
	@go run ./bench/handover

bench-fakes: ## measure the fakes beside stripe-mock and a bare handler, and their memory
	@sh bench/fakes/run.sh

fuzz: ## run every fuzz target for FUZZTIME each (10s)
	@sh scripts/fuzz.sh

chaos: ## kill workers and let the PGs lie around N orders (200), drawn from SEED
	go test ./worker -run '^TestChaos$$' -count=1 -v -timeout 1h -chaos.seed=$(or $(SEED),0) -chaos.orders=$(or $(N),200)

test-previous: ## run the previous release's tests of the database on this build's schema
	@sh scripts/previous-release.sh

test-update: ## update a fleet of three on this machine, with good commits, bad ones and kill -9, under load
	@go run ./tests/update

e2e: ## pay through a whole running system with the clients published on npm
	@sh scripts/setup.sh postgres node clients chromium
	@bash scripts/e2e.sh

clean: ## remove what was built and installed here; the data in .payments stays
	rm -rf bin api/typescript/dist api/typescript/node_modules tests/e2e/node_modules tests/e2e/sdk*/node_modules
