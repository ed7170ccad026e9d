"""What a history cannot say: measures that its log would answer with a figure that nobody recorded."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from frontdoor_sim.calibration.history.visits import Thread
from frontdoor_sim.working_time import NEVER

ALL = "*"
_DECISIONS = (
    "decided_within_24h", "decided_within_1_working_day", "decided_on_time", "decision_hours_median", "decision_hours_p90",
    "decision_hours_p95", "decision_hours_mean_240", "decision_curve", "oldest_undecided_hours", "open_at_end",
    "open_undecided_at_opens", "open_undecided_at_close", "open_undecided",
)  # fmt: skip
_TRANSFERS = ("transfer_hours_to_acceptance_", "transfer_hours_to_allocation_")
_TRANSFER_FIGURES = ("median", "p90", "mean_1000")
_WAITS = ("waiting_hours_to_decision", "waiting_hours_to_allocation")
_UNRECORDED_WORK = ("search_hours_per_week", "re_keying_hours_per_week")
_COUNTS = ("contacts_received", "referrals")
_FEW = 0.95


def silence_of(records: pd.DataFrame, thread: Thread, steps: bool) -> pd.DataFrame:
    """What the files cannot answer: `measure, by, why`, with `*` for every measure or every breakdown.

    Args:
        records: the records that the log was made of.
        thread: the threads.
        steps: whether they are workflow steps.
    """
    return pd.DataFrame(list(_silent(records, thread, steps)), columns=["measure", "by", "why"])


def _silent(records: pd.DataFrame, thread: Thread, steps: bool) -> Iterator[tuple[str, str, str]]:
    main = records[records["kind"] == ("step" if steps else "contact")]
    if not steps and main["ended"].isna().all():
        for name in _DECISIONS:
            yield name, ALL, "the files hold no time of decision"
        for begin in _TRANSFERS:
            for figure in _TRANSFER_FIGURES:
                yield begin + figure, ALL, "the files hold no time of decision"
        guessed = records["kind"].eq("assessment") & records["parent"].isna()
        if guessed.any():
            yield "slots_held_mean", ALL, "the files do not say which referral an assessment belongs to"
    for name in _WAITS:
        yield name, ALL, "the files do not say what a contact waited for"
    for name in _UNRECORDED_WORK:
        yield name, ALL, "the files do not record such work"
    yield "closures_returning_within_12_months_share", ALL, "who returns after the files were taken is not known"
    begun = main["started"].notna().mean() if len(main) else 0.0
    if begun < _FEW:
        yield "queue_length", ALL, "the files do not say when work began"
    if (main["rag"] == "").all():
        yield "decided_on_time", ALL, "the files hold no grade of urgency"
        yield ALL, "rag", "the files hold no grade of urgency"
    if not steps and main["family"].isna().all() and not main["item"].dropna().duplicated().any():
        for name in _COUNTS:
            yield name, ALL, "the files have a row a child, and nothing that joins siblings into a contact"
    held = thread.visits[thread.visits["stage"].isin(thread.stages["stage"][thread.stages["kind"] == "caseload"])]
    if held.empty or held["settled"].eq(NEVER).all():
        yield "slots_held_mean", ALL, "the files do not say when an assessment was finished"


def held_back(measured: pd.DataFrame, silent: pd.DataFrame) -> pd.DataFrame:
    """A table of measures without the figures that the files cannot support; the note of each says why.

    Args:
        measured: table `measures`, as `measure` makes it of the log.
        silent: the `silent` of the same log.

    Example:
        >>> row = {"measure": "decided_within_24h", "by": "all", "value": 1.0, "contacts": 9, "note": ""}
        >>> why = pd.DataFrame([{"measure": "decided_within_24h", "by": "*", "why": "nobody wrote it down"}])
        >>> held_back(pd.DataFrame([row]), why)[["value", "note"]].values.tolist()
        [[nan, 'not measurable: nobody wrote it down']]
    """
    out = measured.copy()
    for measure, by, why in silent[["measure", "by", "why"]].itertuples(index=False):
        mine = (out["measure"].eq(measure) | (measure == ALL)) & (out["by"].eq(by) | (by == ALL))
        fresh = mine & ~out["note"].astype(str).str.startswith("not measurable")
        out.loc[fresh, "note"] = f"not measurable: {why}"
        out["value"] = out["value"].mask(mine)
        out["contacts"] = out["contacts"].mask(mine, 0)
    return out
