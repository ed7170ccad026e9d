"""Draw the pictures of the manual.

`python docs/make_picture.py` draws the pathways, and `python docs/make_picture.py results/FOLDER` the README's picture from
the tables of an appraisal.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from frontdoor_sim.appraisal.charts import decided_within_24h, svg_document
from frontdoor_sim.experiment.explain import picture
from frontdoor_sim.scenario import read_scenario

HERE = Path(__file__).parent
PICTURES = HERE / "pictures"
PATHWAYS = {
    f"pathway_{name}": HERE.parent / "scenarios" / "bcp" / f"{name}.yaml" for name in ("as_found", "full_programme")
}


def draw_decided(folder: Path) -> None:
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
    write(figure, "decided_within_24h")


def draw_pathways() -> None:
    """Write docs/pictures/pathway_as_found.svg and pathway_full_programme.svg."""
    for name, file in PATHWAYS.items():
        write(picture(read_scenario(file)), name)


def write(figure: Figure, name: str) -> None:
    """Write a figure as docs/pictures/NAME.svg."""
    PICTURES.mkdir(exist_ok=True)
    (PICTURES / f"{name}.svg").write_text(svg_document(figure, name), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    if sys.argv[1:]:
        draw_decided(Path(sys.argv[1]))
    else:
        draw_pathways()
