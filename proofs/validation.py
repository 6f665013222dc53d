"""Whether a declared density is one: real on its support, of total one, its parameters told apart by the data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import mpmath as mp
from sympy import Expr, Symbol

from .digits import DIGITS, log_density_at, number, score_at
from .errors import DeclarationError, UndecidedError
from .family import Family
from .group_totals import group_totals
from .probes import at, data_points, parameter_points, written
from .totals import Total, spread, total

Values = dict[Symbol, Expr]
# Proves that a family is normalised (True), that it is not (False), or cannot tell (None).
Prover = Callable[[Family], "bool | None"]

_SEED = 1
_POINTS = 3
_ROWS = 20
_MORE_DIGITS = (500, 5000)
# A lost constant, such as sqrt(2 pi) or 2, is off by more than a per cent, so quadrature need not be sharper than this:
# its error estimate has to be 1e-7, it agrees to 1e-6, and in between the two lies what is left undecided.
_RELIABLE = mp.mpf("1e-7")
_AGREES = mp.mpf("1e-6")
_DIFFERS = mp.mpf("1e-4")
# Scores are known to about 40 digits; singular values of independent ones have been seen to stay above 1e-9.
_DEPENDENT = mp.mpf("1e-20")


def validate(family: Family, prover: Prover | None = None) -> None:
    """Return nothing when the declaration passes every check here.

    The checks use numbers at a few reproducible random parameter values. They refute; passing them proves nothing.

    Raises
    ------
    DeclarationError
        Says what is wrong: an assumption that the set does not grant, a log-density that is not real, a total that is
        not one, or parameters that the data cannot tell apart.
    UndecidedError
        When neither ``prover`` nor quadrature can tell whether the density is normalised.

    Examples
    --------
    >>> from sympy import Interval, S, Symbol
    >>> from thetahat.proofs.family import Parameter
    >>> x, mu = Symbol("x", real=True), Symbol("mu", real=True)
    >>> validate(Family("bell", x, S.Reals, (Parameter(mu, S.Reals),), -(x - mu) ** 2))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    thetahat.proofs.errors.DeclarationError: bell: the density is not normalised: ...
    """
    require_assumptions(family)
    require_real(family)
    require_identifiable(family)
    require_normalised(family, prover)


def require_assumptions(family: Family) -> None:
    """Raise ``DeclarationError`` if a symbol is assumed to have a sign that its set does not grant.

    This is for ends such as ``1 - p``, whose sign SymPy leaves open.
    """
    for theta in parameter_points(family, 4 * _POINTS, _SEED):
        point = data_points(family, theta, 1, _SEED)[0]
        values = _beside(family, theta, point)
        for symbol, ends in family.domain.items():
            here = at(ends, values)
            claims = {
                "positive": here.lo > 0 or (here.lo == 0 and not here.lo_closed),
                "nonnegative": here.lo >= 0,
                "negative": here.hi < 0 or (here.hi == 0 and not here.hi_closed),
                "nonpositive": here.hi <= 0,
            }
            for claim, granted in claims.items():
                if getattr(symbol, f"is_{claim}") and not granted:
                    raise DeclarationError(
                        f"{family.name}: the Symbol {symbol} is assumed {claim}, but at {written(values)} it runs "
                        f"from {here.lo} to {here.hi}; drop the assumption or narrow the set"
                    )


def require_real(family: Family) -> None:
    """Raise ``DeclarationError`` if the log-density is not a finite real number at sampled points of the support."""
    for theta in parameter_points(family, _POINTS, _SEED):
        for point in data_points(family, theta, 8, _SEED):
            values = _beside(family, theta, point)
            # Far out a difference may lose all digits, as that of 2 and an erfc close to it.
            for digits in (DIGITS, *_MORE_DIGITS):
                with mp.workdps(digits):
                    value = log_density_at(family, values)(number(point[family.observation]))
                if mp.isfinite(value):
                    break
            else:
                raise DeclarationError(
                    f"{family.name}: at {written(values)} the log-density is {mp.nstr(value, 6)} for "
                    f"{family.observation} = {point[family.observation]}, although that lies in the support "
                    f"{family.support}; correct the density, the support, or the space of a parameter"
                )


def require_normalised(family: Family, prover: Prover | None = None) -> None:
    """Raise if the density does not integrate, or sum, to one.

    ``prover`` is asked first. Where it cannot tell, the density is integrated numerically at several parameter
    values; constants and covariates get values too.

    Raises
    ------
    DeclarationError
        Gives the parameter values and the total found there.
    UndecidedError
        When quadrature is not sure either; says why.
    """
    proved = prover(family) if prover is not None else None
    if proved is False:
        raise DeclarationError(f"{family.name}: the density is proved not to be normalised; check its constant")
    if proved:
        return
    if family.also:
        raise UndecidedError(
            f"{family.name}: whether the density of {', '.join(map(str, family.observed))} is normalised is undecided: "
            "no lemma integrates it over one after the other; check the normalising constant, or declare one as a "
            "covariate"
        )
    for values in _full_points(family):
        found = total(family, values)
        agrees = _is_one(found)
        if not agrees:
            # A second hump can hide between the places looked at: look again, closer, before refusing.
            found = total(family, values, fine=8)
            agrees = _is_one(found)
        where = f"at {written(values)} the density {'sums' if family.discrete else 'integrates'} to"
        shown = mp.nstr(found.value, 10)
        if agrees is None:
            raise UndecidedError(
                f"{family.name}: whether the density is normalised is undecided: {where} about {shown}, with error "
                f"{mp.nstr(found.error, 2)} and at least {mp.nstr(found.tail, 2)} left in the tails; "
                "simplify the log-density, or narrow the parameter spaces to where the tails are lighter"
            )
        if not agrees and any(one.open and dict(one.values).items() <= values.items() for one in group_totals(family)):
            raise UndecidedError(
                f"{family.name}: {where} {shown}; whether it is the probability of what lies beyond a censored "
                "observation instead is undecided; simplify the log-density"
            )
        if not agrees:
            raise DeclarationError(
                f"{family.name}: the density is not normalised: {where} {shown} over {family.support}, not to 1; "
                "check the normalising constant and the support"
            )


def shared_total(family: Family) -> str | None:
    """Return the total that the density has at every member tried, or ``None`` if it is not seen to be one number.

    A factor that no parameter moves is missing then: it moves no estimate either. What is no density somewhere, as it
    is negative there, has no total.

    >>> from sympy import Interval, oo
    >>> from thetahat.proofs.family import Parameter
    >>> x, a = Symbol("x", positive=True), Symbol("a", positive=True)
    >>> positive = Interval.open(0, oo)
    >>> shared_total(Family("scaled", x, positive, (Parameter(a, positive),), -x / a)) is None
    True
    """
    try:
        found = [total(family, values) for values in _full_points(family)]
    except DeclarationError:
        return None
    if not all(one.error + one.tail < _RELIABLE * abs(one.value) for one in found):
        return None
    spread_out = max(one.value for one in found) - min(one.value for one in found)
    return mp.nstr(found[0].value, 8) if spread_out < _AGREES * found[0].value else None


def require_identifiable(family: Family) -> None:
    """Raise ``DeclarationError`` if a change of the parameters leaves the density and its support as they are.

    At each of several parameter values the matrix of score vectors, with the derivatives of the support's ends, has
    to have full rank at least once. Integer parameters have no derivative and are left out.
    """
    symbols = tuple(symbol for symbol in family.symbols if not symbol.is_integer)
    if not symbols:
        return
    involved: set[Symbol] = set()
    for theta in parameter_points(family, _POINTS, _SEED):
        with mp.workdps(DIGITS):
            lost = _dependent(_sensitivities(family, theta, symbols), symbols)
        if not lost:
            return
        involved |= lost
    names = ", ".join(str(symbol) for symbol in symbols if symbol in involved)
    raise DeclarationError(
        f"{family.name}: not identifiable: some change of {names} leaves density and support as they are, so that no "
        "data can tell the values apart; remove a parameter, or declare it as a known constant"
    )


def _full_points(family: Family) -> list[Values]:
    """Parameters, constants and covariates at which the density is integrated: those of rows that are not censored."""
    tails = [dict(one.values) for one in group_totals(family) if one.tail]
    points = []
    for k, theta in enumerate(parameter_points(family, _POINTS, _SEED)):
        rows = data_points(family, theta, _ROWS, _SEED + k)
        seen = [row for row in rows if not any(tail.items() <= row.items() for tail in tails)]
        points += [_beside(family, theta, row) for row in seen[:1]]
    return points


def _beside(family: Family, theta: Mapping[Symbol, Expr], row: Mapping[Symbol, Expr]) -> Values:
    """The values with those of all data variables but the first."""
    return {**theta, **{symbol: row[symbol] for symbol in family.beside}}


def _is_one(found: Total) -> bool | None:
    if found.value - found.error > 1 + _DIFFERS:
        return False
    if not found.error + found.tail < _RELIABLE:
        return None
    distance = abs(found.value - 1)
    return None if _AGREES <= distance <= _DIFFERS else bool(distance < _AGREES)


def _sensitivities(family: Family, theta: Mapping[Symbol, Expr], symbols: tuple[Symbol, ...]) -> list[list[Any]]:
    """One row for each data point, with the score there, and one for each end of the support, with its derivatives.

    Some points lie near, and some are spread widely, lest a parameter that matters in the tails only be missed.
    """
    rows = []
    for k, point in enumerate(near := data_points(family, theta, 4 * len(symbols) + 8, _SEED)):
        values = _beside(family, theta, point)
        wide = spread(at(family.bounds, values), len(near))
        # wide[k : k + 1] is empty beyond the last point of a small finite support
        for x in (number(point[family.observation]), *wide[k : k + 1]):
            rows.append(score_at(family, symbols, values, x))
    for end in (family.bounds.lo, family.bounds.hi):
        if end.is_finite:
            rows.append([number(end.diff(symbol).subs({**theta, **point})) for symbol in symbols])
    return rows


def _dependent(rows: list[list[Any]], symbols: tuple[Symbol, ...]) -> set[Symbol]:
    """The parameters that take part in a linear dependence between the columns; empty when there is none."""
    sizes = [max(abs(value) for value in row) for row in rows]
    usable = [(row, size) for row, size in zip(rows, sizes, strict=True) if _DEPENDENT < size < mp.inf]
    # Each row is scaled to size one: a score of exp(200), far out, would drown all the others.
    scaled = [[value / size for value in row] for row, size in usable]
    if len(scaled) < len(symbols):
        return set(symbols)
    _, singular, right = mp.svd_r(mp.matrix(scaled))
    lost = [i for i in range(len(symbols)) if singular[i] <= _DEPENDENT * max(1, singular[0])]
    return {symbol for j, symbol in enumerate(symbols) if any(abs(right[i, j]) > mp.mpf("1e-9") for i in lost)}
