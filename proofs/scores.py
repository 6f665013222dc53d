"""Proves expectations without integrals: ``f - v`` has mean zero if it is a combination of functions that have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from sympy import Abs, Add, Expr, Matrix, Pow, S, Symbol, sign

from .algebra.derivatives import derivative
from .algebra.linear_equations import solved_linearly
from .algebra.logs import normal_form
from .algebra.signs import Domain
from .blocks import regular_block
from .bounds import Bounds
from .by_parts import means_of_zero
from .derivation import Evidence, Finding
from .family import Family
from .zero import Point, prove_zero

_SCORES = "a combination of scores, each of mean zero"
_PARTS = "integration by parts and scores"
_FREE = "free of the observation"
Row = dict[Expr, Expr]
Items = tuple[tuple[Symbol, Bounds], ...]


def expectation(
    family: Family, integrand: Expr, value: Expr, domain: Domain, points: Callable[[], Sequence[Point]]
) -> Finding:
    """Return by what ``E[integrand] = value`` is proved: their difference is a combination of scores.

    A score has mean zero, since the density integrates to one for every parameter. Used are the scores of parameters
    in which the log-density is of exponential form, on a support that they do not move: there an integral may be
    differentiated under its sign. Where they do not suffice, functions found by integrating by parts join them.
    Undecided where no combination, with coefficients free of the observation, is found.

    Parameters
    ----------
    domain
        The bounds of all symbols but those observed.
    points
        Values of these symbols, at which balls refute what algebra does not prove.

    Source
    ------
    Brown 1986, *Fundamentals of Statistical Exponential Families*, theorem 2.2.

    Examples
    --------
    >>> from sympy import Rational
    >>> from thetahat import family
    >>> one = family("exponential")
    >>> (rate,) = one.symbols
    >>> here = ({rate: Rational(2, 3)}, ())
    >>> expectation(one, one.observation, 1 / rate, {rate: one.domain[rate]}, lambda: [here]).evidence.value
    'lemma'
    """
    observed = {family.observation: family.bounds, **{one.symbol: one.bounds for one in family.also}}
    xs, around = family.observed, tuple({**domain, **{x: ends.without_ends() for x, ends in observed.items()}}.items())
    wanted = _parts(integrand, xs, around)
    if set(wanted) <= {S.One}:
        alone = prove_zero(wanted.get(S.One, S.Zero) - value, domain, points)
        return Finding(Evidence.ALGEBRA, _FREE) if alone.evidence is Evidence.ALGEBRA else alone
    scores = _scores(family, around)
    found = _combined(wanted, scores, value, domain, points)
    if found is not None:
        return Finding(Evidence.LEMMA, _SCORES) if found.evidence is Evidence.ALGEBRA else found
    more = [_parts(one, xs, around) for one in means_of_zero(family, domain)]
    found = _combined(wanted, [*scores, *more], value, domain, points) if more else None
    if found is not None:
        return Finding(Evidence.LEMMA, _PARTS) if found.evidence is Evidence.ALGEBRA else found
    return Finding(Evidence.UNDECIDED, "no combination of functions of mean zero is found")


def _combined(
    wanted: Row, zeros: list[Row], value: Expr, domain: Domain, points: Callable[[], Sequence[Point]]
) -> Finding | None:
    """What is left when the combination is taken off, against the claim; ``None`` if it still holds the observation."""
    left = _combination(wanted, zeros, points)
    if left is None or any(
        prove_zero(left[one], domain, list).evidence is not Evidence.ALGEBRA for one in left if one != 1
    ):
        return None
    return prove_zero(left[S.One] - value, domain, points)


@lru_cache(maxsize=1024)
def _parts(function: Expr, xs: tuple[Symbol, ...], items: Items) -> Row:
    """The coefficient of every function of what is observed in a sum; under one, what is free of it."""
    whole = normal_form(function, xs, dict(items))
    for x in xs:
        if not dict(items)[x].discrete:
            whole = _almost_everywhere(whole, x)
    found: Row = {}
    for term in Add.make_args(whole) if whole != 0 else ():
        coefficient, part = term.as_independent(*xs, as_Add=False)
        found[part] = found.get(part, S.Zero) + coefficient
    return found


def _almost_everywhere(whole: Expr, x: Symbol) -> Expr:
    """``|e| = e sign(e)`` and ``sign(e)**2 = 1``, which fails at single points only."""
    if not any(node.has(x) for node in whole.atoms(Abs, sign)):
        return whole
    signed = whole.replace(Abs, lambda inner: inner * sign(inner) if inner.has(x) else Abs(inner)).expand()
    return signed.replace(
        lambda node: isinstance(node, Pow) and isinstance(node.base, sign) and node.exp.is_Integer,
        lambda node: node.base ** (node.exp % 2),
    )


def _scores(family: Family, items: Items) -> list[Row]:
    """The parts of each score that may be used; a known constant can be varied as well as a parameter."""
    xs, whole = family.observed, _parts(family.log_density, family.observed, items)
    moving = family.bounds.free_symbols | {s for part in whole for s in part.free_symbols}
    varied = [item for item in (*family.parameters, *family.constants) if not item.bounds.discrete]
    regular = [item.symbol for item in varied if item.symbol not in moving]
    return [_parts(derivative(family.log_density, s), xs, items) for s in regular]


def _combination(wanted: Row, scores: list[Row], points: Callable[[], Sequence[Point]]) -> Row | None:
    """``wanted`` less the combination of scores that cancels as many of its functions as there are scores."""
    statistics = [part for part in dict.fromkeys(part for row in (wanted, *scores) for part in row) if part != 1]
    values = next((values for values, _ in points()), None)
    if values is None or not scores or not statistics:
        return None
    table = [[score.get(part, S.Zero) for score in scores] for part in statistics]
    rows, columns = regular_block(table, [wanted.get(part, S.Zero) for part in statistics], values)
    if not columns:
        return None
    matrix = Matrix([[scores[c].get(statistics[r], S.Zero) for c in columns] for r in rows])
    right = Matrix([wanted.get(statistics[r], S.Zero) for r in rows])
    multiples = solved_linearly(matrix, right)
    return {
        part: wanted.get(part, S.Zero)
        - Add(*(m * scores[c].get(part, S.Zero) for c, m in zip(columns, multiples, strict=True)))
        for part in (S.One, *statistics)
    }
