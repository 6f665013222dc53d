"""A profile log-likelihood as an average minus logarithms of averages, and whether that is proved to be concave.

The average of concave functions is concave, and the sum of log-convex functions log-convex (Boyd & Vandenberghe 2004,
*Convex Optimization*, sections 3.2.1 and 3.5.2): it is enough to look at a single observation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sympy import Add, Expr, Mul, S, Symbol, fraction, log, together

from .algebra.atoms import Mean, stand_ins
from .algebra.derivatives import derivative
from .algebra.exponentials import is_nonnegative_in_exponentials, is_positive_in_exponentials
from .algebra.signs import Domain, is_nonnegative, is_positive
from .algebra.size import cancelled, factored


@dataclass(frozen=True)
class LogProfile:
    """``Mean(each) - sum of c log Mean(f)`` over ``logs``, pairs of a positive number ``c`` and a function ``f``."""

    each: Expr
    logs: tuple[tuple[Expr, Expr], ...]

    def value(self, data: tuple[Symbol, ...]) -> Expr:
        """Return the profile in averages."""
        return Mean(self.each, *data) - Add(*(c * log(Mean(f, *data)) for c, f in self.logs))

    def depending_on(self, unknown: Symbol) -> LogProfile:
        """Return the form without terms that are free of the unknown."""
        return replace(self, each=self.each.as_independent(unknown, as_Add=True)[1])


def log_profiles(value: Expr, data: tuple[Symbol, ...], domain: Domain) -> Iterator[LogProfile]:
    """Yield forms of a profile log-likelihood: as it is, then with a logarithm outside the averages taken into one.

    >>> from thetahat.proofs.bounds import bounds
    >>> from sympy import Interval, exp, oo
    >>> x, b = Symbol("x", positive=True), Symbol("b", positive=True)
    >>> half_line = bounds(Interval.open(0, oo))
    >>> profile = log(b) - log(Mean(exp(b * x), x) - 1) + b * Mean(x, x)
    >>> [form.logs for form in log_profiles(profile, (x,), {b: half_line, x: half_line})]
    [((1, exp(b*x) - 1),), ((1, (exp(b*x) - 1)/b),)]
    """
    plain = _taken_apart(value, data, domain)
    if plain is None:
        return
    yield plain
    for node in Add.make_args(plain.each):
        factor, rest = node.as_independent(*data, as_Add=False)
        coefficient, logarithm = factor.as_coeff_Mul()
        if rest != 1 or not isinstance(logarithm, log) or len(plain.logs) != 1:
            continue
        ((c, f),) = plain.logs
        inside = factored(f * logarithm.args[0] ** (-coefficient / c))
        yield replace(plain, each=plain.each - node, logs=((c, inside),))


def _taken_apart(value: Expr, data: tuple[Symbol, ...], domain: Domain) -> LogProfile | None:
    """The terms of a sum: logarithms of averages, and what is linear in averages once brought together."""
    masks = stand_ins(value)
    back = {mask: atom.integrand for atom, mask in masks.items()}
    if not all(isinstance(atom, Mean) and atom.data == data for atom in masks):
        return None
    logs: dict[Expr, Expr] = {}
    rest = S.Zero
    for term in Add.make_args(value.xreplace(masks).expand(log=False)):
        coefficient, factor = term.as_coeff_Mul()
        if not isinstance(factor, log):
            rest += term
            continue
        for base, power in _factors(factor.args[0], back, domain):
            logs[base] = logs.get(base, S.Zero) + coefficient * power
    free = {base: c for base, c in logs.items() if not base.free_symbols & set(back)}
    each = cancelled(rest) + Add(*(c * log(base) for base, c in free.items()))
    under = [(-c, base) for base, c in logs.items() if base not in free and c != 0]
    if not all(_is_linear(one, back) for one in (each, *(base for _, base in under))):
        return None
    if not all(c.is_positive for c, _ in under):
        return None
    return LogProfile(each.xreplace(back), tuple((c, base.xreplace(back)) for c, base in under))


def _factors(argument: Expr, back: dict[Expr, Expr], domain: Domain) -> list[tuple[Expr, Expr]]:
    """Positive factors of the argument of a logarithm, each with its power."""
    found: list[tuple[Expr, Expr]] = []
    for part, sign in zip(fraction(together(argument)), (1, -1), strict=True):
        for factor in Mul.make_args(factored(part)):
            base, power = factor.as_base_exp()
            joined = base.xreplace(back) if _is_linear(base, back) else base
            found.append((base if is_positive(joined, domain) else -base, sign * power))
    return found


def _is_linear(expression: Expr, back: dict[Expr, Expr]) -> bool:
    return all(not expression.diff(mask).free_symbols & set(back) for mask in back)


def is_concave_profile(form: LogProfile, unknown: Symbol, observation: Symbol, domain: Domain) -> bool:
    """Return whether the form is proved strictly concave in the unknown, by each observation on its own."""
    bend = -derivative(form.each, unknown, unknown)
    strict = _is_above(bend, unknown, observation, domain, strict=True)
    if not strict and not _is_above(bend, unknown, observation, domain, strict=False):
        return False
    for _, f in form.logs:
        slope = derivative(f, unknown)
        gap = f * derivative(slope, unknown) - slope**2
        if not _is_above(f, unknown, observation, domain, strict=True):
            return False
        above = _is_above(gap, unknown, observation, domain, strict=True)
        strict = strict or above
        if not above and not _is_above(gap, unknown, observation, domain, strict=False):
            return False
    return strict


def _is_above(expression: Expr, unknown: Symbol, observation: Symbol, domain: Domain, strict: bool) -> bool:
    """Whether it is positive, or at least zero, at every observation."""
    if strict:
        return is_positive(expression, domain) or is_positive_in_exponentials(expression, unknown, observation, domain)
    return is_nonnegative(expression, domain) or is_nonnegative_in_exponentials(
        expression, unknown, observation, domain
    )
