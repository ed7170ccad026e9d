"""Checks of how a council records: days for hours, batches for moments, and what is not recorded at all."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from frontdoor_sim.calibration.history.quality.found import DAY, NONE, Facts, Flags, Found, Ints, among

_MINUTES = 1_440
_HEAP_SHARE, _HEAP_TIMES, _HEAP_LEAST, _AROUND = 0.02, 8.0, 20, 60
_LATE_DAYS = 28
_RENAMED_WITHIN_DAYS, _TEAM_ROWS = 21, 20
_WEEK = 7 * DAY
_FEWEST_WEEKS = 12
_BY_CHANCE = 1e-6
_EPOCH = date(1970, 1, 1)


def _decided(facts: Facts) -> Flags:
    return facts.kind("contact", "step") & facts.known("ended")


def dates_only(facts: Facts) -> Found:
    """Contacts and steps whose times are days, without a time of day."""
    mine = facts.kind("contact", "step")
    return among(facts.word("recorded_to") == "day", mine)


def batch_entry(facts: Facts) -> Found:
    """Decisions and completions that share their minute of the day with far too many others.

    A minute is a heap if it holds 2 % of all, at least 20, and 8 times as many as the minutes within an hour of it on
    average. The times of day of the largest heaps are named.
    """
    mine = _decided(facts) & (facts.word("recorded_to") != "day")
    minute = (facts.seconds("ended") % DAY) // 60
    heaps = _heaps(np.bincount(minute[mine], minlength=_MINUTES))
    found = mine & np.isin(minute, heaps)
    said = ", ".join(f"{heap // 60:02d}:{heap % 60:02d}" for heap in heaps[:3].tolist())
    return Found(np.flatnonzero(found), int(mine.sum()), said=said)


def _heaps(counts: Ints) -> Ints:
    """Minutes of the day that hold too much, the fullest first."""
    total = int(counts.sum())
    ring = np.concatenate([counts[-_AROUND:], counts, counts[:_AROUND]])
    window = np.convolve(ring, np.ones(2 * _AROUND + 1), mode="valid")
    around = (window - counts) / (2 * _AROUND)
    heaps = np.flatnonzero((counts >= max(_HEAP_LEAST, _HEAP_SHARE * total)) & (counts > _HEAP_TIMES * around))
    return heaps[np.argsort(-counts[heaps], kind="stable")]


def outcome_missing(facts: Facts) -> Found:
    """Contacts that were decided, or steps that ended a thread, without an outcome."""
    files = facts.records["file"]
    holds = files.isin(files[facts.word("outcome") != ""].unique()).to_numpy()
    led_on = facts.records["item"].isin(facts.records["parent"].dropna()).to_numpy() & facts.known("item")
    mine = _decided(facts) & holds & ~(facts.kind("step") & led_on)
    return among(facts.word("outcome") == "", mine)


def rag_missing(facts: Facts) -> Found:
    """Contacts, or steps with which they begin, without a grade of urgency, in files that hold grades."""
    files = facts.records["file"]
    holds = files.isin(files[facts.word("rag") != ""].unique()).to_numpy()
    mine = holds & (facts.kind("contact") | (facts.kind("step") & ~facts.known("parent")))
    return among(facts.word("rag") == "", mine)


def outcome_without_time(facts: Facts) -> Found:
    """Contacts with an outcome and no time of decision, in files that hold such times."""
    files = facts.records["file"]
    timed = files.isin(files[facts.kind("contact") & facts.known("ended")].unique()).to_numpy()
    mine = facts.kind("contact") & timed & (facts.word("outcome") != "")
    return among(~facts.known("ended"), mine)


def decided_long_after(facts: Facts) -> Found:
    """Contacts decided more than four weeks after receipt: closed when somebody remembered."""
    mine = facts.kind("contact") & facts.known("ended") & facts.known("received")
    return among(facts.seconds("ended") - facts.seconds("received") > _LATE_DAYS * DAY, mine)


def accepted_when_decided(facts: Facts) -> Found:
    """Transfers accepted at the very second of the decision: one date entered twice."""
    mine = facts.kind("contact") & facts.known("accepted") & facts.known("ended")
    return among(facts.seconds("accepted") == facts.seconds("ended"), mine)


def open_cases_mixed_in(facts: Facts) -> Found:
    """Contacts about a family that already had an open case."""
    mine = facts.kind("contact") | (facts.kind("step") & ~facts.known("parent"))
    return among(facts.records["open_case"].to_numpy(dtype=bool) | (facts.word("outcome") == "open_case"), mine)


def siblings_not_joined(facts: Facts) -> Found:
    """Contacts in a list with a row a child, and nothing that joins siblings into one contact."""
    mine = facts.kind("contact")
    shared = facts.known("item") & facts.records.duplicated(["item", "kind"], keep=False).to_numpy()
    joined = facts.records["file"].isin(facts.records.loc[mine & (shared | facts.known("family")), "file"].unique())
    return among(~joined.to_numpy(), mine)


def next_step_missing(facts: Facts) -> Found:
    """Completed steps whose outcome names a stage of the column map, and no step of the files follows them."""
    stages = set(facts.word("step")) - {""}
    mine = facts.kind("step") & facts.known("ended") & np.isin(facts.word("outcome"), sorted(stages))
    led_on = facts.records["item"].isin(facts.records["parent"].dropna()).to_numpy() & facts.known("item")
    return among(~led_on, mine)


def open_when_extracted(facts: Facts) -> Found:
    """Contacts and steps that were not finished when the files were taken."""
    files = facts.records["file"]
    timed = files.isin(files[_decided(facts)].unique()).to_numpy()
    mine = facts.kind("contact", "step") & timed
    return among(~facts.known("ended"), mine)


def teams_renamed(facts: Facts) -> Found:
    """Rows of teams that stop within three weeks of others beginning, in the midst of the period: renamed, most likely."""
    mine = (facts.word("team") != "") & facts.kind("contact", "step", "referral", "assessment")
    when = _any_moment(facts)
    table = pd.DataFrame({"team": facts.word("team"), "when": when})[mine & (when > NONE)]
    spans = table.groupby("team")["when"].agg(["min", "max", "size"])
    spans = spans[spans["size"] >= _TEAM_ROWS]
    within, edge = _RENAMED_WITHIN_DAYS * DAY, 2 * _RENAMED_WITHIN_DAYS * DAY
    if spans.empty:
        return Found(np.zeros(0, dtype=np.int64), int(mine.sum()))
    ended = spans[spans["max"] < table["when"].max() - edge]
    begun = spans[spans["min"] > table["when"].min() + edge]["min"].to_numpy()
    old = [team for team, last in ended["max"].items() if np.any(np.abs(begun - last) <= within)]
    return among(np.isin(facts.word("team"), old), mine)


def _any_moment(facts: Facts) -> Ints:
    moments = [facts.seconds(name) for name in ("received", "incoming", "started")]
    return np.asarray(np.maximum.reduce(moments), dtype=np.int64)


def early_weeks_thin(facts: Facts) -> Found:
    """Weeks from the first on with less than half as many contacts as is usual later, one after another: a filter."""
    first_step = facts.kind("step") & ~facts.known("parent")
    mine = (facts.kind("contact", "referral") | first_step) & facts.known("received")
    weeks = facts.seconds("received")[mine] // _WEEK
    if not len(weeks) or weeks.max() - weeks.min() < _FEWEST_WEEKS:
        return Found(np.zeros(0, dtype=np.int64), 0)
    counts = np.bincount(weeks - weeks.min())[1:-1]
    quarter = len(counts) // 4
    usual = float(np.median(counts[quarter:]))
    thin = int(np.argmin(np.append(counts[:quarter] < usual / 2, False)))
    return Found(np.zeros(0, dtype=np.int64), quarter, number=thin)


def weeks_missing(facts: Facts) -> Found:
    """Weeks, one after another, in which no contact was received although so many come that chance does not explain it."""
    first_step = facts.kind("step") & ~facts.known("parent")
    mine = (facts.kind("contact") | first_step) & facts.known("received")
    days = facts.seconds("received")[mine] // DAY
    empty = empty_stretches(days)
    weeks = sum((last - first).days + 1 for first, last in empty) // 7
    whole = int(np.ptp(days)) // 7 if len(days) else 0
    said = " and ".join(f"from {first} to {last}" for first, last in empty)
    return Found(np.zeros(0, dtype=np.int64), whole, number=weeks, said=said)


def empty_stretches(days: Ints, first: date | None = None, last: date | None = None) -> list[tuple[date, date]]:
    """Stretches of a week and more without any contact: first and last date of each.

    A stretch counts where a Poisson number with the mean of the other days would leave it empty less than once in a million
    times.

    Args:
        days: day of each contact, since 1970.
        first, last: of the dates that are looked at, both included; those of the contacts where None.

    Example:
        >>> busy = np.repeat(np.r_[0:70, 91:140], 5)
        >>> empty_stretches(busy)
        [(datetime.date(1970, 3, 12), datetime.date(1970, 4, 1))]
        >>> empty_stretches(np.array([0, 3, 60, 61]))
        []
    """
    some = np.unique(days)
    if len(some) < _FEWEST_WEEKS:
        return []
    before = some[0] if first is None else (first - _EPOCH).days - 1
    after = some[-1] if last is None else (last - _EPOCH).days + 1
    some = np.unique([before, *some, after])
    length = np.diff(some) - 1
    gaps = np.flatnonzero(length >= 7)
    others = some[-1] - some[0] + 1 - int(length[gaps].sum())
    mean = len(days) / others
    return [
        (_EPOCH + timedelta(days=int(some[gap]) + 1), _EPOCH + timedelta(days=int(some[gap + 1]) - 1))
        for gap in gaps.tolist()
        if np.exp(-mean * length[gap]) < _BY_CHANCE
    ]


def decision_never_recorded(facts: Facts) -> Found:
    """Contacts and steps that are open for far longer than any other took, although later ones are over."""
    files, begins = (
        facts.records["file"],
        np.where(facts.kind("step"), facts.seconds("incoming"), facts.seconds("received")),
    )
    timed = files.isin(files[_decided(facts)].unique()).to_numpy()
    led_on = facts.records["item"].isin(facts.records["parent"].dropna()).to_numpy() & facts.known("item")
    mine = facts.kind("contact", "step") & timed & (begins > NONE) & ~(facts.kind("step") & led_on)
    is_open = ~facts.known("ended")
    until = np.where(is_open, facts.extracted, facts.seconds("ended"))
    found = np.zeros(len(mine), dtype=bool)
    for kind in ("contact", "step"):
        rows = np.flatnonzero(mine & facts.kind(kind))
        found[rows] = never_recorded(begins[rows], until[rows], is_open[rows])
    return among(found, mine)


def never_recorded(begun: Ints, until: Ints, is_open: Flags) -> Flags:
    """Which open cases were hardly open, but never recorded as over.

    Such a case has been open for four weeks and more, and for more than twice as long as any that is over took; and another
    that began after it is over.

    Args:
        begun: second at which each began.
        until: second at which it was over, or until which it was observed.
        is_open: whether it is not over.

    Example:
        >>> day = 86_400 * np.array([0, 1, 90, 99])
        >>> never_recorded(day, np.array([8_640_000, 1_000_000, 7_800_000, 8_640_000]), np.array([True, False, False, True]))
        array([ True, False, False, False])
    """
    if is_open.all() or not is_open.any():
        return np.zeros(len(begun), dtype=bool)
    lasted = until - begun
    least = max(2 * int(lasted[~is_open].max()), _LATE_DAYS * DAY)
    return np.asarray(is_open & (lasted > least) & (begun < begun[~is_open].max()))
