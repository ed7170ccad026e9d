"""Working time: the published calendar table, clock changes, and laws against brute force."""

import pickle
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdoor_sim.working_time import (
    NEVER,
    Calendar,
    Instants,
    ShiftPattern,
    Upcoming,
    WallClock,
    WorkingDays,
    england_bank_holidays,
    parse_duration,
    working_dates,
)

CLOCK = WallClock(date(2026, 1, 1))
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
BANK_HOLIDAYS_2026 = england_bank_holidays(*YEAR)
OFFICE = ShiftPattern.parse({"Mon-Fri": "09:00-17:00"}).lay_out(CLOCK, *YEAR, BANK_HOLIDAYS_2026)


def second(text):
    return CLOCK.seconds(datetime.fromisoformat(text))


# The calendar table: Mon-Fri 09-17, England 2026, computed elsewhere by stepping minutes.

FINISHES = [
    ("2026-04-02 16:30", 60, "2026-04-07 09:30", 113.0),
    ("2026-03-28 12:00", 30, "2026-03-30 09:30", 44.5),
    ("2026-10-24 23:00", 480, "2026-10-26 17:00", 43.0),
    ("2026-03-27 16:59", 2, "2026-03-30 09:01", 63 + 2 / 60),
    ("2026-02-06 17:00", 1, "2026-02-09 09:01", 64 + 1 / 60),
    ("2026-12-24 16:00", 120, "2026-12-29 10:00", 114.0),
    ("2026-07-01 08:00", 480, "2026-07-01 17:00", 9.0),
    ("2026-07-01 10:00", 480, "2026-07-02 10:00", 24.0),
]


@pytest.mark.parametrize(("received", "minutes", "finished", "hours"), FINISHES)
def test_work_finishes_as_in_the_calendar_table(received, minutes, finished, hours):
    end = OFFICE.add(second(received), minutes * 60)
    assert end == second(finished)
    assert end - second(received) == round(hours * 3600)


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-04-02 09:00", "2026-04-07 17:00", 960),
        ("2026-03-27 15:00", "2026-03-30 11:00", 240),
        ("2026-12-23 09:00", "2026-12-30 09:00", 1440),
    ],
)
def test_business_minutes_as_in_the_calendar_table(start, end, minutes):
    assert OFFICE.between(second(start), second(end)) == minutes * 60


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [("2026-03-28 12:00", "2026-03-29 12:00", 23), ("2026-10-24 12:00", "2026-10-25 12:00", 25)],
)
def test_elapsed_hours_over_a_clock_change(start, end, hours):
    assert second(end) - second(start) == hours * 3600


# Local time


def test_days_of_a_clock_change_have_23_and_25_hours():
    lengths = np.diff(CLOCK.midnights(*YEAR)) // 3600
    changed = {str(date(2026, 1, 1) + timedelta(days=int(d))): int(lengths[d]) for d in np.flatnonzero(lengths != 24)}
    assert changed == {"2026-03-29": 23, "2026-10-25": 25}


def test_time_that_does_not_exist_moves_forward_to_the_first_that_does():
    assert {second(f"2026-03-29 01:{minute:02}") for minute in (0, 1, 30, 59)} == {second("2026-03-29 02:00")}
    assert second("2026-03-29 02:01") - second("2026-03-29 00:59") == 120


def test_ambiguous_time_is_the_first():
    first, after = second("2026-10-25 01:30"), second("2026-10-25 02:00")
    assert after - first == 90 * 60
    assert CLOCK.local(first).utcoffset() == timedelta(hours=1)
    assert CLOCK.local(first + 3600).utcoffset() == timedelta(0)
    assert CLOCK.local(first).replace(tzinfo=None) == CLOCK.local(first + 3600).replace(tzinfo=None)


@given(st.integers(-400 * 86_400, 4_000 * 86_400))
def test_local_time_is_that_of_the_time_zone_database(t):
    expected = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=t)).astimezone(ZoneInfo("Europe/London"))
    assert CLOCK.local(t) == expected
    assert CLOCK.local(t).utcoffset() == expected.utcoffset()
    assert CLOCK.date_of(t) == expected.date()
    assert CLOCK.hour_of_week(np.array([t])).tolist() == [expected.weekday() * 24 + expected.hour]
    assert CLOCK.local(np.array([t])).tolist() == [expected.replace(tzinfo=None)]


@given(st.datetimes(datetime(2015, 1, 1), datetime(2040, 1, 1)))
def test_seconds_are_the_same_for_scalars_and_arrays_and_invert_local(local):
    t = CLOCK.seconds(local)
    assert CLOCK.seconds(np.array([local], dtype="datetime64[s]")).tolist() == [t]
    back = CLOCK.local(t).replace(tzinfo=None, fold=0)
    assert back >= local.replace(microsecond=0)
    assert back - local < timedelta(hours=1, seconds=1)
    assert CLOCK.seconds(back) == t


@pytest.mark.parametrize("zone", ["America/New_York", "Australia/Lord_Howe", "UTC"])
def test_other_time_zones(zone):
    clock = WallClock(date(2026, 1, 1), zone)
    for month in range(1, 13):
        local = datetime(2026, month, 15, 12)
        expected = local.replace(tzinfo=ZoneInfo(zone)) - datetime(2026, 1, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)
        assert clock.seconds(local) == expected.total_seconds()


def test_a_clock_refuses_what_it_cannot_mean():
    with pytest.raises(ValueError, match='no time zone is called "Europe/Poole"; give an IANA name'):
        WallClock(date(2026, 1, 1), "Europe/Poole")
    with pytest.raises(ValueError, match="give a date between 1971 and 2099"):
        WallClock(date(1965, 1, 1))
    with pytest.raises(ValueError, match="carries a time zone; give local time without one"):
        CLOCK.seconds(datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(ValueError, match="holds a missing one"):
        CLOCK.seconds(np.array(["NaT"], dtype="datetime64[s]"))
    with pytest.raises(ValueError, match="give the earlier date first"):
        CLOCK.midnights(date(2026, 1, 2), date(2026, 1, 1))


# Bank holidays


def test_bank_holidays_of_england_2026_and_their_substitutes():
    days = [(1, 1), (4, 3), (4, 6), (5, 4), (5, 25), (8, 31), (12, 25), (12, 26), (12, 28)]
    assert sorted(BANK_HOLIDAYS_2026) == [date(2026, month, day) for month, day in days]


@pytest.mark.parametrize(
    "day", [date(2020, 5, 8), date(2022, 6, 3), date(2022, 9, 19), date(2023, 5, 8), date(2021, 12, 28)]
)
def test_one_off_and_substitute_bank_holidays(day):
    assert england_bank_holidays(day, day) == {day}


def test_bank_holidays_can_be_added_and_taken_away():
    days = england_bank_holidays(*YEAR, extra=[date(2026, 7, 1), date(2027, 7, 1)], not_holidays=[date(2026, 5, 4)])
    assert days == (BANK_HOLIDAYS_2026 | {date(2026, 7, 1)}) - {date(2026, 5, 4)}
    with pytest.raises(ValueError, match="give the earlier date first"):
        england_bank_holidays(date(2026, 1, 2), date(2026, 1, 1))


# Calendars against sets of open seconds

WINDOWS = st.lists(st.tuples(st.integers(-40, 60), st.integers(0, 15)), max_size=8)
LOW, HIGH = -60, 140


def make(windows):
    open_seconds = {t for start, length in windows for t in range(start, start + length)}
    return Calendar([start for start, _ in windows], [start + length for start, length in windows]), open_seconds


@given(WINDOWS)
def test_windows_are_sorted_merged_and_disjoint(windows):
    calendar, open_seconds = make(windows)
    assert all(calendar.starts < calendar.ends)
    assert all(calendar.ends[:-1] < calendar.starts[1:])
    assert {t for a, b in zip(calendar.starts, calendar.ends, strict=True) for t in range(a, b)} == open_seconds


@given(WINDOWS, WINDOWS, WINDOWS)
def test_set_operations(a, b, c):
    (first, in_first), (second_, in_second), (third, in_third) = make(a), make(b), make(c)
    times = np.arange(LOW, HIGH)
    for calendar, expected in [
        (first.union(second_, third), in_first | in_second | in_third),
        (first.intersect(second_), in_first & in_second),
        (first.minus(second_), in_first - in_second),
        (Calendar.always().minus(first).intersect(Calendar([LOW], [HIGH])), set(range(LOW, HIGH)) - in_first),
    ]:
        assert set(times[calendar.is_open(times)].tolist()) == expected


@given(WINDOWS, st.integers(LOW, HIGH))
def test_worked_and_next_open_against_counting(windows, t):
    calendar, open_seconds = make(windows)
    assert calendar.worked(t) == sum(u < t for u in open_seconds)
    assert calendar.is_open(t) == (t in open_seconds)
    assert calendar.next_open(t) == min((u for u in open_seconds if u >= t), default=NEVER)


@given(WINDOWS, st.integers(LOW, HIGH), st.integers(0, 60))
def test_add_against_stepping(windows, t, seconds):
    calendar, open_seconds = make(windows)
    now, left = t, seconds
    while left and now < HIGH:
        left -= now in open_seconds
        now += 1
    assert calendar.add(t, seconds) == (NEVER if left else now)


@given(WINDOWS, st.integers(LOW, HIGH), st.integers(0, 60))
def test_add_and_between_are_inverse(windows, t, seconds):
    calendar, _ = make(windows)
    end = calendar.add(t, seconds)
    if end != NEVER:
        assert calendar.between(t, end) == seconds
        assert calendar.between(end, t) == -seconds
    else:
        assert calendar.between(t, HIGH) < seconds


@given(WINDOWS, st.integers(LOW, HIGH), st.integers(0, 60), st.integers(0, 20))
def test_add_is_monotone_and_additive(windows, t, seconds, more):
    calendar, _ = make(windows)
    assert calendar.add(t, seconds) <= calendar.add(t, seconds + more)
    if seconds:
        assert calendar.add(t, seconds) <= calendar.add(t + more, seconds)
    middle = calendar.add(t, seconds)
    if more and middle != NEVER:
        assert calendar.add(middle, more) == calendar.add(t, seconds + more)


@given(WINDOWS, st.integers(0, 40))
def test_arrays_answer_as_scalars_do(windows, seconds):
    calendar, _ = make(windows)
    times = np.arange(LOW, HIGH)
    assert calendar.worked(times).tolist() == [calendar.worked(t) for t in times.tolist()]
    assert calendar.next_open(times).tolist() == [calendar.next_open(t) for t in times.tolist()]
    assert calendar.is_open(times).tolist() == [calendar.is_open(t) for t in times.tolist()]
    assert calendar.add(times, seconds).tolist() == [calendar.add(t, seconds) for t in times.tolist()]
    assert calendar.add(0, times[times >= 0]).tolist() == [calendar.add(0, s) for s in range(HIGH)]
    assert calendar.between(times, 7).tolist() == [calendar.between(t, 7) for t in times.tolist()]


def test_answers_are_plain_integers_and_int64():
    assert type(OFFICE.add(0, 60)) is int
    assert type(OFFICE.add(np.int64(0), np.int64(60))) is int
    assert type(OFFICE.worked(np.int32(5))) is int
    assert type(OFFICE.is_open(5)) is bool
    for answer in (
        OFFICE.add(np.array([0]), 60),
        OFFICE.add(0, np.array([60])),
        OFFICE.worked(np.array([0], dtype=np.int32)),
    ):
        assert answer.dtype == np.int64


def test_always_and_never():
    always = Calendar.always()
    assert always.add(-5, 10**9) == 10**9 - 5
    assert always.between(3, 10) == 7
    assert always.next_open(-(10**12)) == -(10**12)
    closed = Calendar([], [])
    assert (closed.add(5, 1), closed.add(5, 0), closed.next_open(0), closed.worked(7)) == (NEVER, 5, NEVER, 0)
    assert OFFICE.add(NEVER, 60) == NEVER


def test_a_calendar_survives_the_trip_to_another_process():
    copy = pickle.loads(pickle.dumps(OFFICE))
    assert copy == OFFICE
    assert hash(copy) == hash(OFFICE)
    assert copy != Calendar.always()
    assert copy.add(0, 3600) == OFFICE.add(0, 3600)


def test_a_calendar_refuses_what_it_cannot_mean():
    with pytest.raises(ValueError, match="ends at 3, before its start 5"):
        Calendar([0, 5], [1, 3])
    with pytest.raises(ValueError, match="2 starts and 1 ends"):
        Calendar([0, 5], [1])
    with pytest.raises(TypeError, match="whole seconds, not float64"):
        Calendar([0.5], [1.5])
    with pytest.raises(TypeError, match="whole seconds, not float64"):
        OFFICE.worked(np.array([0.5]))
    with pytest.raises(ValueError, match="-1 seconds of open time cannot be added; give 0 or more"):
        OFFICE.add(0, -1)
    with pytest.raises(ValueError, match="-2 seconds of open time cannot be added"):
        OFFICE.add(0, np.array([3, -2]))


# Shifts against a wall clock stepped minute by minute

SHIFTS = {
    "office": {"Mon-Thu": "08:30-17:15", "Fri": "08:30-16:45"},
    "out of hours": {
        "Mon-Fri": "17:00-08:30",
        "Sat-Sun": "00:00-24:00",
        "Mon": "00:00-08:30",
        "bank_holidays": "00:00-24:00",
    },
    "split": {
        "Mon, Wed": ["09:00-12:00", "11:00-13:00", "14:00-18:00"],
        "Sat": "22:00-04:00",
        "bank_holidays": "10:00-12:00",
    },
    "night": {"every day": "21:00-07:00"},
}
SPANS = {
    "forward": date(2026, 3, 27),
    "easter": date(2026, 4, 1),
    "back": date(2026, 10, 23),
    "christmas": date(2026, 12, 23),
}


def stands_open(shift, local):
    """Read a shift as a person would: today's windows, and yesterday's that run past midnight."""
    for back in (0, 1):
        day = local.date() - timedelta(days=back)
        minute = local.hour * 60 + local.minute + back * 1440
        names = ["bank_holidays"] if day in BANK_HOLIDAYS_2026 else [f"{day:%a}"]
        for days, windows in shift.items():
            if days != "every day" and not set(names) & set(spelt_out(days)):
                continue
            for window in [windows] if isinstance(windows, str) else windows:
                start, end = (int(h) * 60 + int(m) for h, m in (part.split(":") for part in window.split("-")))
                if start <= minute < (end if end > start else end + 1440):
                    return True
    return False


def spelt_out(days):
    week = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    for part in days.split(", "):
        ends = part.split("-")
        yield from [part] if ends[0] not in week else week[week.index(ends[0]) : week.index(ends[-1]) + 1]


@lru_cache
def stepped(shift_name, span_name):
    """Seconds of every minute of seven days, and whether each is open, by the wall clock."""
    first = SPANS[span_name]
    start, end = CLOCK.midnight(first), CLOCK.midnight(first + timedelta(days=7))
    opens = datetime(2026, 1, 1, tzinfo=UTC)
    zone = ZoneInfo("Europe/London")
    minutes = np.arange(start, end, 60)
    local = [(opens + timedelta(seconds=int(t))).astimezone(zone) for t in minutes]
    is_open = np.array([stands_open(SHIFTS[shift_name], moment) for moment in local])
    return minutes, is_open


def laid_out(shift_name, span_name):
    first = SPANS[span_name]
    pattern = ShiftPattern.parse(SHIFTS[shift_name])
    return pattern.lay_out(CLOCK, first - timedelta(days=1), first + timedelta(days=8), BANK_HOLIDAYS_2026)


@pytest.mark.parametrize("span", SPANS)
@pytest.mark.parametrize("shift", SHIFTS)
def test_a_shift_is_open_when_the_wall_clock_says_so(shift, span):
    minutes, is_open = stepped(shift, span)
    calendar = laid_out(shift, span)
    assert np.array_equal(calendar.is_open(minutes), is_open)
    expected = np.concatenate(([0], np.cumsum(is_open) * 60))
    assert np.array_equal(calendar.between(minutes[0], minutes), expected[:-1])


@settings(deadline=None)
@given(
    st.sampled_from(sorted(SHIFTS)), st.sampled_from(sorted(SPANS)), st.integers(0, 7 * 1440 - 1), st.integers(1, 900)
)
def test_work_on_a_shift_ends_when_stepping_ends(shift, span, at, work):
    minutes, is_open = stepped(shift, span)
    at = min(at, len(minutes) - 1)
    done = np.cumsum(is_open[at:])
    if done[-1] >= work:
        end = minutes[at] + 60 * (int(np.searchsorted(done, work)) + 1)
        assert laid_out(shift, span).add(int(minutes[at]), work * 60) == end


def test_a_window_past_midnight_belongs_to_the_day_it_starts():
    night = ShiftPattern.parse({"Thu": "22:00-06:00", "bank_holidays": "10:00-11:00"})
    good_friday = night.lay_out(CLOCK, date(2026, 4, 2), date(2026, 4, 3), BANK_HOLIDAYS_2026)
    assert good_friday == Calendar(
        [second("2026-04-02 22:00"), second("2026-04-03 10:00")],
        [second("2026-04-03 06:00"), second("2026-04-03 11:00")],
    )
    assert len(night.lay_out(CLOCK, date(2026, 4, 3), date(2026, 4, 3), ())) == 0


def test_bank_holidays_replace_the_windows_of_their_date():
    every = ShiftPattern.parse({"Mon-Sun": "00:00-24:00"})
    christmas = every.lay_out(CLOCK, date(2026, 12, 24), date(2026, 12, 29), BANK_HOLIDAYS_2026)
    closed = [day for day in range(24, 30) if not christmas.is_open(second(f"2026-12-{day} 12:00"))]
    assert closed == [25, 26, 28]


def test_a_shift_inside_the_missing_hour_is_empty_and_one_across_it_is_short():
    spring = date(2026, 3, 29)
    lost = ShiftPattern.parse({"Sun": "01:00-02:00"}).lay_out(CLOCK, spring, spring, ())
    short = ShiftPattern.parse({"Sun": "00:30-02:30"}).lay_out(CLOCK, spring, spring, ())
    assert len(lost) == 0
    assert (short.ends - short.starts).tolist() == [3600]


@pytest.mark.parametrize(
    ("shift", "message"),
    [
        ({"Mox": "09:00-17:00"}, "'Mox' does not name days: write Mon, Tue"),
        ({"Mon-Wed-Fri": "09:00-17:00"}, "does not name days"),
        ({"Fri-Mon": "09:00-17:00"}, "runs backwards"),
        ({"": "09:00-17:00"}, "no days before the times"),
        ({"Mon": "09:00"}, "'09:00' is not a window: write its start and end"),
        ({"Mon": "09:00-25:00"}, "'25:00' is not a time of day"),
        ({"Mon": "09:60-10:00"}, "'09:60' is not a time of day"),
        ({"Mon": "9am-5pm"}, "'9am' is not a time of day"),
        ({"Mon": "09:00-09:00"}, 'is empty: write the whole day as "00:00-24:00"'),
        ({"Mon": "24:00-09:00"}, "is empty"),
        ({"Mon": 540}, "540 is not a window: write it as text in quotes"),
        ({"Mon": [540]}, "is not a window"),
        ("Mon 09:00-17:00", "is not a shift: write days and hours"),
    ],
)
def test_a_shift_that_cannot_be_read_says_what_would_be_right(shift, message):
    with pytest.raises(ValueError, match=message):
        ShiftPattern.parse(shift)


# Instants


def test_instants_fall_on_their_days_but_not_on_bank_holidays():
    van = Instants.parse("Mon-Thu 08:30, 14:00; Fri 12:00")
    laid = van.lay_out(CLOCK, date(2026, 4, 1), date(2026, 4, 7), BANK_HOLIDAYS_2026)
    days = ["04-01 08:30", "04-01 14:00", "04-02 08:30", "04-02 14:00", "04-07 08:30", "04-07 14:00"]
    assert laid.tolist() == [second(f"2026-{day}") for day in days]


def test_every_day_includes_bank_holidays():
    laid = Instants.parse("Every day 08:30").lay_out(CLOCK, date(2026, 4, 2), date(2026, 4, 6), BANK_HOLIDAYS_2026)
    assert laid.tolist() == [second(f"2026-04-{day:02} 08:30") for day in range(2, 7)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("08:30", "no days before the times"),
        ("Mon-Fri", "names no times: write days and times"),
        ("Mon 8.30", "does not name days|names no times"),
        ("Mon-Fri 24:30", "is not a time of day"),
        ("", "names no times"),
    ],
)
def test_instants_that_cannot_be_read_say_what_would_be_right(text, message):
    with pytest.raises(ValueError, match=message):
        Instants.parse(text)


# Working days

DATES = working_dates(date(2026, 1, 1), date(2026, 12, 31), BANK_HOLIDAYS_2026)
DAYS = WorkingDays(CLOCK, DATES, time(17, 0))


def test_working_dates_leave_out_weekends_and_bank_holidays():
    assert len(DATES) == 253
    assert all(day.weekday() < 5 and day not in BANK_HOLIDAYS_2026 for day in DATES)


@pytest.mark.parametrize(
    ("received", "receipt_day"),
    [
        ("2026-07-01 00:00", "2026-07-01"),
        ("2026-07-01 16:59:59", "2026-07-01"),
        ("2026-07-01 17:00", "2026-07-02"),
        ("2026-07-03 17:00", "2026-07-06"),
        ("2026-04-02 18:00", "2026-04-07"),
        ("2026-04-05 10:00", "2026-04-07"),
        ("2026-03-29 12:00", "2026-03-30"),
    ],
)
def test_receipt_day(received, receipt_day):
    assert str(DATES[DAYS.receipt_day(second(received))]) == receipt_day


def test_a_deadline_is_24_00_local_on_working_day_d_plus_n():
    friday = second("2026-07-03 12:00")
    assert DAYS.deadline(friday, 0) == second("2026-07-04 00:00")
    assert DAYS.deadline(friday, 1) == second("2026-07-07 00:00")
    assert DAYS.deadline(second("2026-04-02 18:00"), 1) == second("2026-04-09 00:00")
    assert DAYS.start_after(friday, 1) == second("2026-07-06 00:00")
    assert DAYS.deadline(friday, 1000) == NEVER
    assert DAYS.start_after(NEVER, 0) == NEVER


@given(st.integers(0, 300 * 86_400), st.integers(0, 20 * 86_400))
def test_days_between_agrees_with_the_deadline(received, later):
    n = DAYS.days_between(received, received + later)
    assert received + later < DAYS.deadline(received, n)
    assert n == 0 or received + later >= DAYS.deadline(received, n - 1)


def test_working_days_of_arrays_answer_as_scalars_do():
    times = np.arange(0, 30 * 86_400, 5_000)
    scalars = times.tolist()
    assert DAYS.receipt_day(times).tolist() == [DAYS.receipt_day(t) for t in scalars]
    assert DAYS.deadline(times, 3).tolist() == [DAYS.deadline(t, 3) for t in scalars]
    assert DAYS.start_after(times, 300).tolist() == [NEVER] * len(times)
    assert DAYS.days_between(times, times + 90_000).tolist() == [DAYS.days_between(t, t + 90_000) for t in scalars]


def test_no_days_lie_between_a_receipt_and_something_earlier():
    assert DAYS.days_between(second("2026-07-03 18:00"), second("2026-07-02 09:00")) == 0
    assert DAYS.days_between(second("2026-07-03 18:00"), second("2026-07-03 19:00")) == 0


def test_receipt_open_until_midnight_makes_every_working_day_its_own():
    days = WorkingDays(CLOCK, DATES)
    assert str(DATES[days.receipt_day(second("2026-07-01 23:59:59"))]) == "2026-07-01"
    assert str(DATES[days.receipt_day(second("2026-07-02 00:00"))]) == "2026-07-02"


def test_working_days_refuse_what_they_cannot_mean():
    with pytest.raises(ValueError, match="ascending order, each once"):
        WorkingDays(CLOCK, [date(2026, 1, 3), date(2026, 1, 2)])
    with pytest.raises(ValueError, match="at least one"):
        WorkingDays(CLOCK, [])
    with pytest.raises(ValueError, match="is negative; give 0 or more"):
        DAYS.deadline(0, -1)


# Durations


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4 h", (14_400, "elapsed")),
        ("4h", (14_400, "elapsed")),
        ("10 min", (600, "elapsed")),
        ("26 weeks", (26 * 604_800, "elapsed")),
        ("1 week", (604_800, "elapsed")),
        ("3 days", (259_200, "elapsed")),
        ("90 s", (90, "elapsed")),
        ("1.5 hours", (5_400, "elapsed")),
        ("0.1 h", (360, "elapsed")),
        ("0 min", (0, "elapsed")),
        ("6 working hours", (21_600, "working")),
        ("30 working min", (1_800, "working")),
        (" 2 working days ", (2, "working_days")),
        ("1 working day", (1, "working_days")),
    ],
)
def test_a_duration_is_read_with_its_clock(text, expected):
    assert parse_duration(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("4", "is not a duration: write a number and a unit"),
        (4, "4 is not a duration"),
        ("-4 h", "is not a duration"),
        ("4 fortnights", '"fortnights" in .* is not a unit of time'),
        ("0.0001 h", "not a whole number of seconds"),
        ("1.5 working days", "not a whole number of working days"),
        ("2 working weeks", "write working days"),
    ],
)
def test_a_duration_that_cannot_be_read_says_what_would_be_right(text, message):
    with pytest.raises(ValueError, match=message):
        parse_duration(text)


@given(st.lists(st.integers(LOW, HIGH) | st.integers(9_990, 9_999)), st.lists(st.integers(2 * LOW, 12_000)))
def test_what_comes_next_is_the_first_at_or_after(instants, seconds):
    """Whatever the instants: none, one, many in one second's reach of each other and then none for long."""
    instants, seconds = np.array(sorted(instants), dtype=np.int64), np.array([*seconds, NEVER], dtype=np.int64)
    places, asked = np.searchsorted(instants, seconds), seconds.copy()
    assert Upcoming(instants).places(seconds).tolist() == places.tolist()
    assert Upcoming(instants).places(seconds[None, :]).tolist() == [places.tolist()]
    assert Upcoming(instants).at_or_after(seconds).tolist() == np.append(instants, NEVER)[places].tolist()
    assert seconds.tolist() == asked.tolist(), "what was asked is as it was"
