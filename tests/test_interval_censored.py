"""The likelihood of durations known to the second, the minute or the day, against quadrature and textbooks."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from scipy.integrate import quad

from frontdoor_sim.calibration.families import KINDS, Family
from frontdoor_sim.calibration.interval_censored import DAY, MINUTE, log_likelihood, observe
from frontdoor_sim.calibration.stays import stays
from frontdoor_sim.calibration.turnbull import by_dates, fit_by_dates, turnbull
from frontdoor_sim.distributions import from_mapping
from frontdoor_sim.documents import InputError
from frontdoor_sim.working_time import NEVER, WallClock
from histories import HOUR, OFFICE, SHAPES, seen, starts
from small_logs import SmallLog, office_hours

LOGNORMAL = Family(("lognormal",)), np.log([19.21, 0.944])
WEIBULL = Family(("weibull",)), np.log([30.0, 0.7])
CASES = [LOGNORMAL, WEIBULL, (Family(("gamma",)), np.log([30.0, 1.3])), (Family(("exponential",)), np.log([12.0]))]


class Numbers:
    """A family with its numbers, as the likelihood asks for it."""

    def __init__(self, family: Family, searched: np.ndarray) -> None:
        self.family, self.searched = family, searched

    def both(self, hours: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return self.family.both(self.searched, hours)

    def below(self, hours: float) -> float:
        return float(self.both(np.array([max(hours, 0.0)]))[0][0])


def by_quadrature(shape: Numbers, days: int, density: np.ndarray | None) -> float:
    """P = integral over the day of the start of g(u) [F(24 (D + 1) - u) - F(24 D - u)] du, hour by hour."""
    weight = np.full(24, 1 / 24) if density is None else density / density.sum()
    return sum(
        weight[h] * quad(lambda u: shape.below(24 * (days + 1) - u) - shape.below(24 * days - u), h, h + 1)[0]
        for h in range(24)
    )


@pytest.mark.parametrize("density", [None, OFFICE], ids=["uniform", "office hours"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0].name)
@pytest.mark.parametrize("days", [0, 1, 2, 5, 20])
def test_dates_have_the_triangular_likelihood(case, days, density):
    shape = Numbers(*case)
    one = observe(np.array([0]), np.array([days * DAY]), start_width=DAY, end_width=DAY, hours=density)
    assert np.exp(log_likelihood(one, shape)) == pytest.approx(by_quadrature(shape, days, density), rel=2e-4)


def test_one_day_of_a_flat_shape_by_hand():
    """Uniform to 48 h, uniform start: same day 1/4, next day 1/2, the day after 1/4."""

    class Flat:
        def both(self, hours):
            return np.clip(hours / 48, 0, 1), 1 - np.clip(hours / 48, 0, 1)

    days = [observe(np.array([0]), np.array([d * DAY]), start_width=DAY, end_width=DAY) for d in range(3)]
    assert [np.exp(log_likelihood(day, Flat())) for day in days] == pytest.approx([0.25, 0.5, 0.25])


def test_probabilities_of_all_days_add_up_to_one():
    shape, days = Numbers(*LOGNORMAL), np.arange(2_000)
    total = sum(
        np.exp(log_likelihood(observe(np.array([0]), np.array([d * DAY]), start_width=DAY, end_width=DAY, hours=OFFICE), shape))
        for d in days
    )  # fmt: skip
    assert total == pytest.approx(1, abs=1e-9)


def test_seconds_and_minutes_come_to_the_density():
    shape, hours = Numbers(*LOGNORMAL), 17.0
    density = (shape.below(hours + 1e-4) - shape.below(hours - 1e-4)) / 2e-4
    second = observe(np.array([0]), np.array([int(hours * HOUR)]))
    minute = observe(np.array([0]), np.array([int(hours * HOUR)]), start_width=MINUTE, end_width=MINUTE)
    assert np.exp(log_likelihood(second, shape)) * HOUR == pytest.approx(density, rel=1e-5)
    assert np.exp(log_likelihood(minute, shape)) * 60 == pytest.approx(density, rel=1e-5)


def test_an_end_by_date_of_a_start_by_the_second_needs_no_integral():
    shape = Numbers(*LOGNORMAL)
    start = int(9.5 * HOUR)
    one = observe(np.array([start]), np.array([DAY]), end_width=DAY)
    wanted = shape.below(48 - 9.5) - shape.below(24 - 9.5)
    assert np.exp(log_likelihood(one, shape)) == pytest.approx(wanted, rel=1e-4)


def test_open_and_late_cases():
    """log S(t) for an open case, and f / S(entry) for one seen late."""
    shape = Numbers(*LOGNORMAL)
    is_open = observe(np.array([0]), np.array([NEVER]), until=30 * HOUR)
    late = observe(np.array([0]), np.array([DAY]), end_width=DAY, entered=10 * HOUR)
    assert log_likelihood(is_open, shape) == pytest.approx(np.log(1 - shape.below(30)), rel=1e-4)
    wanted = (shape.below(48) - shape.below(24)) / (1 - shape.below(10))
    assert np.exp(log_likelihood(late, shape)) == pytest.approx(wanted, rel=1e-4)


def test_a_day_of_a_clock_change_is_as_long_as_it_was():
    """29 March 2026 has 23 hours: the next midnight is 23 h after, and the days are counted as dates."""
    clock = WallClock(date(2026, 3, 28))
    at = clock.midnights(date(2026, 3, 28), date(2026, 4, 1))
    length = np.diff(at)
    both = observe(at[:2], at[2:4], start_width=length[:2], end_width=length[2:4])
    assert both.dates is not None
    assert both.dates.days.tolist() == [2, 2]
    assert len(both.blocks[0].count) == 2


def test_working_clock_counts_open_time_alone():
    """Received Friday 16:00, closed on Monday: 1 h on Friday, so between 1 and 9 working hours."""
    office = office_hours()
    friday = 4 * DAY
    one = observe(np.array([friday + 16 * HOUR]), np.array([7 * DAY]), end_width=DAY, working=office)
    assert one.clock == "working"
    assert one.points[one.blocks[0].lower].item() == 1
    assert one.points[one.blocks[0].upper].item() == 9
    assert one.dates is None


def test_what_ended_while_closed_ended_at_the_last_open_second():
    one = observe(np.array([9 * HOUR]), np.array([20 * HOUR]), working=office_hours())
    assert one.points.tolist() == pytest.approx([0, 8, 8 + 1 / HOUR])


def test_impossible_cases_are_refused_all_at_once():
    with pytest.raises(ValueError, match="set them aside first") as error:
        observe(
            np.array([100, 0, 0, 0, 500]),
            np.array([50, NEVER, 20, NEVER, 700]),
            until=np.array([NEVER, NEVER, NEVER, 10, NEVER]),
            entered=np.array([-NEVER, -NEVER, 30, 20, -NEVER]),
        )
    assert str(error.value) == (
        "1 cases end before they start; 1 cases are open, with no time at which observation ended; 1 cases were over "
        "before they were observed; 1 cases are open, and observed for no time; set them aside first"
    )


def test_cases_that_are_alike_are_one_group():
    random = np.random.default_rng(3)
    hours = random.exponential(20, 100_000)
    history = seen(starts(random, len(hours)), hours, DAY)
    assert history.number == 100_000
    assert sum(len(block.count) for block in history.blocks) < 20
    assert sum(float(block.count.sum()) for block in history.blocks) == 100_000


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("second", [0.8, 0.05, 0.03])
def test_families_are_those_of_the_parameters_file(kind, second):
    """Also where durations hardly differ, as in a gamma whose shape is above a thousand."""
    family = Family((kind,))
    searched = family.searched(np.array([20.0, second if kind != "weibull" else 1 / second][: len(family.names)]))
    p = np.linspace(0.01, 0.99, 50)
    below, above = family.both(searched, from_mapping(family.mapping(searched)).ppf(p))
    np.testing.assert_allclose(below, p, atol=1e-9)
    np.testing.assert_allclose(below + above, 1, atol=1e-12)


# Without a family


def test_bands_are_kaplan_and_meiers_curve():
    """Remission under 6-MP (Freireich et al. 1963), months as hours; the textbook's curve of survival."""
    lengths = np.array([6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35])
    relapsed = np.array([1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0], dtype=bool)
    cut = (lengths + 0.5) * HOUR  # who is cut was still at risk when the events of that month fell
    history = observe(
        np.zeros(21, dtype=np.int64),
        np.where(relapsed, lengths * HOUR, NEVER),
        until=np.where(relapsed, NEVER, cut.astype(np.int64)),
    )
    edges = [edge for month in (6, 7, 10, 13, 16, 22, 23) for edge in (month - 0.01, month + 0.01)]
    bands = turnbull(history, edges)
    assert bands.settled
    found = [1 - bands.within(month + 0.01) for month in (6, 7, 10, 13, 16, 22, 23)]
    assert found == pytest.approx([0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], abs=6e-4)


def test_bands_put_back_what_truncation_hid():
    """Of short cases half are hidden; unmended, the share within 10 h would be far too low."""
    random = np.random.default_rng(11)
    hours = random.exponential(10, 40_000)
    late = np.arange(len(hours)) % 2 == 0
    entered = np.where(late, 10 * HOUR, -NEVER)
    known = ~late | (hours > 10)
    history = observe(
        np.zeros(known.sum(), dtype=np.int64), (hours[known] * HOUR).astype(np.int64), entered=entered[known]
    )
    assert np.mean(hours[known] <= 10) < 0.5
    assert turnbull(history, [5, 10, 20, 40]).within(10) == pytest.approx(1 - np.exp(-1), abs=0.012)


def test_dates_are_compared_on_their_own_scale():
    random = np.random.default_rng(12)
    shape = from_mapping(SHAPES["lognormal"])
    hours = shape.ppf(random.random(30_000))
    started = starts(random, len(hours), OFFICE)
    closed = seen(started, hours, DAY, density=OFFICE)
    cut = seen(started, hours, DAY, until=200 * DAY, density=OFFICE)
    late = seen(started, hours, DAY, until=300 * DAY, entered=100 * DAY, density=OFFICE)
    wanted = fit_by_dates(closed, Numbers(*LOGNORMAL), 6)
    for history in (closed, cut, late):
        np.testing.assert_allclose(by_dates(history, 6), wanted, atol=4 * 0.5 / np.sqrt(15_000))


# From a log


def test_stays_of_a_log_know_their_stamps_and_what_is_open():
    """Received Monday 10:00, decided 30 h later; received Wednesday 02:00, open at the end of the second week."""
    for recorded_to, width, low, high in (("second", 1, 30, 30), ("minute", 60, 30, 30), ("day", 86_400, 0, 48)):
        log = SmallLog(recorded_to)
        log.decided(1, 10, 30)
        log.decided(2, 50, None)
        observed = stays(log.made(), "decision")
        assert (observed.number, observed.open_cases, observed.coarsest) == (2, 1, width)
        finite = observed.points[np.isfinite(observed.points)]
        closed, still_open = finite[(finite > 0) & (finite < 100)], finite[finite > 100]
        assert low - 0.02 <= closed.min() if width < 86_400 else 0.0 in finite
        assert closed.max() <= high + 0.02
        assert still_open.min() >= 336 - 72
        assert observed.dates is None or sorted(observed.dates.days.tolist()) == [1, 12]


def test_stages_and_clocks_that_are_not_there_are_named():
    log = SmallLog()
    log.decided(1, 10, 30)
    with pytest.raises(InputError) as error:
        stays(log.made(), "desicion", clock="office")
    assert str(error.value) == (
        '2 mistakes.\n\nevent log\n  what:   No visit to "desicion".\n  right:  A stage that the log has.\n'
        '  remedy: Did you mean decision?\n\nevent log\n  what:   No clock "office".\n'
        "  right:  One of working_hours.\n  remedy: Name one of working_hours."
    )
