# Two commands matter: `make demo` and `make test`. Everything else is what they are made of.
PYTHON ?= python3.11
BIN := .venv/bin

.PHONY: setup setup-dev demo test check bench docs site lock clean

setup: .venv/.run-stamp
setup-dev: .venv/.dev-stamp

.venv/.run-stamp: requirements/run.txt pyproject.toml
	@scripts/setup $(PYTHON) requirements/run.txt
	@touch $@

.venv/.dev-stamp: requirements/dev.txt requirements/run.txt pyproject.toml
	@scripts/venv $(PYTHON)
	@scripts/system-packages & scripts/setup $(PYTHON) requirements/dev.txt && scripts/golden-cases && wait $$!
	@touch .venv/.run-stamp $@

demo: setup
	@$(BIN)/penstock demo

check: setup-dev
	@scripts/check

test: setup-dev
	@scripts/test

bench: setup-dev
	@$(BIN)/python -m benchmarks

docs: setup
	@$(BIN)/penstock coverage --markdown >docs/coverage.new && mv docs/coverage.new docs/coverage.md

site: setup-dev
	@$(BIN)/python -m sphinx -q -W --keep-going -b html docs build/site && echo "build/site/index.html"

lock:
	@scripts/lock

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache build
