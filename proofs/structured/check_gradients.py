"""How scores in matrix words are re-proved: by the product rule along an arbitrary direction, not by rotation."""

from __future__ import annotations

from functools import reduce
from random import Random

from flint import fmpq_mat
from sympy import Add, Expr, Mul, S

from ..derivation import Evidence, Finding, Step
from ..errors import UndecidedError
from .cases import World, drawn, matrix_value, number_value, rational, slope_value, vanishes
from .family import StructuredFamily
from .naming import subject_of
from .terms import Inverse, LogDet, Matrix, Trace, Transposed, shape
from .verdicts import judged, mean_of, refuted_in
from .words import Letter, Word, Words, added, product, scalar, scaled, transpose, tree, words

Steps = tuple[Step, ...]


def check_gradient(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """``tr(G' H)`` is the derivative along ``H``; for a symmetric matrix, ``H`` and ``G`` are symmetric."""
    term, mean = subject_of(step), mean_of(family, family.log_density)
    if not isinstance(term, Matrix):
        return _number_gradient(family, step, mean)
    if shape(step.value) != shape(term):
        return Finding(Evidence.REFUTED, f"has not the shape of {term}")
    towards = term.func("H", *term.args[1:3], "symmetric" if term.kind == "spd" else "general")
    slope = mean_of(family, along(family.log_density, term, towards))
    same = scalar(slope - Trace(Transposed(step.value) * towards)) == 0
    if term.kind == "spd" and words(step.value) != transpose(words(step.value)):
        return Finding(Evidence.REFUTED, "the gradient in a symmetric matrix has to be symmetric")

    def wrong(world: World) -> bool:
        direction = drawn(towards, world.sizes, Random(str(world.sizes)))
        claimed = matrix_value(step.value, world)
        exact = slope_value(mean, term, direction, world)
        return bool(exact != _inner(claimed, direction))

    return judged(same, refuted_in(family, wrong))


def _inner(first: fmpq_mat, second: fmpq_mat) -> Expr:
    pairs = [(row, col) for row in range(first.nrows()) for col in range(first.ncols())]
    return Add(*(rational(first[pair] * second[pair]) for pair in pairs))


def _number_gradient(family: StructuredFamily, step: Step, mean: Expr) -> Finding:
    term = subject_of(step)
    ready = scalar(mean)
    same = scalar(ready.diff(term) - step.value) == 0

    def wrong(world: World) -> bool:
        bare = World(world.sizes, {key: value for key, value in world.values.items() if key != term}, world.data)
        slope = number_value(ready, bare).diff(term) - number_value(step.value, bare)
        return not vanishes(slope.subs(term, world.values[term]))

    return judged(same, refuted_in(family, wrong))


def along(number: Expr, term: Matrix, towards: Matrix) -> Expr:
    """Return the derivative of a number along ``term + t towards`` at ``t = 0``: each occurrence in its turn."""
    found = []
    for part in Add.make_args(scalar(number)):
        factors = Mul.make_args(part)
        for at, factor in enumerate(factors):
            if factor.has(term):
                found.append(Mul(*factors[:at], *factors[at + 1 :]) * _along(factor, term, towards))
    return Add(*found)


def _along(factor: Expr, term: Matrix, towards: Matrix) -> Expr:
    if isinstance(factor, LogDet) and factor.args[0] == term:
        return Trace(Inverse(term) * towards)
    if not isinstance(factor, Trace):
        raise UndecidedError(f"no derivative of {factor} is known to the checker")
    (word, _), *_ = words(factor.args[0]).items()
    size = shape(factor.args[0])[0]
    slopes = [_word_along(word, at, term, towards) for at, letter in enumerate(word) if letter.body.has(term)]
    return Trace(tree(added(*slopes), size))


def _word_along(word: Word, at: int, term: Matrix, towards: Matrix) -> Words:
    letter = word[at]
    if letter.body != term:
        raise UndecidedError(f"no derivative of {letter.tree} is known to the checker")
    step: Words = {(Letter(towards, False, letter.transposed and towards.kind == "general"),): S.One}
    if letter.inverse:
        step = scaled(reduce(product, ({(letter,): S.One}, step, {(letter,): S.One})), S.NegativeOne)
    return reduce(product, ({word[:at]: S.One}, step, {word[at + 1 :]: S.One}))
