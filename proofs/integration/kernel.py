"""What is integrated: a log-kernel between two ends, taken apart into the parts that lemmas are matched with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from sympy import (
    Abs,
    Add,
    Dummy,
    Expr,
    Mul,
    Pow,
    Rational,
    S,
    Symbol,
    besselk,
    beta,
    binomial,
    exp,
    factorial,
    gamma,
    log,
    loggamma,
    oo,
    pi,
    sqrt,
)
from sympy.functions.elementary.hyperbolic import HyperbolicFunction

from ..algebra.kernels import with_derivatives
from ..algebra.logs import normal_form
from ..algebra.signs import is_positive
from ..bounds import Bounds
from .lemma import Integrated
from .table import LEMMAS
from .values import spread


@dataclass(frozen=True)
class Kernel:
    """What is integrated: a log-kernel in one variable between two ends, with the substitutions made so far."""

    exponent: Expr
    variable: Symbol
    lower: Expr
    upper: Expr
    domain: dict[Symbol, Bounds]
    small: tuple[Symbol, ...]
    trail: tuple[str, ...] = ()

    def at_zero(self, expression: Expr) -> Expr:
        """The expression with the small symbols at zero."""
        return expression.xreplace(dict.fromkeys(self.small, S.Zero)) if self.small else expression

    def positive(self, expression: Expr) -> bool:
        """Whether the expression is proved positive, near zero of the small symbols."""
        return is_positive(self.at_zero(expression), self.domain)

    def sign(self, expression: Expr) -> int:
        """The proved strict sign, or 0."""
        return 1 if self.positive(expression) else -1 if self.positive(-expression) else 0

    @property
    def ends(self) -> tuple[Expr, Expr]:
        """Both ends."""
        return self.lower, self.upper

    @property
    def words(self) -> str:
        """The substitutions so far, for people to read."""
        return "; ".join(step for step in self.trail if step)

    def normal(self, discrete: bool = False) -> Kernel:
        """The same kernel as a sum of products, its exponentials and logarithms taken apart."""
        here = {self.variable: Bounds(self.lower, self.upper, False, False, discrete)}
        plain = _absorbed(_in_gammas(self.exponent), self.variable)
        return replace(self, exponent=normal_form(plain, (self.variable,), self.domain | here))

    def substituted(self, value: Expr, variable: Symbol, log_slope: Expr, ends: tuple[Expr, Expr]) -> Kernel:
        """The same integral over ``variable``, where the old one equals ``value`` and changes by ``exp(log_slope)``."""
        step = f"{bare_names(self.variable)} = {bare_names(value)}"
        exponent = self.exponent.xreplace({self.variable: value}) + log_slope
        return replace(
            self, exponent=exponent, variable=variable, lower=ends[0], upper=ends[1], trail=(*self.trail, step)
        )


def bare_names(expression: Expr) -> Expr:
    """The same with dummy variables under their bare names, for people to read."""
    return expression.xreplace({dummy: Symbol(dummy.name) for dummy in expression.atoms(Dummy)})


POSITIVE = tuple(Dummy(name, positive=True) for name in ("w", "v", "u", "s"))


REAL = tuple(Dummy(name, real=True) for name in ("y", "z", "r", "q"))


COUNT = tuple(Dummy(name, integer=True, nonnegative=True) for name in ("j", "i", "l", "h"))


DEEPEST = 4


BY_TERMS = "term by term"


Terms = dict[Expr, Expr]


def terms_of(exponent: Expr, x: Symbol) -> tuple[Expr, Terms]:
    """The part of a sum free of ``x``, and the coefficient of each part that is not."""
    constant: Expr = S.Zero
    terms: Terms = {}
    for term in Add.make_args(exponent):
        coefficient, part = term.as_independent(x, as_Add=False)
        scale, part = _bare(part, x)
        if part == 1:
            constant += coefficient * scale
        else:
            terms[part] = terms.get(part, S.Zero) + coefficient * scale
    return constant, {part: coefficient for part, coefficient in terms.items() if spread(coefficient) != 0}


def _bare(part: Expr, x: Symbol) -> tuple[Expr, Expr]:
    """Take what is free of ``x`` out of exponentials and powers."""
    scale, rest = S.One, S.One
    for piece in Mul.make_args(part):
        if isinstance(piece, exp):
            free, bound = spread(piece.args[0]).as_independent(x, as_Add=True)
            scale, rest = scale * exp(free), rest * exp(bound)
        elif isinstance(piece, Pow) and isinstance(piece.base, Mul) and not piece.exp.has(x):
            free, bound = piece.base.as_independent(x, as_Add=False)
            kept = free.is_positive or piece.exp.is_Integer
            scale, rest = (scale * free**piece.exp, rest * bound**piece.exp) if kept else (scale, rest * piece)
        else:
            rest *= piece
    return scale, rest


def _in_gammas(exponent: Expr) -> Expr:
    """Logarithms of beta functions, binomial coefficients and factorials, also of their powers, in ``loggamma``."""

    def written(node: Expr) -> Expr:
        out, rest = S.Zero, S.One
        for part in Mul.make_args(node.args[0]):
            base, power = part.as_base_exp()
            signed = _GAMMAS.get(type(base))
            if signed is None:
                rest *= part
            else:
                out += power * Add(*(weight * loggamma(z) for weight, z in signed(*base.args)))
        return out if rest == 1 else out + log(rest)

    return exponent.replace(lambda node: isinstance(node, log) and node.has(*_GAMMAS), written)


_GAMMAS: Mapping[type, Callable[..., tuple[tuple[int, Expr], ...]]] = {
    gamma: lambda z: ((1, z),),
    factorial: lambda m: ((1, m + 1),),
    beta: lambda a, b: ((1, a), (1, b), (-1, a + b)),
    binomial: lambda m, k: ((1, m + 1), (-1, k + 1), (-1, m - k + 1)),
}


def _absorbed(exponent: Expr, x: Symbol) -> Expr:
    """Write ``exp(a + c log(x))`` as ``exp(a) x**c`` and hyperbolic functions in exponentials."""
    hyperbolic = [node for node in exponent.atoms(HyperbolicFunction) if node.has(x)]
    out = exponent.xreplace({node: node.rewrite(exp) for node in hyperbolic})
    if not (out.has(exp) and out.has(log)):
        return out

    def power(node: Expr) -> Expr:
        free, bound = spread(node.args[0]).as_independent(log(x), as_Add=True)
        rate = bound / log(x)
        return exp(free) * x**rate if bound != 0 and not rate.has(x) else node

    return out.replace(lambda node: isinstance(node, exp) and node.has(log(x)), power)


def powers_of(expression: Expr, x: Symbol) -> dict[Expr, Expr] | None:
    """The coefficients of a sum of powers of ``x``, by exponent."""
    found: dict[Expr, Expr] = {}
    for term in Add.make_args(spread(expression)):
        coefficient, part = term.as_independent(x, as_Add=False)
        scale, part = _bare(part, x)
        base, power = part.as_base_exp()
        if part == 1:
            power = S.Zero
        elif base != x or power.has(x):
            return None
        found[power] = found.get(power, S.Zero) + coefficient * scale
    return found


def line_of(expression: Expr, x: Symbol) -> tuple[Expr, Expr] | None:
    powers = powers_of(expression, x)
    if powers is None or not powers.keys() <= {S.Zero, S.One} or S.One not in powers:
        return None
    return powers.get(S.Zero, S.Zero), powers[S.One]


def applied(name: str, kernel: Kernel, constant: Expr, **values: Expr) -> Integrated | None:
    """The named lemma at these values of its parameters, if its side conditions are proved."""
    lemma = LEMMAS[name]
    instance = {symbol: values[symbol.name] for symbol in lemma.parameters if symbol.name in values}
    conditions = tuple(_signed(condition.xreplace(instance), kernel) for condition in lemma.conditions)
    if not all(kernel.positive(condition) for condition in conditions):
        return None
    value = with_derivatives(_elementary(_signed(lemma.value.xreplace(instance), kernel)))
    told = tuple(dict.fromkeys(c for c in map(kernel.at_zero, conditions) if c.free_symbols))
    return Integrated(constant + value, name, told, kernel.words)


def _signed(expression: Expr, kernel: Kernel) -> Expr:
    """Absolute values of what has a proved sign, written without bars."""
    sides = {node: kernel.sign(node.args[0]) * node.args[0] for node in expression.atoms(Abs)}
    return expression.xreplace({node: side for node, side in sides.items() if side != 0})


def _elementary(value: Expr) -> Expr:
    """Write Bessel functions of the second kind and half-integer order in elementary functions."""

    def known(node: Expr) -> bool:
        return isinstance(node, besselk) and node.args[0].is_Rational and node.args[0].q == 2

    def explicit(node: Expr) -> Expr:
        order, z = abs(node.args[0]) - Rational(1, 2), node.args[1]
        series = (
            factorial(order + i) / (factorial(i) * factorial(order - i) * (2 * z) ** i) for i in range(int(order) + 1)
        )
        return sqrt(pi / (2 * z)) * exp(-z) * Add(*series)

    return value.replace(known, explicit)


def log_of_positive(product: Expr, kernel: Kernel) -> Expr | None:
    here = kernel.domain | {kernel.variable: Bounds(kernel.lower, kernel.upper, False, False, False)}
    total = S.Zero
    for part in Mul.make_args(product):
        base, power = part.as_base_exp()
        if isinstance(part, exp):
            total += part.args[0]
        elif is_positive(base, here):
            total += power * log(base)
        else:
            return None
    return total


def is_infinite(value: Expr) -> bool:
    return bool(value.has(oo, -oo, S.ComplexInfinity, S.NaN))


def log_form(value: Expr, kernel: Kernel) -> Expr:
    return normal_form(value, (), kernel.domain)
