"""The page of the manual on history files, made from the layouts, the column maps and the checks themselves."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from importlib import resources

from frontdoor_sim.calibration.history.column_maps import NEEDED, READS, SHIPPED
from frontdoor_sim.calibration.history.door import MOMENTS, OUTCOMES
from frontdoor_sim.calibration.history.invent import FAULTS
from frontdoor_sim.calibration.history.layouts import Layout, layouts
from frontdoor_sim.calibration.history.quality import RULES

_READ_AS = {
    "person": "identifier of the child, hashed",
    "family": "identifier of the family, hashed",
    "item": "identifier, hashed",
    "moment": "date, or date and time",
    "source": "source code, or words for a source",
    "flag": "yes or no",
    "nfa": "yes: no further action",
    "support": "no: no further action",
    "unnecessary": "yes: no conference",
    "contact_flags": "flags of the outcome; comments are not read",
    "closure": "reason for closure",
    "change": "reason of the change",
    "age": "age in years, kept as a band",
    "born": "date of birth, kept as an age band",
    "need": "whether there is one",
    "factors": "whether 21 stands with others",
    "team": "team",
    "rag": "red, amber, green or blue",
    "outcome": "outcome",
    "": "not read: shows which table it is",
}


def history_page() -> str:
    """The page in Markdown.

    Example:
        >>> history_page().splitlines()[0]
        '# History files'
    """
    here = "frontdoor_sim.calibration.history"
    text = (resources.files(here) / "manual.md").read_text(encoding="utf-8")
    made = {
        "template": _template(),
        **{name: "\n".join(_layout(layout) for layout in layouts(name)) for name in ("annex_a", "ssd", "cin_census")},
        "fields": _listed(READS),
        "needed": "; ".join(f"{shape}: {_listed(names)}" for shape, names in NEEDED.items()),
        "moments": _listed(MOMENTS),
        "outcomes": _listed(OUTCOMES),
        "maps": _maps(),
        "checks": _checks(),
        "faults": _faults(),
    }
    for name, part in made.items():
        text = text.replace(f"{{{name}}}", part)
    return text


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _template() -> str:
    file = resources.files("frontdoor_sim.calibration.history.layouts") / "template.csv"
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    table = _table(
        ["column", "needed", "meaning", "example"],
        [[f"`{row['heading']}`", row["needed"], row["meaning"], row["example"]] for row in rows],
    )
    lines = [",".join(row[what] for row in rows) for what in ("heading", "example")]
    return "\n".join([table, "```csv", *lines, "```", ""])


def _layout(layout: Layout) -> str:
    rows = [
        [f"`{field.heading}`", "yes" if field.needed else "no", _READ_AS[field.reads.partition(":")[0]]]
        for field in layout.fields
    ]
    return f"### {layout.table}\n\n{_table(['column', 'needed', 'read as'], rows)}"


def _maps() -> str:
    """The column maps that are shipped."""
    folder = resources.files("frontdoor_sim.calibration.history.column_maps")
    texts = {name: (folder / f"{name}.yaml").read_text(encoding="utf-8") for name in SHIPPED}
    return "\n".join(f"### {name}.yaml\n\n```yaml\n{text}```\n" for name, text in texts.items())


def _checks() -> str:
    rows = [[f"`{rule.name}`", rule.title, rule.origin, rule.action] for rule in RULES]
    return _table(["check", "finds", "origin", "the rows are"], rows)


def _faults() -> str:
    rows = [[f"`{fault.name}`", fault.title, f"`{fault.found_by}`" if fault.found_by else ""] for fault in FAULTS]
    return _table(["fault", "what it does", "found by"], rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join(lines) + "\n"
