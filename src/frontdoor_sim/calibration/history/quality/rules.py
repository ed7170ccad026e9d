"""Every check, in the order in which the report gives them; those that set rows aside come first."""

from __future__ import annotations

from frontdoor_sim.calibration.history.quality import duplicates, order, overlaps, recording
from frontdoor_sim.calibration.history.quality.found import Rule

UNREAD_DATES = "date_unreadable"
"""The check of dates, whose advice says what stands in their stead."""

_DOOR = (
    Rule("row_torn", "rows that do not have as many cells as there are headings", "quirk", "set aside",
         "Export again, with text in quotation marks; free text with separators in it tears rows."),
    Rule(UNREAD_DATES, "rows with a date that cannot be read", "8600", "set aside",
         "{said}Write dates as dd/mm/yyyy or yyyy-mm-dd."),
    Rule("no_person", "rows without the child's identifier", "quirk", "set aside",
         "Without it nothing can be linked; look for rows typed by hand."),
    Rule("no_date", "rows without the date that they are about", "8600", "set aside",
         "Fill the date in, or leave the rows out."),
    Rule("step_not_mapped", "steps of a type that the column map does not name", "quirk", "set aside",
         "Add the types that belong to the Front Door to `stages` of the column map."),
    Rule("referral_before_conception", "referrals more than 40 weeks before the child's birth", "8606", "set aside",
         "The date of birth or of the referral is wrong."),
)  # fmt: skip
WITH_ITS_CONTACT = "step_with_its_contact"
"""The check for steps that are set aside because another step of their contact is."""

_IMPOSSIBLE = (
    Rule("after_extract", "rows received after the files were taken", "8600", "set aside",
         "Check the day on which the files were taken, and years typed wrong.", order.after_extract),
    Rule("same_row_again", "rows that repeat another one", "quirk", "set aside",
         "The extract joins tables in a way that repeats rows.", duplicates.same_row_again),
    Rule("decided_before_receipt", "contacts decided before they were received", "quirk", "set aside",
         "Receipt was back-dated, or typed in later than the decision.", order.decided_before_receipt),
    Rule("completed_before_incoming", "workflow steps completed before they came in", "quirk", "set aside",
         "Reopened steps keep their old completion; take the last one.", order.completed_before_incoming),
    Rule("assessment_ends_before_start", "assessments authorised before they started", "8608", "set aside",
         "Correct the dates in the case system.", order.assessment_ends_before_start),
    Rule("closed_before_referral", "referrals closed before they were made", "8630", "set aside",
         "Correct the dates in the case system.", order.closed_before_referral),
    Rule(WITH_ITS_CONTACT, "steps of a contact of which another step was set aside", "quirk", "set aside",
         "A thread with a step missing would be measured wrong; mend the other step.", duplicates.nothing),
    Rule("outcome_without_time", "contacts with an outcome and no time of decision", "quirk", "set aside",
         "They cannot be timed, and are not open either; look for a second form that holds the time.",
         recording.outcome_without_time),
)  # fmt: skip
_KEPT = (
    Rule("source_missing", "sources that are empty or no code", "8866", "kept",
         "They count as unknown; map the local words in the column map (`sources`)."),
    Rule("source_retired", "source codes of an old list", "quirk", "kept",
         "They count with their group; nothing need be done."),
    Rule("rag_missing", "contacts without a grade of urgency, where others have one", "quirk", "kept",
         "They count in everything but figures and estimates by grade; map the local words, or ask what a blank means.",
         recording.rag_missing),
    Rule("outcome_unknown", "outcomes that are not on the list", "quirk", "kept",
         "They count as other; use the words of the guide."),
    Rule("need_missing", "referrals that went on without a primary need code", "8610", "kept",
         "Needed for the census; the model does not use it."),
    Rule("factor_21_with_others", "assessments with factor 21 (none) and others", "8869", "kept",
         "Needed for the census; the model does not use it."),
    Rule("assessment_before_referral", "assessments that started before their referral", "1103", "kept",
         "The referral was entered late: times from referral to assessment are too short.", order.assessment_before_referral),
    Rule("enquiry_before_referral", "section 47 enquiries that started before their referral", "2889", "kept",
         "The referral was entered late.", order.enquiry_before_referral),
    Rule("conference_before_referral", "conferences before their referral", "1104", "kept",
         "The referral or the conference has a wrong date.", order.conference_before_referral),
    Rule("conference_before_enquiry", "section 47 enquiries that started after their conference", "8615", "kept",
         "One of the two dates is wrong.", order.conference_before_enquiry),
    Rule("activity_on_refused_referral", "activity on a referral marked for no further action", "8831", "kept",
         "The mark was not taken back when the referral went on.", order.activity_on_refused_referral),
    Rule("activity_after_closing_at_assessment", "enquiries or plans on a case closed after assessment", "2990", "kept",
         "The reason for closure is wrong.", order.activity_after_closing_at_assessment),
    Rule("more_than_one_open_episode", "referrals of a child who has another open one", "8816, 8815", "kept",
         "A second referral was opened instead of adding to the first: referrals are counted twice.",
         overlaps.more_than_one_open_episode),
    Rule("overlapping_assessments", "assessments of a child that overlap", "8896, 8863Q", "kept",
         "An assessment was begun again without closing the first: durations are too long.", overlaps.overlapping_assessments),
    Rule("overlapping_enquiries", "section 47 enquiries of a child that overlap", "8839, 8890", "kept",
         "An enquiry was begun again without closing the first.", overlaps.overlapping_enquiries),
    Rule("closed_with_open_activity", "open assessments or enquiries on a closed referral", "8867, 8868", "kept",
         "They were never authorised: treat them as unknown, not as long.", overlaps.closed_with_open_activity),
    Rule("open_assessment_over_45_days", "assessments open for more than 45 working days", "8670Q", "kept",
         "They are late, or were never closed; only the council can tell.", order.open_assessment_over_45_days),
    Rule("open_enquiry_over_15_days", "enquiries open for more than 15 working days without a conference", "8675Q", "kept",
         "They are late, or were never closed.", order.open_enquiry_over_15_days),
    Rule("stale_refused_referral", "referrals marked for no further action, and open after a year", "8569Q", "kept",
         "Close them.", order.stale_refused_referral),
    Rule("conference_at_weekend", "conferences on a day when nobody works", "8875, 8870Q", "kept",
         "The date is a target or a typing mistake.", order.conference_at_weekend),
    Rule("conference_twice", "conferences recorded more than once", "2884", "kept",
         "Count them once.", overlaps.conference_twice),
    Rule("dates_only", "contacts whose times are days", "quirk", "kept",
         "Hours cannot be measured: ask for the form's date and time of contact and of decision.", recording.dates_only),
    Rule("batch_entry", "decisions that share their minute of the day with far too many others", "quirk", "kept",
         "Decision times look batch-entered at {said}: the 24-hour figure is of recording, not of deciding.",
         recording.batch_entry),
    Rule("outcome_missing", "contacts that were decided, and no outcome recorded", "quirk", "kept",
         "What became of them is not recorded: transfers are counted too low.", recording.outcome_missing),
    Rule("next_step_missing", "steps that should lead to another one which is not in the files", "quirk", "kept",
         "Add the missing step types to the extract and to the column map; what became of these is not recorded.",
         recording.next_step_missing),
    Rule("decided_long_after", "contacts decided more than four weeks after receipt", "quirk", "kept",
         "They were closed when somebody remembered: medians are safer than means.", recording.decided_long_after),
    Rule("accepted_when_decided", "transfers accepted at the very second of the decision", "quirk", "kept",
         "One date was entered twice: the wait for acceptance is not recorded.", recording.accepted_when_decided),
    Rule("contact_entered_again", "contacts of a child from one source on one day under two numbers", "quirk", "kept",
         "The contact was entered again, or the source wrote twice: demand may be counted too high.",
         duplicates.contact_entered_again),
    Rule("contact_in_both_systems", "contacts that a second case system holds as well", "quirk", "kept",
         "Demand is counted twice. With a mapping file these rows are set aside; without one this is an estimate.",
         duplicates.contact_in_both_systems),
    Rule("open_cases_mixed_in", "contacts about families with an open case", "quirk", "kept",
         "They go to the allocated worker: keep them apart in any figure of decisions.", recording.open_cases_mixed_in),
    Rule("siblings_not_joined", "contacts with a row a child, and nothing that joins siblings", "quirk", "kept",
         "Counts are of children: divide by children per contact, or add a family identifier.", recording.siblings_not_joined),
    Rule("open_when_extracted", "contacts not finished when the files were taken", "quirk", "kept",
         "They are cut by the end of the files, and measured so.", recording.open_when_extracted),
    Rule("decision_never_recorded", "contacts open for more than twice as long as any other took", "quirk", "kept",
         "Later ones are over, so they were hardly open: their decision was never recorded. They are left out of the time to a "
         "decision that is fitted, and count as open in every measure; close them.", recording.decision_never_recorded),
    Rule("teams_renamed", "rows of teams that stop when others begin", "quirk", "kept",
         "The teams were most likely renamed: give both names to one team before comparing teams.", recording.teams_renamed),
    Rule("weeks_missing", "weeks without a single contact, where so many come that chance does not explain it", "quirk", "kept",
         "No contact is recorded {said}: those weeks are missing from the files, and are read as weeks when nobody came. Add "
         "them, or choose a window without them.", recording.weeks_missing),
    Rule("early_weeks_thin", "early weeks with less than half the usual number of contacts", "quirk", "kept",
         "The extract filters children by a later date: leave the early weeks out.", recording.early_weeks_thin),
)  # fmt: skip

RULES: tuple[Rule, ...] = (*_DOOR, *_IMPOSSIBLE, *_KEPT)
"""Every check; the door has done those without a function."""

IN_BOTH = "contact_in_both_systems"
"""The check whose rows are set aside where a mapping file makes them sure."""
