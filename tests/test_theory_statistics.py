"""Statistics against a worked example: four models on the same ten replications, paired differences and intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from frontdoor_sim.experiment.comparing import differences, summarise

# Rows are replications, columns the models M0 to M3.
RUNS = """
.81 .84 .86 .90
.72 .76 .80 .83
.85 .86 .88 .91
.78 .80 .84 .85
.66 .73 .79 .82
.88 .88 .89 .92
.75 .79 .80 .86
.83 .85 .87 .89
.70 .77 .81 .80
.79 .82 .85 .88
"""
MEANS = {"M0": 0.777, "M1": 0.810, "M2": 0.839, "M3": 0.866}
DIFFERENCES = {  # mean, standard error, 95 % interval alone, and among three (Bonferroni)
    "M1": (0.033, 0.007311, (0.016462, 0.049538), (0.011556, 0.054444)),
    "M2": (0.062, 0.011431, (0.036141, 0.087859), (0.028469, 0.095531)),
    "M3": (0.089, 0.010796, (0.064578, 0.113422), (0.057332, 0.120668)),
}
T_9 = 2.262157163  # 97.5 % of Student's t with 9 degrees of freedom


def table() -> pd.DataFrame:
    values = np.array([[float(cell) for cell in row.split()] for row in RUNS.split("\n") if row])
    rows = [
        {"run": run, "option": option, "measure": "decided_within_24h", "by": "all", "group": "all", "value": value,
         "unit": "share", "contacts": 100, "note": ""}
        for run, row in enumerate(values)
        for option, value in zip(MEANS, row, strict=True)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_means():
    found = summarise(table()).set_index("option")["mean"]
    assert found.to_dict() == pytest.approx(MEANS, abs=1e-12)


@pytest.mark.parametrize("option", list(DIFFERENCES))
def test_one_option_alone_has_the_t_interval(option):
    mean, error, (low, high), _ = DIFFERENCES[option]
    runs = table()
    found = differences(runs[runs["option"].isin(["M0", option])], "M0").iloc[0]
    assert found["difference"] == pytest.approx(mean, abs=1e-12)
    assert (found["low"], found["high"]) == pytest.approx((low, high), abs=6e-7)
    assert found["half_width"] == pytest.approx(T_9 * error, abs=2e-6)


def test_three_options_share_the_error_by_bonferroni():
    found = differences(table(), "M0").set_index("option")
    assert list(found.index) == list(DIFFERENCES)
    for option, (mean, _, _, (low, high)) in DIFFERENCES.items():
        assert found.loc[option, "difference"] == pytest.approx(mean, abs=1e-12)
        assert (found.loc[option, "low"], found.loc[option, "high"]) == pytest.approx((low, high), abs=6e-7)
        assert found.loc[option, "replications"] == 10
