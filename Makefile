# Commands for a checkout; `make help` lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help run test check soak lint

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-6s %s\n", $$1, $$2}' Makefile

run: $(VENV)/.installed ## start photosearch with all its servers; Ctrl-C stops it
	@.ci/system-packages run
	@exec $(BIN)/python manage.py up

test: $(VENV)/.installed-dev ## run the whole test suite
	@.ci/system-packages test
	@exec $(BIN)/python -m pytest -m "not soak" -n 2 --dist loadgroup --no-loadscope-reorder

check: $(VENV)/.installed-dev ## run the fast part: lint, types, contracts and unit tests
	@exec $(BIN)/python -m pytest -m "unit and not soak" -n 2 --dist loadgroup --no-loadscope-reorder

soak: $(VENV)/.installed-dev ## run the tests that take hours
	@.ci/system-packages test
	$(BIN)/python -m pytest -m soak
	@exec $(BIN)/python -m pytest -m "hypothesis and not soak" --hypothesis-profile others --timeout 3600

lint: $(VENV)/.installed-dev ## check style, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint --check --quiet templates
	$(BIN)/mypy
	$(BIN)/lint-imports

# Stamp files: the environment changes only when the requirements do.
$(VENV)/.installed: requirements.txt requirements-binaries.txt constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "photosearch needs Python 3.11 or newer: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "Creating the virtual environment; the first time this downloads about 1 GB …"
	@$(PYTHON) -m venv $(VENV) \
		|| { echo "Python's venv is missing: apt-get install python3-venv, then run make again." >&2; exit 1; }
	@# openai-clip is built from source, with the setuptools of the requirements.
	$(BIN)/pip install --quiet $$(grep '^setuptools==' requirements.txt)
	$(BIN)/pip install --no-build-isolation --use-pep517 -r requirements.txt -c constraints.txt
	$(BIN)/pip install --quiet --no-deps --require-hashes -r requirements-binaries.txt
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.txt
	$(BIN)/pip install --quiet -r requirements-dev.txt -c constraints.txt
	@touch $@
