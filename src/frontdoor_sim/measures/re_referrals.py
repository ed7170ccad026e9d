"""Which referrals are of children referred before, as the Department for Education counts them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from frontdoor_sim.event_log.columns import Flags, order_of
from frontdoor_sim.measures.answers import Answer, Measure, by_group, missing, quotients
from frontdoor_sim.measures.breakdowns import EVERY
from frontdoor_sim.measures.journeys import Journeys
from frontdoor_sim.working_time import NEVER

_NAME = "re_referrals_within_12_months_share"
_YEAR = 365 * 86_400


def re_referrals_within_12_months_share(journeys: Journeys) -> Iterator[Answer]:
    """Share of children referred who had been referred within the 365 days before: the published re-referral share.

    `children of #{referred, and the family's referral before it <= 365 days earlier} / children of #{referred}`, over
    contacts that became referrals in [0, closes), as `referrals` counts them, at least 365 days after the log starts:
    the whole year before each of them is in the log. Where the run and its warm-up are shorter than that together,
    nothing is measured, and neither is it where the log does not say who came back, as that of a model without a law of
    returns. A contact's children are taken to be the same each time that the family comes.
    """
    about, made = journeys.about, journeys.referred
    if not (about.tells_returns or np.any(journeys.contacts.numbers("returned_from") >= 0)):
        yield missing(_NAME, "the log does not say who came back")
        return
    if about.starts + _YEAR >= about.closes:
        yield missing(_NAME, "no referral has 365 days of the log before it; make the warm-up longer")
        return
    mine = journeys.within(made) & (made >= about.starts + _YEAR)
    again, children = referred_before(journeys), journeys.contacts.numbers("children")
    breakdowns = journeys.breakdowns
    below, above = breakdowns.count(children * mine), breakdowns.count(children * (mine & again))
    values, _, notes = quotients(above, below)
    yield from by_group(journeys, _NAME, values, breakdowns.count(mine), notes)


def referred_before(journeys: Journeys) -> Flags:
    """Whether each contact was referred, and its family within the 365 days before."""
    made, family = journeys.referred, journeys.contacts.numbers("family")
    referred = np.flatnonzero(made < NEVER)
    in_turn = referred.take(order_of(made.take(referred) - made.min(initial=0)))
    order = in_turn.take(order_of(pd.factorize(family.take(in_turn))[0]))
    family, made = family.take(order), made.take(order)
    again = np.zeros(journeys.number, dtype=bool)
    again[order[1:]] = (family[1:] == family[:-1]) & (made[1:] - made[:-1] <= _YEAR)
    return again


MEASURES = (Measure(re_referrals_within_12_months_share, (_NAME,), "share", EVERY, needs="day"),)
