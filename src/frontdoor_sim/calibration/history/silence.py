"""What a history cannot say: measures that its log would answer with a figure that nobody recorded."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from frontdoor_sim.calibration.history.visits import Thread
from frontdoor_sim.event_log import ANY
from frontdoor_sim.tables import from_rows
from frontdoor_sim.working_time import NEVER

_DECISIONS = (
    "decided_within_24h", "decided_within_1_working_day", "decided_on_time", "decision_hours_median", "decision_hours_p90",
    "decision_hours_p95", "decision_hours_mean_240", "decision_curve", "decision_hours_longest", "oldest_undecided_hours",
    "open_at_end", "open_undecided_at_opens", "open_undecided_at_close", "open_undecided",
)  # fmt: skip
_TRANSFERS = ("transfer_hours_to_acceptance_", "transfer_hours_to_allocation_")
_TRANSFER_FIGURES = ("median", "p90", "mean_1000")
_WAITS = ("waiting_hours_to_decision", "waiting_hours_to_allocation")
_UNRECORDED_WORK = ("search_hours_per_week", "re_keying_hours_per_week")
_COUNTS = ("contacts_received", "referrals")
_FEW = 0.95


def silence_of(records: pd.DataFrame, thread: Thread, steps: bool) -> pd.DataFrame:
    """What the files cannot answer, as the table `silent`.

    Args:
        records: the records that the log was made of.
        thread: the threads.
        steps: whether they are workflow steps.
    """
    rows = [dict[str, object](measure=name, by=by, why=why) for name, by, why in _silent(records, thread, steps)]
    return from_rows(rows, "silent")


def _silent(records: pd.DataFrame, thread: Thread, steps: bool) -> Iterator[tuple[str, str, str]]:
    main = records[records["kind"] == ("step" if steps else "contact")]
    if not steps and main["ended"].isna().all():
        for name in _DECISIONS:
            yield name, ANY, "the files hold no time of decision"
        for begin in _TRANSFERS:
            for figure in _TRANSFER_FIGURES:
                yield begin + figure, ANY, "the files hold no time of decision"
        guessed = records["kind"].eq("assessment") & records["parent"].isna()
        if guessed.any():
            yield "slots_held_mean", ANY, "the files do not say which referral an assessment belongs to"
    for name in _WAITS:
        yield name, ANY, "the files do not say what a contact waited for"
    for name in _UNRECORDED_WORK:
        yield name, ANY, "the files do not record such work"
    yield "closures_returning_within_12_months_share", ANY, "who returns after the files were taken is not known"
    begun = main["started"].notna().mean() if len(main) else 0.0
    if begun < _FEW:
        yield "queue_length", ANY, "the files do not say when work began"
    if thread.contacts["rag"].isna().all():
        yield "decided_on_time", ANY, "the files hold no grade of urgency"
        yield ANY, "rag", "the files hold no grade of urgency"
    if not steps and main["family"].isna().all() and not main["item"].dropna().duplicated().any():
        for name in _COUNTS:
            yield name, ANY, "the files have a row a child, and nothing that joins siblings into a contact"
    held = thread.visits[thread.visits["stage"].isin(thread.stages["stage"][thread.stages["kind"] == "caseload"])]
    if held.empty or held["settled"].eq(NEVER).all():
        yield "slots_held_mean", ANY, "the files do not say when an assessment was finished"
