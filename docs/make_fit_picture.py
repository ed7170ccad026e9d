"""Draw the pictures of docs/estimators.md from an invented history: `python docs/make_fit_picture.py`."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np

from frontdoor_sim.calibration.duration_charts import fit_chart
from frontdoor_sim.calibration.durations import fits
from frontdoor_sim.calibration.interval_censored import DAY, MINUTE, observe
from frontdoor_sim.distributions import from_mapping
from frontdoor_sim.luck import LUCK_BITS, code, draws, key_array

HERE = Path(__file__).parent / "pictures"
TRUTH = {
    "distribution": "mixture",
    "shares": [0.4, 0.6],
    "of": [
        {"distribution": "exponential", "mean": 3},
        {"distribution": "lognormal", "median": 40, "sigma": 0.6},
    ],
}
CASES = 3_000


def luck(purpose: str) -> np.ndarray:
    """A uniform number in (0, 1) for each case."""
    return (draws(key_array(("picture",), np.arange(CASES)), code(purpose)) + 0.5) / (1 << LUCK_BITS)


def main() -> None:
    """Write docs/pictures/fit_from_times.svg and fit_from_dates.svg: one history, with and without times of day."""
    started = (luck("start") * 364 * DAY).astype(np.int64)
    ended = started + (from_mapping(TRUTH).ppf(luck("duration")) * 3_600).astype(np.int64)
    for name, width in (("fit_from_times", MINUTE), ("fit_from_dates", DAY)):
        found = fits(observe(started // width * width, ended // width * width, start_width=width, end_width=width))
        figure = fit_chart(found[:4])
        with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
            figure.savefig(HERE / f"{name}.svg", metadata={"Date": None, "Creator": None})


if __name__ == "__main__":
    main()
