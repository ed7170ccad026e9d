"""What results are kept by, from one replication to the next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Known(Generic[Thing]):
    """A thing that is known by its key: to compare all that it says would take longer than what is kept by it.

    Args:
        key: of plain values, and of the `id` of whatever equals only itself; that must be in the thing, so that it lives on.
        thing: what it is of; not compared.

    Example:
        >>> large = [1, 2, 3]
        >>> Known((id(large), "rates"), large) == Known((id(large), "rates"), large), Known((1,), large) == Known((2,), large)
        (True, False)
    """

    key: tuple[object, ...]
    thing: Thing = field(compare=False)
