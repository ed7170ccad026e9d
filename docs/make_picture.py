"""Draw the README's picture from the tables of an appraisal: `python docs/make_picture.py results/FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from frontdoor_sim.appraisal.charts import decided_within_24h, svg_document

HERE = Path(__file__).parent


def main(folder: Path) -> None:
    """Write docs/pictures/decided_within_24h.svg."""
    summary = pd.read_parquet(folder / "tables" / "summary.parquet")
    differences = pd.read_parquet(folder / "tables" / "differences.parquet")
    names = list(summary["option"].unique())
    options = pd.DataFrame(
        {"option": names, "label": names, "summary": "", "base": [name == names[0] for name in names]}
    )
    note = (
        "95% interval for one case, for four options together: the luck of a year and a staffing that fits the review"
    )
    figure = decided_within_24h(summary, differences, options, note=note)
    target = HERE / "pictures" / "decided_within_24h.svg"
    target.parent.mkdir(exist_ok=True)
    target.write_text(svg_document(figure, "decided_within_24h"), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
