"""Networks of queues against exact results: parallel checks, fork and join, Jackson's network with loops, a tandem."""

from __future__ import annotations

import math

import numpy as np
import pytest

from frontdoor_sim.event_log import check_laws
from theory_runs import HOUR, agrees, exponential, played, through, visits

# The last of n replies, independent and exponential with mean 1: mean 1 + 1/2 + ... + 1/n, variance 1 + 1/4 + ... + 1/n^2.
LAST_OF = {2: (1.5, 1.25), 3: (1.833333333, 1.361111111), 5: (2.283333333, 1.463611111), 9: (2.828968254, 1.539767731)}


def replies(delays, join="all", give_up=None, weeks=10, seed=1):
    """Hours for which contacts waited for their partners."""
    partners = {f"partner {n}": {"delay": delay} for n, delay in enumerate(delays)}
    values = {"stages.checks.partners": partners, "stages.checks.join": join, "run.weeks": weeks}
    values |= {"stages.checks.give_up_after": give_up} if give_up else {}
    return through(played("partner_replies", values, seed))


@pytest.mark.parametrize(("partners", "mean", "variance"), [(n, *exact) for n, exact in LAST_OF.items()])
def test_the_last_of_several_replies(partners, mean, variance):
    hours = replies([exponential(1)] * partners, seed=partners)
    agrees(f"E max of {partners} replies", hours, mean, 0.02)
    agrees(f"Var max of {partners} replies", (hours - mean) ** 2, variance, 0.06)


def test_the_first_of_several_replies():
    """The kth of n exponential replies takes 1/n + ... + 1/(n - k + 1) on average."""
    for join, exact in ((1, 1 / 5), (3, 1 / 5 + 1 / 4 + 1 / 3)):
        agrees(f"{join} of 5 replies", replies([exponential(1)] * 5, join, weeks=8, seed=join), exact, 0.03)


def test_replies_until_time_is_up():
    """E min(max of 2 replies, 1 hour) is the integral of 1 - (1 - e^-t)^2 over an hour; P(in time) is (1 - e^-1)^2."""
    hours = replies([exponential(1)] * 2, give_up={"green": "1 h"}, weeks=8, seed=2)
    inverse = math.exp(-1)
    agrees("E min(max, 1 h)", hours, 2 * (1 - inverse) - (1 - inverse**2) / 2, 0.02)
    agrees("P(all in time)", hours < 1, (1 - inverse) ** 2, 0.05)


def test_partners_of_different_speed():
    """E max of lognormal replies with (mean, cv) of (8 h, .5), (16 h, 1), (24 h, .8): 29.02389546 h, by quadrature."""
    laws = [(8, 0.5), (16, 1), (24, 0.8)]
    delays = [{"distribution": "lognormal", "mean": mean, "cv": cv, "unit": "hours"} for mean, cv in laws]
    agrees("E max of three lognormal replies", replies(delays, weeks=14, seed=3), 29.02389546, 0.03)


# Fork and join of two M/M/1 (Flatto and Hahn 1984; Nelson and Tantawi 1988): mean time (12 - rho) / (8 (1 - rho)), exactly.
@pytest.mark.parametrize(("rate", "blunt"), [(0.5, 0.05), (0.8, 0.15), (0.9, 0.15)])
def test_fork_and_join_of_two(rate, blunt):
    log = played("fork_join", {"arrivals.people.per_hour": rate}, seed=round(10 * rate))
    agrees(f"fork and join of two at {rate}", through(log), (12 - rate) / (8 * (1 - rate)), blunt)
    for desk in (1, 2):
        agrees(f"each desk is M/M/1 at {rate}", visits(log, desk)["wait"], rate / (1 - rate), 3 * blunt)


def test_fork_and_join_of_four():
    """Nelson and Tantawi's approximation is within 5 %; the exact bounds are one branch, and independent branches.

    At load one half the sojourn of a branch is exponential with mean 2, and the mean of the largest of four
    independent ones is 2 (1 + 1/2 + 1/3 + 1/4).
    """
    hours = through(played("four_desks", seed=4))
    assert hours.mean() == pytest.approx(3.789772727, rel=0.05)
    assert 2.0 < hours.mean() < 2 * (1 + 1 / 2 + 1 / 3 + 1 / 4)


# Jackson 1957: the stations of an open network are as if independent M/M/c, also with loops. Arrivals at station, wait, L.
STATIONS = {
    "one": (2.191489362, 0.1240784167, 2.463405892),
    "two": (2.095744681, 0.6354578575, 2.728920545),
    "three": (1.914893617, 0.1486565849, 1.242108354),
}


def test_jackson_network():
    log = played("jackson", seed=11)
    check_laws(log)
    found = visits(log)
    hours = log.about.closes / HOUR
    in_the_network = 0.0
    for station, (rate, wq, number) in STATIONS.items():
        mine = found[found["stage"] == station]
        per_day = np.bincount(mine["enabled"] // 86_400, minlength=round(hours / 24))
        agrees(f"Jackson {station}: visits an hour", per_day / 24, rate, 0.03)
        agrees(f"Jackson {station}: Wq", mine["wait"], wq, 0.10)
        in_the_network += number
    sojourn = through(log)
    agrees("Jackson: hours in the network", sojourn, 2.144811597, 0.05)
    assert len(sojourn) / hours * sojourn.mean() == pytest.approx(in_the_network, rel=0.08)  # Little's law, 6.434434791


def test_tandem():
    """Burke 1956: what leaves the first queue is a Poisson process, so the two sojourns are 5 and 2.5 hours."""
    log = played("tandem", seed=12)
    agrees("tandem: hours through both", through(log), 7.5, 0.15)
    found = visits(log)
    agrees("tandem: Wq of the second", found.loc[found["stage"] == "second", "wait"], 2.5 - 1 / 1.2, 0.15)


def test_two_desks_pooled():
    """One queue for two servers waits 1.777777778 where two queues with half the arrivals each wait 4.0."""
    split = visits(played("one_queue", {"run.weeks": 250}, seed=21))
    pooled = visits(
        played(
            "one_queue", {"arrivals.people.per_hour": 1.6, "teams.desk.staff.server.wte": 2, "run.weeks": 125}, seed=22
        )
    )
    assert pooled["wait"].mean() < 0.6 * split["wait"].mean()


def test_laws_of_logs_hold_in_a_textbook_network():
    check_laws(played("fork_join", {"run.weeks": 4}, seed=3))
