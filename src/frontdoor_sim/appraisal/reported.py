"""What the council's dashboard would show, as a table of the pack beside what is true."""

from __future__ import annotations

from frontdoor_sim.appraisal.pack import Pack
from frontdoor_sim.appraisal.sections import Cell, Table, level_cell
from frontdoor_sim.appraisal.wording import estimates, measure_name

SUFFIX = "_as_reported"
_WHY = ("counted_twice_share", "decisions_not_on_record_share")


def as_reported(pack: Pack) -> Table:
    """Every figure that is also told as reported, both ways, and why they differ.

    Empty where no scenario says how contacts are recorded.
    """
    measures = [str(name) for name in pack.summary["measure"].unique() if str(name).endswith(SUFFIX)]
    groups = {}
    for name in measures:
        if any(value.known for value in estimates(pack.summary, name).values()):
            true = name.removesuffix(SUFFIX)
            groups[measure_name(true)] = [_row(pack, true, "as true"), _row(pack, name, "as reported")]
    if groups:
        groups["Why they differ"] = [_row(pack, name, measure_name(name)) for name in _WHY]
    caption = "As the council’s dashboard would show it, beside what is true"
    return Table(caption, ["Figure", *pack.labels.values()], groups, pack.summary_note)


def _row(pack: Pack, measure: str, heading: str) -> list[Cell]:
    found = estimates(pack.summary, measure)
    return [Cell(heading), *(level_cell(found.get((option, ""))) for option in pack.labels)]
