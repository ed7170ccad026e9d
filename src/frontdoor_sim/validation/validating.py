"""The whole validation: split, predict, judge, and what must be said beside the verdict."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.appraisal import write_tables
from frontdoor_sim.calibration.estimates import hidden, many, told_steps
from frontdoor_sim.calibration.history import History
from frontdoor_sim.documents import InputError, Mistake, in_words
from frontdoor_sim.engine import Engine
from frontdoor_sim.experiment.pilot import returning
from frontdoor_sim.experiment.workers import Workers
from frontdoor_sim.operating_model import RunWindow
from frontdoor_sim.scenario import Scenario
from frontdoor_sim.tables import from_rows
from frontdoor_sim.validation.arrivals import ARMS, Arm, forecast_arrivals, real_arrivals, windowed
from frontdoor_sim.validation.holding_out import HeldOut, hold_out
from frontdoor_sim.validation.judging import Verdict, gathered, in_all, judged, series_of, split_errors
from frontdoor_sim.validation.open_at_split import (
    WARM_UPS,
    BegunOpen,
    OpenAtSplit,
    open_at_split,
    stand,
    without_warm_up,
)
from frontdoor_sim.validation.predicting import Arrivals, Part, predicted
from frontdoor_sim.validation.statistics import STATISTICS, Seen, seen, silence, steps
from frontdoor_sim.validation.tolerance import Tolerance, read_tolerance

Floats = NDArray[np.float64]
Start = Literal["warm-up", "open"]
_POINTS = (0.025, 0.975)


@dataclass(frozen=True, eq=False)
class Validation:
    """A scenario held against the part of a history that it has not seen.

    Args:
        scenario: name of the scenario.
        council: whose numbers it has; empty where it has none.
        run: the weeks that were held out.
        first: first and last date of the first part.
        tolerance: the statement that the verdicts follow.
        findings: table `validation_findings`: what really happened, the bands and the verdicts.
        errors: table `validation_errors`: Theil's split of the weekly series.
        weeks: table `validation_weeks`.
        curves: table `validation_curves`.
        cares: what a reader must know beside the verdict, a sentence each.
        replications, seed: of each prediction.
        learnt: numbers of the scenario that were fitted to days held out; where there are any, this is no test of them.
        begins: with what each simulation begins, in a sentence.
    """

    scenario: str
    council: str
    run: RunWindow
    first: tuple[date, date]
    tolerance: Tolerance
    findings: pd.DataFrame
    errors: pd.DataFrame
    weeks: pd.DataFrame
    curves: pd.DataFrame
    cares: tuple[str, ...]
    replications: int
    seed: int
    by_date: bool = False
    versions: Mapping[str, str] = field(default_factory=dict)
    learnt: tuple[str, ...] = ()
    begins: str = ""

    def of(self, arm: Arm) -> pd.DataFrame:
        """The findings of one prediction."""
        return self.findings[self.findings["prediction"] == arm]

    @property
    def verdicts(self) -> dict[Arm, Verdict]:
        """The verdict on each prediction."""
        return {arm: in_all(self.of(arm), self.tolerance) for arm in ARMS}

    @property
    def verdict(self) -> Verdict:
        """Failed where either prediction failed, passed where both passed."""
        found = set(self.verdicts.values())
        return "failed" if "failed" in found else "passed" if found == {"passed"} else "cannot tell"

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name, ready for `appraisal.write_tables`: what really happened to whole per cents, as on the page."""
        tables = {name: getattr(self, name) for name in ("findings", "errors", "weeks", "curves")}
        shares, real = self.findings["unit"] == "share", ["real", "outside"]
        findings = self.findings.copy()
        findings.loc[shares, real] = findings.loc[shares, real].round(2)
        return tables | {"findings": findings}

    def write(self, folder: Path, command: str = "") -> Path:
        """Write `validation.html` and the tables into a folder; the path of the page.

        Args:
            folder: made if need be.
            command: by which it was made, for the foot of the page.
        """
        from frontdoor_sim.validation.page import write_page  # matplotlib takes its time, and workers draw nothing

        write_tables(folder / "tables", self.tables())
        return write_page(folder, self, command)


def validate(
    scenario: Scenario,
    history: History,
    split: date,
    taken: datetime,
    tolerance: Tolerance | None = None,
    replications: int = 100,
    seed: int = 1,
    jobs: int | None = None,
    quiet: bool = True,
    engine: Engine = "auto",
    start: Start = "warm-up",
) -> Validation:
    """Hold a scenario against the part of a council's history from a date on.

    The scenario must not have learnt from that part. It meets the held-out weeks many times: with the contacts that really
    came, which tries the Front Door alone, and with contacts drawn from the demand of the first part, which tries the
    forecast as well. Each figure of what really happened is held against its band.

    Args:
        scenario: calibrated on the first part.
        history: from `quality.examine`, without the rows set aside.
        split: first date of the part that is held out.
        taken: local time at which the files were taken from the case system.
        tolerance: what is near enough, stated before looking; None for the statement that comes with the package.
        replications: simulations of the held-out part, of each prediction.
        seed: key of all luck.
        jobs, quiet, engine: as for `experiment.compare`.
        start: whether each simulation begins after a `warm-up`, or with what was really `open` at the split.

    Raises:
        InputError: a part is too short, sources are unknown, or the replications are too few for the bands to be that sure.
    """
    tolerance = tolerance or read_tolerance()
    _check_number(replications, tolerance)
    workers, held = Workers(jobs, None, quiet, engine), hold_out(history, scenario.model, split, taken)
    happened = seen(held.journeys, held.by_date)
    returns = returning(scenario, seed, engine)
    forecast = forecast_arrivals(held, scenario, returns)
    arrivals: dict[Arm, Arrivals] = {"real": real_arrivals(held, scenario), "forecast": forecast}
    begins, cares = (
        f"Each begins with what {held.run.warm_up} weeks of warm-up on such contacts leave open.",
        list(_cares(held, scenario)),
    )
    if start == "open":
        opened = _opened(held, scenario, Part(arrivals["real"], seed, 0, held.by_date, engine), workers)
        bare = without_warm_up(held)
        arrivals = {
            "real": BegunOpen(real_arrivals(bare, scenario), opened),
            "forecast": BegunOpen(forecast_arrivals(bare, scenario, returns), opened),
        }
        begins, cares = opened.begins, [*cares, *opened.cares()]
    if own := forecast.own_demand:
        cares.append(own)
    shown: dict[Arm, list[Seen]] = {}
    for arm in ARMS:
        parts = [Part(arrivals[arm], seed, number, held.by_date, engine) for number in range(replications)]
        shown[arm] = predicted(parts, workers, f"With {arm} arrivals")
    tables = {arm: _tables(happened, shown[arm], arm, held, tolerance) for arm in ARMS}
    findings, errors, weeks, curves = (
        pd.concat([tables[arm][place] for arm in ARMS], ignore_index=True) for place in range(4)
    )
    council = scenario.parameters.council if scenario.parameters else ""
    first = (held.first.first, held.first.last)
    return Validation(
        scenario.name, council, held.run, first, tolerance, findings, errors, weeks, curves,
        tuple(cares), replications, seed, held.by_date, learnt=_learnt(held, scenario), begins=begins,
    )  # fmt: skip


def _opened(held: HeldOut, scenario: Scenario, warm_up: Part, workers: Workers) -> OpenAtSplit:
    """What was really open at the split, each where contacts of some warm-ups stand."""
    parts = [replace(warm_up, replication=number) for number in range(WARM_UPS)]
    tables: list[pd.DataFrame] = workers.do(stand, parts, "Warm-ups up to the split")
    model = windowed(scenario, without_warm_up(held).run)
    return open_at_split(held, model, pd.concat(tables, ignore_index=True))


def _check_number(replications: int, tolerance: Tolerance) -> None:
    sure = tolerance.sure
    if math.ceil(sure * (replications + 1)) > replications:
        least = math.ceil(sure / (1 - sure) - 1e-9)
        what = f"{replications} replications cannot make bands that hold what happens {sure:.0%} of the time."
        right = f"At least {least} replications, or bands that are less sure."
        raise InputError([Mistake("--replications", what, right, f"Ask for {least} or more.")])


def _tables(
    happened: Seen, shown: Sequence[Seen], arm: Arm, held: HeldOut, tolerance: Tolerance
) -> tuple[pd.DataFrame, ...]:
    values = gathered(happened, shown, arm, tolerance, held.silent, held.by_date)
    return (
        judged(values, arm, tolerance),
        split_errors(happened, shown, arm, held.silent, held.by_date),
        from_rows(_weeks(happened, shown, arm, held), "validation_weeks"),
        from_rows(_curves(happened, shown, arm, held), "validation_curves"),
    )


def _weeks(happened: Seen, shown: Sequence[Seen], arm: Arm, held: HeldOut) -> Iterator[dict[str, object]]:
    """Weekly series with their bands; what really happened is empty where it would tell of one to five contacts."""
    real_weeks = _told_weeks(happened.series)
    for name in series_of(arm, held.silent, held.by_date):
        values = np.array([one.series[name] for one in shown])
        low, high = np.nanquantile(values, _POINTS, axis=0)
        real = real_weeks[name]
        for week in range(held.run.weeks):
            begins = held.run.opens + timedelta(weeks=week)
            yield {
                "prediction": arm, "series": name, "week": week + 1, "begins": begins.isoformat(), "real": real[week],
                "predicted": values[:, week].mean(), "low": low[week], "high": high[week],
            }  # fmt: skip


def _told_weeks(series: Mapping[str, Floats]) -> dict[str, Floats]:
    """Weekly series without the weeks that tell of one to five contacts, or would by what all weeks together are."""
    contacts, share = series["contacts"], series["decided_within_24h"]
    within = np.nan_to_num(np.round(contacts * share))
    secret = {name: hidden(values) for name, values in series.items() if name != "decided_within_24h"}
    secret["decided_within_24h"] = secret["contacts"] | hidden(within) | hidden(contacts - within)
    return {name: np.where(secret[name], math.nan, values) for name, values in series.items()}


def _curves(happened: Seen, shown: Sequence[Seen], arm: Arm, held: HeldOut) -> Iterator[dict[str, object]]:
    """Curves of waiting with their bands, by the hour, or by the day where there are dates alone.

    What really happened is empty where it would tell of one to five contacts (`told_steps`).
    """
    step = steps(held.by_date)
    every = max(round(1 / step), 1)
    for name in ("decision", "transfer"):
        asked = [one for one in STATISTICS.values() if one.source == name and one.of == "curve"]
        if name not in happened.curves or silence(asked[0], held.silent):
            continue
        values = np.array([one.curves[name][::every] for one in shown])
        low, high = np.quantile(values, _POINTS, axis=0)
        real_steps = told_steps(happened.curves[name][::every], happened.followed[name])
        columns = (real_steps, values.mean(axis=0), low, high)
        for place, (real, middle, least, most) in enumerate(zip(*columns, strict=True)):
            yield {
                "prediction": arm, "curve": name, "hours": place * every * step, "real": real, "predicted": middle,
                "low": least, "high": most,
            }  # fmt: skip


def _learnt(held: HeldOut, scenario: Scenario) -> tuple[str, ...]:
    """Numbers of a scenario that were fitted to days which are held out."""
    numbers = scenario.parameters.numbers if scenario.parameters else {}
    return tuple(name for name, one in numbers.items() if one.grade == "fitted" and one.date >= held.run.opens)


def _cares(held: HeldOut, scenario: Scenario) -> Iterator[str]:
    """What a reader must know beside the verdict."""
    if learnt := _learnt(held, scenario):
        more, was = " and others" if len(learnt) > 5 else "", "was" if len(learnt) == 1 else "were"
        yield (
            f"{in_words(learnt[:5], 'and')}{more} {was} fitted to a history that reaches beyond {held.run.opens:%d %B %Y}: "
            "the model has seen what it is tried on, and this is no test of it."
        )
    if held.run.warm_up < scenario.model.run.warm_up:
        yield (
            f"The first part allows {held.run.warm_up} weeks of warm-up, and the scenario asks for "
            f"{scenario.model.run.warm_up}: caseloads may not have filled up when the held-out part begins."
        )
    if held.by_date:
        yield "The records hold dates alone: hours cannot be compared, and the hour of each real contact is drawn."
    yield from _without_grade(held)
    main = held.account["kind"].isin(["contact", "step"]) & (held.account["why"] != "")
    for row in held.account[main].to_dict("records"):
        yield f"{many(int(row['records'] - row['used']))} records of kind {row['kind']} are not used: {row['why']}."


def _without_grade(held: HeldOut) -> Iterator[str]:
    """Contacts that no figure by grade counts, where others have a grade."""
    contacts = held.log.contacts
    mine = contacts["received"].between(0, held.log.about.closes - 1)
    blank = int(contacts.loc[mine, "rag"].isna().sum())
    if 0 < blank < mine.sum():
        yield f"{many(blank)} contacts held out have no grade of urgency: figures by grade are of the others.".capitalize()
