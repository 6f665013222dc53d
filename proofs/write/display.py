"""What is shown of an expression: which atoms are written out, what stands left of a relation, in which order."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

from sympy import Add, Basic, Expr, Function, Integer, Mul, Pow, Rational, S, Symbol, exp, factor, log

from ..algebra.atoms import Covariance, Excess, Mean, Residual, atoms_of, rewrite_outside
from ..algebra.size import operations
from ..derivation import Label, Statistic

_KEPT = (Covariance, Excess, Residual)


@dataclass(frozen=True)
class Formula:
    """Labels and expressions, side by side; parameters in ``hatted`` are shown as estimates."""

    parts: tuple[Label | Basic, ...]
    hatted: frozenset[Symbol] = frozenset()


Part = str | Formula
Line = tuple[Part, ...]


def sign(text: str, latex: str = "") -> Label:
    """Return a piece of a formula that reads the same in text and in LaTeX, unless ``latex`` differs.

    >>> sign("<=", r"\\\\le").latex
    '\\\\\\\\le'
    """
    return Label(text, latex or text)


EQUALS = sign("=")
COMMA = sign(",")


def equation(left: Label | Basic, right: Basic, hatted: frozenset[Symbol] = frozenset()) -> Formula:
    """Return the formula ``left = right``.

    >>> from sympy.abc import a
    >>> equation(sign("L"), a).parts[1].text
    '='
    """
    return Formula((left, EQUALS, right), hatted)


def listed(*parts: Label | Basic) -> tuple[Label | Basic, ...]:
    """Return ``parts`` with commas between.

    >>> from sympy.abc import a, b
    >>> [str(getattr(part, "text", part)) for part in listed(a, b)]
    ['a', ',', 'b']
    """
    return tuple(shown for part in parts for shown in (COMMA, part))[1:]


class Root(Function):
    """A square root that is printed as one: SymPy's own keeps apart what stands under it."""

    nargs = 1

    def _eval_is_extended_real(self) -> bool:
        return True


def joined_roots(expression: Expr) -> Expr:
    """Return ``expression`` with ``c sqrt(n) sqrt(u)`` joined under one root, for display.

    >>> from sympy import sqrt
    >>> joined_roots(sqrt(2) * sqrt(Symbol("t", positive=True)) / 2)
    Root(t/2)
    """
    return rewrite_outside(expression, _joined)


def _joined(node: Expr) -> Expr:
    if not isinstance(node, Mul):
        return node
    number, rest = node.as_coeff_Mul()
    factors = Mul.make_args(rest)
    roots = [factor for factor in factors if isinstance(factor, Pow) and abs(factor.exp) == Rational(1, 2)]
    if len(roots) < 2 or not any(root.base.is_Rational for root in roots) or not number.is_Rational:
        return node
    inside = Mul(number**2, *(root**2 for root in roots))
    others = Mul(*(factor for factor in factors if factor not in roots))
    return Mul(-1 if number < 0 else 1, others, Root(inside))


_MOST_OPERATIONS = 2000
"""Longer equations are written as they are: multiplied out, they have more terms than memory."""
_MOST_TERMS = 40
"""Of longer sums no squares are made."""


def squares(expression: Expr) -> Expr:
    """Return ``expression`` with ``a**2 - 2 a b + b**2`` in sums joined to ``(a - b)**2``, for display.

    >>> from sympy.abc import a, b, c
    >>> squares(a**2 / 2 - a * b + b**2 / 2 + c)
    c + (a - b)**2/2
    """
    return expression.replace(lambda node: isinstance(node, Add), _square)


def _square(node: Add) -> Expr:
    terms = list(node.args)
    if len(terms) > _MOST_TERMS:
        return node  # nobody reads it as a sum of squares, and there are as many pairs as its square
    middles = {term**2: term for term in terms}
    for first, second in combinations(terms, 2):
        middle = middles.get(4 * first * second)
        if middle is not None and middle not in (first, second):
            joined = factor(first + second + middle)
            rest = Add(*(term for term in terms if term not in (first, second, middle)))
            return joined + (_square(rest) if isinstance(rest, Add) else rest)
    return node


def written_out(expression: Expr) -> Expr:
    """Return ``expression`` as a textbook writes it: variances and averages of squares stay, other atoms go.

    >>> from thetahat.proofs.algebra.atoms import JensenGap
    >>> from sympy import log
    >>> x = Symbol("x", positive=True)
    >>> written_out(1 - JensenGap(x, log(x), x))
    Mean(log(x), x) - log(Mean(x, x)) + 1
    """

    def open_up(node: Expr) -> Expr:
        return node.definition() if hasattr(node, "definition") and not isinstance(node, _KEPT) else node

    return _powers(rewrite_outside(expression, open_up))


def _powers(expression: Expr) -> Expr:
    """``exp(c log(b))`` as ``b**c``, from the inside out."""

    def power(node: Expr) -> Expr:
        logs = [part for part in Mul.make_args(node.args[0]) if isinstance(part, log) and part.args[0].is_positive]
        return Pow(logs[0].args[0], node.args[0] / logs[0]) if len(logs) == 1 else node

    return expression.replace(lambda node: isinstance(node, exp), power)


def unfolded(expression: Basic, statistics: tuple[Statistic, ...]) -> Basic:
    """Return ``expression`` with statistics replaced by what they are, written out.

    >>> t, x = Symbol("t"), Symbol("x", real=True)
    >>> unfolded(t + 1, (Statistic(t, Mean(x, x)),))
    Mean(x, x) + 1
    """
    for statistic in reversed(statistics):
        expression = expression.subs(statistic.symbol, statistic.definition)
    return written_out(expression)


def two_sides(expression: Expr, unknowns: frozenset[Symbol]) -> Formula:
    """Return ``expression = 0`` with what contains no unknown on the right.

    >>> a, t = Symbol("a"), Symbol("t")
    >>> [str(part) for part in two_sides(t - a, frozenset({a})).parts if isinstance(part, Expr)]
    ['a', 't']
    """
    opened = expression.expand() if operations(expression) <= _MOST_OPERATIONS else expression
    right, left = opened.as_independent(*unknowns, as_Add=True)
    if right.is_number and right != 0 and len(Add.make_args(left)) > 1:
        left, right = expression, S.Zero
    if left.could_extract_minus_sign():
        left, right = -left, -right
    return equation(left, -right)


def is_formula(words: str) -> bool:
    """Return whether the words of a condition are an inequality, which a formula shows better.

    >>> is_formula("mean(x) < 1"), is_formula("the observations are not all equal")
    (True, False)
    """
    return " < " in words or " > " in words


def inequality(expression: Expr, weak: bool = False) -> Formula:
    """Return ``expression > 0``, with ``weak`` ``>= 0``, with what depends on data on the left.

    >>> x = Symbol("x", positive=True)
    >>> [part.text if isinstance(part, Label) else str(part) for part in inequality(1 - Mean(x, x)).parts]
    ['Mean(x, x)', '<', '1']
    """
    folded = rewrite_outside(expression, _covariance)
    left, right = S.Zero, S.Zero
    for term in Add.make_args(folded.expand(deep=False)):
        if atoms_of(term):
            left += term
        else:
            right -= term
    if right == 0:
        lower = Add(*(-term for term in Add.make_args(left) if term.could_extract_minus_sign()))
        left, right = left + lower, lower
    below, above = (sign("<=", r"\le"), sign(">=", r"\ge")) if weak else (sign("<", r"\lt"), sign(">", r"\gt"))
    if left.could_extract_minus_sign():
        return Formula((-left, below, -right))
    return Formula((left, above, right))


def _covariance(node: Expr) -> Expr:
    """``mean(f g) - mean(f) mean(g)`` as a covariance, either sign."""
    if not isinstance(node, Add) or len(node.args) != 2:
        return node
    for product, rest in (node.args, node.args[::-1]):
        sign_, factors = product.as_coeff_Mul()
        pair = _two_means(factors)
        whole = rest / -sign_
        if pair is None or abs(sign_) != 1 or not isinstance(whole, Mean):
            continue
        f, g = pair
        if whole == Mean(f.integrand * g.integrand, *f.data):
            return -sign_ * Covariance(*sorted((f.integrand, g.integrand), key=str), *f.data)
    return node


def _two_means(expression: Expr) -> tuple[Any, Any] | None:
    if isinstance(expression, Pow) and expression.exp == Integer(2) and isinstance(expression.base, Mean):
        return expression.base, expression.base
    if isinstance(expression, Mul) and len(expression.args) == 2 and all(isinstance(f, Mean) for f in expression.args):
        return expression.args
    return None


class PositiveFirst:
    """For printers: a sum opens with a positive term where it has one."""

    def _as_ordered_terms(self, expression: Expr, order: Any = None) -> list[Expr]:
        terms: list[Expr] = super()._as_ordered_terms(expression, order=order)  # type: ignore[misc]
        if not terms[0].could_extract_minus_sign():
            return terms
        first = next((term for term in terms if not term.could_extract_minus_sign()), terms[0])
        return [first, *(term for term in terms if term is not first)]
