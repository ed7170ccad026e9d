"""Colours that survive colour-blindness and a grey printer: Okabe and Ito (2008), and shapes beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from frontdoor_sim.pictures import INK

BLACK, ORANGE, SKY, GREEN = "#000000", "#e69f00", "#56b4e9", "#009e73"
YELLOW, BLUE, VERMILLION, PURPLE = "#f0e442", "#0072b2", "#d55e00", "#cc79a7"
GREY = "#8c96a0"

_OPTIONS = ((ORANGE, "o"), (SKY, "^"), (PURPLE, "D"), (BLUE, "v"), (VERMILLION, "P"), (GREEN, "X"), (YELLOW, "h"))
_DASHED = (0, (5, 1.2))

CAUSES = {
    "work": BLUE,
    "worker": ORANGE,
    "shift": "#dfe4e9",
    "partner": GREEN,
    "consent": YELLOW,
    "sign-off": PURPLE,
    "handoff": BLACK,
    "acceptance": SKY,
    "allocation": VERMILLION,
    "visit": "#f7d9c4",
}

HATCHES = {
    "worker": "//",
    "partner": "\\\\",
    "consent": "..",
    "sign-off": "xx",
    "acceptance": "--",
    "allocation": "||",
    "visit": "++",
}
"""A pattern beside the colour, so that neighbours are told apart in grey too; work and handoff are dark, shift is light."""


@dataclass(frozen=True, slots=True)
class Look:
    """How an option is drawn in every chart, and its label."""

    label: str
    colour: str
    marker: str
    base: bool

    def line(self) -> dict[str, Any]:
        """Keywords for a line."""
        return {"color": self.colour, "linestyle": "-" if self.base else _DASHED, "linewidth": 1.9}

    def dot(self) -> dict[str, Any]:
        """Keywords for a dot with its outline."""
        return {
            "color": self.colour,
            "marker": self.marker,
            "markersize": 6.5,
            "markeredgecolor": INK,
            "markeredgewidth": 0.6,
        }


def looks(options: pd.DataFrame) -> dict[str, Look]:
    """Option key -> look; today's model is black, and the order of the table gives the colours.

    Example:
        >>> table = pd.DataFrame({"option": ["a", "b"], "label": ["Now", "Next"], "base": [True, False]})
        >>> [(look.label, look.colour) for look in looks(table).values()]
        [('Now', '#000000'), ('Next', '#e69f00')]
    """
    found: dict[str, Look] = {}
    number = 0
    for row in options.to_dict("records"):
        if bool(row["base"]):
            found[str(row["option"])] = Look(str(row["label"]), BLACK, "s", base=True)
            continue
        colour, marker = _OPTIONS[number] if number < len(_OPTIONS) else (GREY, "*")
        found[str(row["option"])] = Look(str(row["label"]), colour, marker, base=False)
        number += 1
    return found


def text_on(colour: str) -> str:
    """Black or white, whichever reads with a contrast of at least 4.5 to 1 on this colour (WCAG 2.2).

    Example:
        >>> text_on(BLUE), text_on(ORANGE)
        ('#ffffff', '#000000')
    """
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#000000" if luminance > 0.179 else "#ffffff"
