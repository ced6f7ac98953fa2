# Everything a contributor or CI runs. Only Go, git, gcc and make are needed.
GO     ?= go
TOOLS  := .cache/tools
export GOFLAGS := $(GOFLAGS) -buildvcs=false

.PHONY: all build test lint vuln demo bench controlplane generate clean

all: build

build: ## the binaries
	$(GO) build -o bin/ ./cmd/gate ./cmd/webhook

test: controlplane ## every test, with the race detector
	$(GO) vet -race ./... # what is compiled for it is what the tests are made of
	$(GO) test -race -timeout 20m -p 3 ./test/e2e ./... # the longest first; tests with an API server wait more than they work

lint: $(TOOLS)/golangci-lint $(TOOLS)/gofumpt ## format, vet, linters, Rego checks, generated files
	@test -z "$$($(TOOLS)/gofumpt -l cmd policy validate mutate serve tofu charts test examples)" || { $(TOOLS)/gofumpt -d cmd policy validate mutate serve tofu charts test examples; exit 1; }
	$(TOOLS)/golangci-lint run ./...
	$(GO) test ./policy/rules
	$(GO) test -run '^(TestPages|TestBoundaries)$$' ./cmd/gate

vuln: $(TOOLS)/govulncheck ## known vulnerabilities; asks the Go vulnerability database, so it needs the network
	$(TOOLS)/govulncheck ./...

demo: build controlplane ## a real git server, good and bad pushes; then a real cluster and the tickets, before and after
	sh examples/demo.sh
	$(GO) run ./examples/demo

bench: controlplane ## whole processes beside their peers; see docs/benchmarks.md
	$(GO) run ./test/bench
	$(GO) run ./test/bench/admission

controlplane: ## a real Kubernetes, for tests and the demo; minutes the first time
	$(MAKE) -C test/controlplane

generate: ## the rule index, the chart's webhook entries, the rules' pages
	cd policy/rules && $(GO) run generate.go
	cd serve/registration && $(GO) run write_chart_files.go
	$(GO) run ./cmd/gate explain --write docs/rules

clean:
	rm -rf bin .cache

$(TOOLS)/%: tools/go.mod tools/go.sum
	cd tools && $(GO) build -o ../$(TOOLS)/ tool
