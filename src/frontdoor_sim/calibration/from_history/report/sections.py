"""What the page of a calibration says, section by section: words, pictures and tables, each of them safe to pass on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from frontdoor_sim.calibration.batches import hand_overs
from frontdoor_sim.calibration.breaks import coding_changes, steadiness
from frontdoor_sim.calibration.durations import HOURS_THAT_MATTER
from frontdoor_sim.calibration.estimates import FEW, Interval, few, hidden, many, tells, wilson
from frontdoor_sim.calibration.from_history.calibrating import Calibration
from frontdoor_sim.calibration.from_history.deciding import SPLIT
from frontdoor_sim.calibration.from_history.gathering import Gathered
from frontdoor_sim.calibration.from_history.report import pictures
from frontdoor_sim.calibration.history.quality.recording import empty_stretches
from frontdoor_sim.calibration.history.quality.report import shown_account, shown_findings
from frontdoor_sim.calibration.routes import routes
from frontdoor_sim.documents import in_words
from frontdoor_sim.parameters.writing import as_text

_WEEKS, _MISFIT, _ALIKE = 12, 0.03, 1.5
_FEW_STRETCHES = 3
_LEVEL_WORDS = {1: "end with advice or no further action", 2: "go to Early Help", 3: "are referred"}
_SPLIT_WORDS = dict(
    zip(
        SPLIT,
        (
            "end with advice or no further action",
            "go to Early Help",
            "are about a family with an open case",
            "are referred",
            "are referred with a strategy discussion",
        ),
        strict=True,
    )
)


@dataclass(frozen=True)
class Section:
    """One section of the page.

    Args:
        title: its heading.
        words: paragraphs.
        pictures: figures by caption.
        tables: tables by caption, as they are to be shown; counts of 1 to 5 must be gone from them.
    """

    title: str
    words: Sequence[str] = ()
    pictures: Mapping[str, Figure] = field(default_factory=dict)
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)


def headline(found: Calibration) -> list[str]:
    """What matters most, in a few sentences that a head of service can read aloud."""
    return [*_how_many(found), *_poor(found), *_what_comes_of_them(found), *_how_long(found), _what_not(found)]


def sections(found: Calibration, more: Sequence[Section] = ()) -> list[Section]:
    """Every section, in order.

    Args:
        found: the calibration.
        more: what other checks of the same history add, such as touch time and capacity by simulation, or weeks held out;
            they stand before what the history does not say.
    """
    parts = [_read(found), _demand(found), *_durations(found), *_judgement(found), _routes(found)]
    if found.published is not None:
        parts.append(_beside_published(found))
    return [*parts, *more, _unsaid(found), _numbers(found)]


def _how_many(found: Calibration) -> Iterator[str]:
    week, arrived = found.arrived.demand.per_week(), found.arrived
    what = "contacts of families" if found.gathered.families_known else "children in contacts"
    number = many(int(arrived.demand.counts.sum()))
    yield (
        f"About {week.estimate:.0f} {what} come in a week ({week.low:.0f} to {week.high:.0f}), from {number} between "
        f"{_dates(found)}."
    )
    if found.gathered.times_unused:
        yield (
            "More than one contact in twenty has a moment that is a date alone, so all are read by the day and no hours are "
            "measured. Add the missing times."
        )
    elif found.gathered.by_date:
        yield (
            "The files hold days and no times, so that hours below are read off a fitted curve. Ask for the times of contact "
            "and of decision."
        )
    left = found.gathered.joined.too_coarse
    if left:
        yield (
            f"Left out of this are {many(left)} more {what}, of which some moment is a date alone while others have times: the "
            "numbers of contacts and referrals are that much too low. Add the missing times, or write every moment as a date."
        )
    yield from _missing(_empty(found))
    steady = _steady(found)
    if steady:
        yield steady


def _missing(empty: Sequence[tuple[date, date]]) -> Iterator[str]:
    """That weeks are missing from the files: a sentence for each stretch, or one for all where there are many."""
    they = "is no chance: those weeks are missing from the files. Volumes are too low and weeks too uneven. "
    add = f"{they}Add them, or choose a window without them."
    if len(empty) > _FEW_STRETCHES:
        first, last = max(empty, key=lambda stretch: stretch[1] - stretch[0])
        yield f"No contact is recorded in {len(empty)} stretches, the longest from {first} to {last}, which {add}"
    else:
        yield from (f"No contact is recorded from {first} to {last}, which {add}" for first, last in empty)


def _poor(found: Calibration) -> Iterator[str]:
    """What the files are poor at, the most frequent first."""
    findings = found.gathered.quality.findings
    poor = findings[findings["grade"] == "poor"].sort_values("share", ascending=False, kind="stable")
    if len(poor):
        said = [
            title if np.isnan(share) else f"{title} ({100 * share:.0f} of 100)"
            for title, share in zip(poor["title"], poor["share"].astype(float), strict=True)
        ]
        yield f"Look first at what the files are poor at: {in_words(said, 'and')}."


def _empty(found: Calibration) -> list[tuple[date, date]]:
    """Stretches of the window, its ends included, in which no contact is recorded although many come."""
    log, window = found.gathered.log, found.gathered.window
    received = log.contacts["received"].to_numpy(dtype=np.int64)
    inside = received[(received >= 0) & (received < log.about.closes)]
    return empty_stretches(
        log.about.clock.date_of(inside).astype("datetime64[D]").astype(np.int64), window.first, window.last
    )


def _dates(found: Calibration) -> str:
    window = found.gathered.window
    return f"{window.first.day} {window.first:%B %Y} and {window.last.day} {window.last:%B %Y}"


def _steady(found: Calibration) -> str:
    weekly = found.arrived.demand.weekly()
    if len(weekly.monday) < _WEEKS:
        return ""
    counted, expected = (np.sum(list(one.values()), axis=0) for one in (weekly.counted, weekly.expected))
    return str(steadiness(counted, expected, weekly.monday))


def _what_comes_of_them(found: Calibration) -> Iterator[str]:
    graded = found.parameters["contacts.outcome_split"]
    if graded.grade == "fitted":
        parts = [f"{100 * share:.0f} {_SPLIT_WORDS[name]}" for name, share in graded.value.items()]
        yield f"Of 100 contacts, {in_words(parts, 'and')}."
        yield from _changed(found)


def _changed(found: Calibration) -> Iterator[str]:
    """Weeks from which on other things are decided than before: shares of the whole window are of neither."""
    contacts = found.decided.contacts[found.decided.contacts["level"] > 0]
    monday, clock = found.arrived.demand.weekly().monday, found.gathered.log.about.clock
    if len(monday) < _WEEKS:
        return
    day = clock.date_of(contacts["received"].to_numpy(dtype=np.int64)).astype("datetime64[D]")
    week, level = (day - monday[0]).astype(np.int64) // 7, contacts["level"].to_numpy()
    counted = {
        name: np.bincount(week[level == at], minlength=len(monday)).astype(np.float64)
        for at, name in _LEVEL_WORDS.items()
    }
    steady = {name: np.full(len(monday), weeks.sum()) for name, weeks in counted.items()}
    for one in coding_changes(counted, steady, monday):
        fell, rose = (in_words([name for name, _ in moved], "and") for moved in (one.fell, one.rose))
        yield (
            f"From the week of {one.monday:%d %B %Y} fewer contacts {fell}, and more {rose}: other things are decided, or "
            "they are recorded otherwise. The shares above are of the whole window, and so of neither; choose a window on one "
            "side."
        )


def _how_long(found: Calibration) -> Iterator[str]:
    fitted = found.lasted.fits.get("received_to_decided")
    if not fitted:
        yield "How long decisions take is not known: none of the files holds when a contact was decided."
        return
    longest, half = _longest(found, "received_to_decided"), _half(found, "received_to_decided")
    hours = min(24.0, longest)
    day = _seen(found, "received_to_decided", hours)
    share = f"{100 * day.estimate:.0f} of 100 within {hours:.0f} hours ({100 * day.low:.0f} to {100 * day.high:.0f})"
    if tells(day.estimate, fitted[0].observed.number):
        share = f"{'nearly all' if day.estimate > 0.5 else 'hardly any'} within {hours:.0f} hours"
    middle = f"Half of all contacts are decided within {half:.0f} hours, and {share}"
    if half == np.inf:
        end = f"{longest:.0f} hours, beyond which the files do not tell"
        middle = f"Fewer than half of all contacts are decided within {end}; {share}"
    yield f"{middle}. Contacts that were still undecided count."


def _longest(found: Calibration, name: str) -> float:
    """The last hour up to which the history itself tells how much of a span is over; infinite for a fit."""
    bands = found.lasted.bands.get(name)
    return np.inf if bands is None else float(bands.edges[-1])


def _seen(found: Calibration, name: str, hours: float) -> Interval:
    """Share of a span that is over within so many hours: the history's own, or by the fit where days alone are known."""
    best, bands = found.lasted.fits[name][0], found.lasted.bands.get(name)
    if bands is None:
        return best.share_within(hours)
    number = best.observed.number / found.lasted.spans[name].effect
    return wilson(bands.within(hours) * number, number)


def _half(found: Calibration, name: str) -> float:
    """The hour by which half of a span is over; infinite where the history itself tells of fewer."""
    bands = found.lasted.bands.get(name)
    if bands is None:
        return float(found.lasted.fits[name][0].distribution.ppf(np.array([0.5]))[0])
    return float(np.interp(0.5, bands.reached, bands.edges, right=np.inf))


def _what_not(found: Calibration) -> str:
    graded = found.parameters.numbers.values()
    fitted = sum(one.grade == "fitted" for one in graded)
    return (
        f"The history says {fitted} of the {len(graded)} numbers that the model needs; the others keep the grade they had. "
        f"It cannot say {len(found.unsaid)} things, listed below, each with the fact that would settle it."
    )


def _read(found: Calibration) -> Section:
    quality, gathered = found.gathered.quality, found.gathered
    words = [
        "Counts of 1 to 5, and those that would give them away, are shown as c. Nothing here is about a single child. "
        "set_aside.csv names the rows that could not be used by file and number: keep it with the extracts.",
        f"Window: {gathered.window.words}."
        + (f" Nobody said so: {gathered.dates.assumed}." if gathered.dates.assumed else ""),
    ]
    return Section(
        "What was read, and what was set aside",
        words,
        {},
        {
            "Files": shown_account(quality.account),
            "What the checks found": shown_findings(quality.findings),
            "Of which the log is made": _made_of(gathered),
        },
    )


def _made_of(gathered: Gathered) -> pd.DataFrame:
    """Of how many records the log is made; not told of a kind where it would tell how few rows of a file were set aside."""
    account, records = gathered.joined.account, gathered.records
    files = gathered.quality.account
    secret = set(files["file"][files["rows"].isna() | files["used"].isna()])
    kinds = set(records["kind"][records["file"].astype(str).isin(secret)].astype(str))
    numbers, used = account["records"].to_numpy(), account["used"].to_numpy()
    some = few(numbers) | few(used) | few(numbers - used) | account["kind"].isin(kinds).to_numpy()
    shown = account.astype({"records": object, "used": object})
    shown.loc[some, ["records", "used"]] = "c"
    return shown.set_axis(["Records of", "Number", "Used", "Why not the others"], axis=1)


def _demand(found: Calibration) -> Section:
    demand, log = found.arrived.demand, found.gathered.log
    words = ["Dots are weeks, the line what the fit expects of them, and nine weeks of ten should lie in the band."]
    weekly = demand.weekly()
    if len(weekly.monday) >= _WEEKS:
        words += [str(one) for one in coding_changes(weekly.counted, weekly.expected, weekly.monday)]
    inside = log.contacts["received"].between(0, log.about.closes - 1)
    received = log.contacts.loc[inside, "received"].to_numpy(dtype=np.int64)
    source = log.contacts.loc[inside, "source"].astype(str).to_numpy(dtype=np.str_)
    for one in [] if found.gathered.by_date else hand_overs(received, source, log.about.clock):
        words.append(
            f"{100 * one.share.estimate:.0f} % of contacts from {one.source.replace('_', ' ')} bear the time {one.at}: they "
            "were entered then, and when they came is not in the history. The fitted hours are those of entry."
        )
    busy = found.arrived.demand.busy
    words.append(
        f"Days differ by {_percent(busy.day)} beyond chance and weekday, weeks by {_percent(busy.week)}: that is what makes "
        "queues longer than an average would."
    )
    charts = {"Contacts a week": pictures.weekly_chart(demand), "When they come": pictures.patterns_chart(demand)}
    return Section("Who comes and when", words, charts, {"Share of contacts by source": _sources(found)})


def _percent(variance: Interval) -> str:
    low, estimate, high = (
        100 * float(np.sqrt(max(end, 0.0))) for end in (variance.low, variance.estimate, variance.high)
    )
    return f"{estimate:.0f} % ({low:.0f} to {high:.0f})"


def _sources(found: Calibration) -> pd.DataFrame:
    demand = found.arrived.demand
    counts = demand.counts.sum(axis=1)
    rows = []
    for (source, one), number, secret in zip(demand.shares().items(), counts, hidden(counts), strict=True):
        shown = f"{100 * one.estimate:.1f} % ({100 * one.low:.1f} to {100 * one.high:.1f})"
        if number < FEW:
            shown = f"fewer than {FEW} contacts"
        rows.append((pictures.plain(source), "c" if secret and number >= FEW else shown))
    return pd.DataFrame(rows, columns=["Source", "Share, with its 90 % interval"])


def _durations(found: Calibration) -> Iterator[Section]:
    charts, rows, apart = {}, [], []
    for name, fitted in found.lasted.fits.items():
        span, bands = found.lasted.spans[name], found.lasted.bands.get(name)
        charts[f"{span.words[:1].upper()}{span.words[1:]}"] = pictures.durations_chart(fitted, bands)
        rows.append(_row(found, name, span.words))
        miss = max(
            abs(fitted[0].share_within(hour).estimate - _seen(found, name, hour).estimate) for hour in HOURS_THAT_MATTER
        )
        if miss > _MISFIT:
            apart.append(f"{span.words} (up to {100 * miss:.0f} points)")
    if not charts:
        return
    heads = ["Span", "Cases", "Open", "Fitted curve", *(f"Within {hour:g} h" for hour in HOURS_THAT_MATTER)]
    words = [
        "Left: where the dots leave the diagonal, the fitted curve does not hold. Right: the share that is over within 4, 8, "
        "24 and 72 hours, with 90 % intervals; the black bar is the history itself. With thousands of contacts every formal "
        "test rejects every curve, so judge by these hours.",
        "A span is waiting and work together. None of these is a touch time; the model makes its waits from queues, and "
        "these figures are what its results should be held against.",
        *_alike(found),
    ]
    if apart:
        words.append(
            f"No fitted curve holds within {100 * _MISFIT:.0f} points at these hours {in_words(apart, 'and')}: nights, set "
            "times and queues leave marks that no smooth curve has. Use the history's own shares there, and not the curve."
        )
    table = pd.DataFrame(rows, columns=heads)
    yield Section(
        "How long things take", words, charts, {"Share that is over: history, and the fitted curve in brackets": table}
    )


def _alike(found: Calibration) -> Iterator[str]:
    """How much less the cases tell than as many that have nothing to do with each other would."""
    told = [
        f"{many(best.observed.number)} cases {found.lasted.spans[name].words} tell as much as "
        f"{best.observed.number / found.lasted.spans[name].effect:,.0f}"
        for name, (best, *_) in found.lasted.fits.items()
        if found.lasted.spans[name].effect > _ALIKE
    ]
    if told:
        yield (
            "Contacts that wait in one queue wait alike, in good weeks and in bad ones, so they tell less than as many that "
            f"have nothing to do with each other: {'; '.join(told)}. All intervals here are as wide as that."
        )


def _row(found: Calibration, name: str, words: str) -> tuple[str, ...]:
    best = found.lasted.fits[name][0]
    observed, own = best.observed, name in found.lasted.bands
    fit = [best.share_within(hour) for hour in HOURS_THAT_MATTER]
    seen = [_seen(found, name, hour) for hour in HOURS_THAT_MATTER]
    told = [
        f"{'c' if tells(h.estimate, observed.number) else f'{100 * h.estimate:.0f} %'} ({100 * f.estimate:.0f} %)"
        if own
        else f"({100 * f.low:.0f} to {100 * f.high:.0f} %)"
        for h, f in zip(seen, fit, strict=True)
    ]
    family = best.family.name + ("" if best.told else " (not told by these cases: not written)")
    return (words, many(observed.number), many(observed.open_cases), family, *told)


def _judgement(found: Calibration) -> Iterator[Section]:
    judged = found.judged
    if judged is None:
        return
    noise, bias = (float(found.parameters.value(f"judgement.{name}")) for name in ("noise", "bias"))
    rows = []
    for level, one in judged.found.cuts(noise).items():
        ends = [judged.found.cuts(end)[level].estimate for end in (0.3, 1.0)]
        rows.append(
            (
                f"Level {level}",
                f"{one.estimate:.2f} ({one.low:.2f} to {one.high:.2f})",
                f"{ends[0]:.2f} to {ends[1]:.2f}",
            )
        )
    words = [
        "A decision is need seen with some error and held against thresholds. Dots are shares counted, with 90 % intervals, "
        "and the bar what the fit says.",
        f"The table gives the thresholds less the bias, for a noise of {noise:g}, and how far they move if the noise is 0.3 or "
        f"1.0 instead: the decisions themselves cannot tell. The parameters add the assumed bias of {bias:g}.",
    ]
    heads = ["Threshold", "Fitted, with its 90 % interval [sd of need]", "From noise 0.3 to 1.0"]
    chart = pictures.judged_chart(found.decided, judged)
    yield Section(
        "Thresholds", words, {"Decisions by source": chart}, {"Thresholds": pd.DataFrame(rows, columns=heads)}
    )


def _routes(found: Calibration) -> Section:
    table = routes(found.gathered.log)
    shown = pd.DataFrame(
        {
            "From": table["stage"].str.replace("_", " "),
            "To": table["outcome"].str.replace("_", " "),
            "Visits": [f"{n:,}" if n else f"fewer than {FEW}" for n in table["visits"]],
            "Share, with its 90 % interval": [
                f"{100 * share:.1f} % ({100 * low:.1f} to {100 * high:.1f})" if share == share else "c"
                for share, low, high in zip(table["share"], table["low"], table["high"], strict=True)
            ],
        }
    )
    words = ["Finished visits alone; the scenario's own routes are not changed by these figures."]
    return Section("Where contacts went", words, {}, {"Routes": shown})


def _beside_published(found: Calibration) -> Section:
    published = found.published
    if published is None:
        return Section("Beside the published figures")
    own = found.decided.part.numbers.get("volumes.referrals_per_year")
    official = float(published.value("volumes.referrals_per_year"))
    rows = [("Children referred in a year", f"{own.value:,}" if own else "not told", f"{official:,.0f}")]
    words = ["The volume of a year is the published one; hours, mix and durations are the history's."]
    if own and abs(own.value / official - 1) > 0.1:
        words.append(
            f"The history has {100 * own.value / official:.0f} % of the published referrals. Find out why before using either: "
            "another year, contacts that are not in the extract, or referrals counted otherwise."
        )
    return Section(
        "Beside the published figures",
        words,
        {},
        {"Both": pd.DataFrame(rows, columns=["What", "History", "Published"])},
    )


def _unsaid(found: Calibration) -> Section:
    heads = ["What", "Why not", "What would settle it", "Until then"]
    rows = pd.DataFrame([tuple(one) for one in found.unsaid], columns=heads)
    words = ["Draws in posterior.csv cover noise and bias over their assumed ranges; the other gaps stay at one value."]
    return Section("What the history cannot say", words, {}, {"And which fact from outside would settle it": rows})


def _numbers(found: Calibration) -> Section:
    rows = [
        (name, _short(as_text(one.value)), one.unit, _span(one.range), one.grade)
        for name, one in found.parameters.in_order().items()
    ]
    words = ["As they stand in parameters.yaml, where each has its source and its note."]
    table = pd.DataFrame(rows, columns=["Number", "Value", "Unit", "Range", "Grade"])
    return Section("Every number and its grade", words, {}, {"Parameters": table})


def _short(text: str, most: int = 90) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _span(ends: tuple[float, float] | None) -> str:
    return "" if ends is None else f"{ends[0]:g} to {ends[1]:g}"
