"""What is imported is waited for by everybody, at every start and in every worker."""

from __future__ import annotations

import subprocess
import sys

HEAVY = {"matplotlib", "numba", "openpyxl", "jupyterlab", "scipy.optimize", "scipy.stats"}


def test_the_package_loads_no_library_that_only_some_of_its_users_need():
    asks = "import sys, frontdoor_sim.experiment.running; print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, encoding="utf-8", check=True)
    loaded = set(found.stdout.split())
    assert "frontdoor_sim.appraisal" in loaded
    assert HEAVY & loaded == set()
