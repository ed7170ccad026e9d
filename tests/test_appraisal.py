"""The pack and its charts: structure, escaping, determinism, and pictures that always draw."""

from __future__ import annotations

import json
import math
import re
from csv import reader
from hashlib import sha256
from html.parser import HTMLParser
from itertools import combinations, pairwise
from pathlib import Path

import matplotlib
import pandas as pd
import pytest
from matplotlib.transforms import Bbox

from frontdoor_sim.appraisal import files
from frontdoor_sim.appraisal.charts import (
    decided_within_24h,
    decision_curve,
    queue_by_hour_of_week,
    svg_text,
    transfer_time,
    utilisation,
    waiting_stacked,
    who_waits_by_rag,
)
from frontdoor_sim.appraisal.files import MANIFEST, RUN_RECORD, write_manifest, write_run_record, write_tables
from frontdoor_sim.appraisal.pack import Pack, PackError, empty
from frontdoor_sim.appraisal.report import write_pack
from frontdoor_sim.appraisal.suppression import suppressed
from frontdoor_sim.appraisal.workload import loads
from frontdoor_sim.experiment.explain import picture
from frontdoor_sim.scenario import read_scenario

ROOT = Path(__file__).parents[1]

NAN = math.nan
OPTIONS = {
    "as_found": "As found, May 2019",
    "interim_single_system": "Interim single system",
    "redesigned_mash": "Redesigned MASH",
    "integrated_front_door": "Integrated Front Door",
    "full_programme": "Full programme",
}
TEAMS = ("contact_desk", "screening", "police_desk", "decision_makers", "early_help_hub", "assessment")
NOTE = "95% interval incl. staffing range, adjusted for 4 options"


def options_table(labels=OPTIONS):
    says = "One sentence on what this operating model is and who would notice."
    rows = [(key, label, says, place == 0) for place, (key, label) in enumerate(labels.items())]
    return pd.DataFrame(rows, columns=["option", "label", "summary", "base"])


def summary_row(option, measure, mean, spread, unit, by="", group="", contacts=15_210):
    return (option, measure, by, group, mean, mean - spread, mean + spread, unit, 40, contacts)


def overall_rows(option, step):
    """`step` runs from 0 (today) to 4 (everything)."""
    within = (0.58, 0.64, 0.79, 0.86, 0.87)[step]
    yield summary_row(option, "decided_within_24h", within, 0.06 - 0.006 * step, "share")
    yield summary_row(option, "decided_within_1_working_day", within + 0.07, 0.05, "share")
    yield summary_row(option, "decided_on_time", within + 0.02, 0.05, "share")
    yield summary_row(option, "decision_hours_median", 20.6 - 4.1 * step, 1.4, "hours")
    yield summary_row(option, "decision_hours_p90", 92 - 15.0 * step, 9, "hours")
    yield summary_row(option, "decision_hours_p95", 121 - 18.0 * step, 14, "hours")
    yield summary_row(option, "transfer_hours_to_allocation_median", (66, 63, 52, 47, 19)[step], 8, "hours")
    yield summary_row(option, "transfer_hours_to_allocation_p90", (171, 166, 140, 128, 71)[step], 18, "hours")
    yield summary_row(option, "level_4_hours_to_recognition_median", 6.1 - 0.9 * step, 0.5, "hours")
    yield summary_row(option, "closed_below_need_share", 0.061 - 0.006 * step, 0.008, "share")
    yield summary_row(option, "assessed_without_need_share", 0.34 - 0.03 * step, 0.02, "share")
    yield summary_row(option, "re_keying_hours_per_week", (58, 9, 8, 8, 0)[step], 3, "hours")
    yield summary_row(option, "search_hours_per_week", (41, 6, 6, 5, 0)[step], 3, "hours")
    yield summary_row(option, "returns_within_12_months_share", 0.24 - 0.008 * step, 0.012, "share")
    yield summary_row(option, "open_at_end", 212 - 30.0 * step, 24, "contacts")


def grouped_rows(option, step):
    slow = (1.0, 0.88, 0.6, 0.47, 0.45)[step]
    for hours in range(0, 241, 2):
        share = 0.985 * (1 - math.exp(-((((hours // 24) * 9 + min(hours % 24, 9)) / (13 * slow)) ** 0.85)))
        yield summary_row(option, "decision_curve", share, 0.05 * min(1, hours / 12), "share", "hours", str(hours))
    causes = {
        "work": 3.4,
        "worker": 12.1,
        "shift": 15.0,
        "partner": 5.2,
        "consent": 3.9,
        "sign-off": 4.8,
        "handoff": 2.2,
    }
    for cause, hours in causes.items():
        mean = hours * (slow if cause != "work" else 0.9)
        yield summary_row(option, "waiting_hours_to_decision", mean, 0.1 * mean, "hours", "waited_for", cause)
    for cause, hours in {"work": 0.8, "handoff": 17.5, "shift": 24.0, "acceptance": 9.5, "allocation": 24.1}.items():
        mean = hours * (0.3 if step == 4 and cause == "handoff" else slow)
        yield summary_row(option, "waiting_hours_to_allocation", mean, 0.1 * mean, "hours", "waited_for", cause)
    for place, team in enumerate(TEAMS):
        load = min(0.97, (0.74, 0.93, 0.61, 0.88, 0.55, 0.9)[place] * (0.4 + 0.6 * slow))
        yield summary_row(option, "utilisation", load, 0.03, "share", "team", team)
        for hour in range(168):
            day, clock = divmod(hour, 24)
            bump = math.exp(-(((clock - 9 - place) / 4.5) ** 2)) + 0.35
            mean = (2 + 4 * place) * slow * bump * (1.5 - 0.12 * day if day < 5 else 0.7)
            yield summary_row(
                option, "queue_length", mean, 0.15 * mean, "contacts", "team and hour of week", f"{team}|{hour}"
            )
    yield summary_row(option, "slots_held_mean", 430 * slow, 20, "slots", "team", "assessment")
    yield summary_row(option, "utilisation", NAN, NAN, "share", "team", "family_workers")
    yield summary_row(option, "slots_held_mean", 210 * slow, 15, "slots", "team", "family_workers")
    for grade, hours in {"red": 7.5, "amber": 46.0, "green": 98.0, "blue": 121.0}.items():
        yield summary_row(option, "decision_hours_p90", hours * slow, 5, "hours", "rag", grade)
    for grade, share in {"red": 0.92, "amber": 0.75, "green": 0.6}.items():
        yield summary_row(option, "decided_on_time", share + 0.02 * step, 0.03, "share", "rag", grade)
        yield summary_row(option, "decision_hours_longest", 500 * (1.1 - share), 5, "hours", "rag", grade)
        yield summary_row(option, "oldest_undecided_hours", 300 * (1.1 - share), 5, "hours", "rag", grade)
    for source, contacts in {"police": 4987, "schools": 2731, "health": 2104, "anonymous": 4}.items():
        share = (0.58, 0.64, 0.79, 0.86, 0.87)[step] - 0.00001 * contacts
        yield summary_row(option, "decided_within_24h", share, 0.06, "share", "source", source, contacts)


def summary_table(labels=OPTIONS):
    rows = []
    for step, option in enumerate(labels):
        rows += [*overall_rows(option, min(step, 4)), *grouped_rows(option, min(step, 4))]
    columns = ["option", "measure", "by", "group", "mean", "low", "high", "unit", "runs", "contacts"]
    return pd.DataFrame(rows, columns=columns)


def differences_table(summary):
    rows = []
    everybody = summary[summary["by"] == ""]
    first = everybody["option"].iloc[0]
    base = everybody[everybody["option"] == first].set_index("measure")["mean"]
    for row in everybody[everybody["option"] != first].itertuples():
        change, spread = row.mean - base[row.measure], 0.4 * (row.high - row.low) / 2
        ends = (change - spread, change + spread)
        text = "better, on the same contacts"
        rows.append((row.option, row.measure, "", "", base[row.measure], row.mean, change, *ends, row.unit, 40, text))
    columns = ["option", "measure", "by", "group", "base", "option_mean", "difference", "low", "high", "unit"]
    return pd.DataFrame(rows, columns=[*columns, "replications", "sentence"])


def verdicts_table():
    words = {
        "interim_single_system": ("Better by 3 to 9 points: 64% decided within 24 hours against 58% today.", "better"),
        "redesigned_mash": ("Better by 19 to 23 points: 79% decided within 24 hours against 58% today.", "better"),
        "integrated_front_door": ("Better by 26 to 30 points: 86% decided within 24 hours.", "better"),
        "full_programme": ("Better by 27 to 31 points: 87% decided within 24 hours.", "better"),
    }
    rows = [(option, "decided_within_24h", *pair) for option, pair in words.items()]
    transfer = "Decision to allocation cannot be told apart from today."
    rows += [(option, "transfer_hours_to_allocation_median", transfer, "unclear") for option in list(words)[:3]]
    faster = "Decision to allocation: faster by 44 to 50 hours for the middle family."
    rows.append(("full_programme", "transfer_hours_to_allocation_median", faster, "better"))
    return pd.DataFrame(rows, columns=["option", "measure", "sentence", "better"])


def changes_table():
    everything = {
        2: "One case system in the MASH for contacts and referrals.",
        4: "One screening team takes the place of four zones, and a manager signs off by exception.",
        5: "Consent is sought by the referring agency before the contact is made.",
        6: "One threshold, read the same way by everybody.",
        7: "An Early Help decision-maker sits in the MASH.",
        10: "Partners sit in the MASH and answer the same day.",
        3: "One case system for social care and Early Help.",
        8: "Signs of Safety training, with its days away from the work.",
        9: "Assessment teams sit with the MASH; handoffs no longer wait for a batch.",
    }
    wanted = {
        "interim_single_system": [2],
        "redesigned_mash": [2, 4, 5, 6],
        "integrated_front_door": [2, 4, 5, 6, 7, 10],
        "full_programme": [2, 4, 5, 6, 7, 10, 3, 8, 9],
    }
    rows = [(option, number, everything[number]) for option, numbers in wanted.items() for number in numbers]
    return pd.DataFrame(rows, columns=["option", "recommendation", "say"])


def loads_table():
    rows = []
    for step, option in enumerate(OPTIONS):
        for place, team in enumerate(TEAMS):
            load = (0.7, 0.91, 0.55, 0.84, 0.5, 0.87)[place] - 0.05 * step
            rows.append((option, team, "time", 230 * load, 230.0, load))
        rows.append((option, "assessment", "slots", 1.01 * 480 - 30 * step, 480.0, 1.01 - 0.06 * step))
    return pd.DataFrame(rows, columns=["option", "team", "what", "offered", "available", "load"])


def assumptions_table():
    rows = [
        (
            "volumes.referrals_per_year",
            3417,
            "referrals",
            "DfE children in need 2020, table C1",
            "2020-03-31",
            "published",
        ),
        (
            "volumes.contacts_per_referral",
            3.8,
            "contacts",
            "ADCS Safeguarding Pressures phase 7",
            "2020-03-31",
            "published",
        ),
        ("arrivals.day_variance", 0.06, "", "fitted to published monthly variance", "2020-03-31", "fitted"),
        (
            "durations.screening",
            {"distribution": "triangular", "low": 20, "mode": 45, "high": 120},
            "minutes",
            "no study found",
            "2019-05-31",
            "assumed",
        ),
        (
            "durations.health_reply",
            {"distribution": "lognormal", "mean": 9, "cv": 0.8},
            "working hours",
            "elicited",
            "2019-05-31",
            "elicited",
        ),
        (
            "arrivals.hour_weights",
            {f"source {n}": [1.0] * 24 for n in range(11)},
            "",
            "elicited",
            "2019-05-31",
            "elicited",
        ),
        ("staff.caseload_limit", 16, "children", "DfE workforce 2020", "2020-09-30", "published"),
    ]
    table = pd.DataFrame(rows, columns=["name", "value", "unit", "source", "date", "grade"])
    return table.assign(range=[None, [3.0, 4.5], None, None, None, None, [14, 20]], note=[""] * 6 + ["per worker"])


def staffing_table():
    rows = [
        ("screening, social workers", 5.0, 9.0, 5.8, 7.1, "WTE", "not published; domain range"),
        ("decision makers", 1.5, 4.0, 2.0, 2.8, "WTE", "not published; domain range"),
        ("assessment, social workers", 22.0, 40.0, 26.0, 33.0, "WTE", "not published; domain range"),
    ]
    return pd.DataFrame(rows, columns=["name", "low", "high", "accepted_low", "accepted_high", "unit", "source"])


def symptoms_table():
    rows = [
        ("share of contacts decided within 24 hours", 0.45, 0.7, "review of 31 May 2019", 0.58, "share"),
        ("hours from decision to allocation, median", 36.0, 96.0, "review of 31 May 2019", 66.0, "hours"),
    ]
    return pd.DataFrame(rows, columns=["symptom", "low", "high", "source", "as_found", "unit"])


def about():
    return {
        "title": "Front Door option appraisal",
        "council": "Bournemouth, Christchurch and Poole",
        "headline": (
            "Redesigning the MASH would bring 79% of contacts a decision within 24 hours, against 58% today; "
            "adding Early Help and partners brings 86%. Only the full programme shortens the wait between decision "
            "and allocation. One case system by itself saves about 84 staff hours a week but little time."
        ),
        "seed": 7,
        "replications": 40,
        "command": "frontdoor appraise scenarios/bcp/appraisal.yaml --seed 7",
        "versions": {"frontdoor-sim": "0.1.0", "python": "3.11", "simpy": "4.1.2"},
        "interval_note": NOTE,
        "run": "52 weeks from 3 June 2019, after 26 weeks of warm-up and followed for 2 weeks",
        "warnings": ["Assessment slots: offered load is 101% as found. Its waits grow over the year."],
    }


def plausible_pack(**other):
    summary = summary_table()
    parts = {
        "options": options_table(),
        "verdicts": verdicts_table(),
        "summary": summary,
        "differences": differences_table(summary),
        "changes": changes_table(),
        "loads": loads_table(),
        "staffing": staffing_table(),
        "symptoms": symptoms_table(),
        "assumptions": assumptions_table(),
        "flags": ["Referrals with no further action: 0% in 2019 and 12% in 2020. Read as a change of recording."],
        "about": about(),
    }
    return Pack(**(parts | other))


CHARTS = {
    "decided": lambda pack: decided_within_24h(pack.summary, pack.differences, pack.options, note=NOTE),
    "curve": lambda pack: decision_curve(pack.summary, pack.options, note=NOTE),
    "transfer": lambda pack: transfer_time(pack.summary, pack.options, note=NOTE),
    "before": lambda pack: waiting_stacked(pack.summary, pack.options, until="decision"),
    "after": lambda pack: waiting_stacked(pack.summary, pack.options, until="allocation"),
    "queues": lambda pack: queue_by_hour_of_week(pack.summary, pack.options, note=NOTE),
    "utilisation": lambda pack: utilisation(pack.summary, pack.options, note=NOTE),
    "rag": lambda pack: who_waits_by_rag(pack.summary, pack.options, note=NOTE),
}
every_chart = pytest.mark.parametrize("draw", CHARTS.values(), ids=CHARTS.keys())
LONG = {
    "as_found": "A name that somebody made very much longer than any committee would ever have wished it to be",
    "b": "W" * 90,
}


def small_pack(labels, change=lambda summary: summary):
    summary = change(summary_table(labels))
    empty = verdicts_table().iloc[:0]
    differences = differences_table(summary)
    return Pack(options_table(labels), empty, summary, differences, about=about())


def shown_texts(figure):
    """The boxes of all text that is seen, in pixels."""
    figure.draw_without_rendering()
    seen = [text for text in figure.findobj(matplotlib.text.Text) if text.get_visible() and text.get_text().strip()]
    return [(text.get_text(), text.get_window_extent()) for text in seen]


class Page(HTMLParser):
    """What a test asks of the page: tags with attributes, nesting, text by tag."""

    VOID = frozenset({"meta", "br", "hr", "img", "input", "link", "path", "use", "rect"})

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.unbalanced, self.text = [], [], [], {}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag in self.VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data):
        where = self.open[-1] if self.open else ""
        self.text[where] = self.text.get(where, "") + data

    def named(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    return write_pack(tmp_path_factory.mktemp("pack"), plausible_pack()).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


class TestPage:
    def test_is_well_formed_british_english(self, page):
        assert not page.unbalanced
        assert not page.open
        assert page.named("html") == [{"lang": "en-GB"}]

    def test_ids_are_unique_and_every_reference_is_met(self, page):
        ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
        assert len(ids) == len(set(ids))
        links = [attrs[name] for _, attrs in page.tags for name in ("href",) if name in attrs]
        clips = re.findall(r"url\(#([^)]+)\)", str(page.tags))
        labelled = [attrs["aria-labelledby"] for _, attrs in page.tags if "aria-labelledby" in attrs]
        assert clips
        assert {link.removeprefix("#") for link in links} | set(clips) | set(labelled) <= set(ids)

    def test_fetches_nothing_and_runs_nothing(self, page, html):
        assert not page.named("script")
        assert not page.named("link")
        assert not [attrs for _, attrs in page.tags if "src" in attrs or "srcset" in attrs]
        assert all(attrs["href"].startswith("#") for _, attrs in page.tags if "href" in attrs)
        assert not re.search(r"https?://|@import|url\((?!#)| on[a-z]+=", html)

    def test_every_picture_has_its_numbers_as_text(self, page):
        pictures = page.named("svg")
        assert len(pictures) == len(CHARTS)
        assert all(attrs["role"] == "img" and re.search(r"\d", attrs["aria-label"]) for attrs in pictures)

    def test_every_table_has_a_caption_and_scoped_headings(self, page):
        assert len(page.named("table")) == len(page.named("caption")) > 10
        assert {attrs.get("scope") for attrs in page.named("th")} == {"col", "row", "rowgroup"}

    def test_headings_never_skip_a_level(self, page):
        levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))

    def test_the_answer_comes_first_then_its_picture(self, html):
        places = [
            html.index(text)
            for text in (about()["headline"], "<svg", "The verdict on each option", 'id="assumptions-table"')
        ]
        assert places == sorted(places)

    def test_says_what_it_is_not(self, page):
        assert "never scores" in page.text["li"]

    def test_text_contrast_is_at_least_aa(self, html):
        colours = re.search(r":root \{([^}]*)\}", html)[1]
        inks = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", colours))
        for name in ("ink", "muted", "link", "better", "worse"):
            assert contrast(inks[name], "#ffffff") >= 4.5
            assert contrast(inks[name], inks["shade"]) >= 4.5

    def test_warnings_flags_and_loads_at_capacity_are_shown(self, html):
        assert about()["warnings"][0] in html
        assert "0% in 2019 and 12% in 2020" in html
        assert ">101%<" in html

    def test_breaches_and_the_oldest_are_told_by_urgency(self, html):
        table = html[html.index("Too late, and the oldest") :]
        table = table[: table.index("</table>")]
        for heading in ("Decided later than the target", "The longest that anybody waited", "The oldest still without"):
            after = table[table.index(heading) :]
            assert after.index("Red") < after.index("Amber") < after.index("Green")
        late = table[table.index("Green") :]
        assert "40%" in late[: late.index("</tr>")]

    def test_small_numbers_by_source_are_suppressed(self, html):
        row = re.search(r"<tr><th scope=\"row\">\s*<span class=\"value\">Anonymous.*?</tr>", html, re.DOTALL)[0]
        assert row.count(">c<") == len(OPTIONS)
        assert "%" not in row


class TestWhereNumbersComeFrom:
    def written(self, folder, **other):
        return write_pack(folder, plausible_pack(**other)).read_text(encoding="utf-8")

    def test_without_a_parameters_file_nothing_speaks_of_one(self, tmp_path):
        html = self.written(tmp_path, assumptions=empty("assumptions"), staffing=empty("staffing"),
                            symptoms=empty("symptoms"), flags=[])  # fmt: skip
        for absent in ("assumptions below", "assumptions above", "published: 0", '<dl class="grades">'):
            assert absent not in html
        assert "This study has no parameters file." in html
        assert "<dd>The numbers of the scenario files, without sources." in html
        assert not Page(html).unbalanced

    def test_with_one_its_grades_are_counted(self, html):
        assert "This study has no parameters file" not in html
        assert "<dd>The assumptions above, each with source, date and grade. No record of a real child" in html
        assert "published: 3" in html

    def test_ranges_without_symptoms_are_not_said_to_show_them(self, tmp_path):
        html = self.written(tmp_path, symptoms=empty("symptoms"))
        assert "no symptom of today was given that could narrow it" in html
        assert "symptoms below" not in html
        assert "Range that shows the symptoms" not in html

    def test_a_list_of_open_contacts_is_told(self, tmp_path, html):
        begun = self.written(tmp_path, about=about() | {"backlog": True})
        for said in ("Each run begins with a list of the contacts that were open then", "The contacts that come in it"):
            assert said in begun
            assert said not in html
        assert "No record of a real child" not in begun


def contrast(one, other):
    """Contrast of two colours (WCAG 2.2)."""
    channels = [[int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)] for colour in (one, other)]
    linear = [[c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour] for colour in channels]
    light = sorted(0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in linear)
    return (light[1] + 0.05) / (light[0] + 0.05)


class TestPathways:
    def test_stand_in_the_pack_todays_first(self, tmp_path):
        scenario = read_scenario(ROOT / "scenarios/examples/hub.yaml")
        pathways = {options_table()["option"].iloc[1]: picture(scenario), "as_found": picture(scenario.base)}
        html = write_pack(tmp_path, plausible_pack(pathways=pathways)).read_text(encoding="utf-8")
        page = Page(html)
        assert not page.unbalanced
        assert len(page.named("svg")) == len(CHARTS) + 2
        assert "#pathway" in [attrs.get("href") for attrs in page.named("a")]
        assert html.index("The pathway of Small MASH") < html.index("The pathway of Hub")
        ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
        assert len(ids) == len(set(ids))

    def test_a_pack_without_them_says_nothing_of_them(self, page):
        assert "#pathway" not in [attrs.get("href") for attrs in page.named("a")]

    def test_of_an_unknown_option_are_refused(self):
        with pytest.raises(PackError, match=r"pack\.pathways: unknown option c"):
            plausible_pack(pathways={"c": picture(read_scenario(ROOT / "scenarios/examples/one_desk.yaml"))})


class TestTrust:
    def test_same_pack_same_bytes_whatever_the_readers_settings(self, tmp_path, monkeypatch):
        first = write_pack(tmp_path / "one", plausible_pack()).read_bytes()
        before = dict(matplotlib.rcParams)
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
        with matplotlib.rc_context({"font.size": 21, "axes.grid": True, "svg.hashsalt": "other", "lines.linewidth": 9}):
            second = write_pack(tmp_path / "two", plausible_pack()).read_bytes()
        assert first == second
        assert dict(matplotlib.rcParams) == before

    def test_hostile_text_stays_text(self, tmp_path):
        evil = "<script>alert('$x^2$')</script>\"'&\x07 =HYPERLINK(\"http://x\")"
        labels = {"as_found": f"Today {evil}", "b": evil}
        rows = {
            "verdicts": pd.DataFrame(
                [("b", "decided_within_24h", evil, "unclear")], columns=["option", "measure", "sentence", "better"]
            ),
            "changes": pd.DataFrame([("b", evil, evil)], columns=["option", "recommendation", "say"]),
            "assumptions": assumptions_table()
            .head(1)
            .assign(name=evil, source=evil, note=evil, value=evil, grade=evil),
            "symptoms": symptoms_table().assign(symptom=evil, source=evil, as_found=evil),
            "staffing": staffing_table().assign(name=evil, source=evil, unit=evil),
            "loads": loads_table().head(1).assign(team=evil, what=evil),
        }
        summary = summary_table(labels).replace(
            {"group": {"screening": evil, "work": evil, "red": evil, "police": evil}}
        )
        text = {
            "title": evil,
            "council": evil,
            "headline": evil,
            "command": evil,
            "warnings": [evil],
            "versions": {evil: evil},
        }
        pack = Pack(
            options_table(labels), summary=summary, differences=differences_table(summary), **rows,
            flags=[evil], about=about() | text | {"interval_note": evil},
        )  # fmt: skip
        html = write_pack(tmp_path, pack).read_text(encoding="utf-8")
        page = Page(html)
        assert not page.named("script")
        assert not page.unbalanced
        assert html.count("&lt;script&gt;alert") > 15
        assert not [attrs for _, attrs in page.tags for name in attrs if name.startswith("on")]

    def test_mistakes_of_a_pack_are_told_at_once(self):
        with pytest.raises(PackError, match=r"(?s)pack.options: no column base.*pack.loads: no column load"):
            plausible_pack(options=options_table().drop(columns="base"), loads=loads_table().drop(columns="load"))
        with pytest.raises(PackError, match=r"(?s)5 options are marked as base.*unknown option b\."):
            plausible_pack(options=options_table().assign(base=True), changes=changes_table().assign(option="b"))
        with pytest.raises(PackError, match=r"better is nearly\. Right would be better, worse, unclear"):
            plausible_pack(verdicts=verdicts_table().assign(better="nearly"))
        with pytest.raises(PackError, match=r"pack\.about: no title, council"):
            plausible_pack(about={})


class TestCharts:
    @every_chart
    @pytest.mark.parametrize(
        "labels", [OPTIONS, {"as_found": "Today"}, LONG, {str(n): f"Option {n}" for n in range(11)}]
    )
    def test_no_text_is_cut_or_small_or_under_other_text(self, draw, labels):
        figure = draw(small_pack(labels))
        boxes = shown_texts(figure)
        width, height = figure.bbox.width, figure.bbox.height
        cut = [text for text, box in boxes if box.x0 < -1 or box.y0 < -1 or box.x1 > width + 1 or box.y1 > height + 1]
        assert not cut
        smaller = [(text, Bbox.from_extents(box.x0 + 1, box.y0 + 2, box.x1 - 1, box.y1 - 2)) for text, box in boxes]
        assert not [(a, b) for (a, one), (b, other) in combinations(smaller, 2) if one.overlaps(other)]
        assert figure.get_figwidth() == 7.0
        sizes = re.findall(r"font-size: ([\d.]+)px", svg_text(figure, "x"))
        assert min(map(float, sizes)) >= 9

    @every_chart
    def test_draws_with_gaps_and_with_nothing(self, draw):
        def gaps(summary):
            return summary.assign(
                mean=summary["mean"].where(summary.index % 3 > 0), low=summary["low"].where(summary.index % 2 > 0)
            )

        assert draw(small_pack(OPTIONS, gaps)).axes
        nothing = draw(small_pack(OPTIONS, lambda summary: summary.assign(mean=NAN, low=NAN, high=NAN)))
        assert "nan" not in svg_text(nothing, "x")
        absent = draw(small_pack(OPTIONS, lambda summary: summary[summary["measure"] == "open_at_end"]))
        assert not absent.axes
        assert "No option has this measure" in absent.get_label()

    @every_chart
    def test_names_that_share_a_beginning_are_told_apart(self, draw):
        begins = "The Early Help decision-maker and both coordinators sit in the MASH with the police and health, from"
        ends = ("June", "September", "October")
        figure = draw(small_pack({end: f"{begins} {end}" for end in ends}))
        words = " ".join(text for text, _ in shown_texts(figure))
        assert sum(end in words for end in ends) >= 2, "some charts draw two of them"

    def test_decided_says_level_change_and_interval(self):
        figure = CHARTS["decided"](plausible_pack())
        texts = {text for text, _ in shown_texts(figure)}
        assert {"79% (74 to 84)", "+21 (19 to 23)", f"Bar through each dot: {NOTE}"} <= texts

    def test_an_unreached_percentile_is_said_not_drawn(self):
        summary = summary_table().assign(note="")
        late = (summary["option"] == "as_found") & (summary["measure"] == "transfer_hours_to_allocation_p90")
        summary.loc[late, ["mean", "low", "high"]] = NAN
        summary.loc[late, "note"] = "more than 240"
        label = transfer_time(summary, options_table()).get_label()
        assert "As found, May 2019: more than 240 hours" in label

    def test_curve_names_the_share_at_24_hours(self):
        rows = [summary_row(option, "decision_curve", share, 0.02, "share", "hours", hours)
                for option, late in (("as_found", 0.4), ("b", 0.7))
                for hours, share in (("0", 0.0), ("24", late), ("72", 0.97))]  # fmt: skip
        columns = ["option", "measure", "by", "group", "mean", "low", "high", "unit", "runs", "contacts"]
        figure = decision_curve(pd.DataFrame(rows, columns=columns), options_table({"as_found": "Now", "b": "Next"}))
        texts = {text for text, _ in shown_texts(figure)}
        assert {"40% by 24 h, today", "70% by 24 h, this option"} <= texts

    def test_stacked_bars_are_as_long_as_their_causes(self):
        summary = summary_table()
        axes = waiting_stacked(summary, options_table()).axes[0]
        ends = [bar.get_x() + bar.get_width() for bar in axes.patches]
        waits = summary[summary["measure"] == "waiting_hours_to_decision"]
        assert max(ends) == pytest.approx(waits.groupby("option")["mean"].sum().max())
        assert axes.get_xlim()[1] == pytest.approx(max(ends))

    def test_queue_draws_the_named_option_beside_today(self):
        figure = queue_by_hour_of_week(summary_table(), options_table(), option="redesigned_mash")
        texts = {text for text, _ in shown_texts(figure)}
        assert {"As found, May 2019", "Redesigned MASH"} <= texts
        assert "Full programme" not in texts
        assert len(figure.axes) == len(TEAMS)

    def test_rule_of_thumb_is_labelled_so(self):
        assert any("85%: a rule of thumb" in text for text, _ in shown_texts(CHARTS["utilisation"](plausible_pack())))


class TestWhoIsOverloaded:
    def without(self, summary, option, team, measure="utilisation"):
        gone = (summary["option"] == option) & (summary["by"] == "team") & (summary["group"] == team)
        return summary[~(gone & (summary["measure"] == measure))]

    def test_a_team_that_only_holds_cases_has_no_empty_band(self):
        figure = CHARTS["utilisation"](plausible_pack())
        texts = [text for text, _ in shown_texts(figure)]
        assert texts.count("Family workers") == 1
        assert texts.count("Assessment") == 2, "it works, and holds cases"
        assert "Children whose cases are held at a time" in texts
        times, cases = figure.axes
        assert len(times.get_yticks()) == len(cases.get_yticks()) == 0
        assert times.get_ylim()[0] == len(TEAMS)
        assert cases.get_ylim()[0] == 2
        assert "Family workers: As found, May 2019: 210 slots (195 to 225)" in figure.get_label()

    def test_not_in_this_option_is_told_from_not_measured(self):
        summary = self.without(summary_table(), "redesigned_mash", "police_desk")
        summary = self.without(summary, "redesigned_mash", "screening")
        queued = (summary["option"] == "redesigned_mash") & summary["group"].str.startswith("police_desk|")
        pack = plausible_pack(
            summary=summary[~queued], loads=loads_table().query("team != 'police_desk' or option != 'redesigned_mash'")
        )
        label = CHARTS["utilisation"](pack).get_label()
        (police,) = re.findall(r"Police desk: [^.]*", label)
        (screening,) = re.findall(r"Screening: [^.]*", label)
        assert "Redesigned MASH: no such team" in police
        assert "Redesigned MASH: not measured" in screening
        rows = {row[0].value: row[3].value for rows in loads(pack).groups.values() for row in rows}
        assert rows["Police desk"] == "no such team"

    def test_offered_load_of_a_team_without_such_work_is_not_said_to_be_of_no_team(self):
        table = loads_table()
        slots = (table["option"] == "full_programme") & (table["what"] == "slots")
        time = (table["option"] == "full_programme") & (table["team"] == "screening")
        found = loads(plausible_pack(loads=table[~slots & ~time])).groups
        assert [row[-1].value for row in found["Case-holding slots"]] == ["holds no cases"]
        assert [row[-1].value for row in found["Working time"] if row[0].value == "Screening"] == ["not measured"]


class TestFiles:
    def test_a_table_that_no_spreadsheet_holds_is_parquet_only(self, tmp_path, monkeypatch):
        table = pd.DataFrame({"value": range(4)})
        csv, parquet = write_tables(tmp_path, {"things": table})
        monkeypatch.setattr(files, "MOST_ROWS", 3)
        assert write_tables(tmp_path, {"things": table}) == [parquet]
        assert not csv.exists()
        assert len(pd.read_parquet(parquet)) == 4

    def test_csv_is_safe_and_parquet_keeps_numbers(self, tmp_path):
        table = pd.DataFrame({"=name": ["=1+1", "+2", "-3", "@x", "\t=1", "fine"], "number": [-1.5, 2, 3, 4, 5, NAN]})
        csv, parquet = write_tables(tmp_path, {"things": table})
        with csv.open(encoding="utf-8", newline="") as file:
            rows = list(reader(file))
        assert rows[0] == ["'=name", "number"]
        assert rows[1] == ["'=1+1", "-1.5"]
        assert all(name.startswith("'") for name, _ in rows[:6])
        assert rows[6] == ["fine", ""]
        pd.testing.assert_frame_equal(pd.read_parquet(parquet), table)

    def test_nested_values_reach_parquet_as_text(self, tmp_path):
        _, parquet = write_tables(tmp_path, {"assumptions": assumptions_table()})
        values = pd.read_parquet(parquet)["value"].tolist()
        assert values[0] == "3417"
        assert json.loads(values[3])["mode"] == 45

    def test_table_names_stay_inside_the_folder(self, tmp_path):
        with pytest.raises(ValueError, match="must be a plain file name"):
            write_tables(tmp_path, {"../outside": options_table()})

    def test_small_counts_are_kept_back_and_cannot_be_worked_out(self, tmp_path):
        csv, parquet = write_tables(tmp_path, {"summary": summary_table()})
        shown = pd.read_csv(csv, dtype=str, keep_default_na=False)
        by_source = shown[(shown["by"] == "source") & (shown["option"] == "as_found")].set_index("group")
        assert by_source.loc["anonymous", ["mean", "low", "high", "contacts"]].tolist() == ["c"] * 4
        assert by_source.loc["health", "contacts"] == "c"
        assert float(by_source.loc["health", "mean"]) == pytest.approx(0.559, abs=0.001)
        assert by_source.loc["police", "contacts"] == "4987"
        assert pd.read_parquet(parquet)["contacts"].isna().sum() == 2 * len(OPTIONS)

    def test_rows_of_single_contacts_and_large_counts_are_left_alone(self):
        contacts = pd.DataFrame({"contact": [1, 2], "source": ["police", "health"], "children": [1, 3]})
        assert suppressed(contacts) is contacts
        many = pd.DataFrame({"source": ["a", "b"], "contacts": [6, 0]})
        assert suppressed(many) is many

    def test_manifest_has_a_digest_of_everything_but_the_run(self, tmp_path):
        folder, source = tmp_path / "results", tmp_path / "appraisal.yaml"
        source.write_text("name: x\n", encoding="utf-8")
        write_tables(folder / "tables", {"options": options_table()})
        facts = {"seed": 7, "replications": 40, "versions": {"b": "2", "a": "1"}}
        write_run_record(
            folder, command="frontdoor appraise", started="2026-01-01T09:00:00", seconds=61.234, host="desk"
        )
        first = write_manifest(folder, [source], **facts).read_bytes()
        write_run_record(
            folder, command="frontdoor appraise", started="2026-01-02T09:00:00", seconds=58.0, host="other"
        )
        assert write_manifest(folder, [source], **facts).read_bytes() == first
        record = json.loads(first)
        assert sorted(record["files"]) == ["tables/options.csv", "tables/options.parquet"]
        digest = sha256((folder / "tables/options.csv").read_bytes()).hexdigest()
        assert record["files"]["tables/options.csv"] == digest
        assert record["inputs"] == [{"name": "appraisal.yaml", "sha256": sha256(b"name: x\n").hexdigest()}]
        assert MANIFEST not in record["files"]
        assert RUN_RECORD not in record["files"]
