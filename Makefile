# Kexin: everything from a bare machine with Python >= 3.11 and make. `make help` lists the targets.

.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help run install test check checked lint style types database bench docs lock setup clean

VENV := .venv
BIN := $(VENV)/bin
PYTHON_FOR_SETUP = $(shell sh deploy/setup/python.sh)
UV := $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes
export PYTHONUNBUFFERED := 1
# Compiled code is kept even where the surroundings (a container image) say otherwise: it halves the second start.
export PYTHONDONTWRITEBYTECODE :=

help:  ## show this list
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | while IFS='|' read -r name text; do \
		printf '%-14s %s\n' "$$name" "$$text"; done

run: $(VENV)/.run-time node_modules/.stamp $(VENV)/.messages  ## set up what is missing, load the demo bank once, serve (PORT, HOST, DATABASE_URL)
	@exec $(BIN)/kexin serve --with-demo --end-with-parent

install: $(VENV)/.run-time node_modules/.stamp $(VENV)/.messages  ## set up what serving needs, compiled: for a server
	@$(BIN)/python -m compileall -q kexin $(VENV)/lib

setup: $(VENV)/.development node_modules/.stamp $(VENV)/.messages  ## set up everything for development

test: setup checked  ## every check and every test, those in a real Chromium too
	@chromium=$$($(BIN)/python tests/browser/chromium.py) || exit 1; \
	CHROMIUM="$$chromium" KEXIN_ENV=test $(BIN)/python -m pytest -n 2 --dist loadgroup

check: setup checked  ## like test, without a browser
	@KEXIN_ENV=test $(BIN)/python -m pytest -n 2 --dist loadgroup --ignore=tests/browser

checked: setup  # lint on two cores, and the database that tests are copied from
	@$(MAKE) --no-print-directory -j 2 types database

lint: style types  ## style, types, contracts between floors, translations, migrations

types: setup
	$(BIN)/mypy

database: style
	@$(BIN)/python -m tests.template

style: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	git ls-files -z --cached --others --exclude-standard -- 'kexin/*.html' | xargs -0 -r $(BIN)/djade --check --target-version 5.2
	$(BIN)/python -m kexin.project.translations check
	KEXIN_ENV=test $(BIN)/kexin manage makemigrations --check --dry-run
	KEXIN_ENV=test $(BIN)/kexin manage check --fail-level WARNING

bench: setup  ## measure; SIZE=full for a million customers
	@SIZE="$(SIZE)" $(BIN)/python -m bench

docs: setup  ## build the documentation into var/docs
	@$(BIN)/mkdocs build --strict --quiet && echo "The documents are in var/docs."

lock: $(VENV)/.uv  ## resolve the dependencies anew, for every supported platform
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock

clean:  ## remove what set-up made; data under var/ stays
	rm -rf $(VENV) node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis

# Each step leaves a stamp, newer than what it was made from; a second run passes over it.

$(VENV)/.uv: deploy/setup/bootstrap.lock deploy/setup/environment.sh
	@sh deploy/setup/environment.sh "$(PYTHON_FOR_SETUP)" $(VENV) deploy/setup/bootstrap.lock
	@touch $@

$(VENV)/.run-time: requirements.lock deploy/setup/link.py $(VENV)/.uv
	@echo "Installing the run-time dependencies …"
	@$(UV) -r requirements.lock
	@$(BIN)/python deploy/setup/link.py
	@touch $@

$(VENV)/.development: requirements-dev.lock $(VENV)/.run-time
	@echo "Installing the development dependencies …"
	@$(UV) -r requirements-dev.lock
	@touch $@

node_modules/.stamp: package.json package-lock.json deploy/setup/node.lock deploy/setup/front-end.sh $(VENV)/.uv
	@sh deploy/setup/front-end.sh $(BIN) deploy/setup/node.lock
	@touch $@

$(VENV)/.messages: $(shell find kexin -name '*.po') $(VENV)/.run-time
	@if [ -f kexin/project/translations.py ]; then $(BIN)/python -m kexin.project.translations compile; fi
	@touch $@
