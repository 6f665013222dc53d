"""Whether a function is at one root no lower than at another: how one of several stationary points is chosen."""

from __future__ import annotations

from sympy import Expr, Symbol

from .logs import split_logs
from .signs import Domain, is_nonnegative
from .size import has_low_degree


def is_no_lower(function: Expr, unknown: Symbol, root: Expr, other: Expr, domain: Domain) -> bool:
    """Return whether ``function`` is proved to be at ``root`` at least what it is at ``other``; not proved is false.

    >>> m, s = Symbol("m", real=True), Symbol("s", positive=True)
    >>> is_no_lower(-(m - s)**2, m, s, -s, {}), is_no_lower(-(m - s)**2, m, -s, s, {})
    (True, False)
    """
    difference = function.subs(unknown, root) - function.subs(unknown, other)
    whole = split_logs(difference.expand(), domain).expand()
    if is_nonnegative(whole, domain):
        return True
    return has_low_degree(whole) and is_nonnegative(whole.factor(), domain)
