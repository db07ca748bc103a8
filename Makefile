# Every target does its own set-up: `make demo` and `make test` work in a clean clone on a fresh
# Debian 12. Twice is harmless. Variables: PYTHON (3.11 or later), JOBS (processes that run tests).

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DELETE_ON_ERROR:
.NOTPARALLEL:
.DEFAULT_GOAL := help

PYTHON ?= python3
JOBS ?= 2
export PYTHON
# Images of containers often forbid bytecode; then every process of every run compiles all tests anew.
export PYTHONDONTWRITEBYTECODE :=

py := .venv/bin/python
# The tests of one file stay in one process: what a file sets up for itself is set up once. Which
# files come first is said in tests/pacing.py.
pytest := $(py) -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder
core := $(wildcard src/govseal/sm2/_core/*.[ch] src/govseal/_usual/*.[ch])

# ------------------------------------------------------------------------------------- for users

.PHONY: help
help: ## this list
	@sed -nE 's/^([a-z0-9-]+):.*## (.*)/\1|\2/p' Makefile | while IFS='|' read -r word says; do \
		printf '  make %-14s %s\n' "$$word" "$$says"; done

.PHONY: demo
demo: dev fonts ## the whole main job on throw-away keys, into demo-out/
	@.venv/bin/govseal demo --out demo-out
	@echo "look into demo-out/ (请查看): seal.png, page-1.png, report-stamped.html, report-stamped-pdf.html, report-tampered.html"

.PHONY: serve
serve: dev fonts ## the page that verifies, on http://127.0.0.1:8000; docs/server.md has its settings
	@tools/serve

# -------------------------------------------------------------------------------------- set-up

.PHONY: dev
dev: .venv/.core ## .venv/ with the package, the compiled core and the tools
	@$(py) -m compileall -q src

# A checkout that was moved needs a new environment, whatever the times of its files say.
ifneq ($(shell cat .venv/.made 2>/dev/null),$(CURDIR))
.PHONY: .venv/.made
endif
.venv/.made: pyproject.toml setup.py
	@tools/packages build
	@tools/environment

.venv/.core: .venv/.made setup.py $(core)
	@tools/core
	@touch $@

.PHONY: fonts
fonts: dev
	@tools/packages fonts

# ---------------------------------------------------------------------------------- every day

.PHONY: fmt
fmt: dev ## format, and mend what can be mended
	@$(py) -m ruff check -q --fix-only
	@$(py) -m ruff format

.PHONY: lint
lint: dev ## format, style and floors
	@$(py) -m ruff format -q --check
	@$(py) -m ruff check -q
	@mkdir -p build
	@.venv/bin/lint-imports >build/imports.log || { cat build/imports.log; false; }

.PHONY: type
type: dev ## mypy, strict
	@$(py) -m mypy
	@$(py) -m mypy examples/*.py tools/docs.py tools/gallery.py

# What the tests have compiled is made while the checker of types has the other processor.
.PHONY: check
check: fonts ## style, types and the fast tests, in some two and a half minutes
	@$(MAKE) -s -C tests/native testing devices bin/fuzz-usual PYTHON=../../$(py) & \
		$(MAKE) lint type && wait $$!
	@tools/packages pkits
	@tools/packages database
	@$(pytest) -q -m "not slow and not interop and not prove"

.PHONY: test
test: lint type fonts native ## everything but the long proofs, with branch coverage
	@tools/packages openssl
	@tools/packages database
	@tools/packages devices
	@tools/packages interop
	@tools/packages pictures
	@tools/packages pkits
	@HYPOTHESIS_PROFILE=ci $(pytest) -m "not prove" --cov --cov-branch --cov-report=term

.PHONY: native
native: dev ## the C by itself: units, constant time under valgrind, clang, aarch64, musl
	@tools/packages native
	@tools/packages others
	@$(MAKE) -j $(JOBS) --output-sync=target -C tests/native all PYTHON=../../$(py)

# ------------------------------------------------------------------------------ now and then

.PHONY: prove
prove: dev fonts ## what is too long for every day; evidence goes to docs/evidence/
	@tools/packages database
	@HYPOTHESIS_PROFILE=prove $(pytest) -q -m "prove or hypothesis" --evidence=docs/evidence/prove.csv
	@$(MAKE) -C tests/native prove PYTHON=../../$(py)

.PHONY: requirements
requirements: dev fonts ## clause, tests, result: docs/evidence/requirements.md
	@tools/packages database
	@$(pytest) -q -m "req and not prove" --requirements=docs/evidence/requirements.md

.PHONY: bench bench-sm2 bench-ofd bench-pdf bench-ledger
bench: bench-sm2 bench-ofd bench-pdf bench-ledger ## what this machine does, as ratios
bench-sm2: dev ## SM2 and SM3 beside OpenSSL and others; OUT=docs writes docs/performance.*
	@tools/packages field
	@$(if $(OUT),$(py) -m pip install -q -e '.[bench]')
	@$(py) benchmarks/sm2.py --field $(if $(OUT),--out $(OUT))
bench-ofd: dev fonts ## OFD beside ofdrw in a warm JVM, start-up, memory; OUT=docs writes docs/performance-ofd.*
	@tools/packages interop
	@$(py) benchmarks/start.py
	@$(py) benchmarks/ofd.py $(if $(OUT),--out $(OUT))
	@$(py) benchmarks/memory.py
bench-pdf: dev fonts
	@$(py) benchmarks/pdf.py
bench-ledger: dev ## appending to ledgers of 10^3 to 10^6 entries, and auditing them
	@$(py) benchmarks/ledger.py

.PHONY: wheel wheel-aarch64
wheel: dev ## dist/: a wheel for this processor, tested where there is no source and no compiler
	@tools/packages wheel openssl
	@tools/wheel
wheel-aarch64: dev ## the same for aarch64, cross-built, tested by qemu under a foreign Python
	@tools/packages wheel
	@tools/packages others
	@tools/wheel aarch64

.PHONY: docs
docs: dev fonts ## re-make the generated pages, run the code and follow the links of all pages
	@$(py) tools/docs.py
	@$(pytest) -q -n 0 tests/test_docs.py

.PHONY: gallery
gallery: dev fonts ## draw every kind of seal, with its measures: docs/seals.md
	@$(py) tools/gallery.py

.PHONY: clean
clean: ## remove what was made, except .venv/
	@rm -rf build dist demo-out .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage
	@rm -rf tests/native/bin tests/interop/*/target src/*.egg-info server/*.egg-info .venv/.core
	@find src server tests tools examples benchmarks -name __pycache__ -prune -exec rm -rf {} +
	@rm -f src/govseal/sm2/_core*.so src/govseal/_usual*.so
