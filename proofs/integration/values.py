"""Logarithms of integrals as numbers to calculate with: products, whole steps of gamma functions, sums of several."""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Add, Expr, Integer, Mul, Pow, S, exp, expand, factor, gamma, log, loggamma

from ..algebra.signs import Domain, is_positive
from ..algebra.size import operations
from .lemma import Integrated, joined_names

# A longer sum is not factored: the probabilities of a dozen values, added, take minutes and have no factors.
_MOST_OPERATIONS = 150


def product_of(exponent: Expr) -> Expr:
    """Return ``exp(exponent)`` as a product: ``c log(u)`` becomes ``u**c``, whole multiples of ``loggamma`` factors.

    >>> from sympy import Symbol, log, loggamma
    >>> a = Symbol("a", positive=True)
    >>> product_of(2 * log(a) - loggamma(a) + 1)
    E*a**2/gamma(a)
    """
    outside, rest = S.One, S.Zero
    for term in Add.make_args(spread(exponent)):
        factors = Mul.make_args(term)
        logs = [part for part in factors if isinstance(part, log)]
        gammas = [part for part in factors if isinstance(part, loggamma)]
        if len(logs) == 1:
            outside *= Pow(logs[0].args[0], term / logs[0])
        elif len(gammas) == 1 and (term / gammas[0]).is_Integer:
            outside *= gamma(gammas[0].args[0]) ** (term / gammas[0])
        else:
            rest += term
    return outside * exp(rest)


def simplified(value: Expr, domain: Domain) -> Expr:
    """Return ``value`` with logs split where signs are proved, and ``loggamma(z + 1) = loggamma(z) + log(z)`` used.

    >>> from sympy import Symbol, log, loggamma
    >>> a = Symbol("a", positive=True)
    >>> simplified(loggamma(a + 2) - loggamma(a) - log(a**2 + a), {})
    0
    """
    apart = spread(value).replace(lambda node: isinstance(node, log), lambda node: _log(node.args[0], domain))
    level = level_gammas(spread(apart))
    if level != apart:
        level = level.replace(lambda node: isinstance(node, log), lambda node: _log(node.args[0], domain))
    return spread(level)


def level_gammas(expression: Expr) -> Expr:
    """Return ``expression`` with ``loggamma`` arguments that differ by whole numbers brought to the smallest one.

    >>> from sympy import Symbol, loggamma
    >>> a = Symbol("a", positive=True)
    >>> level_gammas(loggamma(a + 1) - loggamma(a))
    log(a)
    """
    nodes = {node: gamma_argument(node) for node in expression.atoms(loggamma, log)}
    arguments = sorted({z for z in nodes.values() if z is not None}, key=lambda z: z.sort_key())
    changes: dict[Expr, Expr] = {}
    while arguments:
        first, *others = arguments
        steps = {first: S.Zero} | {other: expand(other - first) for other in others}
        near = {z: step for z, step in steps.items() if step.is_Integer and abs(step) <= 20}
        least = min(near, key=lambda z: near[z])
        for z, step in near.items():
            ladder = (log(expand(least + i)) for i in range(int(step - near[least])))
            changes[z] = loggamma(least) + Add(*ladder)
        arguments = [z for z in others if z not in near]
    return expression.xreplace({node: changes[z] for node, z in nodes.items() if z is not None})


def gamma_argument(node: Expr) -> Expr | None:
    """The argument of ``loggamma``, which SymPy writes ``log(gamma(z))`` where ``z`` is a whole number."""
    if isinstance(node, log) and isinstance(node.args[0], gamma):
        return node.args[0].args[0]
    return node.args[0] if isinstance(node, loggamma) else None


def spread(expression: Expr) -> Expr:
    return expression.expand(log=False, power_base=False, power_exp=False, trig=False, func=False, complex=False)


def _log(argument: Expr, domain: Domain) -> Expr:
    """``log(argument)``, with factors of proved sign taken apart."""
    whole = factor(argument) if isinstance(argument, Add) and operations(argument) <= _MOST_OPERATIONS else argument
    if whole.is_Rational and whole.is_positive:
        return Add(*(power * log(Integer(prime)) for prime, power in whole.factors().items()))
    out, kept, negative = S.Zero, [], False
    for part in Mul.make_args(whole):
        base, power = part.as_base_exp()
        if isinstance(part, exp):
            out += part.args[0]
        elif part.is_Rational:
            negative ^= bool(part.is_negative)
            out += _log(abs(part), domain) if part not in (1, -1) else S.Zero
        elif base.is_positive or is_positive(base, domain):
            out += power * log(base)
        elif power.is_Integer and is_positive(-base, domain):
            negative ^= bool(power.is_odd)
            out += power * log(-base)
        else:
            kept.append(part)
    rest = Mul(*kept, -1 if negative else 1)
    return out if rest == 1 else out + log(rest)


def joined(parts: Iterable[tuple[Expr, Integrated]], words: str = "") -> Integrated:
    """The logarithm of the sum of multiples of integrals that are known by their logarithms."""
    items = list(parts)
    first = items[0][1].value
    ratios = (factor_ * product_of(level_gammas(spread(part.value - first))) for factor_, part in items)
    total = Add(*ratios)
    names = joined_names(part.lemma for _, part in items)
    conditions = dict.fromkeys(condition for _, part in items for condition in part.conditions)
    steps = dict.fromkeys(part.substitution for _, part in items if part.substitution)
    said = "; ".join(step for step in (words, *steps) if step)
    return Integrated(first + (S.Zero if total == 1 else log(total)), names, tuple(conditions), said)
