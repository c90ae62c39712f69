# make demo   the main job on real files, from nothing
# make test   all checks and tests, from nothing
# make thorough  the rest of long lists, of which `make test` takes a sample
# make prove  that the checks are right: PART=mutants, valid, alarms or tests does one of four;
#             LABS="hebb optim" some labs. Of tests, ONLY="lab01 or lab02" takes some;
#             NNLAB_SEEDS (20), NNLAB_REFERENCE_SEEDS (200) and NNLAB_VERDICT_SEEDS (50, for the
#             students' key beside fresh ones) say how many seeds; NNLAB_FUZZ (20,000) how many
#             damaged frames are read, and for each thousand how many hostile values a check is given;
#             NNLAB_HAND_INS (2000) how many odd hand-ins are read
# make bench  figures, each a ratio against a named peer
# make class  takes NNLAB_CLASS (200) generated submissions through nbgrader's own commands
# make instructor  adds nbgrader and dask.distributed, with which more tests run
# make screenshots  takes the pictures of docs/what-people-see.md; needs Chromium
# make oracles  adds PyTorch, which more tests then compare with
# make docs   the documentation site in build/site: offline, warnings are errors, links are checked

PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help demo test thorough lint prove bench class instructor oracles screenshots docs release clean

help:
	@sed -n 's/^# //p' Makefile

# A stamp is newer than pyproject.toml exactly when the environment fits it.
.venv/light: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "nnlab needs Python 3.11 or newer; try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/ready: .venv/light
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: .venv/light
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh docs/demo/play.sh

test: .venv/ready lint
	$(BIN)/python -m pytest -q -n 2 -m 'not slow and not thorough'

thorough: .venv/ready
	$(BIN)/python -m pytest -q -n 2 -m thorough

lint: .venv/ready
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy

prove: export HYPOTHESIS_PROFILE = explore
prove: .venv/ready
ifneq ($(PART),tests)
	$(BIN)/nnlab lab prove $(LABS) $(addprefix --part ,$(PART)) --jobs 2
endif
ifeq ($(filter mutants valid alarms,$(PART)),)
	$(BIN)/python -m pytest -q -n 2 -m slow $(if $(ONLY),-k '$(ONLY)')
endif

bench: .venv/ready
	$(BIN)/python benchmarks/grading.py
	$(BIN)/python benchmarks/engine.py
	$(BIN)/python benchmarks/isolation.py
	$(BIN)/python benchmarks/own_cases.py
	@if $(BIN)/python -c 'import nbgrader' 2>/dev/null; then $(BIN)/python benchmarks/classes.py 50; \
		else echo "Left out: a class beside stock nbgrader. First: make instructor"; fi

class: instructor
	$(BIN)/python -m pytest -q -m slow tests/autograder/classroom/platforms/nbgrader

instructor: .venv/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,instructor,cluster]'

oracles: .venv/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,oracles]'

screenshots: .venv/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,screens]'
	$(BIN)/python -m docs.screenshots

docs: .venv/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,docs]'
	rm -rf build/site
	$(BIN)/sphinx-build -q -W --keep-going -b html docs build/site
	$(BIN)/python docs/check_links.py build/site

release: .venv/ready
	$(BIN)/nnlab release

clean:
	rm -rf .venv .nnlab build dist docs/_generated release .mypy_cache .pytest_cache .ruff_cache .hypothesis
