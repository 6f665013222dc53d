"""Combines two equations so that a function or an average in both is gone: what is left may be solved by a rule."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from sympy import CoercionFailed, Dummy, Expr, Function, PolynomialError, Symbol, apart

from .atoms import Mean, atoms_of
from .derivatives import derivative
from .signs import Domain, is_nonzero
from .size import cancelled, factored, is_small


@dataclass(frozen=True)
class Combination:
    """``value = first - ratio * second`` without an atom of both; with ``second``, it stands for ``first``.

    ``used`` is the unknown whose equation is ``first``. The ratio is finite wherever the unknowns lie, so that where
    ``second`` vanishes, ``first`` vanishes exactly where ``value`` does.
    """

    value: Expr
    first: Expr
    second: Expr
    ratio: Expr
    used: Symbol


def combinations(
    equations: Mapping[Symbol, Expr], domain: Domain, statistics: Collection[Symbol] | None = None
) -> Iterator[Combination]:
    """Yield what two of the equations, keyed by the unknown each belongs to, give without an atom that they share.

    An atom is an average or a function of the unknowns; or, where ``statistics`` are given, one of those instead.

    >>> from sympy import polygamma
    >>> a, b = Symbol("a", positive=True), Symbol("b", positive=True)
    >>> digamma = polygamma(0, a)
    >>> [one.value for one in combinations({a: digamma - b, b: b * digamma - 1}, {})]
    [-(b - 1)*(b + 1)/b, (b - 1)*(b + 1)]
    """
    unknowns = set(equations)
    # A statistic stands before functions of the unknowns, which cancel as whole factors.
    prepared, simplified = (in_partial_fractions, _collected) if statistics is None else (lambda one: one, cancelled)
    spread = {unknown: prepared(equation) for unknown, equation in equations.items()}
    for used, first in spread.items():
        for other, second in spread.items():
            if used == other:
                continue
            if statistics is None:
                shared = _open_atoms(first, unknowns) & _open_atoms(second, unknowns)
            else:
                shared = first.free_symbols & second.free_symbols & set(statistics)
            for atom in sorted(shared, key=lambda node: node.sort_key()):
                ratio = _ratio(first, second, atom, domain)
                if ratio is not None:
                    value = simplified(first - ratio * second)
                    if not value.has(atom):
                        yield Combination(value, equations[used], equations[other], ratio, used)


def without_constants(
    equations: Mapping[Symbol, Expr], domain: Domain, statistics: Collection[Symbol]
) -> Iterator[Combination]:
    """Yield what two of the equations, keyed as before, give without their terms that hold none of the ``statistics``.

    >>> a, b, s, t = (Symbol(name, positive=True) for name in "abst")
    >>> pair = {a: b / (a + b) - a * s, b: a / (a + b) - b * t}
    >>> [one.value for one in without_constants(pair, {}, (s, t))]
    [(-a**2*s + b**2*t)/a, (a**2*s - b**2*t)/b]
    """
    constants = {owner: equation.subs(dict.fromkeys(statistics, 0)) for owner, equation in equations.items()}
    for used, first in equations.items():
        for other, second in equations.items():
            if used == other or constants[used] == 0 or not is_nonzero(constants[other], domain):
                continue
            ratio = factored(cancelled(constants[used] / constants[other]))
            rest = (first - constants[used]) - ratio * (second - constants[other])
            yield Combination(cancelled(rest), first, second, ratio, used)


def in_partial_fractions(equation: Expr) -> Expr:
    """Return the equation with every average of a rational function of the data in partial fractions.

    >>> a, x = Symbol("a", positive=True), Symbol("x", positive=True)
    >>> in_partial_fractions(Mean(x / (a + x), x))
    -a*Mean(1/(a + x), x) + 1
    """
    swaps: dict[Expr, Expr] = {}
    for node in equation.atoms(Mean):
        x = node.data[0]
        if len(node.data) == 1 and node.integrand.is_rational_function(x) and is_small(node.integrand):
            try:
                swaps[node] = Mean(apart(node.integrand, x), x)
            except (PolynomialError, CoercionFailed):  # the latter where exponentials of a symbol are its coefficients
                continue
    return equation.xreplace(swaps).expand()


def _open_atoms(equation: Expr, unknowns: set[Symbol]) -> set[Expr]:
    """Averages and functions of the unknowns, those inside an average left out."""
    averages = atoms_of(equation)
    flat = equation.xreplace({atom: Dummy() for atom in averages})
    found = {*averages, *flat.atoms(Function)}
    return {atom for atom in found if atom.free_symbols & unknowns}


def _ratio(first: Expr, second: Expr, atom: Expr, domain: Domain) -> Expr | None:
    """The ratio of the coefficients of an atom that stands linearly in both, if it is known to be finite."""
    stand_in = Dummy(real=True)
    slopes = [derivative(equation.xreplace({atom: stand_in}), stand_in) for equation in (first, second)]
    if any(stand_in in slope.free_symbols or atoms_of(slope) for slope in slopes) or not is_nonzero(slopes[1], domain):
        return None
    return cancelled(slopes[0] / slopes[1])


def _collected(value: Expr) -> Expr:
    """Cancel what came together, averages and functions standing for themselves."""
    masks = {atom: Dummy(real=True) for atom in atoms_of(value)}
    flat = value.expand().xreplace(masks)
    short = factored(flat) if flat.is_rational_function(*flat.free_symbols) else flat
    return short.xreplace({mask: atom for atom, mask in masks.items()})
