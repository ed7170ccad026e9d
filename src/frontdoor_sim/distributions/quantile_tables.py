"""A shape as integers, which is all that an engine sees: luck goes in, an integer comes out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from frontdoor_sim.distributions.shapes import Distribution, Floats
from frontdoor_sim.luck import LUCK_BITS

Int64s = NDArray[np.int64]

# The table. Luck is read from both ends towards the middle: `v` is the distance from the nearer end. Cells are
# 2**CELL_BITS to each doubling of v, so that tails are as fine, relatively, as the middle.
CELL_BITS = 7
_CELLS = 1 << CELL_BITS
_HALF_BITS = LUCK_BITS - 1
KNOTS_A_SIDE = (_HALF_BITS - CELL_BITS + 1) * _CELLS + 1
_FRACTION_BITS = 8
_MANTISSA_BITS, _EXPONENT_OF_HALF = 52, 1022  # of a double (IEEE 754), whose exponent says the length of a whole number
_LARGEST = 1 << 30


@cache
def _lower_half() -> Floats:
    """Probabilities at the edges of the cells of the lower half."""
    direct = np.arange(_CELLS, dtype=np.int64)
    octaves = [(_CELLS + direct) << shift for shift in range(_HALF_BITS - CELL_BITS)]
    return (np.concatenate([direct, *octaves, [1 << _HALF_BITS]]) + 0.5) / (1 << LUCK_BITS)


@dataclass(frozen=True)
class QuantileTable:
    """A distribution as integers: luck below 2**32 in, an integer out.

    Args:
        knots: quantiles at the cell edges, in 1/256 of the integer unit: the lower half of the luck first, then
            the upper half counted from the top. Shape (2 * KNOTS_A_SIDE,).

    Mean and variance differ from the distribution's by less than 1e-4 of themselves, rounding to whole units apart.
    """

    knots: Int64s

    @cached_property
    def _list(self) -> list[int]:
        """The knots for reading one by one."""
        knots: list[int] = self.knots.tolist()
        return knots

    def read(self, luck: int) -> int:
        """The value for one draw of luck.

        Example:
            >>> from frontdoor_sim.distributions import from_mapping
            >>> minutes = from_mapping({"distribution": "uniform", "low": 0, "high": 60})
            >>> quantile_table(minutes, 60).read(2**31)
            1800
        """
        knots = self._list
        if luck >> _HALF_BITS:
            luck = (1 << LUCK_BITS) - 1 - luck
            base = KNOTS_A_SIDE
        else:
            base = 0
        shift = luck.bit_length() - CELL_BITS - 1
        if shift < 0:
            return (knots[base + luck] + 128) >> _FRACTION_BITS
        cell = base + (shift << CELL_BITS) + (luck >> shift)
        low = knots[cell]
        return (low + ((knots[cell + 1] - low) * (luck & ((1 << shift) - 1)) >> shift) + 128) >> _FRACTION_BITS

    def reads(self, luck: Int64s) -> Int64s:
        """`read` for an array of luck, element by element the same."""
        upper = luck >> _HALF_BITS
        v = luck ^ (-upper & (1 << LUCK_BITS) - 1)
        bits = (v.astype(np.float64).view(np.int64) >> _MANTISSA_BITS) - _EXPONENT_OF_HALF
        shift = np.maximum(bits - CELL_BITS - 1, 0)
        whole = v >> shift
        cell = upper * KNOTS_A_SIDE + (shift << CELL_BITS) + whole
        low = self.knots.take(cell)
        inside = (self.knots.take(cell + 1) - low) * (v - (whole << shift)) >> shift
        return np.asarray((low + inside + 128) >> _FRACTION_BITS, dtype=np.int64)


@lru_cache(maxsize=128)
def quantile_table(distribution: Distribution, scale: float) -> QuantileTable:
    """Compile a distribution to the integer table that engines read; kept, since options and replications share most.

    Args:
        distribution: the shape, in its own unit.
        scale: integer units to one unit of the distribution, such as 60 for minutes to seconds, or 1,000,000 for
            standard deviations to millionths.

    Raises:
        ValueError: the distribution has values that are not finite.

    Example:
        >>> from frontdoor_sim.distributions import from_mapping
        >>> table = quantile_table(from_mapping({"distribution": "constant", "value": 2}), 60)
        >>> table.read(0), table.read(2**32 - 1)
        (120, 120)
    """
    at = _lower_half()
    sides = np.concatenate([distribution.ppf(at), distribution.ppf(1.0 - at)])
    if not np.isfinite(sides).all():
        raise ValueError(f"{distribution.kind} has quantiles that are not finite")
    units = np.clip(
        np.rint(sides * scale * (1 << _FRACTION_BITS)), -_LARGEST << _FRACTION_BITS, _LARGEST << _FRACTION_BITS
    )
    knots = units.astype(np.int64)
    knots.setflags(write=False)
    return QuantileTable(knots)
