"""What was decided, from a history: the split of decisions and the volumes, with joint draws; and what stays unsaid.

A contact's level is that of what it was decided to get: 1 for no further action or advice, 2 for Early Help, 3 for a
referral (an assessment, or a referral that was closed). Contacts about open cases are judged by nobody. The fourth level is
told by section 47 enquiries, where the files hold them, as a share of the children referred; no list says which contact an
enquiry belongs to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.calibration.asked import rounded_shares
from frontdoor_sim.calibration.estimates import FEW, many, wilson
from frontdoor_sim.calibration.from_history.arriving import Arriving
from frontdoor_sim.calibration.from_history.draws import Part, Unsaid, by_path, interval, shares
from frontdoor_sim.calibration.from_history.gathering import Gathered
from frontdoor_sim.calibration.journeys import REFERRAL_CLOSED, journeys_of
from frontdoor_sim.parameters import Graded

Floats = NDArray[np.float64]
Int64s = NDArray[np.int64]

_FEW_OPEN, _NEARLY_ALL = 0.02, 0.99
SPLIT = ("advice_or_no_further_action", "early_help", "open_case", "referral", "strategy")
REFERRAL = 3
_LEVELS = {"no_further_action": 1, "advice": 1, "early_help": 2, "assessment": REFERRAL, REFERRAL_CLOSED: REFERRAL}


@dataclass(frozen=True, eq=False)
class Decided:
    """Contacts of the window, and what was decided about them.

    Args:
        contacts: one row a contact received in the window, up to `settled_until`: `received, source, children, open_case, rag,
            consent, level, back`; the level is 0 where none was recorded, or where the family had an open case; `back` says
            that the family had an earlier contact in the files, which had ended.
        fourth: share of referrals that were of level 4, with the number of referrals it was counted in; None where the
            files hold no section 47 enquiry.
        split: share of contacts by what was decided, as `contacts.outcome_split`.
        part: numbers and draws.
    """

    contacts: pd.DataFrame
    fourth: tuple[float, int] | None
    split: Mapping[str, float]
    part: Part


def decided(gathered: Gathered, arrived: Arriving, base: Mapping[str, Graded]) -> Decided:
    """Count what was decided.

    Args:
        gathered: the history.
        arrived: its demand.
        base: starting values, which stand where too little was recorded.
    """
    contacts = _contacts(gathered)
    counts = _counts(contacts)
    fourth = _fourth(gathered, contacts)
    if counts["referral"] < FEW or counts[SPLIT[0]] + counts["early_help"] < FEW:
        return Decided(contacts, fourth, base["contacts.outcome_split"].value, _undecided(gathered, arrived, base))
    split, drawn = _split(counts, fourth, base)
    part = Part(
        {
            **_split_numbers(gathered, contacts, split, drawn),
            **_volumes(gathered, arrived, contacts, drawn),
        },
        {**_split_draws(contacts, split, drawn), **_volume_draws(arrived, contacts, drawn)},
        tuple(_unsaid(contacts, fourth)),
    )
    return Decided(contacts, fourth, split, part)


def _contacts(gathered: Gathered) -> pd.DataFrame:
    told, about = journeys_of(gathered.log).contacts, gathered.log.about
    mine = told[told["received"].between(0, about.closes - 1)]
    mine = mine[mine["received"] <= settled_until(mine["received"].to_numpy(), mine["decided"].to_numpy(), about.ends)]
    known = gathered.log.contacts.set_index("contact")
    back = known["returned_from"].reindex(mine["contact"]).to_numpy(dtype=np.int64) >= 0
    level = mine["outcome"].map(_LEVELS).fillna(0).astype("int64")
    open_case = mine["open_case"].to_numpy(dtype=bool) | mine["end"].astype(str).eq("open_case").to_numpy()
    return pd.DataFrame(
        {
            "received": mine["received"].to_numpy(dtype=np.int64),
            "source": mine["source"].astype(str).to_numpy(dtype=object),
            "children": mine["children"].to_numpy(dtype=np.int64),
            "open_case": open_case,
            "rag": mine["rag"].astype(str).to_numpy(dtype=object),
            "consent": known["consent"].reindex(mine["contact"]).to_numpy(dtype=np.float64, na_value=np.nan),
            "level": np.where(open_case, 0, level.to_numpy()),
            "back": back & ~open_case,
        }
    )


def settled_until(received: Int64s, decided: Int64s, ends: int) -> int:
    """The last second of receipt from which nearly all have had the time to be decided when the files end.

    What takes long to decide is more often still open, and is more often a referral: to leave out whoever is open would count
    those too low. So where more than one contact in fifty is open, all who came late are left out, whatever became of them:
    those who had less time than ninety-nine in a hundred took of the earlier half. That half stays in any case.

    Args:
        received: when each came [s].
        decided: when each was decided [s]; NEVER where it was not.
        ends: when the files end [s].

    Example:
        >>> from frontdoor_sim.working_time import NEVER
        >>> day = 86_400
        >>> came = np.arange(100, dtype=np.int64) * day
        >>> after = np.where(came < 90 * day, came + 5 * day, NEVER)
        >>> settled_until(came, after, 100 * day) // day
        95
    """
    is_open = decided > ends
    if not len(received) or is_open.mean() <= _FEW_OPEN:
        return ends
    half = int(np.median(received))
    took = (decided - received)[(received <= half) & ~is_open]
    return max(ends - int(np.quantile(took, _NEARLY_ALL)), half) if len(took) else ends


def _counts(contacts: pd.DataFrame) -> dict[str, int]:
    level = contacts["level"]
    numbers = [int((level == 1).sum()), int((level == 2).sum()), int(contacts["open_case"].sum())]
    return dict(zip(SPLIT, [*numbers, int((level == REFERRAL).sum())], strict=False))


def _fourth(gathered: Gathered, contacts: pd.DataFrame) -> tuple[float, int] | None:
    """Share of the children referred in the window who had an enquiry that began in it."""
    records, clock = gathered.records, gathered.log.about.clock
    enquiries = records[records["kind"].eq("section_47") & records["started"].notna()]
    if enquiries.empty:
        return None
    started = clock.seconds(enquiries["started"].to_numpy(dtype=np.int64).astype("datetime64[s]"))
    here = enquiries[(started >= 0) & (started < gathered.log.about.closes)]
    referred = int(contacts.loc[contacts["level"] == REFERRAL, "children"].sum())
    number = int(here["person"].nunique())
    return None if min(number, referred - number) < FEW else (number / referred, referred)


def _split(
    counts: Mapping[str, int], fourth: tuple[float, int] | None, base: Mapping[str, Graded]
) -> tuple[dict[str, float], Floats]:
    """The split and draws of it; contacts without an outcome are left out, as if they were decided like the others."""
    assumed = base["contacts.outcome_split"].value
    held = counts["open_case"] >= FEW
    known = np.array([counts[name] for name in SPLIT[:4]], dtype=np.float64)
    drawn = shares("outcome split", known)
    value = known / known.sum()
    if not held:  # the files do not say: the assumed share of open cases, and the others as counted
        share = float(assumed["open_case"])
        for table in (value[None], drawn):
            table[:, 2] = 0.0
            table *= (1 - share) / table.sum(axis=1, keepdims=True)
            table[:, 2] = share
    part = fourth[0] if fourth else assumed["strategy"] / (assumed["strategy"] + assumed["referral"])
    part_drawn = np.full(len(drawn), part)
    if fourth:
        part_drawn = shares("fourth level", np.array([fourth[0], 1 - fourth[0]]) * fourth[1])[:, 0]
    whole = dict(zip(SPLIT, [*value[:3], value[3] * (1 - part), value[3] * part], strict=True))
    columns = np.column_stack([drawn[:, :3], drawn[:, 3] * (1 - part_drawn), drawn[:, 3] * part_drawn])
    return {name: float(share) for name, share in whole.items()}, columns


def _split_numbers(
    gathered: Gathered, contacts: pd.DataFrame, split: Mapping[str, float], drawn: Floats
) -> dict[str, Graded]:
    decided_on = int((contacts["level"] > 0).sum())
    note = f"From {many(decided_on)} decisions; each share to within {100 * _widest(drawn):.1f} points (90 %)."
    graded = Graded(rounded_shares(split), "share of contacts", gathered.source, gathered.on, "fitted", note=note)
    numbers = {"contacts.outcome_split": graded}
    about, new = int(contacts["open_case"].sum()), int((~contacts["back"]).sum())
    if about >= FEW and new - about >= FEW:
        one = wilson(about, new)
        spread = (round(one.low, 4), round(one.high, 4))
        note = f"From {many(new)} contacts; families that came back after a closure in the files are left out, as the model "
        note += "brings those back by itself."
        numbers["contacts.open_case_share"] = Graded(
            round(one.estimate, 4), "share of contacts", gathered.source, gathered.on, "fitted", spread, note
        )
    return numbers


def _widest(drawn: Floats) -> float:
    return max((high - low) / 2 for low, high in map(interval, drawn.T))


def _split_draws(contacts: pd.DataFrame, split: Mapping[str, float], drawn: Floats) -> dict[str, Floats]:
    found = by_path("contacts.outcome_split", split, drawn)
    about, new = int(contacts["open_case"].sum()), int((~contacts["back"]).sum())
    if about >= FEW and new - about >= FEW:
        found["contacts.open_case_share"] = shares("open cases", np.array([about, new - about], dtype=np.float64))[:, 0]
    return found


def _ratio(contacts: pd.DataFrame, referred: Floats | float) -> Floats | float:
    """Children in contacts for each child referred, from the share of contacts referred."""
    mine = contacts["level"] == REFERRAL
    size = contacts["children"].mean() / contacts.loc[mine, "children"].mean()
    return float(size) / referred


def _referred(contacts: pd.DataFrame, drawn: Floats) -> tuple[float, Floats]:
    """Share of contacts referred, and draws of it."""
    some = contacts[(contacts["level"] > 0) | contacts["open_case"]]
    return float((some["level"] == REFERRAL).mean()), np.asarray(drawn[:, 3] + drawn[:, 4])


def _volumes(gathered: Gathered, arrived: Arriving, contacts: pd.DataFrame, drawn: Floats) -> dict[str, Graded]:
    share, each = _referred(contacts, drawn)
    ratio, ratios = _ratio(contacts, share), _ratio(contacts, each)
    children = arrived.children.mean().estimate
    yearly = arrived.yearly * children / ratio
    low, high = interval(arrived.yearly_draws * children / np.asarray(ratios))
    ratio_low, ratio_high = interval(np.asarray(ratios))
    unit_note = (
        f"Contacts of families in the reporting year, were it like {gathered.window.words}: {arrived.yearly:,.0f}. Returns "
        "are among them, as in published figures."
    )
    base = Graded(None, "", gathered.source, gathered.on, "fitted")
    return {
        "volumes.referrals_per_year": replace(
            base,
            value=round(float(yearly)),
            unit="children a year",
            range=(min(round(low), round(float(yearly))), max(round(high), round(float(yearly)))),
            note=unit_note,
        ),
        "volumes.contacts_per_referral": replace(
            base,
            value=round(float(ratio), 3),
            unit="contacts per referral",
            range=(round(ratio_low, 3), round(ratio_high, 3)),
            note=f"From {many(int((contacts['level'] == REFERRAL).sum()))} referrals, both counted in children.",
        ),
    }


def _volume_draws(arrived: Arriving, contacts: pd.DataFrame, drawn: Floats) -> dict[str, Floats]:
    ratios = np.asarray(_ratio(contacts, _referred(contacts, drawn)[1]))
    children = arrived.children.mean().estimate
    return {
        "volumes.referrals_per_year": arrived.yearly_draws * children / ratios,
        "volumes.contacts_per_referral": ratios,
    }


def _undecided(gathered: Gathered, arrived: Arriving, base: Mapping[str, Graded]) -> Part:
    """The volume of contacts alone, by the starting values' contacts for each referral."""
    ratio = float(base["volumes.contacts_per_referral"].value)
    scale = arrived.children.mean().estimate / ratio
    low, high = interval(arrived.yearly_draws * scale)
    note = "Contacts as counted, by contacts for each referral from elsewhere: the files hold too few outcomes."
    value = round(arrived.yearly * scale)
    spread = (min(round(low), value), max(round(high), value))
    graded = Graded(value, "children a year", gathered.source, gathered.on, "fitted", spread, note)
    unsaid = Unsaid(
        "What contacts come to",
        "The files hold too few outcomes.",
        "The outcome of each contact, as the template has it, or the list of referrals.",
        "An assumed split of decisions, and England's contacts for each referral.",
    )
    draws = {"volumes.referrals_per_year": arrived.yearly_draws * scale}
    return Part({"volumes.referrals_per_year": graded}, draws, (unsaid,))


def _unsaid(contacts: pd.DataFrame, fourth: tuple[float, int] | None) -> Iterator[Unsaid]:
    if contacts["open_case"].sum() < FEW:
        yield Unsaid(
            "How many contacts are about open cases",
            "The files mark none, or too few: they may be left out, or counted in.",
            "A mark of open cases in the extract.",
            "An assumed share.",
        )
    if fourth is None:
        yield Unsaid(
            "How many referrals are of level 4",
            "The files hold no section 47 enquiries, or too few.",
            "The list of section 47 enquiries (Annex A List 5, SSD, or the CIN census).",
            "An assumed share of referrals.",
        )
