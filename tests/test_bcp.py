"""The scenarios of Bournemouth, Christchurch and Poole: what the review saw, within what was published."""

import pytest

from frontdoor_sim.event_log import check_laws
from frontdoor_sim.experiment import offered_load, read_study, run
from frontdoor_sim.measures import measure

ANSWERED = {
    "Interim single system": {2},
    "Redesigned MASH": {2, 4, 5, 6},
    "Integrated Front Door": {2, 4, 5, 6, 7, 10},
    "Full programme": {1, 2, 3, 4, 5, 6, 7, 8, 9, 10},
}


@pytest.fixture(scope="module")
def study():
    return read_study("scenarios/bcp/appraisal.yaml")


@pytest.fixture(scope="module")
def figures(study):
    """Measures of today's model and of the full programme, a year each."""
    found = {}
    for scenario in (study.base, study.options[-1]):
        log = run(scenario, seed=2019)
        check_laws(log)
        found[scenario.name] = measure(log).set_index(["measure", "by", "group"])["value"]
    return found


def whole(figures, scenario, name):
    return figures[scenario.name][(name, "all", "all")]


def test_options_answer_the_recommendations_they_say(study):
    said = {option.name: {change.recommendation for change in option.changes} for option in study.options}
    assert said == ANSWERED


def test_volumes_are_those_published(study, figures):
    """3,416 referrals in the year, counted in children, with 3.795 contacts each; a year's luck is about 5 %."""
    assert whole(figures, study.base, "children_referred") == pytest.approx(3416, rel=0.15)
    assert whole(figures, study.base, "children_received") == pytest.approx(3416 * 3.795, rel=0.12)


def test_assessments_end_as_published(study, figures):
    within = whole(figures, study.base, "assessment_within_45_days_from_start")
    assert within == pytest.approx(study.base.parameters.value("published.assessment_within_45_days_share"), abs=0.04)
    assert whole(figures, study.base, "assessment_within_45_days_from_referral") < within


def test_today_shows_what_the_reviewers_saw(study, figures):
    """Many contacts late and transfers slow; the middle of the ranges is within the stated bounds."""
    for symptom in study.facts.symptoms:
        low, high = symptom.between
        assert low <= whole(figures, study.base, symptom.measure) <= high, symptom.say


def test_one_system_ends_searching_and_keying_again(study, figures):
    assert whole(figures, study.base, "search_hours_per_week") > 1
    assert whole(figures, study.base, "re_keying_hours_per_week") > 1
    assert whole(figures, study.options[-1], "search_hours_per_week") == 0
    assert whole(figures, study.options[-1], "re_keying_hours_per_week") == 0


def test_teams_together_shorten_the_transfer(study, figures):
    name = "transfer_hours_to_allocation_median"
    assert whole(figures, study.options[-1], name) < whole(figures, study.base, name) / 2


def test_no_team_is_asked_for_more_than_it_has(study):
    for scenario in (study.base, study.options[-1]):
        loads = offered_load(scenario, 1)
        assert (loads["load"] < 1).all(), loads[loads["load"] >= 1].to_string()
