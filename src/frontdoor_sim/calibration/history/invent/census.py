"""The CIN census of an invented council, as the XML that goes to the Department for Education."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pandas as pd

from frontdoor_sim.calibration.history.invent.invented import Invented
from frontdoor_sim.calibration.history.invent.lists import closing_reason, protected
from frontdoor_sim.calibration.history.invent.rows import referred, rows_of

_DAY = "%Y-%m-%d"


def write_census(path: Path, told: Invented, system: str) -> None:
    """Write the referrals of a system, by child, a line at a time."""
    rows = rows_of(told, system)
    met = protected(rows)
    places = zip(met["number"].tolist(), met["ordinal"].tolist(), strict=True)
    conference = dict(zip(places, met["conference_at"], strict=True))
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        stream.writelines(f"{line}\n" for line in _lines(referred(rows), conference, told))


def _lines(referrals: pd.DataFrame, conference: Mapping[tuple[int, int], Any], told: Invented) -> Iterator[str]:
    taken = told.extracted.strftime(_DAY)
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f"<Message><Header><CollectionDetails><Collection>CIN</Collection><ReferenceDate>{taken}</ReferenceDate>"
    yield "</CollectionDetails></Header><Children>"
    for person, several in referrals.groupby("person", sort=False):
        one = several.iloc[0]
        yield f"<Child><ChildIdentifiers>{_element('LAchildID', str(person))}{_element('UPN', one['upn'])}"
        yield f"{_element('PersonBirthDate', _day(one['born']))}<GenderCurrent>1</GenderCurrent></ChildIdentifiers>"
        yield "<ChildCharacteristics><Ethnicity>WBRI</Ethnicity></ChildCharacteristics>"
        for row in several.to_dict("records"):
            yield from _details(row, conference)
        yield "</Child>"
    yield "</Children></Message>"


def _details(row: Mapping[Any, Any], conference: Mapping[tuple[int, int], Any]) -> Iterator[str]:
    """One referral, with its assessment and section 47 enquiry."""
    decided, allocated, finished = (_day(row[name]) for name in ("decided_at", "allocated_at", "finished_at"))
    yield f"<CINdetails>{_element('CINreferralDate', decided)}{_element('ReferralSource', str(row['source_code']))}"
    yield "<PrimaryNeedCode>N1</PrimaryNeedCode>"
    if finished:
        yield f"{_element('CINclosureDate', finished)}{_element('ReasonForClosure', closing_reason(row['level']))}"
    if allocated:
        yield f"<Assessments>{_element('AssessmentActualStartDate', allocated)}"
        yield _element("AssessmentAuthorisationDate", finished)
        yield "<FactorsIdentifiedAtAssessment><AssessmentFactors>3B</AssessmentFactors>"
        yield "<AssessmentFactors>4B</AssessmentFactors></FactorsIdentifiedAtAssessment></Assessments>"
    place = (row["number"], row["ordinal"])
    if place in conference:
        met = _day(conference[place])
        yield f"<Section47>{_element('S47ActualStartDate', allocated)}{_element('DateOfInitialCPC', met)}"
        yield f"<ICPCnotRequired>{'false' if met else 'true'}</ICPCnotRequired></Section47>"
    yield f"<ReferralNFA>{'true' if row['nfa'] else 'false'}</ReferralNFA></CINdetails>"


def _day(when: Any) -> str:
    return pd.Timestamp(str(when)).strftime(_DAY) if pd.notna(when) else ""


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>" if text else ""
