"""Durations fitted to invented histories: the truth is found again, from times, from dates, and from what is cut off."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from scipy.stats import norm

from frontdoor_sim.calibration.duration_charts import fit_chart
from frontdoor_sim.calibration.durations import HOURS_THAT_MATTER, as_parameter, compared, fit, fits
from frontdoor_sim.calibration.families import CANDIDATES, MIXED, SINGLE, Family
from frontdoor_sim.calibration.interval_censored import DAY, observe
from frontdoor_sim.distributions import from_mapping
from frontdoor_sim.parameters import Parameters
from frontdoor_sim.parameters.graded import read_leaf
from frontdoor_sim.parameters.writing import plain
from frontdoor_sim.working_time import NEVER
from histories import HOUR, OFFICE, SHAPES, WIDTHS, YEAR, seen, starts
from recovery import Recovery

LOGNORMAL = Family(("lognormal",))


def share_within(shape, hours: float) -> float:
    """Distribution function of a shape that is read by quantile."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if float(shape.ppf(middle)) < hours else (low, middle)
    return low


def truth_of(name: str) -> dict[str, float]:
    """The numbers of a shape by the names that a fit gives them."""
    mapping = SHAPES[name]
    if mapping["distribution"] != "mixture":
        return {key: value for key, value in mapping.items() if key != "distribution"}
    parts = [
        {f"{place} {key}": value for key, value in part.items() if key != "distribution"}
        for place, part in zip(("first", "second"), mapping["of"], strict=True)
    ]
    return {"share": mapping["shares"][0], **parts[0], **parts[1]}


def recover(recovery: Recovery, name: str, width: str, number: int, repetitions: int, seed: int) -> None:
    """Fit the family to histories of its own making, a fifth of a year of which is open or begun before."""
    random, shape = np.random.default_rng(seed), from_mapping(SHAPES[name])
    family, truth = Family(tuple(name.split(" and "))), truth_of(name)
    for _ in range(repetitions):
        started = starts(random, number, OFFICE)
        hours = shape.ppf(random.random(number))
        density = OFFICE if width == "day" else None
        history = seen(started, hours, WIDTHS[width], until=YEAR - 20 * DAY, entered=20 * DAY, density=density)
        found = fit(history, family)
        for key, interval in found.numbers().items():
            recovery.add(f"{name} {key}, to the {width}", truth[key], interval)
        if "mean" not in truth:
            recovery.add(f"{name} mean, to the {width}", shape.mean, found.mean())
        recovery.add(f"{name} within 24 h, to the {width}", share_within(shape, 24), found.share_within(24))


@pytest.mark.parametrize("width", WIDTHS)
def test_families_are_found_again(width):
    """Estimates lean by a small part of their sd in any history of a few hundred; more than four errors is a fault."""
    recovery = Recovery()
    for place, name in enumerate(("exponential", "lognormal", "gamma", "weibull")):
        recover(recovery, name, width, 300, 40, seed=20261126 + place)
    assert recovery.faults(allowance=0.1) == []


@pytest.mark.parametrize("width", ["minute", "day"])
def test_a_mixture_is_found_again(width):
    recovery = Recovery()
    recover(recovery, "exponential and lognormal", width, 2_000, 8, seed=20261130)
    assert recovery.faults(allowance=0.4 if width == "day" else 0.2) == []


def naive(days: np.ndarray) -> float:
    """Share within 24 h of a lognormal fitted to days times 24, none taken for half a day."""
    logs = np.log(np.where(days == 0, 12.0, 24.0 * days))
    return float(norm.cdf((np.log(24) - logs.mean()) / logs.std()))


def test_dates_taken_for_hours_are_biased_and_the_exact_likelihood_is_not():
    """The figures of the literature's experiment: lognormal of mean 30 h and cv 1.2, 3,000 cases; truth .593.

    Days times 24 say .465; the interval from D - 1 to D + 1 days .615; (D, D + 1] as if received at midnight .307.
    """
    variance = np.log1p(1.2**2)
    median, sigma = 30 * np.exp(-variance / 2), np.sqrt(variance)
    random, none = np.random.default_rng(593), np.zeros(3_000, dtype=np.int64)
    found = []
    for _ in range(20):
        started = starts(random, 3_000)
        hours = random.lognormal(np.log(median), sigma, 3_000)
        days = ((started + hours * HOUR) // DAY - started // DAY).astype(np.int64)
        ways = [
            seen(started, hours),
            seen(started, hours, DAY),
            observe(started, (started // DAY + days) * DAY, end_width=DAY),
            observe(none, (days - 1) * DAY, end_width=2 * DAY),
            observe(none, days * DAY, end_width=DAY),
        ]
        found.append([fit(way, LOGNORMAL).share_within(24).estimate for way in ways] + [naive(days)])
    mean, error = np.mean(found, axis=0), np.std(found, axis=0, ddof=1) / np.sqrt(len(found))
    truth = float(norm.cdf((np.log(24) - np.log(median)) / sigma))
    assert truth == pytest.approx(0.5933, abs=5e-5)
    assert (np.abs(mean[:3] - truth) < 4 * error[:3]).all()
    np.testing.assert_allclose(mean[3:], [0.615, 0.307, 0.465], atol=0.005)
    assert (np.abs(mean[3:] - truth) > 8 * error[3:]).all()


def test_leaving_open_cases_out_makes_durations_too_short():
    random = np.random.default_rng(12)
    started = random.integers(0, 40 * HOUR, 20_000)
    hours = random.exponential(12, len(started))
    until = 40 * HOUR
    closed = started + hours * HOUR < until
    exponential = Family(("exponential",))
    with_open = fit(seen(started, hours, until=until), exponential).mean()
    without = fit(seen(started[closed], hours[closed]), exponential).mean()
    assert without.estimate < 10
    assert abs(with_open.estimate - 12) < 4 * (with_open.high - with_open.low) / 3.29


def test_leaving_out_that_cases_were_seen_late_makes_durations_too_long():
    """Cases open when records began are the long ones."""
    random = np.random.default_rng(13)
    begun, long = random.integers(-30 * DAY, 30 * DAY, 20_000), random.exponential(120, 20_000)
    kept = begun + long * HOUR >= 0
    started, ended = begun[kept], (begun + long * HOUR).astype(np.int64)[kept]
    exponential = Family(("exponential",))
    mended = fit(observe(started, ended, entered=0), exponential).mean()
    plain_fit = fit(observe(started, ended), exponential).mean()
    assert abs(mended.estimate - 120) < 4 * (mended.high - mended.low) / 3.29
    assert plain_fit.low > 122


def test_time_of_receipt_matters_to_dates():
    """Receipts in office hours, fitted as if round the clock, are biased; with their own density they are not."""
    random = np.random.default_rng(14)
    truth = share_within(from_mapping(SHAPES["lognormal"]), 24)
    hours = from_mapping(SHAPES["lognormal"]).ppf(random.random(60_000))
    started = starts(random, len(hours), np.array([0.0] * 15 + [1.0] * 3 + [0.0] * 6))
    late = np.array([0.0] * 15 + [1.0] * 3 + [0.0] * 6)
    known, unknown = seen(started, hours, DAY, density=late), seen(started, hours, DAY)
    right, wrong = (fit(history, LOGNORMAL).share_within(24, 0.9999) for history in (known, unknown))
    assert right.low < truth < right.high
    assert not wrong.low < truth < wrong.high


@pytest.mark.parametrize("name", ["exponential", "lognormal", "gamma", "weibull", "exponential and lognormal"])
def test_aic_chooses_the_family_that_made_the_history(name):
    """An exponential is also a gamma and a Weibull, and any family a mixture: AIC may prefer those by a little."""
    random = np.random.default_rng(15)
    hours = from_mapping(SHAPES[name]).ppf(random.random(4_000))
    found = fits(seen(starts(random, len(hours)), hours, 60), CANDIDATES if "and" in name else SINGLE)
    table = compared(found)
    assert table.loc[table["family"] == name, "behind"].item() <= 2
    assert (table["family"] != name).sum() == len(table) - 1
    if name != "exponential":
        assert found[0].family.name == name


def test_profile_and_information_agree_on_a_large_history():
    random = np.random.default_rng(16)
    hours = from_mapping(SHAPES["gamma"]).ppf(random.random(4_000))
    found = fit(seen(starts(random, len(hours)), hours, DAY), Family(("gamma",)))
    for name, interval in found.numbers().items():
        assert found.profile(name) == pytest.approx(interval, rel=3e-3)
    with pytest.raises(KeyError, match="gamma has no number 'median'; it has mean and cv"):
        found.profile("median")


def test_profile_of_a_small_history_is_skew():
    random = np.random.default_rng(17)
    found = fit(seen(starts(random, 25), random.exponential(20, 25), DAY), Family(("exponential",)))
    estimate, low, high = found.profile("mean")
    assert high - estimate > 1.3 * (estimate - low)


def test_a_mixture_that_is_not_there_is_not_chosen():
    random = np.random.default_rng(18)
    found = fits(seen(starts(random, 2_000), random.exponential(20, 2_000), DAY), SINGLE + MIXED)
    assert found[0].family.name in ("exponential", "gamma", "weibull")
    undetermined = [one for one in found if not one.determined]
    assert undetermined == found[len(found) - len(undetermined) :]
    for one in undetermined:
        with pytest.raises(ValueError, match="does not determine"):
            as_parameter(one, "A history", date(2026, 11, 26))


def test_a_mean_beyond_what_was_seen_is_not_told():
    """Of 400 cases 328 are open after a day: whatever family is taken makes up how long those will last."""
    random = np.random.default_rng(23)
    hours = np.exp(8 + 5 * random.standard_normal(400))
    found = fits(seen(np.zeros(400, dtype=np.int64), hours, 60, until=24 * HOUR), SINGLE)
    assert all(one.determined and one.mean().estimate > 24 > one.observed.longest for one in found)
    assert not any(one.told for one in found)
    with pytest.raises(ValueError, match="does not determine"):
        as_parameter(found[0], "A history", date(2026, 11, 26))


def test_a_mean_that_may_be_a_thousand_times_as_long_is_not_told():
    """Dates alone, nearly all of one day: a lognormal is determined, and its mean is anything up to centuries."""
    hours = np.append(np.full(480, 0.001), [30.0] * 20)
    found = fits(seen(np.full(500, 8 * HOUR, dtype=np.int64), hours, DAY), SINGLE)
    told = {one.family.name: one.told for one in found}
    assert told == {"exponential": True, "gamma": False, "weibull": False, "lognormal": False}
    lognormal = next(one for one in found if one.family == LOGNORMAL)
    assert lognormal.determined
    assert lognormal.mean().high > 1e6


def test_small_histories_of_dates_never_break_a_mixture():
    """What dates hardly tell is undetermined, or has a wide interval; no number overflows, no variance is negative."""
    random, determined = np.random.default_rng(22), 0
    for number in (2, 5, 20, 60, 200):
        for name in ("exponential", "exponential and lognormal"):
            hours = from_mapping(SHAPES[name]).ppf(random.random(number))
            history = seen(starts(random, number), hours, DAY)
            for family in CANDIDATES:
                found = fit(history, family)
                determined += found.determined
                for interval in (found.mean(), found.share_within(4), *found.numbers().values()):
                    assert interval.low <= interval.estimate <= interval.high
                    assert np.isfinite(interval.estimate)
    assert 0 < determined < 60


def test_a_history_in_which_nothing_ended_is_refused():
    with pytest.raises(ValueError, match="no case is over"):
        fit(observe(np.array([0]), np.array([NEVER]), until=100), LOGNORMAL)


# As a parameter


@pytest.mark.parametrize("name", SHAPES)
def test_a_fit_is_an_entry_of_the_parameters_file(name, tmp_path):
    random = np.random.default_rng(19)
    hours = from_mapping(SHAPES[name]).ppf(random.random(3_000))
    found = fit(seen(starts(random, len(hours)), hours, 60, until=YEAR), Family(tuple(name.split(" and "))))
    graded = as_parameter(found, "Contacts of an invented council, 2025", date(2025, 12, 31))
    again, faults = read_leaf("durations.screening", "duration", plain(graded))
    assert faults == []
    assert again == graded
    file = Parameters("Anywhere", 2026, {"durations.screening": graded}).write(tmp_path / "parameters.yaml")
    shape, unit, clock = Parameters.read(file).distribution("durations.screening")
    assert (unit, clock) == (HOUR, "elapsed")
    assert shape.mean == pytest.approx(found.mean().estimate, rel=2e-3)
    assert graded.grade == "fitted"
    assert graded.range[0] < shape.mean < graded.range[1]


def test_counts_of_a_few_are_not_told():
    random = np.random.default_rng(20)
    hours = np.append(random.exponential(20, 60), [9_000.0, 9_000.0])
    history = seen(np.zeros(62, dtype=np.int64), hours, 60, until=8_000 * HOUR)
    note = as_parameter(fit(history, Family(("exponential",))), "A history", date(2026, 11, 26)).note
    assert "from 62 cases, fewer than 6 of them open and 0 begun before the history; stamps to the minute" in note


# The picture


@pytest.mark.parametrize("width", ["minute", "day"])
def test_the_picture_shows_fits_against_history(width):
    random = np.random.default_rng(21)
    hours = from_mapping(SHAPES["lognormal"]).ppf(random.random(3_000))
    found = fits(seen(starts(random, len(hours)), hours, WIDTHS[width]), SINGLE)
    figure = fit_chart(found)
    left, right = figure.axes
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert "Lognormal (chosen)" in labels
    assert ("History" in labels) == (width == "day")
    assert [text.get_text() for text in right.get_xticklabels()] == [f"{hour:g}" for hour in HOURS_THAT_MATTER]
    if width == "minute":
        chosen = next(line for line in left.get_lines() if line.get_label() == "Lognormal (chosen)")
        x, y = np.asarray(chosen.get_xdata()), np.asarray(chosen.get_ydata())
        near = (x >= 4) & (x <= 72)
        assert np.abs(np.log(y[near] / x[near])).max() < 0.1


@pytest.mark.parametrize(("until", "last"), [(None, 1.0), (3 * DAY, np.nan)], ids=["all over", "some open"])
def test_the_picture_of_dates_shows_what_there_is(until, last):
    """Every case is over within three days, or open when the files were taken: of later days nobody is observed."""
    hours = np.repeat([1.0, 30.0, 80.0], 40)
    found = fits(seen(np.zeros(len(hours), dtype=np.int64), hours, DAY, **({"until": until} if until else {})), SINGLE)
    bars = [bar.get_height() for bar in fit_chart(found).axes[0].patches]
    np.testing.assert_allclose(bars[:3], [1 / 3, 2 / 3, 2 / 3])
    np.testing.assert_array_equal(bars[4:], [last] * 4)


def test_the_picture_has_room_for_six():
    with pytest.raises(ValueError, match="1 to 6 fits, not 0"):
        fit_chart([])


def test_a_number_that_nothing_tells_keeps_a_mixture_from_being_told():
    """Nearly half the waits are none: how short they are nobody sees, and draws of it would be anything up to centuries."""
    random = np.random.default_rng(32)
    hours = np.where(random.random(300) < 0.45, 0.0, np.exp(1.5 + 2 * random.standard_normal(300)))
    found = fits(seen(starts(random, 300), hours, 60), SINGLE + MIXED)
    loose = [one for one in found if one.determined and np.sqrt(np.diag(one.covariance)).max() > np.log(10)]
    assert [one.family.name for one in loose] == ["exponential and lognormal"]
    assert not loose[0].told
    assert found[0].family.name == "gamma"
    assert found[0].mean().low < hours.mean() < found[0].mean().high
