# Everything here works on a machine that has Python 3.11+, make and git, and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
ORDERS ?= 40
PORT ?= 8000

.PHONY: install demo run test lint faults e2e bench clean

install: $(STAMP)

$(STAMP): requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	touch $(STAMP)

demo: install
	$(BIN)/python manage.py demo --orders $(ORDERS) --port $(PORT) $(if $(ONCE),--once)

run: install
	$(BIN)/python manage.py serve --port $(PORT)

test: install
	$(BIN)/python -m pytest -q -n auto

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

faults: install
	$(BIN)/python -m pytest -q -m process

e2e: install
	$(BIN)/python -m pytest -q -m e2e

bench: install
	$(BIN)/python -m tests.bench

clean:
	rm -rf $(VENV) build *.egg-info
