"""How long a transfer takes, on small logs worked out by hand."""

from __future__ import annotations

from datetime import date

import pytest

from frontdoor_sim.event_log import check_laws
from frontdoor_sim.working_time import WallClock
from small_logs import HOUR, OPENS, SmallLog, note, read, transferred


def test_returned_competes_and_never_accepted_is_open() -> None:
    """Accepted after 2 and 5 hours, returned after 3, open: F(2) = 1/4, F(5) = 1/4 + 1/2 * 1/2."""
    log = SmallLog()
    for key, hours in enumerate((2, 5)):
        transferred(log, key, hours).wait(336, "allocation").cut()
    transferred(log, 2).wait(12, "acceptance").to("decision").at("decision").work(13, -1).to("advice")
    transferred(log, 3).wait(336, "acceptance").cut()
    made = log.made()
    check_laws(made)
    assert read(made, "transfer_hours_to_acceptance_median") == 5
    assert note(made, "transfer_hours_to_acceptance_p90") == "more than 326"
    assert note(made, "transfer_hours_to_allocation_median") == "more than 326"


def test_the_final_acceptance_counts_from_the_first_decision() -> None:
    log = SmallLog()
    thread = transferred(log, 1).work(12, -1).to("decision").at("decision").work(13, -1).to("transfer")
    thread.at("transfer").wait(20, "acceptance").to("assessment").at("assessment").wait(336, "allocation").cut()
    assert read(log.made(), "transfer_hours_to_acceptance_median") == 10


def test_a_transfer_that_ends_without_allocation_was_returned() -> None:
    log = SmallLog()
    transferred(log, 1).wait(15, "acceptance").to("early help")
    assert note(log.made(), "transfer_hours_to_acceptance_median") == "more than 326"
    assert note(log.made(), "allocated_within_2_working_days") == "not measurable: there is no such contact"
    assert read(log.made(), "transfer_hours_to_acceptance_mean_1000") == 5


def test_an_allocation_accepts_where_nothing_else_did() -> None:
    log = SmallLog()
    log.contact(1, 9).at("decision").work(10, -1).to("assessment").at("assessment").wait(14, "allocation").hold(
        336
    ).cut()
    assert read(log.made(), "transfer_hours_to_acceptance_median") == 4
    assert read(log.made(), "transfer_hours_to_allocation_median") == 4


def test_an_acceptance_after_allocation_is_not_the_final_one() -> None:
    log = SmallLog()
    thread = transferred(log, 1, 1, 3).hold(50).to("transfer").at("transfer").wait(60, "acceptance").to("assessment")
    thread.at("assessment").hold(70).to("plan")
    assert read(log.made(), "transfer_hours_to_acceptance_median") == 1
    assert read(log.made(), "transfer_hours_to_allocation_median") == 3


def test_the_window_of_a_transfer_is_that_of_its_decision() -> None:
    log = SmallLog()
    log.contact(1, -5).at("decision").work(1, -1).to("transfer").at("transfer").wait(336, "acceptance").cut()
    log.contact(2, 160).at("decision").work(169, -1).to("transfer").at("transfer").wait(336, "acceptance").cut()
    assert read(log.made(), "referrals") == 1


@pytest.mark.parametrize(("allocated", "share"), [(62 - 1 / HOUR, 1), (62, 0), (None, 0)])
def test_allocated_within_2_working_days(allocated: float | None, share: float) -> None:
    """Decided on Monday at 10:00: by the end of Wednesday, 62 hours later."""
    log = SmallLog()
    thread = transferred(log, 1, 1, allocated)
    thread.wait(336, "allocation").cut() if allocated is None else thread.hold(336).cut()
    assert read(log.made(), "allocated_within_2_working_days") == share


def test_45_working_days_from_referral_and_from_start_differ() -> None:
    """Decided Monday 3 June: working day D + 45 is Monday 5 August. Allocated Tuesday 11 June: Tuesday 13 August."""
    clock = WallClock(OPENS)
    late = clock.midnight(date(2019, 8, 9)) / HOUR
    log = SmallLog(closes=12 * 168, ends=12 * 168)
    transferred(log, 1, 1, 8 * 24).hold(late).to("plan")
    transferred(log, 2, 1, 2).hold(24 * 30).to("plan")
    transferred(log, 3, 1, 4).hold(12 * 168).cut()
    made = log.made()
    assert read(made, "assessment_within_45_days_from_referral") == pytest.approx(1 / 3)
    assert read(made, "assessment_within_45_days_from_start") == pytest.approx(2 / 3)


def test_the_first_contact_is_the_first_visit_after_allocation() -> None:
    log = SmallLog()
    transferred(log, 1, 1, 3).hold(300).to("plan").fork(1, 13, 20, "visit").fork(2, 13, 17, "visit")
    transferred(log, 2, 1, 3).wait(20, "visit").hold(300).to("plan")
    assert read(log.made(), "transfer_hours_to_first_contact_median") == 7
    assert read(log.made(), "transfer_hours_to_first_contact_p90") == 10
    assert read(log.made(), "transfer_hours_to_allocation_p90") == 3
