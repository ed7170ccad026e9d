"""A log of twenty contacts that fits a screen, kept as a file: what changes in it is a change that somebody must want.

`python tests/test_golden.py --refresh` writes it anew, from the root of the project.
"""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import wrap

import pandas as pd

from frontdoor_sim.event_log import EventLog, check_laws
from frontdoor_sim.experiment import run
from frontdoor_sim.scenario import read_scenario

GOLDEN = Path(__file__).parent / "golden"
SEED = 25
WIDTH, HEIGHT = 120, 60
HEAD = """\
# Twenty contacts of tests/golden/twenty_contacts.yaml, seed 25. Refresh with: python tests/test_golden.py --refresh
# Each contact: number, grade, receipt; then every stage with what filled it, and until when. #2 is person 2 at work,
# #2rekey and #2search likewise, @2 a slot that person 2 holds, a word a wait and what it is for; .. is cut by the end.
# The last row of each partner's request stands in brackets. Times are seconds of a day, with the day where it changes.
"""


def played() -> EventLog:
    return run(read_scenario(GOLDEN / "twenty_contacts.yaml"), seed=SEED)


def printed(log: EventLog) -> str:
    """The log as text, a line a contact in the order of receipt."""
    words = ["stage", "kind", "waited_for", "outcome"]
    events = log.events.astype(dict.fromkeys(words, str)).sort_values(["start", "end", "part"], kind="stable")
    contacts = log.contacts.sort_values(["received", "contact"])
    lines = []
    for number, contact in enumerate(contacts.itertuples(index=False), 1):
        told = story(log, contact.received, events[events["contact"] == contact.contact])
        lines += wrap(f"{number:>2} {contact.rag:<5} {told}", WIDTH, subsequent_indent=" " * 9, break_on_hyphens=False)
    return HEAD + "\n".join(lines) + "\n"


def story(log: EventLog, received: int, rows: pd.DataFrame) -> str:
    day, said = moment(log, received, "")
    parts = [said]
    for (_, _), visit in rows.groupby(["stage", "visit"], sort=False):
        told = []
        for row in visit[visit["part"] == 0].itertuples(index=False):
            day, said = moment(log, row.end, day)
            told.append(f"{what(row)} {'..' if row.censored else said}")
        last = visit[visit["part"] > 0].drop_duplicates("part", keep="last").sort_values("part")
        forks = [
            f"{what(row)} {'..' if row.censored else moment(log, row.end, '')[1]}"
            for row in last.itertuples(index=False)
        ]
        parts.append(f"{visit['stage'].iloc[0]} {', '.join(told)}" + (f" [{', '.join(forks)}]" if forks else ""))
    ends = set(log.about.outcomes.query("is_end")["outcome"])
    return " | ".join(parts + [outcome for outcome in rows["outcome"] if outcome in ends])


def what(row) -> str:
    if row.kind == "wait":
        return row.waited_for
    mark, kind = "@" if row.kind == "caseload" else "#", {"re-keying": "rekey", "search": "search"}.get(row.kind, "")
    return f"{mark}{row.worker}{kind}"


def moment(log: EventLog, second: int, day: str) -> tuple[str, str]:
    """The day and the time of a second in words; the day only where it is another."""
    local = log.about.clock.local(int(second))
    today = f"{local:%a}"
    return today, f"{local:%H:%M:%S}" if today == day else f"{today} {local:%H:%M:%S}"


def test_twenty_contacts():
    log = played()
    check_laws(log)
    assert len(log.contacts) == 20
    assert printed(log) == (GOLDEN / "twenty_contacts.txt").read_text(encoding="utf-8")


def test_the_twenty_contacts_show_everything():
    """The file is worth keeping only while it holds every kind of stage, of row and of waiting."""
    events = played().events
    assert set(events["kind"].astype(str)) == {"work", "re-keying", "search", "caseload", "wait"}
    causes = {"", "worker", "shift", "partner", "consent", "sign-off", "handoff", "acceptance", "allocation"}
    assert causes <= set(events["waited_for"].astype(str))
    assert (played().duty["kind"] == "overtime").any()
    assert events["visit"].max() > 0
    lines = (GOLDEN / "twenty_contacts.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= HEIGHT
    assert max(map(len, lines)) <= WIDTH


if __name__ == "__main__":
    if sys.argv[1:] != ["--refresh"]:
        sys.exit("Nothing was written: say --refresh.")
    (GOLDEN / "twenty_contacts.txt").write_text(printed(played()), encoding="utf-8", newline="\n")
