"""Make the tables of `scenario-files.md`: run `python docs/make_reference.py` after changing a field or a law.

What a field takes, and its default, come from the models that read the files; what it means stands here. A field
without a meaning cannot be printed, and a meaning without a field is refused.
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from pydantic import BaseModel

from frontdoor_sim import operating_model
from frontdoor_sim.documents import shown
from frontdoor_sim.experiment.break_even_questions import Question
from frontdoor_sim.experiment.conditioning import Symptom, Unknown
from frontdoor_sim.experiment.costs import Price, Prices
from frontdoor_sim.experiment.reading import StudyFile
from frontdoor_sim.scenario import Amount
from frontdoor_sim.scenario.changes import Change, CombinationFile, Costs, Moved, OptionFile
from frontdoor_sim.scenario.checks import LAWS
from frontdoor_sim.scenario.checks.routes import check_sources_and_areas
from frontdoor_sim.scenario.fields import Slot, bare_of, fields_of, is_record, takes

SHORT = {
    takes(Slot(operating_model.Duration)).words: "a [duration](#durations)",
    takes(Slot(operating_model.Share)).words: "a [share](#shares)",
    takes(Slot(operating_model.Shift)).words: "a [shift](#shifts)",
    takes(Slot(operating_model.Moments)).words: "[set times](#set-times)",
    takes(Slot(operating_model.Rules)).words: "[routes](#routes)",
    takes(Slot(operating_model.Weeks)).words: "weeks, 0 to 520",
    takes(Slot(Amount)).words: "pounds, or the lowest and the highest",
    "a distribution, such as {distribution: exponential, mean: 1}": "a [distribution](#durations) without a unit",
    "a name or text": "text",
    "either true": "true",
}
"""Words that the page explains elsewhere, and what stands in its tables instead."""

PAGE = Path(__file__).parent / "scenario-files.md"
RECORDS: dict[str, type[BaseModel]] = {
    **{
        name: thing
        for name, thing in vars(operating_model).items()
        if inspect.isclass(thing) and issubclass(thing, BaseModel)
    },
    **{
        record.__name__: record
        for record in (
            OptionFile,
            CombinationFile,
            Change,
            Moved,
            Costs,
            StudyFile,
            Unknown,
            Symptom,
            Question,
            Prices,
            Price,
        )
    },
}
OF_EVERY_STAGE = {
    "kind": "what happens here; `work` where it is left out",
    "team": "whose work it is; of a `checks` or `delay` stage, who waits",
    "decides": "whether a visit here is a decision: the 24-hour clock stops at the first one that is not reversed",
    "luck": "name under which contacts meet their luck here, so that a stage that is renamed keeps it; else its own name",
}
AT_WORK = {
    "touch": "how long one visit takes a worker",
    "end_of_shift": "what happens to unfinished work: set down until the same person is back, finished in overtime, or "
    "handed back to the queue",
    "overtime_limit": "how long people go on to `finish`",
    "weight": "place in the queue of a team whose `order` has `stage`; the least goes first",
}
IN_A_QUEUE = {
    "give_up_after": "by RAG, after how long in the queue a contact that nobody has begun leaves with the outcome `timed_out`",
    "holds_at_most": "so many at once, from being let in until their work is done, or until a case is allocated; left out, all",
    "takes_a_working_day": "so many are let in from the midnight of one working day to that of the next; left out, all",
    "when_full": "whether a contact that finds no place waits for acceptance, or leaves with the outcome `full`",
}
KEPT = {
    "late": "shares of entries made late, which bear the time at which they are made",
    "entered": "when late entries are made: each at the next of these times",
    "missing": "shares of entries never made",
}
JUDGES = {"judges": "how the level of need is judged here; left out, nobody judges"}
MEANINGS: dict[str, dict[str, str]] = {
    "OperatingModel": {
        "name": "how the scenario is called in every table and chart",
        "summary": "one or two sentences for the pack",
        "run": "the weeks that are simulated",
        "shifts": "opening hours by name; `always` is there without being written",
        "clock": "the shift that measures working hours; the same in every option",
        "receipt_closes": "a contact received after this time of day counts as received on the next working day",
        "teams": "who works, by team; ties between teams go by their order here",
        "stages": "what is done, by stage; ties between stages go by their order here",
        "routes": "from `entry` and from every stage, where to next",
        "ends": "where a pathway stops",
        "handoffs": "what it costs to pass a contact from one team to another",
        "thresholds": "the need at which the council means each level to begin",
        "grading": "how urgency is graded on arrival; the same in every option",
        "returns": "which closures bring a family back; left out, none do",
        "targets": "time limits; `decision` is the one that is measured",
        "arrivals": "who comes, by source, where the scenario says so itself; else the parameters do",
        "recording": "how case systems are kept, for figures as a dashboard would report them; it changes nothing else",
    },
    "RunWindow": {
        "opens": "first day of the measured window; a Monday keeps weeks whole",
        "weeks": "length of the measured window",
        "warm_up": "weeks before it, in which queues and caseloads fill up",
        "backlog": "a file of the contacts that are open at `opens`, with which the run starts instead of a warm-up",
        "follow_up": "weeks after it, in which contacts that came at its end are decided",
    },
    "Team": {
        "site": "where the team sits; teams at one site hand over as `same_site`",
        "case_system": "the case system or systems that it works on",
        "order": "who goes first in the queue: up to two rules, then the time of joining",
        "helpers": "teams whose idle people take up what waits here, in the order in which they are asked",
        "interrupts": "RAGs for whose work somebody sets down less urgent work of the team, where nobody is idle; or stages of "
        "the team, whose work goes first and has somebody set down work at its others",
        "head_start": "by RAG, how much earlier than it did a contact counts as having joined",
        "staff": "the people, by role and shift",
    },
    "Helper": {
        "team": "whose idle people help",
        "when_waiting": "so many must wait for help to begin",
        "until_waiting": "help ends when so few wait",
    },
    "Staff": {
        "role": "what they are called; paths find them by it",
        "wte": "whole-time equivalents: full-timers, and one person with the rest as fixed days",
        "shift": "the name of their shift",
        "non_case_share": "share of duty spent on anything but cases, as one block a day",
        "sickness_share": "share of working days lost to sickness",
        "sickness_spell_days": "mean length of a spell, in working days",
        "leave_days_per_year": "annual leave of a full-timer",
        "caseload": "slots of a full-timer, for `caseload` stages",
        "works_at": "the stages at which these people can work; all, where it is left out ([who can do what](skills.md))",
        "vacant": "share of the WTE that nobody fills",
        "starts": "first day of these people; left out, they are there from the beginning",
        "leaves": "their last day; left out, they stay",
        "turnover": "how long people stay, and when somebody new begins in their place; left out, nobody leaves",
        "induction": "what a start takes from every duty day at first; left out, nothing",
        "other_work": "team meetings, supervision and training at stated times",
        "named": "what they were called before they moved, such as `ehap/coordinator`, so that they keep their luck; else "
        "their team and role",
    },
    "Turnover": {
        "stays": "weeks that each person stays; places change hands evenly over time",
        "refilled_after": "weeks for which the place is then empty",
    },
    "Induction": {
        "weeks": "weeks that it lasts",
        "share": "share of every duty day and of the caseload that it takes in the first week; it falls in equal steps to none",
    },
    "OtherWork": {
        "at": "when it begins",
        "lasts": "how long it lasts",
        "every": "of so many weeks one counts; `4 weeks` for what is monthly",
        "in_turn": "whether each person has another of those weeks, as in supervision",
        "training": "whether the duty table calls it training",
        "starts": "first date on which it may be",
        "ends": "last date",
    },
    "WorkStage": {
        **OF_EVERY_STAGE,
        **AT_WORK,
        **JUDGES,
        "searches": "whether history is looked for on each further case system of the team",
        "waits_for": "what a wait in this queue is called",
        **IN_A_QUEUE,
        "out_tray": "nothing new is begun while so many that left here wait for acceptance; left out, it never fills",
    },
    "ConsentStage": {
        **OF_EVERY_STAGE,
        **AT_WORK,
        "touch": "how long one attempt takes a worker",
        "attempts": "how often it is tried",
        "gap": "time between two attempts",
        "arrives_with": "share of contacts that have consent already; a source that is not named counts as `other`",
        "given": "share of attempts that obtain consent",
        "refused": "share of attempts that are refused",
        "override_for": "RAGs for which protection overrides consent, so that nobody is asked",
    },
    "ChecksStage": {
        **OF_EVERY_STAGE,
        "partners": "who is asked, by name, all at once",
        "join": "how many answers are waited for",
        "give_up_after": "by RAG, after how long the contact goes on without the rest",
    },
    "Partner": {
        "team": "a desk of ours that answers",
        "touch": "how long the desk works on an answer",
        "delay": "time until the answer, or until it reaches the desk",
        "regrades": "whether the RAG is read again when the answer comes",
        "noise": "error of that grade [sd]",
    },
    "CaseloadStage": {
        **OF_EVERY_STAGE,
        **JUDGES,
        "hold": "how long a slot is held",
        "allocates": "when cases are given out; left out, as soon as a slot is free",
        "slots": "whether a family takes a slot for each child, or one",
        "assesses": "whether it is an assessment; `false` for other help, such as Early Help's, which is no transfer",
        "first_visit": "time from allocation to the first visit",
        **IN_A_QUEUE,
    },
    "DelayStage": {
        **OF_EVERY_STAGE,
        "delay": "how long it lasts; it uses nobody",
        "waits_for": "what the wait is called",
    },
    "MeetingStage": {
        **OF_EVERY_STAGE,
        **JUDGES,
        "people": "by team, how many of its people it needs, all at once; the first has the contact's main thread",
        "lasts": "how long it lasts",
        "overtime_limit": "how long after anybody's shift it may last; else it begins on another day",
    },
    "Judges": {
        "bias": "added to need [sd]: above 0, the thresholds are in effect too low",
        "caution": "added to need on purpose [sd], where another judgement follows",
        "noise": "error of one judgement [sd]",
        "without_checks": "further error [sd] while a partner's reply is missing; errors add as squares",
        "thresholds": "what is held here to be the thresholds; left out, the council's",
        "by_source": "by source, who is judged otherwise",
        "by_area": "by area, who is judged otherwise; it counts over the source",
        "regrades": "whether the RAG is read again from what was seen here",
    },
    "Leaning": {
        **dict.fromkeys(("bias", "caution", "noise", "without_checks"), "as above; left out, as for everybody else"),
        "thresholds": "as above; left out, as for everybody else",
    },
    "Rule": {"if": "what a contact must be for this rule to count; left out, anything", "to": "where it goes"},
    "Condition": {
        "judged": "levels that the last judgement said: 1 universal, 2 early help, 3 child in need, 4 protection",
        "rag": "grades on arrival",
        "source": "who made the contact",
        "area": "where the family lives",
        "outcome": "after consent: given, refused, not_reached, overridden; after checks: complete, timed_out; "
        "where contacts give up waiting: done, timed_out",
        "open_case": "whether the family already has an open case",
        "during": "shifts, of which one is open when the contact leaves the stage",
        "agrees": "whether the level judged here is the level that had been judged before; a first judgement agrees",
    },
    "End": {
        "provides": "the level of need that it meets: 0 none, 4 any",
        "referral": "whether contacts decided for it count as referrals, closed without an assessment",
        "returns": "whether families closed here can come back",
    },
    "Handoffs": {
        "same_site": "between teams at one site",
        "between_sites": "between teams at two sites",
        "systems_differ": "work of entering a record again on another case system",
        "each_extra_system": "work of looking for history on each further system of a team",
        "missed_history": "how often history on another system is missed, and how much noisier judgement then is",
        "requests_between_sites": "how long a partner's desk on another site takes to see a request; it pays nothing else",
        "particular": "handoffs between two stages that go by rules of their own",
    },
    "Handoff": {
        "delay": "how long it takes",
        "batch": "then it waits for the next of these times, when everything that is there goes",
        "release": "then it waits until this shift is open",
    },
    "ParticularHandoff": {
        "from": "the stage it leaves, or `entry`",
        "to": "the stage it reaches",
        "delay": "as above",
        "batch": "as above",
        "release": "as above",
    },
    "Rekeying": {"rekey": "a worker's time to enter the record again"},
    "Searching": {"search": "a worker's time on each further system"},
    "MissedHistory": {"share": "share of contacts", "noise": "further error of judgement [sd]; errors add as squares"},
    "Thresholds": {
        "early_help": "where level 2 begins [sd of need]",
        "child_in_need": "where level 3 begins",
        "protection": "where level 4 begins",
    },
    "Grading": {
        "green": "need at which green begins [sd]; below it is blue",
        "amber": "where amber begins",
        "red": "where red begins",
        "noise": "error of the grade [sd]",
    },
    "Returns": {
        "rate_by_gap": "rates for closures 0, 1, 2 and 3 levels below need: P(return) = 1 - exp(-rate × family factor)",
        "family_spread": "shape of the family factor, gamma with mean 1: the smaller, the fewer families make the returns",
        "delay": "time from closure to return",
        "growth": "how much graver a return is [sd of need]",
        "arrives_in": "the shift in whose hours families come back",
    },
    "Target": {
        **{rag: f"limit for {rag} contacts" for rag in operating_model.RAGS},
        "since": "the stage whose end starts the clock; left out, the clock starts when the contact is sent to `until`",
        "until": "the stage that has to be over in time; left out, as for `decision`, from receipt to the decision",
    },
    "Arrivals": {
        "per_hour": "moments of arrival an hour; of windows that are open at once the first counts",
        "together": "how many contacts arrive at one moment",
        "rag": "grade of every such contact",
        "need": "need of every such contact [sd]",
        "children": "children of every such contact",
        "area": "area of every such contact",
    },
    "Recording": {
        **KEPT,
        "systems": "case systems that are kept otherwise, each with fields of its own",
        "matched": "share of contacts recorded on several systems whose records are counted as one",
    },
    "CaseSystem": KEPT,
    "Entries": {
        "receipt": "of when a contact was received",
        "decision": "of when it was decided",
        "end": "of when it ended",
    },
    "OptionFile": {
        "name": "how the option is called in every table and chart",
        "summary": "one or two sentences for the pack",
        "changes": "the file that it changes, by its path from the folder of this one; a scenario or another option",
        "because": "the changes, in the order in which they are made",
    },
    "Change": {
        "say": "what is changed, in words for a director",
        "recommendation": "number of the recommendation that it answers",
        "set": "new values for what is there, and for optional fields of what is there",
        "add": "what was not there: teams, stages, routes, a further item of a list",
        "adjust": "numbers and percentages to add to what is there",
        "remove": "what goes; of a stage, team, shift or end, with where its work goes",
        "rename": "stages, teams, shifts or ends that are called otherwise; whatever names them follows, and luck stays",
        "over": "paths at which this change may go over an earlier one of the file",
        "from": "the date on which the change comes into force, at the very start of the day; else it always is",
        "until": "the date on which the change ends, and what was before is again; else it lasts",
        "ramp": "the time from that date in which the change takes hold of one contact, or person, after another; else at once",
        "costs": "what it costs beside the people that it moves ([what an option costs](costs.md))",
    },
    "Costs": {
        "once": "pounds that must be paid once, such as for a migration or a move",
        "a_year": "pounds that must be paid every year, such as for a licence or rent; of a change that ends, nothing",
        "source": "where the figures come from",
    },
    "Moved": {
        "to": "what the work goes to: a stage or an end for a stage or an end, a team for a team, a shift for a shift",
    },
    "CombinationFile": {
        "name": "how the options together are called in every table and chart",
        "summary": "one or two sentences for the pack",
        "combines": "options of one base, by their paths from this folder; their changes are made option after option",
        "over": "paths at which a later option may go over an earlier one",
    },
    "StudyFile": {
        "title": "stands at the head of the pack",
        "council": "stands at the head of the pack",
        "base": "today's model, by its path from the folder of this file",
        "options": "what it is compared with: changes to the base",
        "replications": "runs of every scenario, each on contacts of its own",
        "seed": "key of all luck",
        "unknown": "numbers of today's model that are not known, as ranges",
        "symptoms": "what is known of today, and must be shown by a candidate for the unknown numbers",
        "candidates": "how many candidates are tried, spread evenly over all ranges at once; at least one for each replication",
        "condition_weeks": "length of a candidate's run, at most that of the scenario, which it is where this is left out",
        "break_even": "where an option makes no difference, as one of its numbers is varied; the pack shows it",
        "prices": "what people cost, for the part *What it costs* of the pack ([what an option costs](costs.md))",
    },
    "Prices": {
        "posts": "by role, what one WTE costs a year, with all that comes on top of pay",
        "overtime": "what an hour of overtime costs, whoever works it",
    },
    "Price": {
        "costs": "pounds",
        "source": "where the figure comes from",
    },
    "Question": {
        "option": "its file, as it stands under `options`",
        "path": "where the number stands, in the option as a whole",
        "say": "what the chart has on its axis, in words: the number, or what goes with it",
        "between": "lowest and highest value that are tried; of a share also as percentages",
        "unit": "unit of what `say` says; `share` is printed as a percentage; left out, that of what goes with the number",
        "measure": "what must not differ, a name of [measures](measures.md)",
        "along": "measure, breakdown and group of what goes with the number; left out, the number itself is shown",
        "steps": "how many values are tried first, evenly spaced; more are tried where the break-even lies",
    },
    "Unknown": {
        "path": "where the number stands, in the scenario or its parameters",
        "say": "what it is, in words",
        "between": "lowest and highest value thought possible",
        "unit": "its unit",
        "source": "where the range comes from",
    },
    "Symptom": {
        "measure": "a name of [measures](measures.md)",
        "say": "what is known, in words",
        "between": "lowest and highest value that count as showing it; of a share from 0 to 1, or as percentages",
        "source": "where it was said",
        "by": "a breakdown of the measure",
        "group": "a member of that breakdown",
    },
}


def fields_table(name: str) -> str:
    """The fields of a record as a table: what each takes, its default, and what it means."""
    fields, meanings = fields_of(RECORDS[name]), MEANINGS[name]
    if set(fields) != set(meanings):
        raise ValueError(f"{name}: fields and meanings differ in {sorted(set(fields) ^ set(meanings))}")
    lines = ["| field | takes | where it is left out | meaning |", "|---|---|---|---|"]
    for field in meanings:
        slot = fields[field]
        lines.append(f"| `{field}` | {_takes(slot)} | {_default(slot)} | {meanings[field]} |")
    return "\n".join(lines)


def _takes(slot: Slot) -> str:
    """What a field takes, in the words of its mistakes; those that the page explains are cut short."""
    words = takes(slot).words
    for long, short in SHORT.items():
        words = words.replace(long, short)
    return re.sub(r"(number.*), such as [\d.]+", r"\1", words)


def _default(slot: Slot) -> str:
    if slot.required:
        return "needed"
    value = slot.default
    if value is None or value == () or value == {} or value == "" or is_record(bare_of(Slot(type(value)))):
        return ""
    if isinstance(value, tuple) and len(set(value)) == 1 and len(value) > 1:
        return f"`{shown(value[0])}`"
    return f"`{', '.join(map(str, value)) if isinstance(value, tuple) else shown(value).strip(chr(39))}`"


def laws_list() -> str:
    """Every law across a scenario, from the docstrings of the checks."""
    told = [inspect.getdoc(law) or "" for law in (*LAWS, check_sources_and_areas)]
    return "\n".join(f"- {re.split('[;.]', text)[0]}." for text in told)


def page(text: str) -> str:
    """The page with its tables made anew: what stands between `<!-- made: X -->` and `<!-- end -->`."""

    def made(found: re.Match[str]) -> str:
        name = found[1]
        return f"<!-- made: {name} -->\n\n{laws_list() if name == 'laws' else fields_table(name)}\n\n<!-- end -->"

    return re.sub(r"<!-- made: (\w+) -->.*?<!-- end -->", made, text, flags=re.DOTALL)


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
