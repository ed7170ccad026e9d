"""Pictures for a page: one style whatever the reader's own settings are, and SVG that is the same every time."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib
from matplotlib.figure import Figure

SMALL, BODY, TITLE = 9.0, 9.5, 12.5  # points, also when printed
INK, MUTED, RULE, SHADE = "#1d2733", "#4d5b69", "#c3ccd5", "#f0f3f6"
FONT = "DejaVu Sans"  # comes with matplotlib, so every machine measures text alike
_NOT_STYLE = re.compile(r"^(backend|interactive|toolbar|webagg|tk\.|savefig\.directory|date\.|keymap|_internal)")
_STYLE: dict[str, Any] = {
    "font.family": [FONT],
    "font.size": BODY,
    "text.parse_math": False,
    "text.color": INK,
    "axes.edgecolor": RULE,
    "axes.labelcolor": MUTED,
    "axes.labelsize": SMALL,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "axes.axisbelow": True,
    "xtick.color": RULE,
    "ytick.color": RULE,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "grid.color": "#e3e8ed",
    "grid.linewidth": 0.8,
    "lines.solid_capstyle": "butt",
    "hatch.linewidth": 0.7,
    "svg.fonttype": "none",
}


@contextmanager
def styled(salt: str = "frontdoor-sim") -> Iterator[None]:
    """The project's style whatever the reader's own matplotlib settings are, put back afterwards."""
    settings: Any = {name: value for name, value in matplotlib.rcParamsDefault.items() if not _NOT_STYLE.match(name)}
    settings |= _STYLE | {"svg.hashsalt": salt}
    with matplotlib.rc_context(settings):
        yield


def svg_text(figure: Figure, name: str) -> str:
    """The figure as an `<svg>` element to stand inside an HTML page.

    No XML head, metadata, date or name space; the same figure gives the same text. `name` is put before
    every id, so that several pictures may share a page. The label of the figure becomes its text
    alternative.
    """
    out = io.StringIO()
    metadata: dict[str, Any] = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with styled(salt=name), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        figure.savefig(out, format="svg", metadata=metadata)
    svg = out.getvalue()
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", svg[svg.index("<svg") :], flags=re.DOTALL).strip()
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg))
    svg = re.sub(r' id="([^"]*)"', lambda found: f' id="{name}-{found[1]}"' if found[1] in used else "", svg)
    svg = re.sub(r'(href="#|url\(#)', rf"\g<1>{name}-", svg)
    alternative = re.sub(r"[&<>\"]", lambda found: f"&#{ord(found[0])};", str(figure.get_label() or name))
    head = re.match(r"<svg[^>]*>", svg)
    box = re.search(r'viewBox="[^"]*"', svg)
    if head is None or box is None:
        raise ValueError(f"matplotlib drew no <svg> element with a viewBox for {name}. Report this as a fault.")
    return f'<svg role="img" aria-label="{alternative}" {box[0]}>' + svg[head.end() :].replace("xlink:href", "href")


def svg_document(figure: Figure, name: str) -> str:
    """The figure as an SVG file of its own, to be opened by itself, in its natural size, or shown by a page."""
    spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    width, height = (72 * size for size in figure.get_size_inches())
    return svg_text(figure, name).replace("<svg ", f'<svg {spaces} width="{width:g}pt" height="{height:g}pt" ', 1)
