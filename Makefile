# Everything runs in .venv, made from pyproject.toml; `make help` lists what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help lab check test test-docker test-notebooks notebooks format clean

help:  ## list the commands
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 16

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	$(BIN)/pip install --quiet --disable-pip-version-check --editable . --group dev
	@touch $@

lab: $(STAMP)  ## open the notebooks in JupyterLab
	$(BIN)/regnb lab

check: $(STAMP)  ## lint and check the types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/codespell

test: $(STAMP)  ## run the tests that need no engine
	$(BIN)/pytest

test-docker: $(STAMP)  ## run the tests and notebooks that use the Docker Engine of this machine
	$(BIN)/pytest -m docker
	$(MAKE) test-notebooks

test-notebooks: $(STAMP)  ## run the notebooks on that engine and compare their outputs
	$(BIN)/regnb notebooks check
	REGNB_PROGRESS=0 $(BIN)/python -m pytest -c tests/notebooks/nbval.ini --rootdir=. \
		notebooks/fr notebooks/en

notebooks: $(STAMP)  ## build the notebooks beside an engine and a Hub of their own (as root)
	$(BIN)/python -m tests.realparts -- env --unset DOCKER_HOST $(BIN)/regnb notebooks build

format: $(STAMP)  ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:  ## remove what the commands made here
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache
