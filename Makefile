# Everything a contributor or CI runs. Only Go, git, gcc and make are needed.
GO     ?= go
TOOLS  := .cache/tools
ACTIONLINT := 1.7.12
GORELEASER := 2.15.1
GITEA := 1.27.3
LEAN   := -trimpath -gcflags=all=-dwarf=false# as the control plane: what several are made of is compiled once; -s would drop DWARF anyway
export GOFLAGS := $(GOFLAGS) -buildvcs=false
export GORACE  := $(GORACE) atexit_sleep_ms=0# what the race detector watches would otherwise sleep for a second before it ends

.PHONY: all build test browser-test lint vuln demo bench controlplane generate pre-commit gitea release-check clean

all: build

build: ## the binaries, as they are released
	CGO_ENABLED=0 $(GO) build $(LEAN) -ldflags "-s -w" -o bin/ ./cmd/gate ./cmd/webhook

test: controlplane ## every test, with the race detector
	$(GO) vet -race ./... # what is compiled for it is what the tests are made of
	$(GO) test -race -vet=off -ldflags=-w -timeout 40m -p 3 ./test/e2e ./... # without DWARF, half of a link; the longest first; tests with an API server wait more than they work

browser-test: build ## the HTML pages in headless Chromium; installs it and npm packages when they are missing
	test/browser/run.sh

lint: $(TOOLS)/golangci-lint $(TOOLS)/gofumpt $(TOOLS)/actionlint-$(ACTIONLINT) ## format, vet, linters, Rego checks, generated files
	@test -z "$$($(TOOLS)/gofumpt -l cmd policy validate mutate serve tofu charts test examples)" || { $(TOOLS)/gofumpt -d cmd policy validate mutate serve tofu charts test examples; exit 1; }
	$(TOOLS)/golangci-lint run ./...
	$(TOOLS)/actionlint-$(ACTIONLINT) -ignore 'label "docker" is unknown' examples/ci/github.yaml examples/ci/forgejo.yaml examples/lake/.github/workflows/check.yaml
	$(GO) test ./policy/rules
	$(GO) test -run '^(TestPages|TestBoundaries)$$' ./cmd/gate

vuln: $(TOOLS)/govulncheck ## known vulnerabilities; asks the Go vulnerability database, so it needs the network
	$(TOOLS)/govulncheck ./...

demo: build controlplane ## a real git server, good and bad pushes; then a real cluster and the tickets, before and after
	sh examples/demo.sh
	CGO_ENABLED=0 $(GO) run $(LEAN) ./examples/demo

bench: controlplane ## whole processes beside their peers; see docs/benchmarks.md
	$(GO) run ./test/bench
	$(GO) run ./test/bench/admission
	$(GO) run ./test/bench/loop

controlplane: ## a real Kubernetes, for tests and the demo; minutes the first time
	$(MAKE) -C test/controlplane

generate: ## the rule index, the chart's webhook entries, the rules' pages
	cd policy/rules && $(GO) run generate.go
	cd serve/registration && $(GO) run write_chart_files.go
	$(GO) run ./cmd/gate explain --write docs/rules
	$(GO) run ./cmd/gate policy schema --write docs/schemas

pre-commit: build ## the hooks with the real pre-commit, of Debian's package of this name
	sh test/precommit/run.sh

gitea: .cache/gitea/gitea-$(GITEA) ## the server's hook with a real Gitea; a quarter of an hour the first time
	GITEA=$(CURDIR)/$< GITEA_SOURCE=$(CURDIR)/.cache/gitea/src $(GO) test -count=1 -tags gitea ./test/gitea

.cache/gitea/gitea-$(GITEA): # its web interface is not built: pushes and the API need none
	rm -rf .cache/gitea && mkdir -p .cache/gitea
	dir=$$($(GO) mod download -json code.gitea.io/gitea@v$(GITEA) | sed -n 's/.*"Dir": "\(.*\)".*/\1/p') && cp -R "$$dir" .cache/gitea/src
	chmod -R u+w .cache/gitea/src
	cd .cache/gitea/src && $(GO) build -tags sqlite -o ../gitea-$(GITEA) .

release-check: $(TOOLS)/goreleaser-$(GORELEASER) ## packages of a snapshot in dist/; SBOMs need syft, so they are left out
	$< check
	$< release --snapshot --clean --skip=sbom

# Apart from tools/go.mod: their dependencies do not go together with the linters'.
$(TOOLS)/actionlint-$(ACTIONLINT):
	GOBIN=$(CURDIR)/$(TOOLS) $(GO) install github.com/rhysd/actionlint/cmd/actionlint@v$(ACTIONLINT)
	mv $(TOOLS)/actionlint $@
$(TOOLS)/goreleaser-$(GORELEASER):
	GOBIN=$(CURDIR)/$(TOOLS) $(GO) install github.com/goreleaser/goreleaser/v2@v$(GORELEASER)
	mv $(TOOLS)/goreleaser $@

clean:
	rm -rf bin build dist .cache

$(TOOLS)/%: tools/go.mod tools/go.sum
	cd tools && $(GO) build -o ../$(TOOLS)/ tool
