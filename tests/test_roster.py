"""The roster: patterns of days, blocks of other work, leave, sickness and handing over."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from math import prod, sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from frontdoor_sim.luck import key
from frontdoor_sim.roster import Post, draw_roster
from frontdoor_sim.tables import conform
from frontdoor_sim.working_time import NEVER, Calendar, ShiftPattern, WallClock, england_bank_holidays, working_dates

CLOCK = WallClock(date(2019, 6, 3))
FIRST, LAST = date(2018, 12, 3), date(2020, 9, 6)
BANK_HOLIDAYS = england_bank_holidays(FIRST, LAST)
WORKING = working_dates(FIRST, LAST, BANK_HOLIDAYS)
LUCK = key(7, 0)

SHIFTS = {
    "office": {"Mon-Thu": "08:30-17:15", "Fri": "08:30-16:45"},
    "out of hours": {
        "Mon-Fri": "17:00-08:30",
        "Sat-Sun": "00:00-24:00",
        "Mon": "00:00-08:30",
        "bank_holidays": "00:00-24:00",
    },
    "split": {"Mon-Sat": ["09:00-12:00", "13:00-18:00"]},
    "always": {"every day": "00:00-24:00"},
    "week of days": {"every day": "09:00-17:00"},
}


def shift(name, first=FIRST, last=LAST):
    return ShiftPattern.parse(SHIFTS[name]).lay_out(CLOCK, first, last, BANK_HOLIDAYS)


OFFICE = shift("office")


def draw(*posts, luck=LUCK, first=FIRST, last=LAST):
    return draw_roster(posts, luck, CLOCK, first, last, WORKING)


def days_on_duty(roster, worker):
    """Dates on which an office worker's windows begin."""
    return {CLOCK.date_of(start) for start in roster.windows[worker].starts}


def dates(first, last):
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def by_name(roster):
    return {
        name: roster.windows[worker]
        for worker, name in zip(roster.people["worker"], roster.people["name"], strict=True)
    }


# Whole-time equivalents


@pytest.mark.parametrize(
    ("wte", "shares"),
    [
        (0, []),
        (1, [1.0]),
        (2.5, [1.0, 1.0, 0.5]),
        (0.62, [0.6]),
        (0.04, []),
        (0.05, [0.1]),
        (3.97, [1.0] * 4),
    ],
)
def test_wte_is_full_timers_and_one_person_with_the_rest(wte, shares):
    roster = draw(Post("mash", "officer", wte, OFFICE))
    assert roster.people["working_share"].tolist() == shares
    assert roster.people["name"].tolist() == [f"mash/officer/{n + 1}" for n in range(len(shares))]
    assert len(roster.windows) == len(shares)


@pytest.mark.parametrize(("wte", "days"), [(0.1, 1), (0.3, 3), (0.5, 5), (0.8, 8), (0.9, 9)])
def test_a_part_timer_works_the_same_days_every_fortnight(wte, days):
    roster = draw(Post("mash", "officer", wte, OFFICE))
    worked = days_on_duty(roster, 0)
    pattern = {(day.toordinal() - 1) % 14 for day in worked}
    assert len(pattern) == days
    assert worked == {day for day in WORKING if (day.toordinal() - 1) % 14 in pattern}
    for week in (range(7), range(7, 14)):
        assert len(pattern & set(week)) in (days // 2, (days + 1) // 2)


def test_two_half_posts_of_a_team_relieve_each_other():
    roster = draw(Post("mash", "officer", 0.5, OFFICE), Post("mash", "manager", 0.5, OFFICE))
    assert days_on_duty(roster, 0) | days_on_duty(roster, 1) == set(WORKING)
    assert not days_on_duty(roster, 0) & days_on_duty(roster, 1)


def test_a_part_time_pattern_does_not_depend_on_the_first_day_of_the_run():
    later = date(2019, 6, 12)
    whole, part = draw(Post("mash", "officer", 0.3, OFFICE)), draw(Post("mash", "officer", 0.3, OFFICE), first=later)
    assert days_on_duty(part, 0) == {day for day in days_on_duty(whole, 0) if day >= later}


def test_slots_are_the_floor_of_caseload_times_working_share():
    roster = draw(
        Post("assessment", "social_worker", 1.7, OFFICE, caseload=15), Post("assessment", "manager", 1, OFFICE)
    )
    assert roster.people["slots"].tolist() == [15, 10, 0]


# Full-time people without absence have the shift


@pytest.mark.parametrize("name", SHIFTS)
def test_somebody_never_away_has_the_whole_shift(name):
    roster = draw(Post("mash", "officer", 1, shift(name)))
    windows = roster.windows[0]
    assert Calendar(windows.starts, windows.ends) == shift(name)
    assert len(windows.starts) == len(shift(name))
    assert not any(windows.hands_over)


def test_round_the_clock_is_one_window():
    roster = draw(Post("desk", "clerk", 1, Calendar.always()))
    ends = CLOCK.midnight(LAST + timedelta(days=1))
    assert roster.windows[0] == ([CLOCK.midnight(FIRST)], [ends], [False], [True], [NEVER])


def test_a_full_timer_works_a_rare_duty_day_and_a_part_timer_the_pattern_only():
    christmas = ShiftPattern.parse({"Mon-Fri": "09:00-17:00", "bank_holidays": "10:00-12:00"})
    laid = christmas.lay_out(CLOCK, FIRST, date(2020, 12, 31), england_bank_holidays(FIRST, date(2020, 12, 31)))
    roster = draw(Post("mash", "officer", 1.9, laid), last=date(2020, 12, 31))
    boxing_day = date(2020, 12, 26)
    assert boxing_day.weekday() == 5
    assert boxing_day in days_on_duty(roster, 0)
    assert boxing_day not in days_on_duty(roster, 1)
    assert roster.people["working_share"].tolist() == [1.0, 0.9]


def test_the_next_duty_is_of_any_kind():
    """After a window of available duty comes the block of other work, or the next day's first stretch, whatever it is."""
    roster = draw(
        Post("mash", "officer", 1.5, shift("split"), non_case_share=0.2, sickness_share=0.1, sickness_spell_days=2)
    )
    duty = roster.duty
    for person, windows in enumerate(roster.windows):
        starts = np.append(duty.loc[duty["worker"] == person, "start"].to_numpy(), NEVER)
        assert windows.next_duty == [int(starts[starts > start].min()) for start in windows.starts]


def test_a_break_is_not_the_end_of_a_shift():
    roster = draw(Post("mash", "officer", 1, shift("split")))
    ends = [CLOCK.local(end).hour for end in roster.windows[0].ends]
    assert set(zip(ends, roster.windows[0].ends_shift, strict=True)) == {(12, False), (18, True)}


# Non-case work


def test_a_block_across_a_break_keeps_its_length():
    split = shift("split")
    roster = draw(Post("mash", "officer", 8, split, non_case_share=0.5))
    away = roster.duty[roster.duty["kind"] == "non-case"]
    spent = (
        (away["end"] - away["start"]).groupby([away["worker"], [CLOCK.date_of(start) for start in away["start"]]]).sum()
    )
    assert set(spent) == {4 * 3600}
    assert len(spent) < len(away)


@pytest.mark.parametrize("name", SHIFTS)
def test_non_case_work_is_one_block_of_its_share_of_each_duty_day(name):
    roster = draw(Post("mash", "officer", 3, shift(name), non_case_share=0.15))
    for worker in range(3):
        duty = roster.duty[roster.duty["worker"] == worker]
        away = duty[duty["kind"] == "non-case"]
        free = duty[duty["kind"] == "available"]
        blocks = Calendar(away["start"], away["end"])
        assert blocks.union(Calendar(free["start"], free["end"])) == shift(name)
        assert not len(blocks.intersect(Calendar(free["start"], free["end"])))
        ordinary = CLOCK.midnights(date(2019, 6, 3), date(2019, 8, 23))  # 12 weeks of one pattern
        spent = np.diff(blocks.worked(ordinary)).sum() / np.diff(shift(name).worked(ordinary)).sum()
        assert abs(spent - 0.15) < 0.0025
    if name == "office":
        lengths = set((roster.duty["end"] - roster.duty["start"])[roster.duty["kind"] == "non-case"])
        assert lengths == {round(8.75 * 3600 * 0.15), round(8.25 * 3600 * 0.15)}
        assert set(away.groupby([CLOCK.date_of(start) for start in away["start"]]).size()) == {1}


def test_non_case_blocks_are_staggered_so_that_a_team_is_never_all_away():
    roster = draw(Post("mash", "officer", 6, OFFICE, non_case_share=0.15), Post("mash", "manager", 1, OFFICE, 0.15))
    away = roster.duty[roster.duty["kind"] == "non-case"]
    monday = CLOCK.midnight(date(2019, 6, 3))
    moments = np.arange(monday + 8 * 3600, monday + 18 * 3600, 60)
    at_once = [((away["start"] <= t) & (away["end"] > t)).sum() for t in moments]
    assert 1 <= max(at_once) <= 2


def test_a_block_is_no_end_of_shift_and_hands_nothing_over():
    windows = draw(Post("mash", "officer", 2, OFFICE, non_case_share=0.2)).windows[1]
    closes = set(OFFICE.ends.tolist())
    assert windows.ends_shift == [end in closes for end in windows.ends]
    assert windows.ends_shift.count(False) == len(WORKING)
    assert not any(windows.hands_over)


def test_one_more_person_moves_nobodys_block():
    few = draw(Post("mash", "officer", 4, OFFICE, non_case_share=0.15), Post("mash", "manager", 2, OFFICE, 0.15))
    more = draw(Post("mash", "officer", 7, OFFICE, non_case_share=0.15), Post("mash", "manager", 2, OFFICE, 0.15))
    assert by_name(few).items() <= by_name(more).items()


def test_all_day_on_other_work_leaves_nothing():
    roster = draw(Post("mash", "trainer", 1, OFFICE, non_case_share=1))
    assert roster.windows[0].starts == []
    assert set(roster.duty["kind"]) == {"non-case"}


# Leave

YEAR_FIRST, YEAR_LAST = date(2019, 4, 1), date(2020, 4, 5)


def leave_of(roster, worker, expected):
    """Dates of the leave year from 1 April 2019 on which a worker is expected but away."""
    return {day for day in expected if YEAR_FIRST <= day <= YEAR_LAST} - days_on_duty(roster, worker)


@pytest.mark.parametrize("days", [5, 27.5, 28, 31])
def test_leave_is_taken_in_full_never_on_bank_holidays_and_mostly_in_weeks(days):
    roster = draw(Post("mash", "officer", 12, OFFICE, leave_days_per_year=days))
    for worker in range(12):
        leave = leave_of(roster, worker, WORKING)
        assert len(leave) == int(days + 0.5)
        weeks = {day - timedelta(days=day.weekday()) for day in leave}
        working = {monday: {day for day in WORKING if monday <= day < monday + timedelta(days=7)} for monday in weeks}
        whole = [monday for monday in weeks if working[monday] <= leave]
        single = leave - {day for monday in whole for day in working[monday]}
        assert len(single) <= 4


def test_leave_of_a_part_timer_is_in_proportion():
    post = Post("mash", "officer", 0.5, OFFICE, leave_days_per_year=28)
    expected = days_on_duty(draw(replace(post, leave_days_per_year=0)), 0)
    assert len(leave_of(draw(post), 0, expected)) == 14


def test_leave_falls_anywhere_in_the_year():
    roster = draw(Post("mash", "officer", 200, OFFICE, leave_days_per_year=28))
    taken = [day for worker in range(200) for day in leave_of(roster, worker, WORKING)]
    working = [day for day in WORKING if YEAR_FIRST <= day <= YEAR_LAST]
    by_quarter = np.bincount([(day - YEAR_FIRST).days // 93 for day in taken], minlength=4)
    expected = np.bincount([(day - YEAR_FIRST).days // 93 for day in working], minlength=4) / len(working) * len(taken)
    # Leave comes by the week: about 6 independent pieces a person, spread over four quarters.
    assert np.all(np.abs(by_quarter - expected) < 4 * 5 * sqrt(200 * 6 * 0.25 * 0.75))
    assert len(taken) == 200 * 28


def test_those_who_work_bank_holidays_take_no_leave_on_them():
    roster = draw(Post("desk", "clerk", 20, shift("always"), leave_days_per_year=60))
    noon = [CLOCK.seconds(datetime(day.year, day.month, day.day, 12)) for day in BANK_HOLIDAYS if day.weekday() < 5]
    for windows in roster.windows:
        assert Calendar(windows.starts, windows.ends).is_open(np.array(noon)).all()


# Sickness

SHARE, SPELL = 0.06, 5.0
WEEK_OF_DAYS = shift("week of days", FIRST, date(2028, 12, 31))


def beginning(share, spell):
    """The chance of a spell beginning on a date, from the law in its docstring."""
    lasting = [(1 - 1 / spell) ** k for k in range(400)]
    return brentq(lambda q: prod(1 - q * chance for chance in lasting) - (1 - share), 0, 1, xtol=1e-12)


def sick(post, luck=LUCK, first=FIRST, last=date(2028, 12, 31)):
    """Array [people, dates]: who is away, for a post with a shift every day and no leave."""
    roster = draw(post, luck=luck, first=first, last=last)
    midnights = CLOCK.midnights(first, last)
    away = np.ones((len(roster.people), len(midnights) - 1), dtype=bool)
    for worker, windows in enumerate(roster.windows):
        away[worker, np.searchsorted(midnights, windows.starts, side="right") - 1] = False
    return away


def test_long_run_share_of_duty_days_lost_is_the_sickness_share():
    away = sick(Post("mash", "officer", 150, WEEK_OF_DAYS, sickness_share=SHARE, sickness_spell_days=SPELL))
    people, days = away.shape
    q, stays = beginning(SHARE, SPELL), 1 - 1 / SPELL
    together = np.cumprod([1 - q * stays**k for k in range(200)])
    covariance = (1 - SHARE) * together - (1 - SHARE) ** 2
    variance = (SHARE * (1 - SHARE) + 2 * covariance.sum()) / (people * days)
    assert abs(away.mean() - SHARE) < 4 * sqrt(variance)


def test_spells_begin_on_any_well_day_with_one_chance():
    away = sick(Post("mash", "officer", 150, WEEK_OF_DAYS, sickness_share=SHARE, sickness_spell_days=SPELL))
    well = ~away[:, :-1]
    q = beginning(SHARE, SPELL)
    begun = away[:, 1:][well]
    assert abs(begun.mean() - q) < 4 * sqrt(q * (1 - q) / begun.size)
    per_person = (away[:, 1:] & well).sum(axis=1) / well.sum(axis=1)
    assert abs(per_person.var() / (q * (1 - q) / well.sum(axis=1).mean()) - 1) < 4 * sqrt(2 / len(away))


def test_spells_are_geometric():
    away = sick(Post("mash", "officer", 300, WEEK_OF_DAYS, sickness_share=0.004, sickness_spell_days=4))
    padded = np.pad(away, ((0, 0), (1, 1)))
    begins, ends = np.nonzero(padded[:, 1:] & ~padded[:, :-1])[1], np.nonzero(~padded[:, 1:] & padded[:, :-1])[1]
    lengths = ends - begins
    for days in (1, 2, 4, 8):
        longer = 0.75**days
        # Two spells that overlap or touch look like one: at this share fewer than 1 in 60.
        assert abs((lengths > days).mean() - longer) < 4 * sqrt(longer * (1 - longer) / len(lengths)) + 1 / 60


def test_people_fall_ill_independently():
    away = sick(Post("mash", "officer", 100, WEEK_OF_DAYS, sickness_share=SHARE, sickness_spell_days=1))
    daily = away.sum(axis=0)
    expected = 100 * SHARE * (1 - SHARE)
    assert abs(daily.var() / expected - 1) < 4 * sqrt(2 / len(daily))


def test_spells_of_one_day_are_single_days():
    away = sick(Post("mash", "officer", 100, WEEK_OF_DAYS, sickness_share=SHARE, sickness_spell_days=1))
    after_sick = away[:, 1:][away[:, :-1]]
    assert abs(after_sick.mean() - SHARE) < 4 * sqrt(SHARE * (1 - SHARE) / after_sick.size)


def test_sickness_does_not_depend_on_the_first_day_of_the_run():
    post = Post("mash", "officer", 30, WEEK_OF_DAYS, sickness_share=0.2, sickness_spell_days=12)
    late = date(2019, 10, 1)
    assert np.array_equal(sick(post)[:, (late - FIRST).days :], sick(post, first=late))


def test_whole_duty_days_are_lost():
    post = Post("desk", "clerk", 5, shift("out of hours"), sickness_share=0.2, leave_days_per_year=30)
    for windows in draw(post).windows:
        calendar = Calendar(windows.starts, windows.ends)
        for start, end in zip(post.shift.starts.tolist(), post.shift.ends.tolist(), strict=True):
            if end - start <= 24 * 3600:
                assert calendar.between(start, end) in (0, end - start)


def test_a_long_weekend_of_duty_is_lost_day_by_day():
    post = Post("desk", "clerk", 10, shift("out of hours"), sickness_share=0.2, sickness_spell_days=1)
    saturday = date(2019, 6, 8)
    midnights = CLOCK.midnights(FIRST, LAST)
    there = np.array([Calendar(w.starts, w.ends).is_open(midnights + 43_200) for w in draw(post).windows])
    weekends = [day for day in dates(saturday, date(2019, 12, 8)) if day.weekday() == 5]
    both = np.array([there[:, (day - FIRST).days : (day - FIRST).days + 2] for day in weekends]).reshape(-1, 2)
    assert {tuple(pair) for pair in both.tolist()} == {(True, True), (True, False), (False, True), (False, False)}


# Permanent names: nobody else's luck moves

ABSENT = {"sickness_share": 0.08, "leave_days_per_year": 28, "non_case_share": 0.15}


def team(**wte):
    return [Post(name, "social_worker", number, OFFICE, **ABSENT) for name, number in wte.items()]


def test_more_people_anywhere_change_nobody_elses_duty():
    before = by_name(draw(*team(screening=3, assessment=4)))
    after = by_name(draw(*team(extra=2, screening=5, assessment=4.5)))
    assert before.items() <= after.items()
    assert len(after) == 12


def test_a_second_post_of_the_same_role_keeps_its_names_when_the_first_grows():
    early, late = team(mash=2)[0], team(mash=3)[0]
    before, after = by_name(draw(early, late)), by_name(draw(replace(early, wte=4), late))
    assert list(before)[2:] == [f"mash/social_worker (2)/{n}" for n in (1, 2, 3)]
    assert before.items() <= after.items()


def test_people_who_move_to_another_team_keep_their_sickness_and_leave():
    screening = team(screening=5)[0]
    moved = replace(screening, team="hub", wte=2, named="screening/social_worker", first_ordinal=4)
    before, after = draw(screening), draw(replace(screening, wte=3), moved)
    assert after.people["name"].tolist() == before.people["name"].tolist()
    assert after.people["team"].tolist() == ["screening"] * 3 + ["hub"] * 2
    for worker in range(5):
        assert days_on_duty(after, worker) == days_on_duty(before, worker)


def test_a_change_of_hours_keeps_sickness_and_leave():
    post = team(mash=4)[0]
    longer = ShiftPattern.parse({"Mon-Fri": "07:00-19:00"}).lay_out(CLOCK, FIRST, LAST, BANK_HOLIDAYS)
    before, after = draw(post), draw(replace(post, shift=longer))
    for worker in range(4):
        assert days_on_duty(before, worker) == days_on_duty(after, worker)


def test_the_same_key_gives_the_same_roster_and_another_key_another():
    posts = team(screening=3, assessment=4)
    again = draw(*posts)
    assert draw(*posts).duty.equals(again.duty)
    assert draw(*posts).windows == again.windows
    assert draw(*posts, luck=key(7, 1)).windows != again.windows


# Handing over


def expected_hand_overs(roster, worker, team_dates):
    """Rule 5, said anew for office hours: is the next duty after the team's next working day?"""
    windows = roster.windows[worker]
    days = [CLOCK.date_of(start) for start in windows.starts]
    for place, day in enumerate(days):
        later = [working for working in team_dates if working > day]
        following = days[place + 1] if place + 1 < len(days) else date.max
        yield bool(later) and following > later[0]


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 10**6), st.floats(0, 0.3), st.sampled_from([0.3, 0.5, 0.8, 1.0]), st.sampled_from([0.0, 0.2]))
def test_work_is_handed_over_if_the_person_is_not_back_by_the_teams_next_working_day(seed, share, wte, other):
    first, last = date(2019, 11, 25), date(2020, 1, 19)
    office = shift("office", first, last)
    roster = draw(
        Post("mash", "officer", wte, office, other, share, 3.0, 30),
        Post("mash", "manager", 1, office),
        luck=key(seed),
        first=first,
        last=last,
    )
    team_dates = sorted(days_on_duty(roster, 1))
    assert roster.windows[0].hands_over == list(expected_hand_overs(roster, 0, team_dates))


def test_a_teams_next_working_day_is_one_on_which_it_has_duty():
    weekend = ShiftPattern.parse({"Sat-Sun": "09:00-17:00"}).lay_out(CLOCK, FIRST, LAST, ())
    alone = draw(Post("mash", "officer", 1, OFFICE)).windows[0]
    covered = draw(Post("mash", "officer", 1, OFFICE), Post("mash", "weekend", 1, weekend)).windows[0]
    fridays = [CLOCK.date_of(start).weekday() == 4 for start in covered.starts]
    assert not any(alone.hands_over)
    assert all(over for over, friday in zip(covered.hands_over, fridays, strict=True) if friday)
    assert not any(
        over
        for over, start in zip(covered.hands_over, covered.starts, strict=True)
        if CLOCK.date_of(start).weekday() < 3
    )


# Tables, windows and bad numbers


def test_windows_and_duty_table_say_the_same_and_stay_inside_the_shift():
    posts = [Post(name, "officer", 2.4, shift(name), 0.15, 0.1, 4, 30, 10) for name in SHIFTS]
    roster = draw(*posts)
    assert roster.duty["kind"].cat.categories.tolist() == ["available", "non-case", "training", "overtime"]
    assert roster.people["worker"].tolist() == list(range(len(roster.windows)))
    order = roster.duty[["worker", "start"]].apply(tuple, axis=1)
    assert order.is_monotonic_increasing
    for worker, windows in enumerate(roster.windows):
        duty = roster.duty[roster.duty["worker"] == worker]
        free = duty[duty["kind"] == "available"]
        assert (free["start"].tolist(), free["end"].tolist()) == (windows.starts, windows.ends)
        assert (duty["start"].to_numpy()[1:] >= duty["end"].to_numpy()[:-1]).all()
        laid = shift(roster.people["team"][worker])
        assert (
            laid.between(duty["start"].to_numpy(), duty["end"].to_numpy()).tolist()
            == (duty["end"] - duty["start"]).tolist()
        )
        assert set(duty["name"]) == {roster.people["name"][worker]}


def test_windows_in_arrays_and_in_lists_are_the_same():
    roster = draw(Post("mash", "officer", 2.5, OFFICE, **ABSENT), Post("desk", "clerk", 1, shift("always"), **ABSENT))
    flat = roster.flat
    assert [column.dtype.str for column in flat] == ["<i8", "<i8", "<i8", "|b1", "|b1", "<i8"]
    assert len(flat.first) == len(roster.people) + 1
    for worker, windows in enumerate(roster.windows):
        mine = slice(flat.first[worker], flat.first[worker + 1])
        assert windows == tuple(column[mine].tolist() for column in flat[1:])


def test_a_changed_table_of_people_changes_no_other_roster():
    post = Post("mash", "officer", 2, OFFICE)
    people = draw(post).people
    people["slots"] = 7
    assert draw(post).people["slots"].tolist() == [0, 0]


def test_duty_is_as_the_dictionary_says():
    duty = draw(Post("mash", "officer", 2.5, OFFICE, **ABSENT)).duty
    pd.testing.assert_frame_equal(duty, conform(duty, "duty"))


def test_no_posts_and_no_duty_make_an_empty_roster():
    assert len(draw().people) == len(draw().duty) == len(draw().windows) == 0
    idle = draw(Post("mash", "officer", 1.5, Calendar([], []), 0.1, 0.1, 4, 30, 10))
    assert idle.windows == [([], [], [], [], [])]
    assert len(idle.duty) == 0


def test_two_people_of_one_name_are_refused():
    with pytest.raises(ValueError, match='two people are named "a/b/2"; give one post another first_ordinal or name'):
        draw(Post("a", "b", 2, OFFICE), Post("c", "b", 1, OFFICE, named="a/b", first_ordinal=2))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"wte": -1}, "mash/officer: wte is -1; give a number of people"),
        ({"non_case_share": 1.1}, "non_case_share is 1.1; give a share from 0 to 1"),
        ({"sickness_share": 1.0}, "sickness_share is 1.0; give a share from 0 to below 1"),
        ({"sickness_spell_days": 0.5}, "sickness_spell_days is 0.5; give a mean from 1"),
        ({"leave_days_per_year": -2}, "leave_days_per_year is -2; give a number of days"),
        ({"caseload": -1}, "caseload is -1; give 0 or more slots"),
        ({"first_ordinal": 0}, "first_ordinal is 0; give 1 or more"),
    ],
)
def test_a_post_refuses_numbers_out_of_range(change, message):
    with pytest.raises(ValueError, match=message):
        Post(**{"team": "mash", "role": "officer", "wte": 1, "shift": OFFICE, **change})


def test_a_roster_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match="give the earlier date first"):
        draw(first=LAST, last=FIRST)
