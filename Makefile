PYTHON ?= python3
VENV = .venv
BIN = $(VENV)/bin

.PHONY: run test nightly bench setup

run: $(VENV)/run.stamp
	$(BIN)/python run.py

test: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python run.py check
	$(BIN)/python run.py math --check
	$(BIN)/python -m pytest -n 2

nightly: $(VENV)/dev.stamp
	NIGHTLY=1 $(BIN)/python -m pytest -n 2 --dist loadfile
	for room in rules examine tables store problem solve; do $(BIN)/python tests/mutants.py $$room --sample 200 || exit 1; done

bench: $(VENV)/dev.stamp
	$(BIN)/python -m pytest benchmarks/bench_model.py -o python_files='bench_*.py' -o python_functions='bench_*' \
		--benchmark-group-by=group --benchmark-sort=name --benchmark-columns=median,iqr,rounds
	$(BIN)/python benchmarks/ratios.py

setup: $(VENV)/dev.stamp

$(VENV)/run.stamp: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e . -c constraints.txt
	touch $@

$(VENV)/dev.stamp: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]' -c constraints.txt
	touch $@ $(VENV)/run.stamp
