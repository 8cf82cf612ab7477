# `make help` lists what can be made. Needs a POSIX system, Python 3.11 or newer and, for
# `make test`, Chromium. `make PYTHON=python3.12 site` chooses another Python.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python -m
PIP := $(RUN) pip --disable-pip-version-check

CHROMIUM_NAMES := chromium chromium-browser google-chrome google-chrome-stable
CHROMIUM_PACKAGES := chromium fonts-dejavu fonts-noto-core

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:

.PHONY: help
help: ## list the targets
	@echo "make site SITE_URL=https://example.org/   builds for that address"
	@echo "make test SITE_GEN_NO_BROWSER=1           leaves out the browser tests"
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' Makefile | while IFS='|' read -r name what; do \
		printf '  %-12s %s\n' "$$name" "$$what"; \
	done

.PHONY: site
site: $(VENV)/site.stamp ## build this repository's own site into output/
	$(RUN) site_gen build $${SITE_URL:+--url "$$SITE_URL"}

.PHONY: serve
serve: $(VENV)/site.stamp ## preview the site on this machine, rebuilt at every save
	$(RUN) site_gen serve

.PHONY: test
test: $(VENV)/test.stamp browser ## run the tests, all but the slow ones
	$(RUN) pytest -n auto -m "not slow"

.PHONY: test-long
test-long: $(VENV)/test.stamp browser ## run all tests, the property tests with many more examples
	$(RUN) pytest -n auto --hypothesis-profile=long

# ARTICLES=200 is a quick look, and is not written to docs/; without it the sites have 19,000 short
# articles and 10,000 long ones, and it takes an hour.
.PHONY: bench
bench: $(VENV)/test.stamp browser ## measure beside others: make bench ARTICLES=200 COLLECTIONS="FOLDER"
	$(PIP) install --quiet --editable '.[bench]'
	$(RUN) benchmarks.build_speed $(if $(ARTICLES),--articles $(ARTICLES),--write docs/benchmarks.md)
	$(RUN) benchmarks.search_cost short long $(if $(ARTICLES),--articles $(ARTICLES),--write docs/benchmarks.md)
	$(if $(COLLECTIONS),$(RUN) benchmarks.search_quality $(COLLECTIONS))

.PHONY: lint
lint: $(VENV)/test.stamp ## check style, format and types
	$(RUN) ruff check
	$(RUN) ruff format --check
	$(RUN) mypy

.PHONY: validate
validate: $(VENV)/test.stamp browser ## ask validators that need Java and Node about a site of every kind of page
	$(RUN) tools.validate

.PHONY: clean
clean: ## remove .venv, caches and packages; the site in output/ stays
	rm -rf $(VENV) .site_gen build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find site_gen tests -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps are written last, so a step that was interrupted is taken again, and one that was
# finished is not taken again until pyproject.toml changes.

$(VENV)/created.stamp:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "site_gen needs Python 3.11 or newer, and '$(PYTHON)' is not: $$("$(PYTHON)" --version 2>&1)." >&2; \
		echo "Install one, or name it: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@"$(PYTHON)" -m venv --clear $(VENV) || { \
		echo "No virtual environment could be made with '$(PYTHON)'." >&2; \
		echo "On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@touch $@

$(VENV)/site.stamp: pyproject.toml $(VENV)/created.stamp
	$(PIP) install --quiet --editable .
	@touch $@

$(VENV)/test.stamp: $(VENV)/site.stamp
	$(PIP) install --quiet --editable '.[test]'
	@touch $@

# Never fails: without Chromium the browser tests themselves fail, and say what to do.
.PHONY: browser
browser:
	@if [ "$$SITE_GEN_NO_BROWSER" = 1 ]; then \
		echo "SITE_GEN_NO_BROWSER=1: the browser tests are left out"; exit 0; \
	fi; \
	if [ -n "$$SITE_GEN_CHROMIUM" ]; then exit 0; fi; \
	for name in $(CHROMIUM_NAMES); do \
		if command -v "$$name" >/dev/null; then exit 0; fi; \
	done; \
	if ! command -v apt-get >/dev/null; then \
		echo "Chromium is missing, and there is no apt-get here to install it"; exit 0; \
	fi; \
	echo "Chromium is missing: installing it with apt-get"; \
	if [ "$$(id -u)" = 0 ]; then as_root=; else as_root=sudo; fi; \
	$$as_root apt-get update && \
	$$as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y --no-install-recommends $(CHROMIUM_PACKAGES) || \
	echo "Chromium could not be installed"
