"""The equation and the formulas that a derivation leaves, for one dataset, each value rounded from balls."""

from __future__ import annotations

import math

import numpy as np
from flint import arb
from sympy import Symbol

from ..proofs.balls import precision
from ..proofs.derivation import Derivation
from ..proofs.errors import UnsolvedError
from ..proofs.saturating import as_saturating
from .enclosure import precisions, sharp_log_likelihood, table_of
from .ends import outside_space
from .exact import Exactly, in_data, written_out
from .line import crossing
from .observations import Observations
from .root_line import root_line
from .solving import bracketed_root
from .statistics import evaluate
from .steadiness import require_steady
from .tolerance import MOST_BITS, ROOT_SLACK, ROOT_ULPS

Numbers = dict[Symbol, float]
SHARP_BITS, _SECANT = 256, 40
"""The precision of a root that formulas are computed from, and by how many digits less a secant is away from it."""
_BESIDE = 60
"""By how many binary digits less a root is that is told from a sharpened one, and from no double."""
_BRACKET_ULPS = 8
"""Units in the last place that a bracket may leave: SciPy's closes to four times the rounding of one, up to eight."""
_BENT, _MENDED, _MOST_MENDS = 75, 120, 60
"""By how many binary digits less two approximations of a root may differ where the last is taken: by secants, of which
one more would square that, and by false position; and how many of the latter are made. A root far from zero, but close
to an observation, is asked for more digits by the formulas than it has as a double."""
_STRAIGHT_BITS = 96
"""The precision of residuals ``ROOT_SLACK`` to either side of a root: 56 digits more than that tells them from zero."""


class ExactEquation:
    """The equation and the formulas of a derivation for one dataset, each value rounded from balls.

    >>> import numpy as np
    >>> from thetahat import derive, family
    >>> table = Observations(np.array([[0.0], [1.0], [3.0]]), np.ones(3), 3)
    >>> equation = ExactEquation(derive(family("gumbel")), table)
    >>> equation.residual(0.5) * equation.residual(2.0) < 0
    True
    """

    def __init__(self, derivation: Derivation, table: Observations) -> None:
        """Write out equation and formulas in plain averages."""
        self._derivation, self._unknown = derivation, derivation.unknowns[0]
        self._written = written_out(derivation, derivation.equations[0])
        self._equation = as_saturating(self._written, derivation.family.columns)
        self._formulas = in_data(derivation)
        self._exactly = Exactly(table_of(derivation.family, table))
        self._family, self.table = derivation.family, table
        self.line = root_line(derivation, table)

    def residual(self, value: float | arb) -> float:
        """Return the equation at ``value``; where a double overflows, the largest one of its sign."""
        return self._exactly.bounded(self._equation, {self._unknown: value})

    @np.errstate(all="ignore")
    def in_doubles(self, value: float) -> float:
        """Return the equation at ``value`` in doubles, of whose rounding nothing is known."""
        return evaluate(self._written, self.table, {self._unknown: value})

    def polished(self, root: float) -> float | None:
        """Return the double next to the exact root, if there is one so near; ``None`` without a change of sign.

        Mostly the equation is straight so near a root, and the line through two residuals tells it.
        """
        low, high = self.line.around(root, ROOT_SLACK)
        below, above = self.residual(low), self.residual(high)
        if below == 0 and above == 0:
            return None  # no root, but an equation that says nothing on these data
        if below == 0 or above == 0:
            return low if below == 0 else high
        if (below > 0) == (above > 0):
            return None
        found = crossing(low, high, below, above)
        here = self.residual(found)
        # Close to an observation, or to an end of the space, the equation may bend as sharply as anywhere.
        beside = found + math.copysign(2 * math.ulp(found), 1.0 if (here > 0) == (below > 0) else -1.0)
        if here == 0 or (self.residual(beside) > 0) != (here > 0):
            return found
        try:
            return bracketed_root(self.residual, low, high)
        except UnsolvedError as error:
            raise UnsolvedError(
                f"{self._family.name}: solving for {self._unknown}, {error}. These data may have no maximiser; fix "
                f"{self._unknown}."
            ) from None

    def rounded(self, near: float) -> Numbers | None:
        """Return what formulas give for the root next to ``near``; ``None`` without a sure change of sign around it.

        Over so short a way the line through two residuals is the equation to far more digits than doubles have.

        >>> import numpy as np
        >>> from thetahat import derive, family
        >>> table = Observations(np.array([[0.0], [1.0], [3.0]]), np.ones(3), 3)
        >>> equation = ExactEquation(derive(family("gumbel")), table)
        >>> near = bracketed_root(equation.residual, 0.5, 2.0)
        >>> [round(value, 3) for value in equation.rounded(near).values()], equation.rounded(0.978)
        ([0.978, 0.741], None)
        """
        with precision(_STRAIGHT_BITS):
            low, high = map(arb, self.line.around(near, ROOT_SLACK))
            below, above = (self._exactly.ball(self._equation, {self._unknown: end}) for end in (low, high))
            if not below * above < 0:
                return None
            at = crossing(low, high, below, above).mid()
        return self.completed(at)

    def height(self, root: float) -> float:
        """Return the log-likelihood at a root; minus infinity where none is in the space or enclosed."""
        found = self._exactly.doubles(self._formulas, {self._unknown: root})
        if found is None:
            return -math.inf
        values = {self._unknown: root, **found}
        theta = [values[symbol] for symbol in self._family.symbols]
        if outside_space(self._family, theta) is not None:
            return -math.inf
        # What is sure of it counts: far out terms may cancel in all digits, and a middle may come out high.
        height = sharp_log_likelihood(self._family, theta, self.table)
        return float(height.lower()) if height.is_finite() else -math.inf

    def completed(self, root: float | arb) -> Numbers:
        """Return the unknown, and what the formulas give for it, each rounded once."""
        known: dict[Symbol, float | arb] = {self._unknown: root}
        found = self._exactly.estimates(self._family.name, self._formulas, known)
        return {self._unknown: float(root), **found}

    def balls(self, root: float) -> dict[Symbol, arb]:
        """Return the unknown and what the formulas give in balls, whose exponents have no bound, for a sharpened root.

        >>> import numpy as np
        >>> from thetahat import derive, family
        >>> table = Observations(np.array([[1e8], [1e8 + 1]]), np.ones(2), 2)
        >>> equation = ExactEquation(derive(family("gompertz")), table)
        >>> [ball.str(3, radius=False) for ball in equation.balls(2.3993572805154675).values()]
        ['2.40', '3.29e-104202764']
        """
        with precision(SHARP_BITS):
            return self.values_at(arb(self.sharpened(root)))

    def values_at(self, place: arb) -> dict[Symbol, arb]:
        """Return the unknown and what the formulas give for it, at the working precision."""
        known = {self._unknown: place}
        return known | {symbol: self._exactly.ball(formula, known) for symbol, formula in self._formulas}

    def sign_at(self, place: arb) -> int:
        """Return the sign of the equation at a place; zero where the working precision does not tell it.

        >>> import numpy as np
        >>> from thetahat import derive, family
        >>> equation = ExactEquation(derive(family("gumbel")), Observations(np.array([[0.0], [3.0]]), np.ones(2), 2))
        >>> [equation.sign_at(arb(value)) for value in (0.125, 64)]
        [1, -1]
        """
        value = self._exactly.ball(self._equation, {self._unknown: place})
        return 1 if value > 0 else -1 if value < 0 else 0

    def slope(self, place: float) -> float:
        """Return the sign of the equation at a place; zero where no precision tells it.

        >>> import numpy as np
        >>> from thetahat import derive, family
        >>> equation = ExactEquation(derive(family("gumbel")), Observations(np.array([[0.0], [3.0]]), np.ones(2), 2))
        >>> [equation.slope(value) for value in (0.125, 64)]
        [1.0, -1.0]
        """
        for bits in precisions():
            with precision(bits):
                sign = self.sign_at(arb(place))
            if sign:
                return float(sign)
        return 0.0

    def ended(self, root: float) -> Numbers:
        """Return what ``completed`` does for a sharpened root, if it does not hang on digits that nobody knows."""
        at = self.sharpened(root)
        values = self.completed(at)
        with precision(SHARP_BITS):
            beside = at * (1 + arb(2) ** -_BESIDE) if isinstance(at, arb) else math.nextafter(root, math.inf)
        require_steady(self._derivation, values, self.completed(beside))
        return values

    def sharpened(self, root: float) -> float | arb:
        """Return a number far closer to the exact root than doubles are, if two secants lead there; else ``root``.

        What formulas make of a root is more than a rounding off where they are steep in it.
        """
        with precision(SHARP_BITS):
            at = last = arb(root)
            step = abs(at) * arb(2) ** -_SECANT
            for _ in range(2):
                here, beside = (self._exactly.ball(self._equation, {self._unknown: u}) for u in (at, at + step))
                at, last = (at - here * step / (beside - here)).mid(), at
            near = at.is_finite() and abs(at - root) <= 2 * math.ulp(root)
            # The second secant leads away by the square of what the first did, unless the equation bends there.
            if near and abs(at - last) <= abs(at) * arb(2) ** -_BENT:
                return at
        return self._between(root)

    def _between(self, root: float) -> float | arb:
        """The exact root within a few units in the last place of ``root``, to many more digits; else ``root``.

        By false position, halving the residual of an end that stays (the Illinois rule: Dahlquist & Bjoerck 1974,
        Numerical Methods, section 6.4.2): between two doubles the equation may be far from straight.
        """
        with precision(MOST_BITS):
            for units in (ROOT_ULPS, _BRACKET_ULPS):
                # Not at doubles: at an observation the equation may have no value.
                reach = (units + 0.375) * arb(math.ulp(root))
                ends = [arb(root) - reach, arb(root) + reach]
                values = [arb(self.residual(end)) for end in ends]
                if values[0] * values[1] < 0:
                    break
            else:
                return root
            last, kept = ends[0], None
            for _ in range(_MOST_MENDS):
                middle = ((ends[0] * values[1] - ends[1] * values[0]) / (values[1] - values[0])).mid()
                value = arb(self.residual(middle))
                if value == 0 or abs(middle - last) <= abs(middle) * arb(2) ** -_MENDED:
                    return middle
                side = 0 if value * values[0] > 0 else 1
                ends[side], values[side], last = middle, value, middle
                if kept == 1 - side:
                    values[kept] /= 2
                kept = 1 - side
            return last
