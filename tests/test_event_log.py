"""The event log: its laws, its files, and its exports."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdoor_sim.documents import InputError
from frontdoor_sim.event_log import (
    ANY,
    BrokenLaw,
    EventLog,
    arrange,
    assemble,
    check_laws,
    main_thread,
    read_log,
    to_bupar,
    to_prosimos,
    to_vidigi,
    to_xes,
    write_log,
)
from frontdoor_sim.event_log.intervals import Stretches, covered_seconds
from frontdoor_sim.event_log.laws import LAWS
from frontdoor_sim.tables import from_rows
from small_logs import HOUR, SmallLog, a_week, about, seconds

Change = Callable[[EventLog], EventLog]


def row(log: EventLog, contact: int, stage: str, kind: str, nth: int = 0) -> int:
    """Position of a row of the log."""
    events = log.events
    found = events[(events["contact"] == contact) & (events["stage"] == stage) & (events["kind"] == kind)]
    return int(found.index[nth])


def cell(contact: int, stage: str, kind: str, nth: int = 0, **cells: object) -> Change:
    """Change cells of a row."""

    def change(log: EventLog) -> EventLog:
        events = log.events.copy()
        for column, value in cells.items():
            events.loc[row(log, contact, stage, kind, nth), column] = value
        return replace(log, events=events)

    return change


def gone(contact: int, stage: str, kind: str, nth: int = 0) -> Change:
    """Take a row away."""
    return lambda log: replace(log, events=log.events.drop(index=row(log, contact, stage, kind, nth)))


def came(contact: int, **times: float) -> Change:
    """Change hours of a contact."""

    def change(log: EventLog) -> EventLog:
        contacts = log.contacts.copy()
        for column, hours in times.items():
            contacts.loc[contacts["contact"] == contact, column] = seconds(hours)
        return replace(log, contacts=contacts)

    return change


def duty(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Change:
    return lambda log: replace(log, duty=change(log.duty))


def listed(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Change:
    return lambda log: replace(log, contacts=change(log.contacts))


def both(first: Change, second: Change) -> Change:
    return lambda log: second(first(log))


BREACHES: list[tuple[str, int, str, Change]] = [
    ("contacts_known", 2, "lacks", listed(lambda table: table[table["contact"] != 2])),
    ("contacts_known", 4, "repeats", listed(lambda table: pd.concat([table, table[3:]]))),
    ("no_negative_stretch", 2, "ends before it starts", cell(2, "screening", "work", end=0)),
    ("no_negative_stretch", 1, "before its visit is ready", cell(1, "transfer", "work", enabled=17 * HOUR)),
    ("no_negative_stretch", -1, "duty ends before", duty(lambda table: table.assign(end=table["start"] - 1))),
    ("within_the_run", 3, "after the run", cell(3, "decision", "wait", end=337 * HOUR)),
    ("within_the_run", 1, "censored before", cell(1, "screening", "work", censored=True)),
    ("nothing_before_entry", 2, "before its contact is received", came(2, received=10.5, enters=11)),
    ("nothing_before_entry", 2, "before it is received", came(2, enters=9)),
    ("nothing_before_entry", 4, "before it enters", came(4, enters=-29.5)),
    ("one_thread", 2, "hole", gone(2, "screening", "wait", 1)),
    ("one_thread", 2, "overlap", cell(2, "screening", "wait", 1, start=16 * HOUR)),
    ("one_thread", 3, "hole", came(3, enters=176)),
    ("conserved", 2, "neither ends nor", cell(2, "screening", "re-keying", outcome="decision")),
    ("conserved", 1, "more than once", cell(1, "decision", "work", outcome="plan")),
    (
        "conserved", 1, "goes on after",
        both(cell(1, "assessment", "caseload", outcome="transfer"), cell(1, "decision", "work", outcome="plan")),
    ),
    ("conserved", 4, "has no row", gone(4, "screening", "work")),
    ("outcome_last", 2, "inside a visit", cell(2, "screening", "work", outcome="decision")),
    ("outcome_last", 1, "leads nowhere", cell(1, "transfer", "work", outcome="")),
    ("outcome_last", 3, "has an outcome", cell(3, "decision", "wait", outcome="transfer")),
    ("one_duty_at_once", -1, "overlap", duty(lambda table: pd.concat([table, table[:1]]))),
    ("one_place_at_once", 1, "two places", cell(2, "screening", "work", worker=2)),
    ("only_on_duty", 1, "outside duty", duty(lambda table: table[table["worker"] == 1])),
]  # fmt: skip


def test_a_right_log_breaks_no_law() -> None:
    check_laws(a_week())


def test_an_empty_log_breaks_no_law() -> None:
    check_laws(SmallLog().made())


@pytest.mark.parametrize(("law", "contact", "words", "change"), BREACHES, ids=[f"{b[0]}: {b[2]}" for b in BREACHES])
def test_a_breach_names_the_law_and_the_contact(law: str, contact: int, words: str, change: Change) -> None:
    with pytest.raises(BrokenLaw, match=words) as raised:
        check_laws(change(a_week()))
    assert (raised.value.law, raised.value.contact) == (law, contact)


def test_every_law_has_a_breach() -> None:
    assert {law.__name__ for law in LAWS} == {breach[0] for breach in BREACHES}


def test_a_broken_law_names_its_rows_and_survives_a_process_boundary() -> None:
    log = a_week()
    position = row(log, 2, "screening", "work")
    with pytest.raises(BrokenLaw, match=f"Contact 2, rows {position}") as raised:
        check_laws(cell(2, "screening", "work", end=0)(log))
    again = pickle.loads(pickle.dumps(raised.value))
    assert (str(again), again.rows) == (str(raised.value), (position,))


def test_waiting_from_receipt_is_as_lawful_as_starting_on_entering() -> None:
    log = SmallLog()
    thread = log.contact(1, 20, enters=33)
    thread.now = seconds(20)
    thread.at("screening").wait(33, "shift").wait(34, team="screening").work(35).to("advice")
    check_laws(log.made())


def test_overtime_counts_as_duty_and_training_does_not() -> None:
    def log_with(kind: str) -> EventLog:
        log = SmallLog().duty(1, 9, 17).duty(1, 17, 19, kind=kind)
        log.contact(1, 16).at("screening").work(18).to("advice")
        return log.made()

    check_laws(log_with("overtime"))
    with pytest.raises(BrokenLaw, match="outside duty"):
        check_laws(log_with("training"))


def test_duty_is_not_judged_where_the_log_holds_none() -> None:
    log = a_week()
    check_laws(replace(log, duty=log.duty[:0]))


def test_forks_may_overlap_the_main_thread_and_lead_nowhere() -> None:
    log = SmallLog()
    thread = log.contact(1, 9).at("screening").wait(12, "partner")
    thread.fork(1, 9, 30).fork(2, 9, 11).work(13).to("advice")
    check_laws(log.made())


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_covered_seconds_equals_counting_seconds(data: st.DataObject) -> None:
    times = st.integers(-20, 20)
    stretch = st.tuples(st.integers(0, 2), times, times).map(lambda s: (s[0], min(s[1:]), max(s[1:])))
    work = data.draw(st.lists(stretch, max_size=8))
    edges = [sorted(data.draw(st.lists(times, max_size=6, unique=True))) for _ in range(3)]
    cover = [(owner, a, b) for owner, cuts in enumerate(edges) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    counted = [
        sum(any(o == owner and a <= t < b for o, a, b in cover) for t in range(start, end))
        for owner, start, end in work
    ]
    arrays = [Stretches(*np.array(rows, dtype=np.int64).reshape(-1, 3).T) for rows in (work, cover)]
    assert covered_seconds(*arrays).tolist() == counted


def test_assembling_puts_the_rows_into_canonical_order() -> None:
    log = a_week()
    mixed = log.events.iloc[::-1]
    again = assemble(mixed, log.contacts.iloc[::-1], log.duty.iloc[::-1], log.about)
    pd.testing.assert_frame_equal(again.events, log.events)
    pd.testing.assert_frame_equal(again.contacts, log.contacts)
    pd.testing.assert_frame_equal(again.duty, log.duty)


def test_stages_are_ordered_as_in_the_file_and_strangers_come_last() -> None:
    log = SmallLog()
    for stage in ("aside", "assessment", "decision", "screening"):
        log.contact(1, 0).at(stage).wait(5)
    events = arrange(pd.DataFrame(log.events), log.about)
    assert events["stage"].tolist() == ["screening", "decision", "assessment", "aside"]


def test_the_main_thread_is_part_0_in_the_order_of_happening() -> None:
    log = a_week()
    one = log.events.iloc[main_thread(log.events)]
    one = one[one["contact"] == 1]
    assert (one["part"] == 0).all()
    assert one["start"].tolist() == sorted(one["start"])
    assert one["stage"].drop_duplicates().tolist() == ["screening", "decision", "transfer", "assessment"]


def test_the_window_must_lie_inside_the_run() -> None:
    with pytest.raises(ValueError, match=r"starts <= 0 < closes <= ends"):
        about(closes=400, ends=336)


@pytest.mark.parametrize("name", ["a folder", "logs/event_log.parquet"])
def test_a_log_written_and_read_again_is_the_same(tmp_path: Path, name: str) -> None:
    log = a_week()
    events = write_log(log, tmp_path / name)
    again = read_log(tmp_path / name)
    assert events.name in {"events.parquet", "event_log.parquet"}
    for table in ("events", "contacts", "duty"):
        pd.testing.assert_frame_equal(getattr(again, table), getattr(log, table))
    assert (again.about.opens, again.about.starts, again.about.closes, again.about.ends) == (
        log.about.opens, log.about.starts, log.about.closes, log.about.ends,
    )  # fmt: skip
    for table in ("stages", "outcomes", "targets", "silent"):
        pd.testing.assert_frame_equal(getattr(again.about, table), getattr(log.about, table))
    assert again.about.clocks == log.about.clocks
    assert again.about.working_days.deadline(17 * HOUR, 3) == log.about.working_days.deadline(17 * HOUR, 3)


def test_what_a_log_cannot_support_is_kept_with_it(tmp_path: Path) -> None:
    log = a_week()
    why = from_rows([{"measure": "queue_length", "by": ANY, "why": "nobody wrote down when work began"}], "silent")
    write_log(EventLog(log.events, log.contacts, log.duty, replace(log.about, silent=why)), tmp_path)
    pd.testing.assert_frame_equal(read_log(tmp_path).about.silent, why)


def test_the_same_log_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_log(a_week(), tmp_path / name)
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()


def test_a_log_that_is_not_there_is_told_file_by_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^4 mistakes\.") as raised:
        read_log(tmp_path / "nowhere")
    assert [Path(mistake.where).name for mistake in raised.value.mistakes] == [
        "events.parquet", "contacts.parquet", "duty.parquet", "about.json",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("duty.parquet", b"not a table", r"duty\.parquet"),
        ("about.json", b"{}", r"about\.json\n  what:   KeyError"),
        ("about.json", b"not JSON", r"about\.json\n  what:   JSONDecodeError"),
    ],
)
def test_a_spoilt_file_is_named(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    write_log(a_week(), tmp_path)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_log(tmp_path)


def test_vidigi_has_one_arrival_a_contact_and_one_departure_an_ended_contact() -> None:
    table = to_vidigi(a_week())
    doors = table[table["event_type"] == "arrival_departure"]
    assert doors.groupby("event")["entity_id"].apply(sorted).to_dict() == {"arrival": [1, 2, 3, 4], "depart": [1, 2, 4]}
    assert table["time"].is_monotonic_increasing
    assert table["time"].min() == (168 - 30) * 60
    assert set(table["event_type"]) == {"arrival_departure", "queue", "resource_use", "resource_use_end"}


def test_vidigi_uses_a_worker_as_long_as_the_log_says() -> None:
    table = to_vidigi(a_week())
    uses = table[(table["entity_id"] == 2) & table["event_type"].str.startswith("resource")]
    assert uses["event"].tolist() == ["screening_begins", "screening_ends"] * 2
    assert uses["resource_id"].tolist() == [1, 1, 1, 1]
    assert ((uses["time"] - 168 * 60) / 60).tolist() == [11, 17, 33, 34]
    assert (uses["pathway"] == "amber").all()


def test_prosimos_has_a_row_a_finished_visit_with_work() -> None:
    table = to_prosimos(a_week())
    assert list(table.columns) == ["case_id", "activity", "enable_time", "start_time", "end_time", "resource"]
    two = table[table["case_id"] == "2"].iloc[0]
    assert (str(two["enable_time"]), str(two["end_time"])) == ("2019-06-03 10:00:00+01:00", "2019-06-04 10:00:00+01:00")
    assert two["resource"] == "screening 1"
    assert table["activity"].tolist() == [
        "screening",
        "decision",
        "transfer",
        "assessment",
        "screening",
        "screening",
        "screening",
    ]


def test_bupar_says_when_work_was_set_down_and_taken_up() -> None:
    table = to_bupar(a_week())
    two = table[table["case_id"] == "2"]
    assert two["lifecycle_id"].tolist() == ["schedule", "start", "suspend", "resume", "complete"]
    assert two["activity_instance_id"].nunique() == 1
    assert str(two["timestamp"].iloc[1]) == "2019-06-03 11:00:00+01:00"


def test_a_visit_that_the_end_of_the_run_cut_has_no_completion() -> None:
    log = SmallLog().duty(1, 9, 400)
    log.contact(1, 300).at("screening").work(336).cut()
    assert to_bupar(log.made())["lifecycle_id"].tolist() == ["schedule", "start"]
    assert to_prosimos(log.made()).empty


def test_xes_is_well_formed_and_holds_the_same_events(tmp_path: Path) -> None:
    log = a_week()
    root = ElementTree.parse(to_xes(log, tmp_path / "log.xes")).getroot()
    space = "{http://www.xes-standard.org/}"
    traces = root.findall(f"{space}trace")
    assert len(traces) == 4
    assert sum(len(trace.findall(f"{space}event")) for trace in traces) == len(to_bupar(log))
    first = {cell.get("key"): cell.get("value") for cell in traces[0].findall(f"{space}event")[0]}
    assert first["concept:name"] == "screening"
    assert first["lifecycle:transition"] == "schedule"
    assert first["time:timestamp"] == "2019-06-03T08:00:00+01:00"


def test_exports_name_no_need_and_escape_what_they_name(tmp_path: Path) -> None:
    log = SmallLog(option='a "b" <c> & d')
    log.contact(1, 9).at("screening").work(10).to("advice")
    text = to_xes(log.made(), tmp_path / "log.xes").read_text(encoding="utf-8")
    assert ElementTree.fromstring(text)[4].get("value") == 'a "b" <c> & d'
    for table in (to_vidigi(log.made()), to_prosimos(log.made()), to_bupar(log.made())):
        assert not {"need", "level", "source"} & set(table.columns)


@pytest.mark.parametrize("export", [to_vidigi, to_prosimos, to_bupar])
def test_an_empty_log_exports_as_an_empty_table(export: Callable[[EventLog], pd.DataFrame]) -> None:
    assert export(SmallLog().made()).empty


def test_visits_that_take_no_time_follow_each_other_as_their_outcomes_say():
    """Three stages within one second, which the canonical order puts as the file does: the outcomes tell who led to whom."""
    rows = [
        ("entry_desk", 0, 60, "pass"),
        ("close", 60, 60, "closed"),
        ("pass", 60, 60, "check"),
        ("check", 60, 60, "close"),
    ]
    events = pd.DataFrame(rows, columns=["stage", "start", "end", "outcome"]).assign(
        contact=7, enabled=lambda table: table["start"], visit=1, part=0
    )
    order = main_thread(events)
    assert events["stage"].iloc[order].tolist() == ["entry_desk", "pass", "check", "close"]


@pytest.mark.parametrize("last", ["closed", "close"])
def test_a_way_that_begins_with_visits_that_take_no_time_begins_where_none_of_them_leads(last: str):
    """All within the first second; where the way comes round, it begins at the stage to which it leads."""
    rows = [("close", 0, 0, 1, last), ("pass", 0, 0, 1, "check"), ("check", 0, 0, 1, "close")]
    if last == "close":
        rows = [("close", 0, 0, 1, "pass"), ("pass", 0, 0, 1, "close"), ("close", 0, 60, 2, "closed")]
    events = pd.DataFrame(rows, columns=["stage", "start", "end", "visit", "outcome"]).assign(
        contact=7, enabled=0, part=0
    )
    found = events["stage"].iloc[main_thread(events)].tolist()
    assert found == (["pass", "check", "close"] if last == "closed" else ["close", "pass", "close"])
