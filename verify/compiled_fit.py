"""Compiles a derivation into an estimator for ordinary data, once, and asks it first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from typing import Any

from sympy import LambertW, Symbol

from ..proofs.algebra.atoms import Quantile
from ..proofs.derivation import Derivation, Outcome
from ..proofs.errors import DeclarationError, UnsolvedError
from ..proofs.likelihood import unfold
from ..proofs.voids import places_without_density
from .assembly import assembled
from .compiled.estimator import Array, Estimator, Rounded
from .compiled.rows import is_too_short, ordinary_column
from .count_rooting import count_root
from .ends import outside_space
from .exact_rooting import ExactEquation
from .lowering import NotLoweredError
from .observations import Observations
from .tolerance import EXAMINED_ROWS


def compiled_estimate(derivation: Derivation, given: Any) -> tuple[Array, dict[str, float]] | None:
    """Return the data as an array and the estimate by name; ``None`` where one of them needs the careful path.

    >>> import numpy as np
    >>> from thetahat import derive, family
    >>> compiled_estimate(derive(family("exponential")), np.arange(1.0, 200.0))[1]
    {'lambda': 0.01}
    >>> compiled_estimate(derive(family("exponential")), [1.0, 2.0]) is None
    True
    """
    return Quick(derivation, partial(estimator_of, derivation))(given)


@dataclass(frozen=True, eq=False)
class Quick:
    """A derivation and what ``find`` returns as compiled of it, which is asked for with the first rows that need it.

    >>> import numpy as np
    >>> from thetahat import derive, family
    >>> quick = Quick(derive(family("exponential")), lambda: None)
    >>> quick(np.arange(1.0, 200.0)) is None
    True
    """

    derivation: Derivation
    find: Callable[[], Estimator | None]

    @cached_property
    def _estimator(self) -> Estimator | None:
        return self.find()

    def __call__(self, given: Any) -> tuple[Array, dict[str, float]] | None:
        """Return the data as an array and the estimate by name; ``None`` where one of them needs the careful path."""
        x = ordinary_column(given)
        # No estimator need be compiled for rows that none takes.
        if x is None or (len(x) <= EXAMINED_ROWS and is_too_short(x, self.derivation.family.bounds.discrete)):
            return None
        theta = None if self._estimator is None else self._estimator(x)
        return None if theta is None else (x, theta)


def nearby(derivation: Derivation, x: Array) -> dict[Symbol, float] | None:
    """Return what the compiled estimator makes of data however few: for the careful path, to begin from.

    ``None`` where it makes nothing of them, or where nothing proves that what it finds is the only maximum.

    >>> import numpy as np
    >>> from thetahat import derive, family
    >>> [round(value, 3) for value in nearby(derive(family("gumbel")), np.array([0.0, 1.0, 3.0])).values()]
    [0.741, 0.978]
    """
    if not (derivation.unknowns and derivation.optimality.proved and len(x)):
        return None
    estimator = estimator_of(derivation)
    theta = None if estimator is None else estimator.near(x)
    return None if theta is None else dict(zip(derivation.family.symbols, theta.values(), strict=True))


@lru_cache(maxsize=512)
def estimator_of(derivation: Derivation) -> Estimator | None:
    """Return the compiled estimator, ``None`` where the derivation alone says that there can be none.

    >>> import numpy as np
    >>> from thetahat import derive, family
    >>> estimator_of(derive(family("exponential")))(np.arange(1.0, 200.0))
    {'lambda': 0.01}
    >>> estimator_of(derive(family("cauchy"))) is None
    True
    """
    if not _is_eligible(derivation):
        return None
    try:
        return replace(assembled(derivation), rounded=rounding_of(derivation))
    except (NotLoweredError, DeclarationError):
        return None


def _is_eligible(derivation: Derivation) -> bool:
    """Whether a derivation ends in formulas and equations, with no search and no end that is rounded."""
    family = derivation.family
    if derivation.outcome in (Outcome.UNSOLVED, Outcome.UNBOUNDED) or len(family.columns) > 1 or family.constants:
        return False
    if derivation.is_searched or derivation.mirrored or places_without_density(family):
        return False  # of two opposite values that are one member, the careful path takes the one that is not negative
    if derivation.unknowns and not derivation.optimality.proved:
        return False
    if any(formula.has(LambertW) for _, formula in derivation.formulas):
        return False  # beside its branch point it is known to half its digits
    formulas = dict(derivation.formulas)
    moved = [end for end in (family.bounds.lo, family.bounds.hi) if end.free_symbols & set(family.symbols)]
    ends = [unfold(formulas.get(end, end), derivation.statistics) for end in moved]
    if any(not isinstance(end, Quantile) for end in ends):
        return False  # it may miss the data
    return not any(p.symbol.is_integer for p in family.parameters) or not derivation.unknowns


def rounding_of(derivation: Derivation) -> Rounded | None:
    """Return what rounds the root of the only equation from balls, and what formulas make of it; ``None`` without one.

    Where it is not known which data have a maximiser more has to be asked of a root.

    >>> from thetahat import derive, family
    >>> rounding_of(derive(family("exponential"))) is None
    True
    """
    family = derivation.family
    if len(derivation.unknowns) != 1 or not derivation.existence_proved:
        return None
    name = family.parameter_names[family.symbols.index(derivation.unknowns[0])]
    by_steps = count_root(derivation)

    def rounded(x: Array, theta: Mapping[str, float]) -> dict[str, float] | None:
        found = None if by_steps is None else by_steps.rounded(x, theta[name])
        if found is None:
            table = Observations(x.reshape(-1, 1), None, len(x)).distinct()
            try:
                found = ExactEquation(derivation, table).rounded(theta[name])
            except UnsolvedError:
                return None
        values = [] if found is None else [found[symbol] for symbol in family.symbols]
        if not values or outside_space(family, values) is not None:
            return None
        return dict(zip(family.parameter_names, values, strict=True))

    return rounded
