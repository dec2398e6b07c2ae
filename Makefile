# Everything here works on a machine that has Python 3.11+, make and git, and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
ORDERS ?= 40
PORT ?= 8000
MINUTES ?= 20
N ?= 200
STEPS ?= 18
EXTENSION := stores/adapters/opencart/extension
ADDON := stores/adapters/cscart/addon
PHP_RULES := tests/stores/php/rules/Shop/ruleset.xml
PHPCS := phpcs --standard=$(PHP_RULES) --extensions=php -s -n

# Compiled once, and not by every process that starts.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install demo run test lint faults stories chaos mutants e2e bench addons php clean messages screenshots

help:
	@echo "make demo [ONCE=1] [ORDERS=n] [PORT=n]  the whole product against a stand-in Xero and demo shops"
	@echo "make test     the tests, on SQLite and the embedded broker (DATABASE_URL, CELERY_BROKER_URL: on yours)"
	@echo "make run      the app, its worker and clock on this machine [PORT=n]"
	@echo "make lint     style, imports, types      make faults   whole stories, and processes killed"
	@echo "make chaos    five minutes in which everything fails [SEED=n] [ORDERS=n] [SECONDS=n] [PLATFORM=opencart]"
	@echo "make stories  made-up days of a shop and its books, new ones each time [N=n] [STEPS=n]"
	@echo "make mutants  small changes to the code that no test notices [MINUTES=n]"
	@echo "make addons   the packages for the shops themselves, into dist/"
	@echo "make php      syntax, rules and tests of what runs in the shops [needs PHP, MariaDB]"
	@echo "make messages every text that can be translated, into locale/messages.pot"
	@echo "make screenshots  every page of the demo, both themes, three widths, into dist/screenshots"
	@echo "make e2e      in a browser               make bench    speed and memory"

install: $(STAMP)

$(STAMP): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one: make install PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	touch $(STAMP)

demo: install
	$(BIN)/python manage.py demo --orders $(ORDERS) --port $(PORT) $(if $(ONCE),--once)

run: install
	$(BIN)/python manage.py serve --port $(PORT)

test: install
	$(BIN)/python -m pytest -q -n auto --dist worksteal

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint --quiet --lint templates
	git ls-files 'templates/*.html' | xargs $(BIN)/djade --target-version 5.2 --check
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy

faults: install
	$(BIN)/python -m pytest -q -m stories -n auto --dist worksteal
	$(BIN)/python -m pytest -q -m process

stories: install
	STORIES=$(N) STEPS=$(STEPS) HYPOTHESIS_PROFILE=explore \
	  $(BIN)/python -m pytest -q -m stories tests/sync/flow/test_books_machine.py

chaos: install
	$(BIN)/python -m tests.chaos --seed $(or $(SEED),1) --seconds $(or $(SECONDS),300) \
	  --orders $(if $(filter command line environment,$(origin ORDERS)),$(ORDERS),1500) $(if $(PLATFORM),--platform $(PLATFORM))

e2e: install
	$(BIN)/python -m pytest -q -m e2e

messages: install
	$(BIN)/python locale/messages.py

screenshots: install
	$(BIN)/python -m tests.e2e.screenshots dist/screenshots

mutants: install
	$(BIN)/python -m tests.mutants --minutes $(MINUTES)

bench: install
	$(BIN)/python -m tests.bench

addons:
	$(PYTHON) -m stores.adapters.opencart.extension.build dist
	$(PYTHON) -m stores.adapters.cscart.addon.build dist

php:
	git ls-files '*.php' | xargs -n 1 -P 2 php -l >/dev/null
	$(PHPCS) --runtime-set oldest_php 7.3 stores/php/library $(ADDON) $(EXTENSION)/library $(EXTENSION)/3
	$(PHPCS) --runtime-set oldest_php 8.1 $(EXTENSION)/4
	phpunit -c tests/stores/opencart/extension/phpunit.xml
	phpunit -c tests/stores/cscart/addon/phpunit.xml

clean:
	rm -rf $(VENV) build dist *.egg-info
