# Everything runs in .venv with the versions of constraints.txt. `make run` and `make test` set it up themselves.
PYTHON ?= python3
SUBMISSION ?= submissions_example/complete.zip
FUZZ_SECONDS ?= 60
BIN := .venv/bin
READY := .venv/.ready
FUZZ_READY := .venv/.ready-fuzz

.PHONY: run test lint types unit fuzz bench examples clean

run: $(READY)
	$(BIN)/grader run $(SUBMISSION)

test: lint types unit

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

unit: $(READY)
	$(BIN)/coverage erase
	$(BIN)/pytest -n auto --cov --cov-report= --cov-config=pyproject.toml
	$(BIN)/coverage report

fuzz: $(FUZZ_READY)
	for target in wire archive notebook; do \
		PYTHONPATH=tests $(BIN)/python -m fuzz.drive $$target --seconds $(FUZZ_SECONDS) || exit; \
	done

bench: $(READY)  # makes an environment per peer first, in the user's cache folder; takes a quarter of an hour
	$(BIN)/python benchmarks/bench.py --page

examples: $(READY)
	$(BIN)/python submissions_example/build.py
	$(BIN)/python submissions_example/store_reports.py

$(READY): pyproject.toml constraints.txt
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	$(BIN)/python -m compileall -q grader
	touch $@

$(FUZZ_READY): $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[fuzz]'
	touch $@

clean:
	rm -rf .venv .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis
