"""The event log in the words of other tools: vidigi, XES (pm4py), bupaR and Prosimos.

Columns as those tools read them: vidigi 2.0 `EventLogger`; IEEE 1849-2016 (XES); bupaR `eventlog`;
Prosimos 2.1 simulated log. Latent need and true level of need are never exported.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias
from xml.sax.saxutils import quoteattr

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.event_log.record import EventLog, Ints, main_thread

Words: TypeAlias = "str | pd.Series[str] | NDArray[np.str_]"

_VISIT = ["contact", "stage", "visit", "part"]
_XES_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2016" xes.features="nested-attributes" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
  <extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
  <extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
"""


def to_vidigi(log: EventLog) -> pd.DataFrame:
    """The main threads as vidigi reads them, to be animated.

    Each contact arrives once and, if it has ended, departs once. Waits are `queue` events, stretches with a worker
    `resource_use` and `resource_use_end`. A caseload slot, which takes no worker's time, is a `queue` as well.

    Returns:
        `entity_id, event, event_type, time [min from the start of the warm-up], timestamp (local), resource_id,
        run_number, pathway (RAG on arrival; empty where there is none)`, sorted by time.
    """
    events, about = log.events.iloc[main_thread(log.events)], log.about
    stage = events["stage"].astype(str)
    worked = (events["worker"] >= 0) & ~events["kind"].isin(["wait", "caseload"])
    suffix = np.where(worked, "_begins", np.where(events["kind"] == "caseload", "_held", "_waits"))
    begun = _vidigi(events, stage + suffix, np.where(worked, "resource_use", "queue"), "start")
    over = _vidigi(events[worked], stage[worked] + "_ends", "resource_use_end", "end")
    ended = events[events["outcome"].isin(about.outcomes.loc[about.outcomes["is_end"], "outcome"])]
    came = log.contacts[log.contacts["contact"].isin(events["contact"])]
    arrivals = _vidigi(came.assign(worker=-1), "arrival", "arrival_departure", "enters")
    departures = _vidigi(ended.assign(worker=-1), "depart", "arrival_departure", "end")
    order = pd.concat([arrivals, over, begun, departures], ignore_index=True).sort_values(
        ["second", "entity_id"], kind="stable", ignore_index=True
    )
    seconds = order.pop("second")
    order.insert(3, "time", (seconds - about.starts) / 60)
    order.insert(4, "timestamp", _local(log, seconds.to_numpy()).tz_localize(None))
    grades = dict(zip(log.contacts["contact"], log.contacts["rag"].astype(object).fillna(""), strict=True))
    return order.assign(run_number=about.run, pathway=order["entity_id"].map(grades))


def _vidigi(rows: pd.DataFrame, event: Words, event_type: Words, second: str) -> pd.DataFrame:
    worker = rows["worker"].astype("Int64")
    return pd.DataFrame(
        {
            "entity_id": rows["contact"],
            "event": event,
            "event_type": event_type,
            "second": rows[second],
            "resource_id": worker.where(worker >= 0),
        }
    )


def to_prosimos(log: EventLog) -> pd.DataFrame:
    """One row a finished visit in which work was done, as Prosimos and Simod read it.

    Returns:
        `case_id, activity, enable_time, start_time, end_time, resource`; times are aware local timestamps. A visit that
        was set down and taken up again runs from its first to its last second of work; its resource is who began it.
    """
    work = _work(log)
    visits = work.groupby("instance", sort=False).agg(
        case_id=("contact", "first"),
        activity=("stage", "first"),
        enable_time=("enabled", "first"),
        start_time=("start", "first"),
        end_time=("end", "last"),
        resource=("resource", "first"),
        censored=("censored", "any"),
    )
    visits = visits[~visits.pop("censored").astype(bool)].reset_index(drop=True)
    visits["case_id"], visits["activity"] = visits["case_id"].astype(str), visits["activity"].astype(str)
    for column in ("enable_time", "start_time", "end_time"):
        visits[column] = _local(log, visits[column].to_numpy())
    return visits


def to_bupar(log: EventLog) -> pd.DataFrame:
    """One row an event, as bupaR's `eventlog` reads it.

    Returns:
        `case_id, activity_id, activity_instance_id, lifecycle_id, timestamp, resource_id`; timestamps are local, with
        their offset. A visit is one activity instance: scheduled when ready, started, suspended and resumed, completed;
        one that the end of the run cut has no completion.
    """
    events = _lifecycles(log)
    events["timestamp"] = _local(log, events.pop("second").to_numpy())
    columns = ["case_id", "activity_id", "activity_instance_id", "lifecycle_id", "timestamp", "resource_id"]
    return events[columns]


def to_xes(log: EventLog, path: str | Path) -> Path:
    """Write the log as XES, the XML of process mining; a trace a contact, the events of `to_bupar`.

    Args:
        log: the log.
        path: the file to write, usually named `....xes`.

    Returns:
        The path.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(_XES_HEAD)
        file.write(f"  {_xes('string', 'concept:name', log.about.option)}\n")
        file.writelines(_traces(log))
        file.write("</log>\n")
    return path


def _traces(log: EventLog) -> Iterator[str]:
    events = to_bupar(log)
    if events.empty:
        return
    events["timestamp"] = [stamp.isoformat() for stamp in events["timestamp"]]
    open_case = ""
    for case, activity, instance, lifecycle, stamp, resource in events.itertuples(index=False):
        if case != open_case:
            yield "  </trace>\n" * bool(open_case) + f"  <trace>\n    {_xes('string', 'concept:name', case)}\n"
            open_case = case
        cells = [
            _xes("string", "concept:name", activity),
            _xes("string", "concept:instance", str(instance)),
            _xes("string", "lifecycle:transition", lifecycle),
            _xes("date", "time:timestamp", stamp),
        ]
        cells += [_xes("string", "org:resource", resource)] * bool(resource)
        yield f"    <event>{''.join(cells)}</event>\n"
    yield "  </trace>\n"


def _xes(kind: str, key: str, value: str) -> str:
    return f'<{kind} key="{key}" value={quoteattr(value)}/>'


def _lifecycles(log: EventLog) -> pd.DataFrame:
    """Every event of a worked visit, a contact at a time, in the order in which they happened."""
    work = _work(log)
    first, last = ~work["instance"].duplicated(), ~work["instance"].duplicated(keep="last")
    over = work[~(last & work["censored"])]
    final = last[over.index]
    parts = [
        _stamped(work[first], 0, "schedule", "enabled"),
        _stamped(work, 1, np.where(first, "start", "resume"), "start"),
        _stamped(over, 2, np.where(final, "complete", "suspend"), "end"),
    ]
    events = pd.concat(parts, ignore_index=True)
    order = ["contact", "second", "activity_instance_id", "stretch", "step"]
    return events.sort_values(order, kind="stable", ignore_index=True)


def _stamped(work: pd.DataFrame, step: int, lifecycle: Words, second: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "contact": work["contact"],
            "case_id": work["contact"].astype(str),
            "activity_id": work["stage"].astype(str),
            "activity_instance_id": work["instance"],
            "lifecycle_id": lifecycle,
            "second": work[second],
            "resource_id": work["resource"],
            "stretch": work["start"],
            "step": step,
        }
    )


def _work(log: EventLog) -> pd.DataFrame:
    """The stretches that are not waits, with the number of their visit and the name of who worked."""
    work = log.events[~log.events["kind"].isin(["wait", "re-grade"])].reset_index(drop=True)
    names = dict(zip(log.duty["worker"], log.duty["name"].astype(str), strict=True))
    workers = {worker: names.get(worker, f"worker {worker}") for worker in work["worker"].unique() if worker >= 0}
    instance = work.groupby(_VISIT, sort=False, observed=True).ngroup()
    return work.assign(instance=instance, resource=work["worker"].map(workers).fillna("").astype(str))


def _local(log: EventLog, seconds: Ints) -> pd.DatetimeIndex:
    """Local time, with its offset, at each second of the log."""
    midnight = pd.Timestamp(log.about.clock.local(0))
    return midnight + pd.to_timedelta(seconds, unit="s")
