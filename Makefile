# Names for what takes more than one word to type; each line can be typed by hand where there is no make.
PYTHON ?= python

.PHONY: test walls twins estimators benchmarks england

test:
	$(PYTHON) -m pytest

walls:
	ruff check .
	ruff format --check src tests benchmarks
	mypy
	lint-imports

# Both engines on 50,000 random models; half an hour on two cores.
twins:
	$(PYTHON) tests/twin_long_run.py --models 50000

# Bias and coverage of every estimator over 120 invented histories; some ten minutes on one core.
estimators:
	$(PYTHON) tests/estimators_long_run.py --repetitions 120

benchmarks:
	$(PYTHON) benchmarks/run.py

england:
	$(PYTHON) benchmarks/england.py
