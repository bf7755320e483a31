PYTHON ?= python3
VENV = .venv
BIN = $(VENV)/bin

.PHONY: run test setup

run: $(VENV)/run.stamp
	$(BIN)/python run.py

test: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python run.py check
	$(BIN)/python run.py math --check
	$(BIN)/python -m pytest -n 2

setup: $(VENV)/dev.stamp

$(VENV)/run.stamp: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e . -c constraints.txt
	touch $@

$(VENV)/dev.stamp: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]' -c constraints.txt
	touch $@ $(VENV)/run.stamp
