"""All England in one run: `python benchmarks/england.py`.

Today's Front Door (`scenarios/bcp/as_found.yaml`) once for each of England's 153 local authorities, each event log written
to Parquet as soon as its council is done and then forgotten.

**A load test with published volumes, not a study of 153 councils.** Real are the numbers of referrals of each council and
England's contacts for each referral. Everything else is that of one council in 2019: stages, teams, source mix, shape of the
year, durations, even its two localities. Staff are scaled with the contacts, so that every council has about the same load.

What is counted: the published 3.0 million contacts a year are contacts *about children*. A contact here is *a family's*, with
1.72 children on average, so that 3.0 million become 1.74 million a year; with the warm-up and the follow-up a run of 84 weeks
has about 2.8 million. `--times 1.72` asks for as many families a year as there are children.

`--sizes` measures instead how the cost per contact grows: with the length of a run, and with the size of its teams.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field, fields
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from tqdm import tqdm

from frontdoor_sim.calibration.defaults import england
from frontdoor_sim.contacts.returning import Returning
from frontdoor_sim.engine import ENGINES
from frontdoor_sim.event_log import EventLog, check_laws, write_log
from frontdoor_sim.experiment import returning
from frontdoor_sim.experiment.replications import slug
from frontdoor_sim.experiment.running import draw_contacts, simulate
from frontdoor_sim.scenario import Scenario, read_scenario

HERE = Path(__file__).parent
RESULTS = HERE / "england.json"
AS_FOUND = HERE.parent / "scenarios" / "bcp" / "as_found.yaml"
WARM_UP = 26
"""Weeks of warm-up: enough for queues and caseloads. The scenario's own 78 are for re-referrals, which are not asked here."""
LEAST_WTE = 0.2
"""Nobody works less than a day a week; it matters to the three smallest councils only."""

FIRST_SIZE = 20_000
SIZES = (FIRST_SIZE, 100_000, 500_000, 800_000)  # which is 64 years of one council; the compiled engine plays 68
TEAMS = (1, 3, 10, 30)
ENOUGH = 200_000
"""Contacts; smaller runs are repeated until there are so many."""

DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class Council:
    """A local authority: its place in the list, which is the number of its replication, and its referrals in a year."""

    number: int
    name: str
    referrals: int

    @property
    def folder(self) -> str:
        return f"council={slug(self.name)}"


@dataclass(frozen=True)
class Task:
    """What a process needs to run one council."""

    scenario: Scenario
    council: Council
    returns: Returning
    seed: int
    engine: Any
    output: Path


@dataclass
class Cost:
    """What one run had and took: families and children, rows, bytes, CPU seconds by part, and the process it ran in.

    Args:
        contacts, ended, open: families in the whole run; ended or still open at its end.
        in_window, children_in_window: families received in the measured weeks, and their children.
        people: how many are on the roster.
        process: its number.
        peak: most memory that the process has ever had [bytes]; None where that cannot be measured.
    """

    name: str
    contacts: int = 0
    ended: int = 0
    open: int = 0
    in_window: int = 0
    children_in_window: int = 0
    people: int = 0
    rows: int = 0
    bytes: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    process: int = 0
    peak: int | None = None

    @property
    def cpu(self) -> float:
        return sum(self.seconds.values())

    @property
    def microseconds(self) -> float:
        """CPU time of a contact."""
        return 1e6 * self.cpu / max(1, self.contacts)

    @contextmanager
    def timed(self, part: str) -> Iterable[None]:
        began = process_time()
        yield
        self.seconds[part] = self.seconds.get(part, 0.0) + process_time() - began


BRIEF = ("name", "contacts", "people", "rows", "bytes")


# --- the councils ----------------------------------------------------------------------------------------------------


def all_councils() -> list[Council]:
    """England's local authorities, those with most referrals first."""
    referrals = json.loads(RESULTS.read_text(encoding="utf-8"))["published"]["referrals"]
    ranked = sorted(referrals.items(), key=lambda item: (-item[1], item[0]))
    return [Council(number, name, count) for number, (name, count) in enumerate(ranked)]


def as_found(weeks: int | None = None, warm_up: int = WARM_UP) -> Scenario:
    """Today's Front Door, with another number of weeks where one is given."""
    length = {"run.warm_up": warm_up} | ({} if weeks is None else {"run.weeks": weeks})
    return read_scenario(AS_FOUND).varied(length)


def scenario_of(council: Council, base: Scenario, times: float = 1.0) -> Scenario:
    """The base with a council's published referrals, England's contacts for each, and staff in proportion.

    Args:
        council: which.
        base: today's Front Door.
        times: multiplies the contacts, and so the staff.
    """
    contacts = england("initial_contacts", 2024)
    ratio = contacts.value / england("referrals", contacts.year).value
    own, of_each = (
        base.parameters.value(f"volumes.{name}") for name in ("referrals_per_year", "contacts_per_referral")
    )
    volume = {
        "parameters.volumes.referrals_per_year": council.referrals * times,
        "parameters.volumes.contacts_per_referral": ratio,
    }
    return base.varied(volume | staff(base, council.referrals * times * ratio / (own * of_each)))


def staff(base: Scenario, times: float) -> dict[str, float]:
    """So many times the people of the base, by path."""
    return {
        f"teams.{team}.staff[{index}].wte": round(max(LEAST_WTE, group.wte * times), 3)
        for team, facts in base.model.teams.items()
        for index, group in enumerate(facts.staff)
    }


# --- one run ---------------------------------------------------------------------------------------------------------


def run_council(task: Task) -> Cost:
    """Run one council, write its log, and keep nothing of it but what it cost."""
    cost = Cost(task.council.name)
    with cost.timed("prepared"):
        scenario = scenario_of(task.council, task.scenario)
    measure(
        cost, scenario, task.returns, (task.seed, task.council.number), task.engine, task.output / task.council.folder
    )
    return cost


def measure(
    cost: Cost, scenario: Scenario, returns: Returning, luck: tuple[int, int], engine: Any, folder: Path
) -> None:
    """Draw, play, check and write one run, and note what that took."""
    with cost.timed("drawn"):
        contacts = draw_contacts(scenario, *luck, returns)
    with cost.timed("played"):
        log = simulate(scenario, contacts, *luck, engine)
    with cost.timed("checked"):
        check_laws(log)
    with cost.timed("written"):
        write_log(log, folder)
    count(cost, log)
    cost.bytes = sum(file.stat().st_size for file in folder.iterdir())
    cost.process, cost.peak = os.getpid(), peak_memory()


def count(cost: Cost, log: EventLog) -> None:
    """Families, children, people and rows of a log."""
    ends = log.about.outcomes.loc[log.about.outcomes["is_end"], "outcome"]
    inside = log.contacts["received"].between(0, log.about.closes - 1)
    cost.contacts, cost.rows, cost.people = len(log.contacts), len(log.events), log.duty["worker"].nunique()
    cost.ended = int(log.events["outcome"].isin(ends).sum())
    cost.open = cost.contacts - cost.ended
    cost.in_window = int(inside.sum())
    cost.children_in_window = int(log.contacts.loc[inside, "children"].sum())


def peak_memory() -> int | None:
    """The most memory that this process has had [bytes]; None on Windows, where it is not measured."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


# --- all England -----------------------------------------------------------------------------------------------------


def council_workers(jobs: int | None, tasks: int) -> Any:
    """A pool of processes for so many councils, as a context; None where this process does the work itself."""
    number = min(jobs or os.cpu_count() or 1, tasks)
    return ProcessPoolExecutor(number, mp_context=get_context("spawn")) if number > 1 else nullcontext(None)


def progress(costs: Iterable[Any], total: int, quiet: bool, say: str) -> Iterable[Any]:
    """The costs, with a bar while they come."""
    return tqdm(costs, total=total, disable=quiet, desc=say, leave=False)


def run_england(options: argparse.Namespace, output: Path) -> dict[str, Any]:
    """Run all the councils asked for; what it took."""
    began, load = perf_counter(), load_average()
    base, councils = as_found(options.weeks, options.warm_up), all_councils()[: options.councils]
    with council_workers(options.jobs, len(councils)) as pool:
        call: Callable[..., Any] = pool.map if pool else map
        (returns,) = call(measured_returns, [(base, options.seed, options.engine)])
        tasks = [
            Task(base, council_times(council, options.times), returns, options.seed, options.engine, output)
            for council in councils
        ]
        costs = list(progress(call(run_council, tasks), len(tasks), options.quiet, "Councils"))
    return summary(costs, perf_counter() - began) | {"times": options.times, "load_before": load}


def council_times(council: Council, times: float) -> Council:
    """A council with so many times its referrals."""
    return Council(council.number, council.name, round(council.referrals * times))


def measured_returns(asked: tuple[Scenario, int, Any]) -> Returning:
    """Who comes back: measured once, since it does not depend on how many come."""
    return returning(*asked)


def summary(costs: Sequence[Cost], wall: float) -> dict[str, Any]:
    """What all runs together had and took."""
    totals = {part.name: sum(getattr(cost, part.name) for cost in costs) for part in fields(Cost) if part.type == "int"}
    del totals["process"]
    cpu = sum(cost.cpu for cost in costs)
    return {
        "councils": len(costs),
        **totals,
        "wall_seconds": round(wall, 1),
        "cpu_seconds": round(cpu, 1),
        "cpu_seconds_by_part": {part: round(sum(c.seconds[part] for c in costs), 1) for part in costs[0].seconds},
        "cpu_microseconds_a_contact": round(1e6 * cpu / max(1, totals["contacts"]), 1),
        "processes": len({os.getpid(), *(cost.process for cost in costs)}),
        "peak_memory_mib": mebibytes(total_peak(costs)),
        "largest": brief(max(costs, key=lambda cost: cost.contacts)),
        "smallest": brief(min(costs, key=lambda cost: cost.contacts)),
    }


def total_peak(costs: Sequence[Cost]) -> int | None:
    """The peaks of this process and of all others, added up: no less than what they had together at any time."""
    own = peak_memory()
    if own is None:
        return None
    peaks = {cost.process: 0 for cost in costs} | {os.getpid(): own}
    for cost in costs:
        peaks[cost.process] = max(peaks[cost.process], cost.peak or 0)
    return sum(peaks.values())


def brief(cost: Cost) -> dict[str, Any]:
    """One run in a few words."""
    kept = {name: value for name, value in asdict(cost).items() if name in BRIEF}
    parts = {part: round(1e6 * seconds / max(1, cost.contacts), 1) for part, seconds in cost.seconds.items()}
    found = {"cpu_microseconds_a_contact": round(cost.microseconds, 1), "by_part": parts}
    return kept | found | {"peak_memory_mib": mebibytes(cost.peak)}


def mebibytes(number: int | None) -> int | None:
    return None if number is None else round(number / 2**20)


def load_average() -> float | None:
    """How many processes wanted a core in the last minute, where the system says so."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


# --- growth ----------------------------------------------------------------------------------------------------------


def run_sizes(options: argparse.Namespace, output: Path) -> dict[str, Any]:
    """Cost per contact of one council, first over longer and longer runs, then with larger and larger teams."""
    weeks = [(1, size / FIRST_SIZE) for size in options.sizes]
    teams = [(times, 1.0) for times in options.teams]
    asked = [(times, longer, options.seed, options.engine, output) for times, longer in [*weeks, *teams]]
    found = [brief(apart(one_size, task)) for task in progress(asked, len(asked), options.quiet, "Sizes")]
    return {"longer_runs": found[: len(weeks)], "larger_teams": found[len(weeks) :], "load_before": load_average()}


def apart(work: Callable[[Any], Cost], task: Any) -> Cost:
    """Do it in a fresh process, so that neither memory nor caches carry over."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, task).result()


def one_size(asked: tuple[float, float, int, Any, Path]) -> Cost:
    """A council whose run has `FIRST_SIZE` contacts, with so many times its contacts and staff, and so many times as long.

    A first run is thrown away: it loads the kernel and whatever else Python loads once. Then the median of some runs.
    """
    times, longer, seed, engine, output = asked
    base = as_found()
    returns = measured_returns((base, seed, engine))
    costs = [one_run(base, 1, 1, returns, (seed, 0), engine, output)]
    number = max(1, round(ENOUGH / (times * longer * FIRST_SIZE)))
    costs = [one_run(base, times, longer, returns, (seed, 1 + again), engine, output) for again in range(number)]
    return sorted(costs, key=lambda cost: cost.microseconds)[number // 2]


def one_run(
    base: Scenario, times: float, longer: float, returns: Returning, luck: tuple[int, int], engine: Any, output: Path
) -> Cost:
    """One run of `one_size`."""
    scenario = lengthened(of_size(base, times * FIRST_SIZE), longer)
    cost = Cost(f"{times:g} times the staff, {run_weeks(scenario):,} weeks")
    with tempfile.TemporaryDirectory(dir=output) as folder:
        measure(cost, scenario, returns, luck, engine, Path(folder) / "log")
    return cost


def of_size(base: Scenario, contacts: float) -> Scenario:
    """The base with so many contacts in its run, and staff in proportion."""
    volume = {name: base.parameters.value(f"volumes.{name}") for name in
              ("referrals_per_year", "contacts_per_referral", "children_per_contact")}  # fmt: skip
    a_year = volume["referrals_per_year"] * volume["contacts_per_referral"] / volume["children_per_contact"]
    times = contacts / (a_year * run_weeks(base) * 7 / DAYS_A_YEAR)
    path = "parameters.volumes.referrals_per_year"
    return base.varied({path: volume["referrals_per_year"] * times} | staff(base, times))


def run_weeks(scenario: Scenario) -> int:
    """Weeks of warm-up, window and follow-up together."""
    run = scenario.model.run
    return run.warm_up + run.weeks + run.follow_up


def lengthened(scenario: Scenario, times: float) -> Scenario:
    """A scenario whose whole run is so many times as long; longer than a scenario file may ask for."""
    run = scenario.model.run
    weeks = round(times * run_weeks(scenario)) - run.warm_up - run.follow_up
    longer = Scenario(scenario.file, scenario.data, scenario.parameters)
    vars(longer)["model"] = scenario.model.model_copy(update={"run": run.model_copy(update={"weeks": weeks})})
    return longer


# --- what is said ----------------------------------------------------------------------------------------------------


def said_of_england(found: dict[str, Any]) -> str:
    """The figures of a run of England, as lines."""
    peak, mean = found["peak_memory_mib"], found["bytes"] / max(1, found["contacts"])
    parts = ", ".join(f"{part} {seconds} s" for part, seconds in found["cpu_seconds_by_part"].items())
    lines = [
        "A load test with published volumes, not a study of these councils.",
        f"{found['councils']} councils, {found['contacts']:,} contacts of families in the whole run: "
        f"{found['ended']:,} ended, {found['open']:,} open",
        f"received in the measured weeks: {found['in_window']:,} contacts, about {found['children_in_window']:,} children",
        f"event rows: {found['rows']:,}; written: {found['bytes'] / 1e6:,.0f} MB, {mean:.0f} bytes a contact",
        f"wall time: {found['wall_seconds']} s; CPU of the councils: {found['cpu_seconds']} s ({parts})",
        f"cost per contact: {found['cpu_microseconds_a_contact']} microseconds of CPU",
        f"peak memory: {f'{peak:,} MiB at most' if peak else 'not measured here'}, {found['processes']} processes together",
    ]
    return "\n".join(lines)


def said_of_sizes(found: dict[str, Any]) -> str:
    """The tables of growth, as markdown."""
    lines = []
    for title, rows in (("Longer runs", found["longer_runs"]), ("Larger teams", found["larger_teams"])):
        lines += [f"\n{title}\n", "| run | contacts | people | CPU a contact | of the first | peak memory |",
                  "|---|---|---|---|---|---|"]  # fmt: skip
        for row in rows:
            cost, peak = row["cpu_microseconds_a_contact"], row["peak_memory_mib"]
            ratio = cost / rows[0]["cpu_microseconds_a_contact"]
            memory = f"{peak:,} MiB" if peak else "not measured"
            cells = (row["name"], f"{row['contacts']:,}", f"{row['people']:,}", f"{cost} µs", f"{ratio:.2f}", memory)
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def keep(file: Path, name: str, found: dict[str, Any]) -> None:
    """Put what was measured into a file of results, beside what is there."""
    kept = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    kept.setdefault("measured", {}).setdefault(name, []).append(found)
    file.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


def read_options(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Run today's Front Door for every council of England.")
    parser.add_argument(
        "--output", type=Path, help="folder for the event logs; without it they are written and removed"
    )
    parser.add_argument("--councils", type=int, help="only so many, those with most referrals")
    parser.add_argument("--times", type=float, default=1.0, help="multiplies contacts and staff")
    parser.add_argument("--weeks", type=int, help="measured weeks, instead of the scenario's")
    parser.add_argument("--warm-up", type=int, default=WARM_UP, help=f"weeks of warm-up ({WARM_UP})")
    parser.add_argument("--sizes", type=int, nargs="*", help="measure growth: contacts of ever longer runs")
    parser.add_argument(
        "--teams", type=float, nargs="*", default=list(TEAMS), help="with --sizes: how many times the staff"
    )
    parser.add_argument("--jobs", type=int, help="processes; all cores by default")
    parser.add_argument("--engine", choices=ENGINES, default="auto")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--results", type=Path, help="a JSON file to add the figures to")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    options = parser.parse_args(words)
    if options.sizes == []:
        options.sizes = list(SIZES)
    return options


def main(words: Sequence[str] | None = None) -> None:
    options = read_options(words)
    run, say, name = (run_england, said_of_england, "england")
    if options.sizes is not None:
        run, say, name = (run_sizes, said_of_sizes, "sizes")
    with tempfile.TemporaryDirectory() as spare:
        output = options.output or Path(spare)
        output.mkdir(parents=True, exist_ok=True)
        found = run(options, output)
    print(say(found))
    if options.results:
        keep(options.results, name, found)


if __name__ == "__main__":
    main()
