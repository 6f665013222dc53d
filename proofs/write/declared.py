"""What a page says of the declaration: where every symbol lies, the log-density, and what a bar means."""

from __future__ import annotations

from sympy import Basic, Symbol, oo

from ..bounds import Bounds
from ..derivation import Label
from ..family import Family
from .display import EQUALS, Formula, Line, Part, listed, sign


def membership(symbol: Symbol, ends: Bounds) -> Formula:
    """Return where ``symbol`` lies, as an inequality or, for integers, as a list.

    >>> from sympy import Interval
    >>> from sympy.abc import x
    >>> from thetahat.proofs.bounds import bounds
    >>> [str(getattr(part, "text", part)) for part in membership(x, bounds(Interval.open(0, oo))).parts]
    ['x', '>', '0']
    """
    if ends.discrete:
        return Formula((symbol, sign("in", r"\in"), *_run(ends)))
    if ends.lo is -oo and ends.hi is oo:
        return Formula((symbol, sign("real", r"\in \mathbb{R}")))
    below, above = (sign("<=", r"\le") if closed else sign("<", r"\lt") for closed in (ends.lo_closed, ends.hi_closed))
    if ends.hi is oo:
        return Formula((symbol, sign(">=", r"\ge") if ends.lo_closed else sign(">", r"\gt"), ends.lo))
    if ends.lo is -oo:
        return Formula((symbol, above, ends.hi))
    return Formula((ends.lo, below, symbol, above, ends.hi))


def _run(ends: Bounds) -> tuple[Label | Basic, ...]:
    dots = sign("...", r"\ldots")
    if ends.lo is -oo and ends.hi is oo:
        return (sign("integers", r"\mathbb{Z}"),)
    few = ends.hi - ends.lo
    if few.is_Integer and few <= 3:
        values = [ends.lo + i for i in range(int(few) + 1)]
    elif ends.hi is oo:
        values = [ends.lo, ends.lo + 1, dots]
    elif ends.lo is -oo:
        values = [dots, ends.hi - 1, ends.hi]
    else:
        values = [ends.lo, ends.lo + 1, dots, ends.hi]
    return (sign("{", r"\lbrace"), *listed(*values), sign("}", r"\rbrace"))


def declared(family: Family) -> tuple[Line, ...]:
    """Return the lines that repeat the declaration."""
    where: list[Part] = [membership(family.observation, family.bounds)]
    for beside in family.also:
        where += [", ", membership(beside.symbol, beside.bounds)]
    if family.covariates:
        where.append(" given ")
    for place, given in enumerate(family.covariates):
        where += [", "] if place else []
        where.append(membership(given.symbol, given.bounds))
        where += [f" ({given.meaning})"] if given.meaning else []
    for prefix, items in (("; ", family.parameters), ("; known: ", family.constants)):
        for one in items:
            where += [prefix, membership(one.symbol, one.bounds)]
            where += [f" ({one.meaning})"] if one.meaning else []
    known = listed(*family.given, *(one.symbol for one in family.constants), *family.symbols)
    head = (sign("log p(", r"\log p("), *listed(*family.observed), sign("|", r"\mid"), *known, sign(")"))
    bar, data = sign("mean(f)", r"\overline{f}"), sign("p_hat", r"\hat p")
    average = sign("sum_i w_i f_i / sum_i w_i", r"\sum_i w_i f_i / \sum_i w_i")
    return (
        (*where, "."),
        (Formula((*head, EQUALS, family.log_density)), "."),
        (
            Formula((bar,)),
            " is the average over the data, with their weights if there are any: ",
            Formula((bar, EQUALS, average)),
            "; ",
            Formula((data,)),
            " is the distribution that puts these weights on the data.",
        ),
    )
