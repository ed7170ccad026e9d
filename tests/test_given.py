"""What Python says where something else is given than is wanted, and how its things print themselves."""

import pickle

import pytest

import frontdoor_sim as fd

EXAMPLES = "scenarios/examples"


@pytest.fixture(scope="module")
def desk() -> fd.Scenario:
    return fd.read_scenario(f"{EXAMPLES}/one_desk.yaml").varied({"run.weeks": 4, "run.warm_up": 1})


@pytest.fixture(scope="module")
def answer(desk) -> fd.Comparison:
    more = desk.varied({"name": "Eight officers", "teams.desk.staff.officer.wte": 8})
    return fd.compare(desk, more, replications=2, jobs=1)


CALLS = {
    "run": ("scenario", lambda _, path: fd.run(path)),
    "compare": ("base", lambda desk, path: fd.compare(path, [desk])),
    "compare with a path in a list": ("options[0]", lambda desk, path: fd.compare(desk, [path])),
    "compare with a path": ("options[0]", lambda desk, path: fd.compare(desk, path)),
    "break_even": ("option", lambda desk, path: fd.break_even(desk, path, "run.weeks", (1, 2))),
    "fair_shares": ("option", lambda desk, path: fd.fair_shares(desk, path)),
    "staffing": ("scenario", lambda _, path: fd.staffing(path, "teams.desk.staff.officer.wte", 0.8)),
}


@pytest.mark.parametrize("call", CALLS)
def test_a_path_where_a_scenario_is_wanted(desk, call: str):
    where, asked = CALLS[call]
    with pytest.raises(fd.InputError) as raised:
        asked(desk, "north.yaml")
    assert str(raised.value) == (
        f"1 mistake.\n\n{where}\n"
        "  what:   'north.yaml' is the name of a file, not a scenario.\n"
        "  right:  A scenario, as fd.read_scenario reads it.\n"
        '  remedy: Write fd.read_scenario("north.yaml").'
    )


def test_both_paths_are_told_at_once():
    with pytest.raises(fd.InputError, match="2 mistakes"):
        fd.compare("a.yaml", ["b.yaml"])


@pytest.mark.parametrize("asked", [fd.sensitivity, lambda path: fd.appraise(path, "results")])
def test_a_path_where_an_appraisal_is_wanted(asked):
    with pytest.raises(
        fd.InputError, match=r"what:   'a.yaml' is the name of a file, not an appraisal.\n.*\n.*read_study"
    ):
        asked("a.yaml")


def test_what_is_measured_is_a_log(desk):
    with pytest.raises(fd.InputError, match=r'Write fd.read_log\("x"\)'):
        fd.measure("x")
    with pytest.raises(fd.InputError, match=r"This is a Scenario, not an event log.\n.*\n.*fd.run\(scenario, seed=7\)"):
        fd.measure(desk)


def test_two_scenarios_of_one_name(desk):
    with pytest.raises(fd.InputError) as raised:
        fd.compare(desk, [desk.varied({"teams.desk.staff.officer.wte": 8})])
    assert str(raised.value) == (
        "1 mistake.\n\noptions[0]\n"
        "  what:   'One desk' is the name of another scenario here as well.\n"
        "  right:  A name of its own for each scenario.\n"
        '  remedy: Give it another, such as varied({..., "name": "Two more officers"}), or change `name:` in its file.'
    )


def test_one_option_needs_no_list(answer):
    assert answer.options["option"].tolist() == ["One desk", "Eight officers"]


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        ("decision_hours_median", "Change from today in hours: Eight officers: −"),
        ("decided_within_1_working_day", "Change from today in points: Eight officers: "),
        ("contacts_received", "Change from today in contacts: Eight officers: 0"),
        ("decided_within_24h", "Change from today in percentage points: Eight officers: +"),
    ],
)
def test_any_measure_of_everybody_is_drawn(answer, measure: str, said: str):
    assert said in answer.plot(measure).get_label()


def test_a_measure_that_is_not_there(answer):
    with pytest.raises(
        fd.InputError, match=r"`measure` cannot be 'decision_hour_median'.\n.*\n.*Did you mean decision_hours_median"
    ):
        answer.plot("decision_hour_median")


def test_things_print_themselves_in_a_line(desk, answer):
    option = fd.read_scenario(f"{EXAMPLES}/one_desk_two_more.yaml")
    assert repr(option) == "Scenario('Two more officers' in one_desk_two_more.yaml, changes 'One desk')"
    assert repr(pickle.loads(pickle.dumps(desk))) == "Scenario('One desk' in one_desk.yaml)"
    log = fd.run(desk, seed=7)
    counts = f"{len(log.contacts):,} contacts, {len(log.events):,} events, {len(log.duty):,} of duty"
    assert repr(log) == f"EventLog('One desk', run 0: {counts})"
    assert repr(answer) == "Comparison('One desk' with 'Eight officers', 2 replications)"
