"""Draw the picture of docs/touch-and-capacity.md from a synthetic council of the long run.

`python tests/capacity_long_run.py --folder results/capacity` first, then
`python docs/make_ridge_picture.py --folder results/capacity`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import matplotlib

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests"))

from capacity_long_run import play  # noqa: E402
from frontdoor_sim.calibration.touch import Headcount  # noqa: E402
from frontdoor_sim.experiment.touch.fitting import fitted, reference_of  # noqa: E402

LOAD = 0.85


def main() -> None:
    """Write docs/pictures/touch_and_capacity.svg: the council whose load is nearest to 85 %, with a headcount and without."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--folder", type=Path, required=True)
    table = play(asked.parse_args().folder, 1.0, 1)
    reference = table["with waits, times"]
    council = min(table["councils with waits, times"].rows, key=lambda row: abs(row.quantities["load"] - LOAD))
    fact = Headcount(round(council.quantities["people"], 1), 0.5)
    found = fitted(reference_of(reference.replay, reference.rows), *council.timed, [fact])
    print({name: round(value, 2) for name, value in council.quantities.items()}, found, sep="\n")
    print(found.from_stamps.table().round(3).to_string())
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "touch_and_capacity"}):
        picture = HERE / "pictures" / "touch_and_capacity.svg"
        found.figure().savefig(picture, metadata={"Date": None, "Creator": None})


if __name__ == "__main__":
    main()
