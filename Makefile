# Needs Python 3.11 or newer, with venv, and make. Everything else is installed into .venv, from requirements/*.lock,
# with hashes. `make` alone lists what there is.

ARGS ?=

VENV := .venv
PY := $(VENV)/bin/python
# Bytes that do not fit their hash in the lock are refused; nothing is resolved anew.
INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check --no-input

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

.PHONY: help
help: ## list these commands
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

# --- run -------------------------------------------------------------------------------------------------------------

.PHONY: run
run: $(VENV)/.local-stamp ## start the demo campaign on this machine; Ctrl-C stops it, the data stays (ARGS="…" is passed on)
	@exec $(VENV)/bin/campaign local $(ARGS)

# --- test ------------------------------------------------------------------------------------------------------------

# What is imported over and over in a run is compiled once, also where the environment says otherwise.
test drill: export PYTHONDONTWRITEBYTECODE :=

.PHONY: test
test: check ## check the code, then run all tests but the long drills (ARGS="-k receipt" picks some)
	$(PY) -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal $(ARGS)

.PHONY: drill
drill: $(VENV)/.test-stamp ## the long failure drills: processes killed, mail servers silent, disks full
	$(PY) -m pytest -m drill $(ARGS)

.PHONY: check
check: $(VENV)/.test-stamp ## style, types and the direction of imports; changes nothing
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

.PHONY: format
format: $(VENV)/.test-stamp ## put the code into shape
	$(VENV)/bin/ruff check --fix
	$(VENV)/bin/ruff format

.PHONY: bench
bench: $(VENV)/.test-stamp ## measure (ARGS="sign" picks one); only ever against this machine
	$(PY) -m bench $(ARGS)

# --- upkeep ----------------------------------------------------------------------------------------------------------

.PHONY: messages
messages: $(VENV)/.local-stamp ## gather the texts for translation, bring the catalogues up to date and compile them
	$(VENV)/bin/pybabel extract --mapping-file pyproject.toml --keywords "_l lazy_gettext lazy_ngettext:1,2 lazy_pgettext:1c,2" \
	  --sort-by-file --no-location --project campaign --copyright-holder "the campaign authors" \
	  --output campaign/translations/messages.pot .
	$(VENV)/bin/pybabel update --input-file campaign/translations/messages.pot --output-dir campaign/translations
	$(VENV)/bin/pybabel compile --directory campaign/translations

# uv resolves for every system and every Python from 3.11 at once. It has an environment of its own, is needed for
# nothing else, and asks whatever package index this machine is set up with: no lock names one.
LOCK := $(CURDIR)/$(VENV)/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header pyproject.toml

.PHONY: lock
lock: $(VENV)/.made-in ## resolve requirements/*.lock anew (ARGS="--upgrade" takes the newest, "-P flask" one package)
	@test -x $(VENV)/lock/bin/uv || { $(PY) -m venv $(VENV)/lock && $(VENV)/lock/bin/python -m pip install --quiet uv; }
	$(LOCK) $(ARGS) --output-file requirements/runtime.lock
	$(LOCK) $(ARGS) --extra local --constraint requirements/runtime.lock --output-file requirements/local.lock
	$(LOCK) $(ARGS) --extra local --extra test --constraint requirements/local.lock --output-file requirements/test.lock

.PHONY: clean
clean: ## remove what make made: the virtual environment and caches; instance/ (your data) stays
	rm -rf $(VENV) dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find campaign tests bench migrations -type d -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

# --- the virtual environment -----------------------------------------------------------------------------------------

# One cannot be moved or copied. If its folder has another name now, it is made anew.
ifneq ($(shell cat $(VENV)/.made-in 2>/dev/null),$(CURDIR))
.PHONY: $(VENV)/.made-in
endif

$(VENV)/.made-in:
	@for python in $(or $(PYTHON),python3.11 python3.12 python3.13 python3.14 python3 python); do \
	  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	  "$$python" -c 'import ensurepip, venv' 2>/dev/null || { bare="$$python"; continue; }; \
	  echo "Making a virtual environment with $$("$$python" --version) in $(VENV)"; \
	  "$$python" -m venv --clear $(VENV) && printf '%s' '$(CURDIR)' > $@ && exit 0; \
	  exit 1; \
	done; \
	if [ -n "$$bare" ]; then \
	  echo "$$("$$bare" --version) has no venv. On Debian and Ubuntu: apt-get install python3-venv" >&2; \
	else \
	  echo "This needs Python 3.11 or newer; $$(python3 --version 2>/dev/null || echo 'no Python') was found." >&2; \
	  echo "If there is another one, name it: make PYTHON=/path/to/python3" >&2; \
	fi; \
	exit 1

$(VENV)/.local-stamp: $(VENV)/.made-in requirements/local.lock pyproject.toml
	@echo "Installing requirements/local.lock (a minute the first time)"
	@$(INSTALL) --require-hashes --requirement requirements/local.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

# The larger lock holds the smaller one.
$(VENV)/.test-stamp: $(VENV)/.made-in requirements/test.lock pyproject.toml
	@echo "Installing requirements/test.lock (two minutes the first time)"
	@$(INSTALL) --require-hashes --requirement requirements/test.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/.local-stamp
