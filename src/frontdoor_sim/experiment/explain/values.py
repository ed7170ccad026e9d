"""Values of a scenario file in words, each with its unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from frontdoor_sim.distributions import from_mapping
from frontdoor_sim.documents import in_words, shown

NOTHING = "nothing"
LONGEST = 90
_SHARES = {"non_case_share", "sickness_share", "given", "refused", "arrives_with", "share"}
_CONDITIONS = {"judged": "judged", "rag": "RAG", "source": "source", "area": "area", "outcome": "outcome"}


def number(value: float) -> str:
    """A number without needless digits.

    Example:
        >>> number(6.0), number(2.5), number(0.1 + 0.2)
        ('6', '2.5', '0.3')
    """
    return f"{value:.6g}"


def share(value: Any) -> str:
    """A share as a percentage.

    Example:
        >>> share(0.175), share("15%")
        ('17.5%', '15%')
    """
    return f"{number(100 * value)}%" if isinstance(value, (int, float)) else str(value)


def duration(value: Mapping[str, Any]) -> str:
    """A duration with its unit, and the name it has in the parameters.

    Example:
        >>> duration({"distribution": "lognormal", "mean": 40, "cv": 0.5, "unit": "minutes", "name": "durations.screening"})
        '40 minutes on average (screening)'
    """
    shape = {key: inner for key, inner in value.items() if key not in ("unit", "name", "clock")}
    unit, name = str(value.get("unit", "")), str(value.get("name", "")).removeprefix("durations.")
    try:
        mean = from_mapping(shape).mean
    except ValueError:
        return shown(dict(value), LONGEST)
    about = "" if value.get("distribution") == "constant" else " on average"
    return " ".join([number(round(mean, 1)), unit]).strip() + about + (f" ({name})" if name else "")


def told(value: Any, field: str = "") -> str:
    """A value in words.

    Args:
        value: as it stands in a file, or with the numbers of the parameters filled in.
        field: the name of its field, which says whether a number is a share.

    Example:
        >>> told(["town", "county"]), told(0.15, "non_case_share"), told(None), told(True), told({"red": "4 h"})
        ('town and county', '15%', 'nothing', 'yes', 'red 4 h')
    """
    if value is None or value in ([], {}, ()):
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping) and "distribution" in value:
        return duration(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {told(inner, field)}" for name, inner in value.items())
    if isinstance(value, (list, tuple)):
        return in_words([told(inner, field) for inner in value], "and")
    if isinstance(value, (int, float)):
        return share(value) if field in _SHARES else number(value)
    return str(value)


def condition(when: Any) -> str:
    """What a contact must be for a rule to count, in words; empty where anything will do.

    Example:
        >>> condition({"judged": [3, 4], "open_case": True}), condition({})
        ('judged 3 or 4 and case open', '')
    """
    parts = []
    for name, value in when.items() if isinstance(when, Mapping) else ():
        if name == "open_case":
            parts.append("case open" if value else "no case open")
            continue
        if name == "agrees":
            parts.append("agreed with what was judged before" if value else "not agreed with what was judged before")
            continue
        values = value if isinstance(value, (list, tuple)) else [value]
        parts.append(f"{_CONDITIONS.get(name, name)} {in_words(values)}")
    return in_words(parts, "and")


def targets(to: Any) -> str:
    """Where a rule leads.

    Example:
        >>> targets("closed"), targets({"ehap": "60%", "blc": 0.4})
        ('closed', '60% ehap or 40% blc')
    """
    if not isinstance(to, Mapping):
        return str(to)
    if len(to) == 1:
        return str(next(iter(to)))
    return in_words([f"{share(part)} {name}" for name, part in to.items()])


def rule(value: Any) -> str:
    """One rule of a route, or a route written without rules.

    Example:
        >>> rule({"if": {"judged": 1}, "to": "advice"}), rule("closed")
        ('if judged 1, advice', 'closed')
    """
    if isinstance(value, Mapping) and "to" in value:
        when = condition(value.get("if"))
        return f"if {when}, {targets(value['to'])}" if when else targets(value["to"])
    return targets(value)


def route(value: Any) -> str:
    """All rules of a route, first to last; the last one without a condition is what is left.

    Example:
        >>> route([{"if": {"judged": 1}, "to": "advice"}, {"to": "consent"}])
        'if judged 1, advice; else consent'
    """
    if not isinstance(value, (list, tuple)):
        return rule(value)
    parts = [rule(one) for one in value]
    bare = len(parts) > 1 and isinstance(value[-1], Mapping) and not value[-1].get("if")
    return "; ".join([*parts[:-1], f"else {parts[-1]}"] if bare else parts)


def plural(role: str) -> str:
    """A role as its people are called.

    Example:
        >>> plural("social_worker"), plural("deputy"), plural("staff")
        ('social workers', 'deputies', 'staff')
    """
    words = role.replace("_", " ")
    if words.endswith("y") and words[-2:-1] not in "aeiou":
        return f"{words[:-1]}ies"
    return words if words.endswith(("s", "staff")) else f"{words}s"


def people(group: Mapping[str, Any]) -> str:
    """A group of staff in words.

    Example:
        >>> people({"role": "social_worker", "wte": 6, "shift": "office", "caseload": 16})
        '6 WTE social workers (office, 16 cases each)'
    """
    caseload = group.get("caseload")
    more = [str(group.get("shift", "")), *([f"{told(caseload)} cases each"] if caseload else [])]
    return f"{told(group.get('wte'))} WTE {plural(str(group.get('role', 'staff')))} ({', '.join(more)})"
