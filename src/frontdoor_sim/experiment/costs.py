"""What each option costs beside today: its posts, its overtime, and what its changes say that they cost."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

import pandas as pd
from pydantic import Field

from frontdoor_sim.documents import Mistake, in_words, nearest
from frontdoor_sim.operating_model import Closed, OperatingModel, Staff
from frontdoor_sim.scenario import Amount, Scenario

COLUMNS = ("option", "kind", "say", "number", "unit", "when", "low", "high", "source")
"""A row for each thing that costs something; `when` is `once` or `a year`, and `low` and `high`, in pounds, are NaN where no
price is stated."""
POSTS, OVERTIME, CHANGE = "posts", "overtime", "change"
OVERTIME_HOURS = "overtime_hours_per_week"
DAYS_A_YEAR = 365.25
WEEKS_A_YEAR = DAYS_A_YEAR / 7
_NOTHING = 1e-9
_NO_PRICE = (math.nan, math.nan)


class Price(Closed):
    """What something costs: pounds, or the lowest and the highest, and where the figure comes from."""

    costs: Amount
    source: str = Field(min_length=1)


class Prices(Closed):
    """What people cost.

    Args:
        posts: by role, what one whole-time equivalent costs a year, with all that comes on top of pay.
        overtime: what an hour of overtime costs, whoever works it.
    """

    posts: dict[str, Price] = Field(default_factory=dict)
    overtime: Price | None = None


def costs(prices: Prices, base: Scenario, options: Sequence[Scenario], differences: pd.DataFrame) -> pd.DataFrame:
    """What each option costs more than today, or less, line by line.

    Posts are the filled WTE of each role over all teams, in the option as it lasts, less those of the base; a post that only
    moves costs nothing, and people who all leave on a date cost what they do until then, once. Overtime is the difference that
    the runs showed, over all teams. What a change says that it costs counts as it stands, a year's cost only if the change
    lasts.

    Args:
        prices: what is known of prices.
        base, options: the scenarios.
        differences: of the comparison.

    Returns:
        A table of `COLUMNS`.

    Example:
        >>> from frontdoor_sim.scenario import read_scenario
        >>> one, more = (read_scenario(f"scenarios/examples/one_desk{of}.yaml") for of in ("", "_two_more"))
        >>> paid = Prices(posts={"officer": {"costs": [30_000, 34_000], "source": "an example"}})
        >>> none = pd.DataFrame(columns=["option", "measure", "by", "difference", "low", "high"])
        >>> costs(paid, one, [more], none)[["kind", "number", "low", "high"]].values.tolist()
        [['posts', 2.0, 60000.0, 68000.0]]
    """
    rows: list[tuple[object, ...]] = []
    for option in options:
        mine = differences[(differences["option"] == option.name) & (differences["measure"] == OVERTIME_HOURS)]
        rows += [(option.name, *row) for row in _of_posts(prices, base.model, option.model)]
        rows += [(option.name, *row) for row in _of_overtime(prices, mine[mine["by"] == "all"])]
        rows += [(option.name, *row) for row in _of_changes(option)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


Row = tuple[str, str, float, str, str, float, float, str]


def _of_posts(prices: Prices, before: OperatingModel, after: OperatingModel) -> Iterator[Row]:
    for when, unit, of in (("a year", "WTE", lasting_posts), ("once", "years of a WTE", years_of_leavers)):
        then, now = of(before), of(after)
        for role in dict.fromkeys((*then, *now)):
            wte = now.get(role, 0.0) - then.get(role, 0.0)
            if abs(wte) > _NOTHING:
                price = prices.posts.get(role)
                yield POSTS, role, wte, unit, when, *_times(wte, wte, price), price.source if price else ""


def lasting_posts(model: OperatingModel) -> dict[str, float]:
    """Whole-time equivalents of each role that somebody fills for good, over all teams; gaps after leavers are not paid.

    Example:
        >>> from frontdoor_sim.scenario import read_scenario
        >>> lasting_posts(read_scenario("scenarios/examples/one_desk.yaml").model)
        {'officer': 6.0}
    """
    return _by_role(model, lambda one: 0.0 if one.leaves else one.usually_filled)


def years_of_leavers(model: OperatingModel) -> dict[str, float]:
    """Of each role, the years that people who all leave on a date are there from the opening on, times their WTE."""
    opens = model.run.opens

    def years(group: Staff) -> float:
        """Of a group: none of those who stay, or who have gone before the opening."""
        if group.leaves is None or group.leaves < opens:
            return 0.0
        until = group.leaves + timedelta(days=1)
        return group.filled_between(opens, until) * (until - opens).days / DAYS_A_YEAR

    return _by_role(model, years)


def _by_role(model: OperatingModel, of: Callable[[Staff], float]) -> dict[str, float]:
    """The sum of something over all groups of staff with the same role."""
    found: dict[str, float] = {}
    for group in (group for team in model.teams.values() for group in team.staff):
        found[group.role] = found.get(group.role, 0.0) + of(group)
    return found


def _of_overtime(prices: Prices, differences: pd.DataFrame) -> Iterator[Row]:
    """The difference in all teams together: an option may have teams that today has not, and the other way round."""
    hours, low, high = (float(differences[column].sum()) for column in ("difference", "low", "high"))
    if max(abs(hours), abs(low), abs(high)) > _NOTHING:
        price = prices.overtime
        a_year = _times(low * WEEKS_A_YEAR, high * WEEKS_A_YEAR, price)
        yield OVERTIME, "overtime", hours, "hours a week", "a year", *a_year, price.source if price else ""


def _of_changes(option: Scenario) -> Iterator[Row]:
    """What changes say that they cost; of those that say nothing, those that do not only change people, who are posts."""
    for number, step in enumerate(option.steps):
        change = step.change
        if change is not None and change.costs is not None:
            stated = change.costs
            for when, amount in (("once", stated.once), ("a year", stated.a_year)):
                if any(amount) and (when == "once" or change.until is None):
                    yield CHANGE, change.say, math.nan, "", when, *amount, stated.source
        elif change is not None and not _only_of_people(option, number):
            yield CHANGE, change.say, math.nan, "", "", *_NO_PRICE, ""


def _only_of_people(option: Scenario, number: int) -> bool:
    """Whether all that a change touches is staff of teams."""
    paths = [one.path for one in option.touched if one.change == number]
    return all(path[0] == "teams" and len(path) > 2 and path[2] == "staff" for path in paths)


def _times(low: float, high: float, price: Price | None) -> tuple[float, float]:
    """The least and the greatest product of two ranges; NaN where there is no price."""
    if price is None:
        return _NO_PRICE
    ends = [number * each for number in (low, high) for each in price.costs]
    return min(ends), max(ends)


def unknown_roles(prices: Prices, scenarios: Sequence[Scenario], where: Callable[[str], str]) -> Iterator[Mistake]:
    """Prices of roles that no scenario has.

    Args:
        prices: as written.
        scenarios: base and options.
        where: file and line of a role.
    """
    roles = {group.role for scenario in scenarios for team in scenario.model.teams.values() for group in team.staff}
    for role in prices.posts:
        if role not in roles:
            near = nearest(role, sorted(roles))
            remedy = f"Did you mean {in_words(near)}?" if near else "Name one of them, or remove it."
            yield Mistake(
                where(role), f"No scenario here has a role {role!r}.", f"One of {in_words(sorted(roles))}.", remedy
            )
