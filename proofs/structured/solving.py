"""Solves one likelihood equation for its parameter: multiply by what is invertible, then isolate. Rules, no guesses."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Poly, S, Symbol

from .terms import Identity, Inverse, Matrix, shape
from .words import Letter, Word, Words, invertible, product, scalar, scaled, tree, word_tree, words


@dataclass(frozen=True)
class Solved:
    """An equation, what the score was multiplied by to get it, its root, and the matrix that needs full column rank."""

    equation: Expr
    left: Expr
    right: Expr
    root: Expr
    how: str
    needs: Expr | None = None


def solved(score: Words, parameter: Matrix) -> Solved | None:
    """Return the root of ``score = 0`` in ``parameter``, or ``None`` when no rule isolates it.

    >>> Sigma, S = Matrix("Sigma", 3, 3, "spd"), Matrix("S", 3, 3, "spd")
    >>> solved(words(Inverse(Sigma) * S * Inverse(Sigma) - Inverse(Sigma)), Sigma).root
    S
    """
    rows = shape(parameter)[0]
    for left, right, how in _multipliers(score, parameter):
        equation = _product(words(left), score, words(right))
        found = _isolated(equation, parameter)
        if found is None:
            continue
        root, factor, needs = found
        turned = scaled(equation, -1 / factor)
        shown = tree(turned, rows)
        return Solved(shown, -left / factor, right, tree(root, rows), how, needs)
    return None


def _product(*several: Words) -> Words:
    found: Words = {(): S.One}
    for one in several:
        found = product(found, one)
    return found


def _multipliers(score: Words, parameter: Matrix) -> list[tuple[Expr, Expr, str]]:
    """What to multiply by, the simplest first, and how that is called."""
    rows, cols = shape(parameter)
    left, right = _common(list(score), 0), _common(list(score), -1)
    sides = _inverse(left, rows), _inverse(tuple(reversed(right)), cols)
    stripped = "common invertible factors cancelled" if left or right else ""
    options = [(*sides, stripped), (Identity(rows), Identity(cols), "")]
    if parameter.kind == "spd":
        options.append((parameter, parameter, f"multiplied by {parameter} from both sides"))
    return options


def _common(several: list[Word], end: int) -> Word:
    """The invertible letters that all words share at one end, from outside inwards."""
    found: list[Letter] = []
    while several and all(several) and len({word[end] for word in several}) == 1 and invertible(several[0][end]):
        found.append(several[0][end])
        several = [word[1:] if end == 0 else word[:-1] for word in several]
    return tuple(found)


def _inverse(word: Word, size: Expr) -> Expr:
    return tree(words(Inverse(word_tree(word, size))), size)


def _isolated(equation: Words, parameter: Matrix) -> tuple[Words, Expr, Expr | None] | None:
    """The root, the number in front of the parameter, and what needs full column rank."""
    rows, cols = shape(parameter)
    holding = {word: factor for word, factor in equation.items() if any(one.body.has(parameter) for one in word)}
    rest = {word: factor for word, factor in equation.items() if word not in holding}
    if len(holding) != 1:
        return None
    (word, factor), *_ = holding.items()
    if factor.has(parameter):
        return None
    right_hand = scaled(rest, -1 / factor)
    if word == (Letter(parameter, True),):
        return words(Inverse(tree(right_hand, rows))), factor, None
    if Letter(parameter) not in word or sum(one.body.has(parameter) for one in word) > 1:
        return None
    at = word.index(Letter(parameter))
    before, after = word[:at], word[at + 1 :]
    if (before or after) and parameter.kind == "spd":
        return None
    needs = None
    if not all(invertible(one) for one in (*before, *after)):
        needs = gram_factor(before)
        if needs is None or not all(invertible(one) for one in after):
            return None
    return _product(words(_inverse(before, rows)), right_hand, words(_inverse(after, cols))), factor, needs


def gram_factor(word: Word) -> Expr | None:
    """Return ``Z`` of a product ``Z' Q Z`` with ``Q`` positive definite or absent, which is invertible if ``Z`` has
    full column rank.

    >>> X = Matrix("X", 5, 2)
    >>> gram_factor((Letter(X, transposed=True), Letter(X)))
    X
    """
    if len(word) < 2 or len(word) > 3:
        return None
    outer, inner = word[0], word[-1]
    opposite = outer.body == inner.body and outer.transposed and not inner.transposed
    middle = word[1] if len(word) == 3 else None
    definite = middle is None or (isinstance(middle.body, Matrix) and middle.body.kind == "spd")
    if not (opposite and definite) or outer.inverse or inner.inverse:
        return None
    return inner.body


def solved_number(score: Expr, parameter: Symbol) -> Solved | None:
    """Return the root of ``score = 0`` in a positive number, where a power of it makes the score linear.

    >>> from sympy.abc import t
    >>> v = Symbol("v", positive=True)
    >>> solved_number(t / v**2 - 3 / v, v).root
    t/3
    """
    for power in range(4):
        equation = scalar(score * parameter**power)
        if not equation.is_polynomial(parameter):
            continue
        found = Poly(equation, parameter)
        if found.degree() != 1:
            return None
        slope, constant = found.all_coeffs()
        factor = -(parameter**power) / slope
        how = f"multiplied by {parameter**power}" if power else ""
        return Solved(scalar(equation / -slope), factor, S.One, scalar(-constant / slope), how)
    return None
