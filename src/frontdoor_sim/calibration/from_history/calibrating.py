"""A council's own files in, its parameters out: every estimator, and what stays from elsewhere with the grade it had."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from frontdoor_sim.calibration.arrivals import holidays_parameter
from frontdoor_sim.calibration.decisions import decisions, follows
from frontdoor_sim.calibration.defaults import englands_values, starting_values
from frontdoor_sim.calibration.from_history.arriving import Arriving, arriving
from frontdoor_sim.calibration.from_history.carried import consent, grades
from frontdoor_sim.calibration.from_history.deciding import Decided, decided
from frontdoor_sim.calibration.from_history.draws import Part, Unsaid
from frontdoor_sim.calibration.from_history.gathering import Gathered, Say, gather
from frontdoor_sim.calibration.from_history.judging import Judging, judging
from frontdoor_sim.calibration.from_history.lasting import Lasting, lasting
from frontdoor_sim.calibration.from_history.posterior import posterior_table, with_draw
from frontdoor_sim.calibration.from_history.returning import returning
from frontdoor_sim.calibration.history.reading import Files, expanded
from frontdoor_sim.calibration.published import staff_of_england
from frontdoor_sim.parameters import Graded, Parameters

if TYPE_CHECKING:
    from frontdoor_sim.calibration.from_history.report import Section

PUBLISHED_FIRST = ("volumes.referrals_per_year",)
"""What published figures say better than a history of some months, where the two are combined."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """Parameters from a council's own history, with everything that is needed to judge them.

    Args:
        parameters: every number with its grade; a scenario reads them as they are.
        posterior: joint draws of what was estimated, one row a draw; see `with_draw`.
        gathered: the history: log, checks, window.
        arrived, decided, judged, lasted: what each estimator found; `judged` is None where too little was decided.
        unsaid: what the history does not say, and which fact from outside would.
        published: the council's published figures, where they were combined.
    """

    parameters: Parameters
    posterior: pd.DataFrame
    gathered: Gathered
    arrived: Arriving
    decided: Decided
    judged: Judging | None
    lasted: Lasting
    unsaid: tuple[Unsaid, ...]
    published: Parameters | None = None

    def write(self, folder: str | Path, more: Sequence[Section] = ()) -> list[Path]:
        """Write `parameters.yaml`, `posterior.csv`, `fit.html`, `data_quality.csv` and `set_aside.csv` into a folder.

        Args:
            folder: made if need be.
            more: sections (`from_history.report.Section`) that other checks of the same history add to the page.
        """
        from frontdoor_sim.calibration.from_history.report import write_calibration

        return write_calibration(self, folder, more)

    def at(self, draw: int) -> Parameters:
        """The parameters at one of the joint draws.

        Raises:
            InputError: there is no such draw.
        """
        return with_draw(self.parameters, self.posterior, draw)


def calibrate_history(
    files: Files | Mapping[str, Files],
    council: str,
    *,
    window: tuple[date, date] | None = None,
    extracted: datetime | None = None,
    mapping: str | Path | None = None,
    published: Parameters | None = None,
    command: str = "",
    say: Say = lambda _: None,
) -> Calibration:
    """Parameters of a council from its own history, in any mix of the formats that are read.

    What history cannot say stays at its starting value, with the grade that it had; where published figures are given, they
    are the starting values, and the volume of a year is theirs.

    Args:
        files: files and folders; for several case systems, a mapping from the name of each to its files.
        council: its name, as published.
        window: first and last date to be used, both included; found from the receipts where None.
        extracted: local time at which the files were taken; found from what happened last where None.
        mapping: a CSV that says who is who in two systems.
        published: the council's parameters from published figures.
        command: the command that makes the file again.
        say: told each step as it begins.

    Raises:
        InputError: files that cannot be read, that hold too few contacts, or a window that they do not cover.
    """
    gathered = gather(council, files, mapping, window, extracted, say)
    year = published.year if published else reporting_year(gathered)
    base = dict(published.numbers) if published else _starting(council, year)
    say("Fitting who comes and when")
    arrived = arriving(gathered, base, year)
    numbers = {**base, **arrived.part.numbers}
    if not gathered.by_date:
        numbers.pop("arrivals.batches", None)  # fitted hours are those of receipt: a batch stands in them already
    say("Counting what was decided")
    found = decided(gathered, arrived, base)
    new = found.contacts[~found.contacts["back"]]
    carried = [grades(gathered, new), consent(gathered, new), returning(gathered)]
    for part in (found.part, *carried):
        numbers.update({name: one for name, one in part.numbers.items() if not _kept(name, published)})
    say("Fitting thresholds")
    judged = judging(gathered, found, numbers)
    numbers.update(_judgement(numbers, judged))
    lasted = lasting(gathered, numbers, arrived.children, say)
    numbers.update(lasted.part.numbers)
    say("Drawing what is not certain")
    parts = [arrived.part, found.part, *carried, *([judged.part] if judged else [_UNJUDGED]), lasted.part]
    draws = {path: one for part in parts for path, one in part.draws.items() if not _kept(path, published)}
    parameters = Parameters(
        council,
        year,
        {name: replace(one, where="") for name, one in numbers.items()},
        command,
        tuple(_digests(files)),
    )
    unsaid = tuple(one for part in parts for one in part.unsaid)
    posterior = posterior_table(parameters, draws)
    return Calibration(parameters, posterior, gathered, arrived, found, judged, lasted, unsaid, published)


def reporting_year(gathered: Gathered) -> int:
    """The reporting year, which ends on 31 March, in which the middle of the window lies."""
    middle = gathered.window.first + (gathered.window.last - gathered.window.first) / 2
    return middle.year + (middle.month > 3)


def _starting(council: str, year: int) -> dict[str, Graded]:
    """Starting values of a council of which nothing is published here."""
    return {
        **staff_of_england(year),
        **englands_values(),
        **starting_values(council),
        "arrivals.school_holidays": holidays_parameter(year),
    }


def _kept(name: str, published: Parameters | None) -> bool:
    return published is not None and name in PUBLISHED_FIRST


def _judgement(numbers: Mapping[str, Graded], judged: Judging | None) -> dict[str, Graded]:
    """Needs, thresholds and what follows from them: fitted, or else solved from the split as without a history."""
    if judged is None:
        return decisions({**numbers, "arrivals.relative_conversion": _alike(numbers)})
    own = dict(judged.part.numbers)
    return {**own, **follows({**numbers, **own}, judged.judgement)}


def _alike(numbers: Mapping[str, Graded]) -> Graded:
    """The starting values' conversion for every source: those without one convert alike, so that the mean is 1."""
    shares = numbers["arrivals.source_shares"].value
    graded = numbers["arrivals.relative_conversion"]
    known = {name: rate for name, rate in graded.value.items() if name in shares}
    share = sum(shares[name] for name in known)
    rest = (1 - sum(shares[name] * rate for name, rate in known.items())) / (1 - share) if share < 1 else 1.0
    return replace(graded, value={name: round(known.get(name, rest), 4) for name in shares})


_UNJUDGED = Part(
    unsaid=(
        Unsaid(
            "Thresholds",
            "Some level from 1 to 3 was hardly ever decided, or outcomes were not recorded.",
            "Outcomes of contacts that tell advice, Early Help and assessment apart.",
            "Thresholds solved from an assumed split of decisions.",
        ),
    )
)


def _digests(files: Files | Mapping[str, Files]) -> Iterator[tuple[str, str]]:
    """Name and SHA-256 of every file that was read; never where it lay."""
    for given in files.values() if isinstance(files, Mapping) else [files]:
        for path in expanded(given):
            yield path.name, hashlib.sha256(path.read_bytes()).hexdigest()
