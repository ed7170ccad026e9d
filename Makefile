# Names for what takes more than one word to type; each line can be typed by hand where there is no make.
PYTHON ?= python

.PHONY: test walls twins mutations estimators capacity figures benchmarks england history

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

# Every format of history, damaged in 2,000 ways; half an hour on a core.
mutations:
	$(PYTHON) tests/history_long_run.py --mutations 2000

# Bias and coverage of every estimator over 120 invented histories; some ten minutes on one core.
estimators:
	$(PYTHON) tests/estimators_long_run.py --repetitions 120

# Touch and capacity of synthetic councils, found again from two stamps a contact; some 25 minutes on one busy core.
capacity:
	$(PYTHON) tests/capacity_long_run.py --folder results/capacity

# The published experiments on replication noise and structural ceilings, made again; some seven minutes on one core.
figures:
	$(PYTHON) tests/figures_long_run.py --replications 100

benchmarks:
	$(PYTHON) benchmarks/run.py

england:
	$(PYTHON) benchmarks/england.py

# 500,000 rows of history in every format.
history:
	$(PYTHON) benchmarks/history_speed.py
