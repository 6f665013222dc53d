"""Which doubles an observation can take, and whether given ones are among them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Reach:
    """The doubles that an observation can take in some member: ends, whether each belongs, whether a lattice."""

    lo: float
    hi: float
    lo_closed: bool
    hi_closed: bool
    discrete: bool

    def outside(self, values: Array) -> NDArray[np.bool_]:
        """Which values lie outside."""
        low = values < self.lo if self.lo_closed else values <= self.lo
        high = values > self.hi if self.hi_closed else values >= self.hi
        return low | high | (values != np.rint(values)) if self.discrete else low | high

    def spans(self, least: float, most: float) -> bool:
        """Whether a least and a greatest value lie inside, whole or not."""
        low = least >= self.lo if self.lo_closed else least > self.lo
        high = most <= self.hi if self.hi_closed else most < self.hi
        return low and high
