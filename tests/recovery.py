"""Recovery of known truth, over repetitions: bias in standard errors, and coverage in an exact binomial band.

The band holds all quantities together: each is held to level 1 - 0.001 / quantities, so that a right estimator fails one
run in a thousand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy.stats import binom

OUTSIDE = 0.001
LEVEL = 0.9


@dataclass
class Recovery:
    """Estimates and 90 % intervals of quantities whose truth is known."""

    found: dict[str, list[tuple[float, float, float, float]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, name: str, truth: float, interval: tuple[float, float, float]) -> None:
        self.found[name].append((truth, *interval))

    def table(self) -> dict[str, dict[str, float]]:
        """By quantity: repetitions, truth, bias, its standard error, sd of the estimate, and number covered."""
        rows = {}
        for name, values in self.found.items():
            truth, estimate, low, high = np.array(values).T
            spread = float(estimate.std(ddof=1))
            rows[name] = {
                "repetitions": len(values),
                "truth": float(truth.mean()),
                "bias": float((estimate - truth).mean()),
                "error": float((estimate - truth).std(ddof=1)) / np.sqrt(len(values)),
                "sd": spread,
                "covered": int(((low <= truth) & (truth <= high)).sum()),
            }
        return rows

    def band(self, repetitions: int) -> tuple[int, int]:
        """The exact band of the number covered, for all quantities together."""
        tail = OUTSIDE / len(self.found) / 2
        return int(binom.ppf(tail, repetitions, LEVEL)), int(binom.ppf(1 - tail, repetitions, LEVEL))

    def faults(
        self, errors: float = 4.0, allowance: float = 0.0, leaning: Callable[[str], float] = lambda _: 0.0
    ) -> list[str]:
        """Quantities that are biased by more than so many standard errors, or not covered.

        An allowance, in sd, is added for all, and a further one for those that are known to lean.
        """
        wrong = []
        for name, row in self.table().items():
            low, high = self.band(int(row["repetitions"]))
            if abs(row["bias"]) > errors * row["error"] + (allowance + leaning(name)) * row["sd"]:
                wrong.append(f"{name}: bias {row['bias']:.4g} with standard error {row['error']:.2g}")
            if not low <= row["covered"] <= high:
                wrong.append(f"{name}: covered {row['covered']} of {row['repetitions']}, not {low} to {high}")
        return wrong

    def text(self) -> str:
        """The table in lines of Markdown."""
        lines = ["| quantity | truth | bias | se of bias | sd | covered | band |", "|---|---|---|---|---|---|---|"]
        for name, row in self.table().items():
            n = int(row["repetitions"])
            low, high = self.band(n)
            lines.append(
                f"| {name} | {row['truth']:.4g} | {row['bias']:+.2g} | {row['error']:.2g} | {row['sd']:.2g} | "
                f"{row['covered']} of {n} ({row['covered'] / n:.0%}) | {low} to {high} |"
            )
        return "\n".join(lines)
