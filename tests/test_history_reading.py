"""Files as councils have them: told by their columns, read for what is needed, refused with a reason."""

from __future__ import annotations

import json
import zipfile
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import openpyxl
import pandas as pd
import pytest

from frontdoor_sim.calibration.from_history.carried import grades
from frontdoor_sim.calibration.from_history.gathering import gather
from frontdoor_sim.calibration.from_history.lasting import lasting
from frontdoor_sim.calibration.from_history.report.sections import _empty, _made_of
from frontdoor_sim.calibration.history import Period, column_maps, examine, read_history, to_log
from frontdoor_sim.calibration.history.cells import NONE, UNREADABLE, moments, source_codes
from frontdoor_sim.calibration.history.column_maps import read_map, shipped
from frontdoor_sim.calibration.history.layouts import FORMATS, layouts
from frontdoor_sim.calibration.history.step_threads import roots
from frontdoor_sim.calibration.history.table import require
from frontdoor_sim.calibration.routes import routes
from frontdoor_sim.calibration.spans import spans
from frontdoor_sim.calibration.window import Window
from frontdoor_sim.documents import InputError, read_yaml
from frontdoor_sim.event_log import check_laws, to_vidigi
from frontdoor_sim.measures import measure

HEAD = "contact_id,child_id,received_at,decided_at,outcome,source_code\n"
ROW = "C1,7,03/06/2019 09:12,03/06/2019 15:05,advice,6\n"
PERIOD = Period(date(2019, 6, 3), date(2019, 6, 17), datetime(2019, 6, 20))


def written(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def mistakes(*files, **more):
    with pytest.raises(InputError) as caught:
        read_history(*files, **more)
    assert all(m.where and m.what and m.right and m.remedy for m in caught.value.mistakes)
    return str(caught.value)


# --- told by columns --------------------------------------------------------------------------------------------------------


def test_the_columns_tell_the_format_and_not_the_name(tmp_path):
    path = written(tmp_path, "ssd_contacts.csv", HEAD + ROW)
    assert read_history([path]).account["format"].tolist() == ["template"]


@pytest.mark.parametrize(
    "table", [layout for form in ("annex_a", "ssd") for layout in layouts(form)], ids=lambda one: one.table
)
def test_official_headings_are_known(tmp_path, table):
    path = written(tmp_path, "any.csv", ",".join(f'"{field.heading}"' for field in table.fields) + "\n")
    account = read_history([path]).account
    assert account[["format", "table"]].to_numpy().tolist() == [[FORMATS[_form(table)], table.table]]


def _form(table):
    return "ssd" if table.table.startswith("ssd_") else "annex_a"


CAMEL = {
    "List 1": "ChildUniqueID,Gender,Ethnicity,DateOfBirth,Age,DateOfContact,ContactSource",
    "List 2": "ChildUniqueID,Gender,Ethnicity,DateOfBirth,Age,AssessmentStartDate,AssessmentCompletionDate,"
    "OrganisationCompletingAssessment",
    "List 3": "ChildUniqueID,Gender,Ethnicity,DateOfBirth,Age,ReferralDate,ReferralSource,ReferralNFA,ReferralsLast12Months,"
    "AllocatedTeam,AllocatedWorker",
    "List 4": "ChildUniqueID,Gender,Ethnicity,DateOfBirth,Age,HasDisability,ContinuousAssessmentStart,"
    "ContinuousAssessmentChildSeen,ContinuousAssessmentAuthDate,CSCSupportRequired,AllocatedTeam,AllocatedWorker",
    "List 5": "ChildUniqueID,Gender,Ethnicity,DateOfBirth,Age,HasDisability,StratDiscussionDate,InitialCPConfUnnecessary,"
    "InitialCPConfDate,CPConfResultInCPPlan,NumberS47s12m,NumberICPCs12m,AllocatedTeam,AllocatedWorker",
}


@pytest.mark.parametrize("table", CAMEL)
def test_the_other_style_of_headings_is_known_too(tmp_path, table):
    path = written(tmp_path, "any.csv", CAMEL[table] + "\n")
    assert read_history([path]).account["table"].tolist() == [table]


def test_annex_a_says_what_it_says(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Notes"
    sheet.append(["Read me first"])
    three = book.create_sheet("Referrals in six months")
    three.append(["Annex A, list 3"])
    three.append([])
    three.append(
        [
            "Child unique ID",
            "Gender",
            "Age of Child (Years)",
            "Date of Referral",
            "Referral  Source",
            "Referral NFA?",
            "Allocated Team",
        ]
    )
    three.append([10234, "a) Male", 8, date(2019, 6, 3), "q) 6: Police", "a) Yes", None])
    three.append(["A7", "b) Female", "Unborn", "04/06/2019", "p1) 5D: LA services", "b) No", "East"])
    three.append([None] * 7)
    three.append([10234.0, "b) Female", -1, 43620, "Primary school", "c) Unknown", "East"])
    path = tmp_path / "lists.xlsx"
    book.save(path)
    history = read_history([path])
    assert history.account["rows"].tolist() == [3, 0]
    assert history.account["read"].tolist() == [True, False]
    records = history.records
    assert records["row"].tolist() == [1, 2, 4]
    assert records["source"].tolist() == ["police", "la_services", "schools"]
    assert records["outcome"].tolist() == ["no_further_action", "", ""]
    assert records["age"].tolist() == ["5-9", "unborn", "unborn"]
    assert records["team"].tolist() == ["", "East", "East"]
    assert records["person"][0] == records["person"][2]
    days = records["received"].to_numpy(dtype=np.int64) // 86_400
    assert (days - days[0]).tolist() == [0, 1, 1]


def test_columns_that_may_be_blank_may_be_left_out(tmp_path):
    path = written(tmp_path, "a.csv", "ChildUniqueID,DateOfContact,ContactSource\nA,03/06/2019,6\n")
    assert len(read_history([path]).records) == 1


def test_every_source_code_has_a_group(tmp_path):
    rows = "".join(f"C{code},7,03/06/2019 09:12,,,{code}\n" for code in source_codes())
    records = read_history([written(tmp_path, "a.csv", HEAD + rows)]).records
    assert records["source"].tolist() == [source for source, _ in source_codes().values()]


def test_two_columns_for_one_thing_are_asked_about(tmp_path):
    text = "ChildUniqueID,First date of contact,Last date of contact,ContactSource\nA,03/06/2019,04/06/2019,6\n"
    said = mistakes([written(tmp_path, "a.csv", text)])
    assert "'First date of contact' and 'Last date of contact' could all be 'Date of Contact'" in said


def test_an_unknown_table_is_told_what_it_lacks(tmp_path):
    said = mistakes([written(tmp_path, "a.csv", "cont_contact_id,cont_person_id,when\n1,2,3\n")])
    assert "It looks like Standard Safeguarding Dataset, ssd_contacts, but lacks cont_contact_date." in said


def test_all_files_that_are_wrong_are_told_at_once(tmp_path):
    files = [tmp_path / "none.csv", written(tmp_path, "empty.csv", ""), written(tmp_path, "odd.csv", "a,b\n1,2\n"),
             written(tmp_path, "x.xlsx", b"PK no"), written(tmp_path, "x.parquet", b"PAR1"), written(tmp_path, "x.pdf", b"%PDF")]  # fmt: skip
    said = mistakes(files)
    assert said.startswith("6 mistakes.")
    assert str(tmp_path) not in said


# --- cells ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "precision", "second"),
    [
        ("03/06/2019", 2, 0), ("2019-06-03", 2, 0), ("20190603", 2, 0), ("3/6/2019", 2, 0), ("03-Jun-2019", 2, 0), (date(2019, 6, 3), 2, 0),
        (43619, 2, 0), ("2019-06-03T09:12:33", 0, 33153), ("2019-06-03 09:12:33.120", 0, 33153), ("03/06/2019 09:12", 1, 33120),
        (datetime(2019, 6, 3, 9, 12), 1, 33120), (pd.Timestamp("2019-06-03 09:12:01"), 0, 33121),
    ],
)  # fmt: skip
def test_moments_are_read_however_they_are_written(cell, precision, second):
    seconds, how = moments(pd.Series([cell], dtype=object))
    assert seconds[0] - second == 1_559_520_000
    assert how[0] == precision


@pytest.mark.parametrize(
    "cell", ["31/02/2019", "06/13/2019", "soon", "0", "1066-10-14", "9999-12-31", "03/06/19", 12, True]
)
def test_what_is_no_moment_is_not_read_as_one(cell):
    assert moments(pd.Series([cell], dtype=object))[0][0] == UNREADABLE


@pytest.mark.parametrize("cell", ["", "  ", None, np.nan, "NULL", "n/a", pd.NaT])
def test_nothing_is_nothing(cell):
    assert moments(pd.Series([cell], dtype=object))[0][0] == NONE


@pytest.mark.parametrize(
    "cell",
    [
        "2019-06-03T09:12:33Z", "2019-06-03T10:12:33+01:00", "2019-06-03 04:42:33.5-0430", "2019-06-03t09:12:33 utc", "03/06/2019 09:12:33 GMT",
        "03/06/2019 10:12:33 BST", pd.Timestamp("2019-06-03 11:12:33", tz="Europe/Paris"),
    ],
)  # fmt: skip
def test_a_moment_of_any_zone_becomes_what_the_clocks_in_london_showed(cell):
    seconds, how = moments(pd.Series([cell], dtype=object))
    assert datetime.fromtimestamp(int(seconds[0]), UTC).isoformat() == "2019-06-03T10:12:33+00:00"
    assert how[0] == 0


def test_in_winter_london_is_utc_and_an_hour_that_comes_twice_is_read():
    seconds, _ = moments(pd.Series(["2024-03-01T10:00:00+01:00", "2024-10-27T00:30:00Z", "2024-10-27T01:30:00Z"]))
    assert seconds.astype("datetime64[s]").astype(str).tolist() == [
        "2024-03-01T09:00:00",
        "2024-10-27T01:30:00",
        "2024-10-27T01:30:00",
    ]


@pytest.mark.parametrize(
    "cell", ["2019-06-03T00:00:00Z", "2019-06-03T00:00:00+05:30", "2019-06-02T23:00:00Z", "2019-06-03Z"]
)
def test_a_date_that_was_cast_in_some_zone_is_still_that_date_alone(cell):
    seconds, how = moments(pd.Series([cell, "2019-06-04T09:12:33+01:00"]))
    assert (seconds[0], how.tolist()) == (1_559_520_000, [2, 0])


@pytest.mark.parametrize("zone", ["UTC", "Europe/London", "America/New_York"])
def test_a_column_of_parquet_that_has_a_zone_is_read_in_london(tmp_path, zone):
    """Received at 23:30 on Sunday evening in UTC, which is Monday in London; decided at 09:12 there."""
    rows = pd.DataFrame({"contact_id": ["C1"], "child_id": [7], "outcome": ["advice"], "source_code": ["6"]})
    received = pd.to_datetime(["2019-06-02 23:30:00Z"]).tz_convert(zone).as_unit("us")
    rows = rows.assign(received_at=received, decided_at=pd.to_datetime(["2019-06-03 09:12"]).as_unit("us"))
    rows.to_parquet(tmp_path / "template.parquet")
    records = read_history([tmp_path / "template.parquet"]).records
    assert records["received"].tolist() == [1_559_520_000 + 1_800]
    assert records["ended"].tolist() == [1_559_520_000 + 9 * 3600 + 12 * 60]


def test_a_database_that_casts_to_days_is_seen_through():
    cast = pd.Series(["2019-06-03 00:00:00", "2019-06-04 00:00:00"])
    assert moments(cast)[1].tolist() == [2, 2]
    one_at_midnight = pd.Series(
        [
            "2019-06-03 00:00:00",
            *(f"2019-06-03 09:{m:02d}:05" for m in range(60)),
            *(f"2019-06-03 10:{m:02d}:05" for m in range(60)),
        ]
    )
    assert moments(one_at_midnight)[1].tolist() == [0] * 121


# --- encodings and torn files -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(tmp_path, encoding):
    text = HEAD.replace("outcome", "outcome,team") + "C1,7,03/06/2019 09:12,,,Équipe – A,6\n"
    records = read_history([written(tmp_path, "a.csv", text.encode(encoding))]).records
    assert records["team"].tolist() == ["Équipe – A"]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_delimiters(tmp_path, delimiter):
    text = (HEAD + ROW).replace(",", delimiter)
    assert len(read_history([written(tmp_path, "a.csv", text)]).records) == 1


def test_rows_are_numbered_and_torn_ones_counted_line_by_line(tmp_path):
    text = HEAD + ROW + "C2,7\n" + ROW.replace("C1", "C3") + '"C4,7,03/06/2019\nC5,8,03/06/2019 09:12,,,6\nC6,8\n'
    history = read_history([written(tmp_path, "a.csv", text)])
    assert history.account["rows"].tolist() == [6]
    assert history.records["row"].tolist() == [1, 3]
    assert history.findings["row"].tolist() == [2, 4, 4, 4]
    quality = examine(history, datetime(2019, 7, 1))
    assert len(quality.set_aside) == 4


def test_free_text_over_several_lines_tears_nothing(tmp_path):
    text = HEAD.replace("outcome", "notes,outcome") + 'C1,7,03/06/2019 09:12,,"she said, ""no""\nand left",advice,6\n'
    history = read_history([written(tmp_path, "a.csv", text)])
    assert len(history.records) == 1
    assert history.findings.empty


# --- tricks -----------------------------------------------------------------------------------------------------------------

CENSUS = "<Message><Children><Child><ChildIdentifiers><LAchildID>{who}</LAchildID></ChildIdentifiers></Child></Children></Message>"
LAUGHS = '<!DOCTYPE m [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>' + CENSUS.format(who="&b;")


@pytest.mark.parametrize(
    "text",
    [
        LAUGHS,
        '<!DOCTYPE m [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + CENSUS.format(who="&x;"),
        '<!DOCTYPE m SYSTEM "http://localhost/x.dtd">' + CENSUS.format(who="1"),
        CENSUS.format(who="&undeclared;"),
        CENSUS.format(who="1")[:-20],
        "<a>" * 50 + "</a>" * 50,
        "<html></html>",
        "",
    ],
)
def test_xml_that_is_a_trick_or_none_is_refused(tmp_path, text):
    assert "census.xml" in mistakes([written(tmp_path, "census.xml", text)])


def test_a_census_with_prefixes_is_read(tmp_path):
    text = (
        CENSUS.format(who="1")
        .replace("<", "<c:")
        .replace("<c:/", "</c:")
        .replace("<c:Message", '<c:Message xmlns:c="x"')
    )
    assert read_history([written(tmp_path, "census.xml", text)]).records.empty


def test_a_workbook_that_unpacks_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("frontdoor_sim.calibration.history.workbooks.LARGEST_SHEET_BYTES", 1_000_000)
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b" " * 5_000_000)
    assert "unpacks to 5,000,000 bytes" in mistakes([path])


@pytest.mark.parametrize("place", ["XFD1048576", "ZZZZZ1", "A99999999"])
def test_a_workbook_with_a_cell_miles_away_is_refused_before_room_is_made_for_it(tmp_path, place):
    book = openpyxl.Workbook()
    for row in (["Child Unique ID", "Date of Contact", "Contact Source"], *(["A", "03/06/2019", 6] for _ in range(40))):
        book.active.append(row)
    sound, path = tmp_path / "sound.xlsx", tmp_path / "far.xlsx"
    book.save(sound)
    with zipfile.ZipFile(sound) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'r="B2"', f'r="{place}"'.encode()))
    assert "room for" in mistakes([path])


def test_a_package_that_is_not_there_is_named():
    with pytest.raises(InputError, match=r"pip install \"frontdoor-sim\[history\]\""):
        require("no_such_package_anywhere", "a workbook")


# --- column maps ------------------------------------------------------------------------------------------------------------


def test_shipped_maps_are_read_by_their_columns(tmp_path):
    for one in shipped():
        path = written(tmp_path, "any.csv", ",".join(field.heading for field in one.layout.fields) + "\n")
        assert read_history([path]).account["format"].tolist() == [one.layout.format]


def test_every_mistake_of_a_column_map_is_told(tmp_path):
    text = "name: x\nshape: stepps\ncolumns: {itm: A}\nstages:\n  a: {kind: wok, steps: []}\noutcomes: {X: nowhere}\n"
    with pytest.raises(InputError) as caught:
        read_map(written(tmp_path, "map.yaml", text))
    said = str(caught.value)
    for part in ("'stepps' is not a shape", "'itm' is not known here", "item is missing", "'nowhere' is not known"):
        assert part in said


@pytest.mark.parametrize(
    ("was", "becomes", "where", "what"),
    [
        ("decides: true", "decides: true, accepts: yes", "stages.decision.accepts", "'yes' is neither true nor false."),
        ("decides: true", "decides: yes", "stages.decision.decides", "'yes' is neither true nor false."),
        ("decides: true", "decides: true, allocates: 1", "stages.decision.allocates", "1 is neither true nor false."),
        ("decides: true", "decides: true, transfer: on", "stages.decision.transfer", "'on' is neither true nor false."),
        ("decides: true", "decides: true, transfer: null", "stages.decision.transfer", "nothing is neither true nor false."),
        ("decides: true", "decides: false", "stages", "No stage decides."),
        ("decides: true", "decides: true, team: [a]", "stages.decision.team", "[a] is no text."),
        ("decides: true", "decides: true, kind: [work]", "stages.decision.kind", "[work] is not a kind."),
        ("decides: true", "decides: true, kind: wrok", "stages.decision.kind", "'wrok' is not a kind."),
        ("{steps: [2], decides: true}", "[steps]", "stages.decision", "[steps] is not a mapping."),
        ("[2]", "[{a: b}]", "stages.decision.steps[0]", "{a: b} is no text."),
        ("[2]", "[2, 1]", "stages.decision.steps[1]", "'1' is a step of triage already."),
        ("[2]", "2", "stages.decision.steps", "No step types are listed."),
        ("shape: steps", "shape: [steps]", "shape", "[steps] is not a shape."),
        ("shape: steps", "shape: {steps: 1}", "shape", "{steps: 1} is not a shape."),
        ("name: made", "name: [made]", "name", "[made] is no text."),
        ("item: id", "item: [id]", "columns.item", "[id] is no text."),
        ("item: id", "item: null", "columns.item", "nothing is no text."),
        ("item: id", "item: '--'", "columns.item", "'--' is no text."),
        ("item: id", "item: true", "columns.item", "true is no text."),
        ("Closed: closed", "Closed: [closed]", "outcomes.Closed", "[closed] is not known."),
        ("Closed: closed", "Closed: closed, CLOSED.: decision", "outcomes.CLOSED.", "'CLOSED.' reads like another that means 'closed'."),
        ("provides: 1", "provides: [1]", "ends.closed.provides", "[1] is not a level of need."),
        ("provides: 1", "provides: 1, referral: yes", "ends.closed.referral", "'yes' is neither true nor false."),
        ("ends: {closed: {provides: 1}}", "ends: {closed: {provides: 1}, triage: }", "ends.triage", "triage is a stage too."),
        ("ends: {closed: {provides: 1}}", "ends: [closed]", "ends", "[closed] is not a mapping."),
    ],
)  # fmt: skip
def test_a_mistake_of_a_column_map_is_told_in_four_parts(tmp_path, was, becomes, where, what):
    """And without another that only follows from it, but for outcomes of ends that cannot be read."""
    assert was in MAP
    with pytest.raises(InputError) as caught:
        read_map(written(tmp_path, "map.yaml", MAP.replace(was, becomes, 1)))
    told = {one.where.split(": ")[-1]: one for one in caught.value.mistakes}
    assert told[where].what == what
    assert all((told[where].right, told[where].remedy))
    assert set(told) - {where} <= {"outcomes.Closed"}


def test_stages_of_rows_that_are_contacts_are_a_mistake(tmp_path):
    text = "name: x\nshape: contacts\ncolumns: {item: A, person: B, received: C, ended: D}\nstages: {a: {steps: [1], decides: true}}\n"
    with pytest.raises(InputError, match="A row is a contact, so there are no steps"):
        read_map(written(tmp_path, "map.yaml", text))


@pytest.mark.parametrize("name", ["mosaic", "liquidlogic"])
def test_no_value_of_a_column_map_ends_in_anything_but_a_mistake(tmp_path, name):
    """Every value of the shipped maps, put out by something else that YAML can say."""
    document = read_yaml(Path(column_maps.__file__).parent / f"{name}.yaml").data
    for place in _places(document):
        for value in (None, True, "yes", 3, 2.5, [], ["x"], {}, {"x": 1}, date(2024, 1, 1)):
            path = written(tmp_path, "map.yaml", json.dumps(_with(document, place, value), default=str))
            with suppress(InputError):
                read_map(path)


def _places(data, at=()):
    if isinstance(data, dict | list):
        for name, inner in data.items() if isinstance(data, dict) else enumerate(data):
            yield (*at, name)
            yield from _places(inner, (*at, name))


def _with(data, place, value):
    changed = json.loads(json.dumps(data))
    inner = changed
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = value
    return changed


def test_a_mapping_file_must_name_the_systems(tmp_path):
    data = written(tmp_path, "a.csv", HEAD + ROW)
    same = written(tmp_path, "same.csv", "x,y\n1,2\n")
    assert "Headings that are names of systems: one and two." in mistakes({"one": [data], "two": [data]}, mapping=same)


CONTACTS_MAP = """
name: made
shape: contacts
columns: {item: id, person: who, received: came, ended: done, outcome: next, source: by}
outcomes: {Step down: early_help, NFA: no_further_action}
sources: {Hub X: police}
"""


def test_words_that_a_column_map_does_not_name_are_read_as_usual_or_counted(tmp_path):
    """Own words first, then codes and standard words; what is neither is counted by the check that lists outcomes."""
    written(tmp_path, "map.yaml", CONTACTS_MAP)
    rows = [
        ("Step down", "Hub X"),
        ("Early Help", "1D"),
        ("early_help", "Police"),
        ("Step up", "nobody knows"),
        ("", ""),
    ]
    text = "id,who,came,done,next,by\n" + "".join(
        f"{number},P{number},03/06/2019 09:1{number},03/06/2019 10:00,{said},{by}\n"
        for number, (said, by) in enumerate(rows)
    )
    history = read_history([written(tmp_path, "a.csv", text), tmp_path / "map.yaml"])
    assert history.records["outcome"].tolist() == ["early_help", "early_help", "early_help", "other", ""]
    police, code, word, unknown, blank = history.records["source"].tolist()
    assert (police, word, unknown) == ("police", "police", "unknown")
    assert code == source_codes()["1D"][0]
    assert blank in ("", "unknown")
    found = history.findings[history.findings["rule"] == "outcome_unknown"]
    assert len(found) == 1, "Step up"


# --- workflow steps ---------------------------------------------------------------------------------------------------------

MAP = """
name: made
shape: steps
columns: {item: id, person: who, parent: before, step: type, incoming: came, started: began, ended: done, outcome: next}
stages:
  triage: {steps: [1]}
  decision: {steps: [2], decides: true}
outcomes: {Closed: closed, Decide: decision}
ends: {closed: {provides: 1}}
"""


def steps(tmp_path, *rows):
    written(tmp_path, "map.yaml", MAP)
    lines = [f"{i},7,{p},{t},{c},{b},{d},{n}" for i, p, t, c, b, d, n in rows]
    written(tmp_path, "steps.csv", "id,who,before,type,came,began,done,next\n" + "\n".join(lines) + "\n")
    joined = to_log(read_history([tmp_path]), PERIOD)
    check_laws(joined.log)
    return joined


def at(hour, minute=1):
    return f"03/06/2019 {hour:02d}:{minute:02d}"


def test_steps_one_after_another_are_a_thread(tmp_path):
    events = steps(
        tmp_path, (1, "", 1, at(9), at(10), at(11), "Decide"), (2, 1, 2, at(12), at(13), at(14), "Closed")
    ).log.events
    assert events["waited_for"].tolist() == ["worker", "", "handoff", "worker", ""]
    assert events["outcome"].tolist() == ["", "", "decision", "", "closed"]
    assert (events["end"] - events["start"]).tolist() == [3_600] * 5


def test_a_step_inside_another_is_a_task_of_its_own(tmp_path):
    events = steps(
        tmp_path,
        (1, "", 1, at(9), at(9), at(14), "Decide"),
        (2, 1, 1, at(10), at(10), at(11), ""),
        (3, 1, 2, at(14), at(14), at(15), "Closed"),
    ).log.events
    assert events.loc[events["part"] == 1, "start"].tolist() == [10 * 3_600 + 60]
    assert events["part"].tolist().count(1) == 1


def test_a_step_never_completed_is_over_when_the_next_comes_in(tmp_path):
    events = steps(tmp_path, (1, "", 1, at(9), at(10), "", ""), (2, 1, 2, at(12), "", "", "")).log.events
    assert events["end"].tolist()[:2] == [10 * 3_600 + 60, 12 * 3_600 + 60]
    assert events["censored"].tolist() == [False, False, True]


def test_a_step_that_leads_to_one_not_there_ends_unrecorded(tmp_path):
    joined = steps(tmp_path, (1, "", 1, at(9), at(10), at(11), "Decide"))
    assert joined.log.events["outcome"].tolist()[-2:] == ["decision", "not_recorded"]


def test_a_step_after_one_not_there_is_no_contact_unless_contacts_begin_so(tmp_path):
    rows = [
        (1, "", 1, at(9), "", at(10), "Closed"),
        (2, 77, 2, at(9), "", at(10), "Closed"),
        (3, 78, 1, at(9), "", at(10), "Closed"),
    ]
    joined = steps(tmp_path, *rows)
    assert len(joined.log.contacts) == 2
    account = joined.account.set_index("kind").loc["step"]
    assert (account["records"], account["used"]) == (3, 2)


def test_steps_that_lead_to_each_other_are_left_out(tmp_path):
    joined = steps(
        tmp_path,
        (1, "", 1, at(9), "", at(10), "Closed"),
        (2, 3, 1, at(9), "", at(10), ""),
        (3, 2, 1, at(9), "", at(10), ""),
    )
    assert joined.log.contacts["contact"].tolist() == [0]


def test_roots_of_long_chains():
    item = np.arange(100_000)
    assert (roots(item, item - 1) == 0).all()


def test_a_history_without_contacts_makes_no_log(tmp_path):
    path = written(tmp_path, "a.csv", "ChildUniqueID,ReferralDate,ReferralSource\nA,03/06/2019,6\n")
    with pytest.raises(InputError, match="The files hold no contact"):
        to_log(read_history([path]), PERIOD)


def test_a_period_must_run_forward():
    with pytest.raises(ValueError, match="must follow one another"):
        Period(date(2020, 1, 1), date(2019, 1, 1), datetime(2020, 2, 1))


# --- grades of urgency --------------------------------------------------------------------------------------------------------


def of_grades(folder, *grades):
    """A template of contacts received at 09:00 on the days of a fortnight, each decided two days later, with these grades."""
    lines = [
        f"C{n},{n},{3 + n % 9:02d}/06/2019 09:00,{5 + n % 9:02d}/06/2019 09:00,advice,6,{grade}\n"
        for n, grade in enumerate(grades)
    ]
    path = written(folder, "template.csv", HEAD.replace("source_code", "source_code,rag") + "".join(lines))
    return to_log(read_history([path]), PERIOD).log


def test_a_contact_without_a_grade_is_in_no_figure_by_grade_and_in_every_other(tmp_path):
    log = of_grades(tmp_path, *["red"] * 4, *["green"] * 8, *[""] * 20)
    check_laws(log)
    table = measure(log).set_index(["measure", "by", "group"])["value"]
    assert table["children_received", "all", "all"] == 32
    by = measure(log).query("by == 'rag' and measure == 'children_received'")
    assert dict(zip(by["group"], by["value"], strict=True)) == {"red": 4, "green": 8}
    assert log.contacts["rag"].isna().sum() == 20
    assert routes(log, "rag")["group"].unique().tolist() == ["green", "red"]
    assert set(to_vidigi(log)["pathway"]) == {"red", "green", ""}


def test_a_child_without_a_grade_does_not_hide_that_of_a_sibling(tmp_path):
    rows = [f"C1,{child},03/06/2019 09:12,,,6,{grade}\n" for child, grade in ((1, ""), (2, "amber"))]
    path = written(tmp_path, "template.csv", HEAD.replace("source_code", "source_code,rag") + "".join(rows))
    assert to_log(read_history([path]), PERIOD).log.contacts["rag"].tolist() == ["amber"]


def test_a_mix_of_grades_is_that_of_the_contacts_that_have_one(tmp_path):
    log = of_grades(tmp_path, *["red"] * 20, *["green"] * 20, *[""] * 40)
    gathered = SimpleNamespace(log=log, source="Made up", on=date(2019, 6, 17))
    found = grades(gathered, log.contacts.assign(rag=log.contacts["rag"].astype(object))).numbers["contacts.rag_mix"]
    assert found.value["red"] == found.value["green"] > 0.4
    assert found.note.startswith("From 40 grades")
    assert "40 contacts without a grade are left out" in found.note


def test_a_log_without_any_grade_answers_nothing_by_grade(tmp_path):
    log = of_grades(tmp_path, *[""] * 12)
    silent = log.about.silent
    assert silent.loc[silent["by"] == "rag", "why"].tolist() == ["the files hold no grade of urgency"]


# --- how long things take -----------------------------------------------------------------------------------------------------


def test_a_span_that_the_cases_do_not_tell_is_not_written_and_said(tmp_path):
    """All received on one day; within two days 40 of 400 are decided, ever more slowly, and the rest are open."""
    lines = [
        f"C{n},{n},17/06/2019 00:01,{17 + n // 30:02d}/06/2019 {n % 23:02d}:{30 + n % 29},advice,6\n" for n in range(40)
    ]
    lines += [f"C{n},{n},17/06/2019 00:01,,,6\n" for n in range(40, 400)]
    period = Period(date(2019, 6, 17), date(2019, 6, 19), datetime(2019, 6, 19))
    log = to_log(read_history([written(tmp_path, "template.csv", HEAD + "".join(lines))]), period).log
    gathered = SimpleNamespace(log=log, records=read_history([tmp_path / "template.csv"]).records)
    hours = {name: SimpleNamespace(value=value) for name, value in
             {"arrivals.hour_weights": {"police": [1.0] * 24}, "arrivals.source_shares": {"police": 1.0}}.items()}  # fmt: skip
    found = lasting(gathered, hours, None, lambda _: None)
    assert found.fits["received_to_decided"][0].determined
    assert found.part.numbers == {}
    assert found.part.unsaid[0].what == "How long it takes from receipt to the decision"


# --- small counts -------------------------------------------------------------------------------------------------------------


def test_of_how_many_records_the_log_is_made_does_not_tell_how_few_were_set_aside(tmp_path):
    """100 rows, of which 3 have no child: the files say c and c, and the log does not say 97."""
    lines = [f"C{n},{n if n > 2 else ''},03/06/2019 09:12,03/06/2019 15:05,advice,6\n" for n in range(100)]
    history = read_history([written(tmp_path, "template.csv", HEAD + "".join(lines))])
    quality = examine(history, datetime(2019, 6, 20))
    assert quality.account["used"].isna().all()
    joined = to_log(quality.history, PERIOD)
    gathered = SimpleNamespace(quality=quality, joined=joined, records=quality.history.records)
    assert joined.account["records"].tolist() == [97]
    assert _made_of(gathered)[["Number", "Used"]].to_numpy().tolist() == [["c", "c"]]


def test_the_first_lines_of_a_calibration_name_weeks_that_are_missing(tmp_path):
    lines = [f"C{n},{n},{1 + n // 5:02d}/06/2019 09:{n % 5:02d},,,6\n" for n in range(150) if not 50 <= n < 100]
    period = Period(date(2019, 6, 1), date(2019, 7, 1), datetime(2019, 7, 2))
    log = to_log(read_history([written(tmp_path, "template.csv", HEAD + "".join(lines))]), period).log
    found = SimpleNamespace(gathered=SimpleNamespace(log=log, window=Window(period.opens, date(2019, 6, 30))))
    assert _empty(found) == [(date(2019, 6, 11), date(2019, 6, 20))]


# --- dates that cannot be read ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("06/{day}/2019 09:12", "the month before the day, as 12/31/2024"),
        ("{day}/06/19", "a year of two digits, as 31/12/24"),
        ("436{day}.5", "a spreadsheet's number of a day, as 45657"),
        ("15595{day}120", "seconds since 1970"),
        ("{day}/06/1919", "a year before 1980 or after 2099"),
        ("the {day}th", "no form of a date that is known"),
    ],
)
def test_what_stands_for_a_date_that_cannot_be_read_is_told(tmp_path, cell, why):
    lines = [f"C{n},{n},{cell.format(day=13 + n)},,,6\n" for n in range(10)]
    lines.append("C99,99,20/06/2019 09:12,,,6\n")
    history = read_history([written(tmp_path, "template.csv", HEAD + "".join(lines))])
    findings = examine(history, datetime(2019, 6, 21)).findings.set_index("rule")
    assert findings.loc["date_unreadable", "advice"].startswith(f"Most of them have {why}. Write dates as dd/mm/yyyy")
    with pytest.raises(InputError, match=f"10 rows have a date that cannot be read; most of them have {why}"):
        gather("Made up", [tmp_path / "template.csv"], None, None, None, lambda _: None)


def test_a_column_that_has_the_month_first_throughout_is_told_to_be_misread_where_it_was_read(tmp_path):
    """The 1st to the 12th were read as months: of those dates nothing can be seen."""
    lines = [f"C{n},{n},06/{n:02d}/2019 09:12,,,6\n" for n in range(1, 31)]
    history = read_history([written(tmp_path, "template.csv", HEAD + "".join(lines))])
    advice = examine(history, datetime(2020, 6, 20)).findings.set_index("rule").loc["date_unreadable", "advice"]
    assert "The other dates of that column were read day first, and are wrong" in advice


def test_a_decision_that_was_never_recorded_is_no_open_case(tmp_path):
    """Of 300 contacts of ten weeks all are decided the next day, but for 20 of the first week and the last; one came too late."""
    opens = datetime(2019, 6, 3, 9)
    lines = []
    for n in range(300):
        came = opens + timedelta(hours=n * 5.6)
        decided = "" if n < 20 or n >= 295 else f"{came + timedelta(hours=20):%d/%m/%Y %H:%M}"
        lines.append(f"C{n},{n},{came:%d/%m/%Y %H:%M},{decided},{'advice' if decided else ''},6\n")
    period = Period(date(2019, 6, 3), date(2019, 8, 12), datetime(2019, 8, 12, 12))
    log = to_log(read_history([written(tmp_path, "template.csv", HEAD + "".join(lines))]), period).log
    observed = spans(log)["received_to_decided"].observed
    assert (observed.number, observed.open_cases) == (279, 4)
