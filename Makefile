# Both main targets include the set-up: `make demo` shows a real deployment, `make test` runs the tests.
SHELL := bash
.ONESHELL:
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

export CHECKPOINT_DISABLE := 1

.PHONY: help
help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

.PHONY: setup
setup: node_modules ## install what is missing: Debian packages, npm packages, Terraform, provider
	@sandbox/install
	scripts/terraform

# npm writes the marker, so that a changed lock file installs again; `prepare` builds .gen and dist.
node_modules: package.json package-lock.json
	npm ci
	touch node_modules

.PHONY: test
test: setup ## lint, types, unit, snapshot and real-nginx tests, terraform validate
	@sandbox/install test/nginx/packages.txt
	@scripts/test

.PHONY: test-browser
test-browser: node_modules ## real apps in Chromium through the proxy: JupyterLab, JupyterHub, noVNC, a dashboard, uploads
	@test/browser/run

.PHONY: demo
demo: setup ## start a real OpenStack here, deploy both clouds on it, and check them
	@demo/demo

.PHONY: demo-down
demo-down: ## destroy what the demo deployed, and stop its OpenStack
	@demo/down

.PHONY: e2e
e2e: setup ## the demo as a test: deploy, check, deploy again, destroy, and verify that nothing is left
	@test/e2e/run

.PHONY: test-life
test-life: setup ## renewals, changes and faults of a deployment, under load (hours); CI_SUBSET=1 for its renewals only
	@test/life/run

.PHONY: test-all
test-all: setup ## all tests, on every image, and the bench, for a nightly job (hours); .ci/run runs those for each change
	@.ci/run all

.PHONY: bench
bench: node_modules ## speed and memory compared to a static Nginx, HAProxy, Caddy: bench/RESULTS.md; QUICK=1 for rough figures
	@sandbox/install bench/packages.txt
	bench/run $(if $(QUICK),--quick)

.PHONY: lint
lint: node_modules ## lint and format check
	npm run --silent lint

.PHONY: bindings
bindings: node_modules ## refresh schemas/ from the providers (needs a registry or a mirror) and .gen from them
	@schemas/refresh
	npm run --silent bindings
