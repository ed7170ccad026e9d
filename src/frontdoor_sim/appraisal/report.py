"""The pack: one HTML file that a director can read, with nothing to fetch and nothing to run."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from frontdoor_sim.appraisal import charts, sections, workload
from frontdoor_sim.appraisal.costs import cost_lines, what_it_costs
from frontdoor_sim.appraisal.pack import Pack
from frontdoor_sim.appraisal.reported import as_reported
from frontdoor_sim.appraisal.sections import Table
from frontdoor_sim.appraisal.urgency import breaches
from frontdoor_sim.appraisal.wording import estimates, measure_name

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PACK_FILE = "pack.html"


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture ready for the page, what to see in it, and the numbers behind it.

    `natural` is the width [pt] at which its letters have the size they were set in; narrower, they would be hard to read.
    """

    name: str
    svg: Markup
    caption: str
    table: Table | None = None
    natural: int = 0


def write_pack(folder: Path, pack: Pack) -> Path:
    """Write the pack to `folder/pack.html` and return its path.

    One self-contained file: CSS and pictures inside, no script, no address fetched. The same pack gives
    the same bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / PACK_FILE
    path.write_text(pack_html(pack), encoding="utf-8", newline="\n")
    return path


def pack_html(pack: Pack) -> str:
    """The pack as HTML text."""
    template = (files("frontdoor_sim.appraisal") / "pack.html.j2").read_text(encoding="utf-8")
    page = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return page.from_string(template).render(
        pack=pack,
        about=pack.about,
        charts={chart.name: chart for chart in draw(pack)},
        pathways=pathways(pack),
        verdict_measures=[measure_name(measure) for measure in sections.verdict_measures(pack)],
        verdicts=sections.verdicts(pack),
        marks_note=sections.MARKS_NOTE,
        levels=sections.levels(pack),
        changes_from_today=sections.changes_from_today(pack),
        transitions=transitions(pack),
        break_evens=break_evens(pack),
        shares=what_each_buys(pack),
        as_reported=as_reported(pack),
        breaches=breaches(pack),
        by_group=sections.tables_by_group(pack),
        loads=workload.loads(pack),
        costs=what_it_costs(pack),
        cost_lines=cost_lines(pack),
        what_changes=sections.what_changes(pack),
        staffing=sections.staffing(pack),
        symptoms=sections.symptoms(pack),
        assumptions=sections.assumptions(pack),
        grades=sections.grade_counts(pack),
    )


def draw(pack: Pack) -> list[Chart]:
    """Every chart of the pack, in its order."""
    summary, options, note = pack.summary, pack.options, pack.summary_note
    both = note if note == pack.interval_note else f"levels, {note}; changes, {pack.interval_note}"
    return [
        _chart(
            "decided",
            charts.decided_within_24h(summary, pack.differences, options, note=both),
            "The change is measured on the same contacts, with the same unknown numbers. It, and not whether the levels "
            "overlap, tells the options apart.",
        ),
        _chart(
            "curve",
            charts.decision_curve(summary, options, note=note),
            "The higher the line, the sooner. Flat stretches are nights and weekends.",
            sections.behind(pack, "decision_curve", "hours"),
        ),
        _chart(
            "rag",
            charts.who_waits_by_rag(summary, options, note=note),
            "Urgency is the grade given on arrival, before any option can change it.",
            sections.behind(pack, "decision_hours_p90", "rag"),
        ),
        _chart(
            "transfer",
            charts.transfer_time(summary, options, note=note),
            "From the first decision that assessment is needed until a worker holds the case.",
        ),
        *_waiting(pack),
        _chart(
            "utilisation",
            charts.utilisation(summary, options, note=note),
            "Time on duty leaves out leave, sickness, meetings and training. Overtime is counted apart. How full the slots "
            "of those who hold cases are, offered load says below.",
            workload.workload(pack),
        ),
    ]


def queue_option(pack: Pack) -> str:
    """The option drawn beside today in the chart of queues: named in `about`, else the best at 24 hours."""
    named = pack.about.get("queue_option")
    if named in pack.labels:
        return str(named)
    found = estimates(pack.differences, "decided_within_24h", mean="difference")
    best = max(found.items(), key=lambda item: item[1].mean if item[1].known else float("-inf"), default=None)
    return best[0][0] if best else list(pack.labels)[-1]


def transitions(pack: Pack) -> list[tuple[str, list[str], Chart]]:
    """Of every option with dated changes, its label, what its weeks say in words, and their picture."""
    note = str(pack.about.get("weeks_note", ""))
    found = []
    for number, option in enumerate((key for key in pack.labels if key in set(pack.dates["option"])), start=1):
        said = pack.burnt_down.loc[pack.burnt_down["option"] == option, "sentence"].tolist()
        figure = charts.weeks_of_transition(pack.weeks, pack.dates, pack.options, option=option, note=note)
        caption = "The same contacts come in both models, so the lines part only through the changes."
        found.append(
            (pack.labels[option], said, _chart(f"transition-{number}", figure, caption, sections.weeks(pack, option)))
        )
    return found


def what_each_buys(pack: Pack) -> list[tuple[str, list[Chart]]]:
    """Of every option whose parts were told apart, its label and a picture for each measure."""
    note, found = str(pack.about.get("shares_note", "")), []
    for number, option in enumerate((key for key in pack.labels if key in set(pack.shares["option"])), start=1):
        mine, drawn = pack.shares[(pack.shares["option"] == option) & pack.shares["share"].notna()], []
        for place, measure in enumerate(dict.fromkeys(mine["measure"].astype(str)), start=1):
            label = pack.labels[option]
            figure = charts.what_each_buys(pack.shares, option=option, label=label, measure=measure, note=note)
            caption = "Fair shares add up to what the option changes as a whole; the other two figures do not."
            drawn.append(_chart(f"share-{number}-{place}", figure, caption, sections.shares(pack, option, measure)))
        found.append((pack.labels[option], drawn))
    return found


def break_evens(pack: Pack) -> list[tuple[str, str, Chart]]:
    """Of every question where an option breaks even, the option's label, the answer in words, and its picture."""
    note, found = str(pack.about.get("break_even_note", "")), []
    for asked in pack.break_evens.drop_duplicates("number").to_dict("records"):
        number = int(asked["number"])
        figure = charts.where_it_breaks_even(pack.break_evens, pack.tried, pack.options, number=number, note=note)
        caption = "Every value is tried on the same contacts as today’s model."
        table = sections.tried(pack, number)
        label = f"{pack.labels[str(asked['option'])]}: {measure_name(str(asked['measure'])).lower()}"
        found.append((label, str(asked["sentence"]), _chart(f"break-even-{number}", figure, caption, table)))
    return found


def pathways(pack: Pack) -> list[Chart]:
    """The pathway of every option that has one, today's first."""
    options = sorted(pack.pathways, key=lambda option: (option != pack.base, list(pack.labels).index(option)))
    return [
        _chart(f"pathway-{number}", pack.pathways[option], f"The pathway under {pack.labels[option]}.")
        for number, option in enumerate(options, start=1)
    ]


def _waiting(pack: Pack) -> list[Chart]:
    summary, options = pack.summary, pack.options
    return [
        _chart(
            "before-decision",
            charts.waiting_stacked(summary, options, until="decision"),
            "Blue: somebody is working on it. All else is waiting. Intervals stand in the table.",
            sections.behind(pack, "waiting_hours_to_decision", "waited_for"),
        ),
        _chart(
            "after-decision",
            charts.waiting_stacked(summary, options, until="allocation"),
            "Contacts that go on to assessment. Intervals stand in the table.",
            sections.behind(pack, "waiting_hours_to_allocation", "waited_for"),
        ),
        _chart(
            "queues",
            charts.queue_by_hour_of_week(summary, options, option=queue_option(pack), note=pack.summary_note),
            "Contacts that came in overnight and at the weekend are waiting when the teams arrive.",
        ),
    ]


def _chart(name: str, figure: Figure, caption: str, table: Table | None = None) -> Chart:
    shown = None if table is None or table.empty else table
    natural = round(72 * figure.get_figwidth())
    return Chart(name, Markup(charts.svg_text(figure, name)), caption, shown, natural)
