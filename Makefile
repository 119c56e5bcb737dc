# Everything runs in .venv, made from pyproject.toml; `make help` lists what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check
STAMP := $(VENV)/.installed
DENO := DENO_DIR=$(VENV)/deno DENO_NO_UPDATE_CHECK=1 $(BIN)/deno
NBVAL := REGNB_PROGRESS=0 $(BIN)/python -m pytest -c tests/notebooks/nbval.ini --rootdir=.
NBVAL_OPTIONS := --nbval-current-env --nbval-cell-timeout=300 -p no:cacheprovider

.DEFAULT_GOAL := help
.PHONY: help lab check bench test test-browser test-docker test-podman test-notebooks test-notebooks-docker notebooks format clean

help:  ## list the commands
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 16

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PIP) --upgrade "pip>=25.1"
	$(PIP) --only-binary=httptools,isal --editable ".[fast]" --group dev || { \
	  echo "The compiled extra is not there for this Python: regnb is installed without it."; \
	  $(PIP) --editable . --group dev; }
	@touch $@

lab: $(STAMP)  ## open the notebooks in JupyterLab
	$(BIN)/regnb lab

check: $(STAMP)  ## lint and check the types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/codespell
	$(DENO) lint -q --rules-include=eqeqeq regnb/widgets
	$(DENO) fmt -q --check --line-width 100 regnb/widgets

test: $(STAMP)  ## run the tests and the notebooks; they need nothing but Python
	$(BIN)/pytest
	$(MAKE) test-notebooks

test-notebooks: $(STAMP)  ## run the notebooks on the embedded engine and compare all outputs
	$(BIN)/regnb notebooks check
	$(NBVAL) notebooks/fr notebooks/en

test-browser: $(STAMP)  ## run the notebooks and their widgets in a browser
	$(BIN)/pytest $(RERUNS) -m browser tests/browser

test-docker: $(STAMP)  ## run the tests and the notebooks on the Docker Engine of this machine
	$(BIN)/pytest $(RERUNS) -m docker
	$(NBVAL) --override-ini addopts="--nbval-lax $(NBVAL_OPTIONS)" notebooks/fr notebooks/en

test-notebooks-docker: $(STAMP)  ## compare outputs on a Docker Engine whose Hub has the samples
	$(NBVAL) --nbval-sanitize-with=tests/notebooks/sanitize_docker.cfg notebooks/fr notebooks/en

test-podman: $(STAMP)  ## run the tests of engines on the Podman of this machine
	$(BIN)/pytest -m podman tests/contract

test-docker test-notebooks-docker: export REGNB_ENGINE ?= $(or $(DOCKER_HOST),docker)

bench: $(STAMP)  ## measure side by side; needs docker-registry, skopeo, wrk, and half an hour
	$(PIP) --group bench
	$(BIN)/python -m bench

notebooks: $(STAMP)  ## build the notebooks on the embedded engine
	$(BIN)/regnb notebooks build

format: $(STAMP)  ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(DENO) fmt -q --line-width 100 regnb/widgets

clean:  ## remove what the commands made here
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache
