# make run    sets everything up and serves the region with demonstration data on :8000
# make test   sets everything up and runs every check that CI runs
# PYTHON=python3.12 make run   takes another Python (3.11 or newer)

PYTHON ?= python3
REGION ?= regions/changzhutan
PORT ?= 8000
BIN = .venv/bin
PYTEST = $(BIN)/python -m pytest

.PHONY: run test check unit postgres journeys setup setup-test frontend lock messages screenshots peers benchmarks clean

run: setup
	@$(BIN)/conurb serve $(REGION) --demo --port $(PORT)

setup:
	@$(PYTHON) scripts/setup.py run

setup-test:
	@$(PYTHON) scripts/setup.py test

frontend: setup
	@cd frontend && PATH="$(CURDIR)/.tools/bin:$$PATH" npm run --silent build

test: setup-test check
	$(BIN)/python scripts/suite.py

check:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/messages.py check
	CONURB_TESTING=1 $(BIN)/conurb django makemigrations --check --dry-run
	$(BIN)/conurb region check $(REGION)

# one part of the suite, for the work in between
unit:
	$(BIN)/python scripts/suite.py sqlite
postgres:
	$(BIN)/python scripts/suite.py postgres
journeys:
	$(BIN)/python scripts/suite.py journeys

# renew the lock files after a change of pyproject.toml
COMPILE = .tools/bin/uv pip compile --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --quiet --group build
lock:
	$(COMPILE) pyproject.toml --group dev --constraint requirements-dev.lock -o requirements-dev.lock
	$(COMPILE) pyproject.toml --constraint requirements-dev.lock -o requirements.lock
	$(filter-out --group build,$(COMPILE)) --group peers -o requirements-peers.lock

messages:
	$(BIN)/python scripts/messages.py gather
	$(BIN)/python scripts/messages.py compile

screenshots: setup-test
	$(BIN)/python scripts/screenshots.py

# what benchmarks measure beside us, in an environment of its own
peers: setup-test
	.tools/bin/uv venv --quiet --allow-existing --python $(BIN)/python .tools/peers
	.tools/bin/uv pip sync --quiet --require-hashes --python .tools/peers/bin/python requirements-peers.lock

benchmarks: setup-test
	$(BIN)/python -m benchmarks

clean:
	rm -rf .venv .tools .data frontend/node_modules src/conurb/portal/static/build
