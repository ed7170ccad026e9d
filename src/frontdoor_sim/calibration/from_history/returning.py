"""How many closed families come back within a year, from a history long enough to see it."""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit

from frontdoor_sim.calibration.estimates import LEVEL, many, z
from frontdoor_sim.calibration.from_history.draws import Part, Unsaid, normal
from frontdoor_sim.calibration.from_history.gathering import Gathered
from frontdoor_sim.calibration.journeys import journeys_of
from frontdoor_sim.parameters import Graded

_YEAR = 365 * 86_400
_ENOUGH = 30
_NAME = "published.re_referral_share"


def returning(gathered: Gathered) -> Part:
    """Share of closed contacts whose family was back within 12 months, by Kaplan and Meier's curve.

    Closed are contacts of the window that ended without a transfer and had no open case. Those closed less than a year
    before the files were taken count for as long as they were seen. Where fewer than 30 were seen for a whole year, nothing
    is told.
    """
    told, about = journeys_of(gathered.log).contacts, gathered.log.about
    mine = told[told["received"].between(0, about.closes - 1) & (told["left"] <= about.ends)]
    mine = mine[~mine["open_case"] & mine["outcome"].ne("assessment")]
    back = gathered.log.contacts.set_index("contact")["returns_at"].reindex(mine["contact"]).to_numpy(np.int64)
    left = mine["left"].to_numpy(np.int64)
    waited = np.where(back >= 0, back, about.ends) - left
    came = (back >= 0) & (waited <= _YEAR)
    if int((waited >= _YEAR).sum()) < _ENOUGH or int(came.sum()) < _ENOUGH:
        return Part(unsaid=(_TOO_SHORT,))
    share, error = _within(np.minimum(waited, _YEAR), came)
    width = error / (share * (1 - share))
    low, high = (float(expit(logit(share) + sign * z(LEVEL) * width)) for sign in (-1, 1))
    note = (
        f"Of {many(len(mine))} contacts closed without a transfer, those whose family was back within 12 months; it stands "
        "where the published share of re-referrals does, which counts referrals."
    )
    graded = Graded(
        round(share, 4),
        "share of closures",
        gathered.source,
        gathered.on,
        "fitted",
        (round(low, 4), round(high, 4)),
        note,
    )
    drawn = expit(normal("returns", np.array([logit(share)]), np.array([[width**2]]))[:, 0])
    return Part({_NAME: graded}, {_NAME: drawn})


_TOO_SHORT = Unsaid(
    "Who comes back",
    "A return within 12 months is seen only after 12 months.",
    "Two years of contacts with a family's or child's number.",
    "Re-referrals as published.",
)


def _within(waited: np.ndarray, came: np.ndarray) -> tuple[float, float]:
    """Kaplan and Meier's share at the end, and its standard error by Greenwood's formula."""
    times, place = np.unique(waited, return_inverse=True)
    events = np.bincount(place, came.astype(np.float64), len(times))
    at_risk = len(waited) - np.concatenate([[0], np.cumsum(np.bincount(place, minlength=len(times)))[:-1]])
    survival = float(np.prod(1 - events / at_risk))
    some = events > 0
    terms = events[some] / (at_risk[some] * np.maximum(at_risk[some] - events[some], 1e-9))
    return 1 - survival, survival * float(np.sqrt(terms.sum()))
