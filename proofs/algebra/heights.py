"""Whether a function is at one root no lower than at another: how one of several stationary points is chosen."""

from __future__ import annotations

from sympy import Expr, Pow, Symbol, log

from .logs import split_logs
from .signs import Domain, is_nonnegative, is_positive
from .size import has_low_degree


def is_no_lower(function: Expr, unknown: Symbol, root: Expr, other: Expr, domain: Domain) -> bool:
    """Return whether ``root`` is proved to be real and ``function`` to be there at least what it is at ``other``.

    Where the chosen root has no value for some data, the other may be the only one. Not proved is false.

    >>> from sympy import sqrt
    >>> m, s, t = Symbol("m", real=True), Symbol("s", positive=True), Symbol("t", real=True)
    >>> is_no_lower(-(m - s)**2, m, s, -s, {}), is_no_lower(-(m - s)**2, m, -s, s, {})
    (True, False)
    >>> is_no_lower(-(m**2 - t)**2, m, sqrt(t), 0 * t, {})
    False
    """
    if not _is_real(root, domain):
        return False
    difference = function.subs(unknown, root) - function.subs(unknown, other)
    whole = split_logs(difference.expand(), domain).expand()
    if is_nonnegative(whole, domain):
        return True
    return has_low_degree(whole) and is_nonnegative(whole.factor(), domain)


def _is_real(value: Expr, domain: Domain) -> bool:
    roots = (node.base for node in value.atoms(Pow) if not node.exp.is_integer)
    return all(is_nonnegative(base, domain) for base in roots) and all(
        is_positive(node.args[0], domain) for node in value.atoms(log)
    )
