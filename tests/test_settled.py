"""What takes long to decide is not counted too low where the files end before it is decided."""

import numpy as np
import pytest

from frontdoor_sim.calibration.from_history.deciding import settled_until
from frontdoor_sim.working_time import NEVER

DAY, ENDS = 86_400, 182 * 86_400


def history(seed: int, slow_days: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """When contacts came, when they were decided as far as the files know, and which are referrals: a quarter, and slower."""
    random = np.random.default_rng(seed)
    received = np.sort(random.integers(0, ENDS, 1_300))
    referral = random.random(len(received)) < 0.25
    took = random.exponential(0.8 * DAY, len(received)) + np.where(
        referral, random.gamma(2, slow_days / 2 * DAY, len(received)), 0
    )
    decided = received + took.astype(np.int64)
    return received, np.where(decided <= ENDS, decided, NEVER), referral


def share(seed: int, slow_days: float, cut: bool) -> float:
    """Of those decided, the share of referrals; with `cut`, of contacts that had the time to be decided."""
    received, decided, referral = history(seed, slow_days)
    mine = received <= (settled_until(received, decided, ENDS) if cut else ENDS)
    return float(referral[mine & (decided < NEVER)].mean())


def test_slow_referrals_are_counted_as_they_are():
    counted, settled = (np.mean([share(seed, 35, cut) for seed in range(60)]) for cut in (False, True))
    assert counted < 0.22, "who is still open is a referral more often than not"
    assert settled == pytest.approx(0.25, abs=0.008)


def test_where_hardly_anything_is_open_all_contacts_count():
    received, decided, _ = history(1, 0.1)
    assert (decided == NEVER).mean() < 0.02
    assert settled_until(received, decided, ENDS) == ENDS


def test_half_of_the_contacts_stay_however_long_decisions_take():
    received, decided, _ = history(1, 400)
    assert settled_until(received, decided, ENDS) == int(np.median(received))


@pytest.mark.parametrize("number", [0, 3])
def test_a_history_without_decisions_is_left_as_it_is(number):
    assert settled_until(np.arange(number), np.full(number, NEVER), ENDS) == ENDS
