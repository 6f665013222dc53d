"""Proposes how a log-density is one of the lemmas' kernels, and what its sufficient statistics are."""

from __future__ import annotations

from functools import reduce

from sympy import Add, Expr, Mul, Rational, S, Tuple

from .family import StructuredFamily
from .gradients import gradient
from .lemmas import Gaussian, Lemma, Wishart
from .naming import renamed
from .pieces import square, stein
from .terms import Datum, Inverse, LogDet, Matrix, Trace, shape
from .words import Letter, Word, invertible, product, scalar, scaled, tree, turned, word_tree, words


def proposed_lemma(family: StructuredFamily) -> Lemma | None:
    """Return the lemma whose kernel the log-density may be, or ``None``; the checker compares them.

    >>> from thetahat.proofs.registry import structured
    >>> proposed_lemma(structured("multivariate_normal")).left
    Sigma^-1
    """
    if len(family.observation) != 1 or not isinstance(family.observation[0], Datum):
        return None
    (datum,) = family.observation
    density = scalar(family.log_density)
    if density.coeff(LogDet(datum)) != 0:
        degrees = 2 * density.coeff(LogDet(datum)) + shape(datum)[0] + 1
        slope = gradient(density - density.coeff(LogDet(datum)) * LogDet(datum), datum)
        return Wishart(datum, tree(scaled(slope, -2), shape(datum)[0]), degrees.expand())
    return _gaussian(density, datum)


def _gaussian(density: Expr, datum: Matrix) -> Gaussian | None:
    quadratic = [(f, w) for f, w in _trace_words(density) if _count(w, datum) == 2]
    if len(quadratic) != 1:
        return None
    factor, word = quadratic[0]
    first = next((at for at, letter in enumerate(word) if letter == Letter(datum, False, True)), None)
    if first is None:
        return None
    word = word[first:] + word[:first]
    second = next((at for at, letter in enumerate(word) if letter == Letter(datum)), None)
    if second is None:
        return None
    rows, cols = shape(datum)
    left, right = scaled({word[1:second]: 1}, -2 * factor), {word[second + 1 :]: 1}
    slope = {one: value for one, value in gradient(density, datum).items() if not _count(one, datum)}
    inverses = [words(Inverse(tree(one, size))) for one, size in ((left, rows), (right, cols))]
    centre = reduce(product, (inverses[0], slope, inverses[1]))
    return Gaussian(datum, tree(centre, rows), tree(left, rows), tree(right, cols))


def _trace_words(density: Expr) -> list[tuple[Expr, Word]]:
    """Each term that is a number times one trace: the number and the word."""
    found = []
    for term in Add.make_args(density):
        traces = [factor for factor in Mul.make_args(term) if isinstance(factor, Trace)]
        if len(traces) == 1:
            (word, _), *_ = words(traces[0].args[0]).items()
            found.append((term / traces[0], word))
    return found


def _count(word: Word, datum: Matrix) -> int:
    return sum(letter.body == datum for letter in word)


def statistics(family: StructuredFamily) -> tuple[Expr, ...] | None:
    """Return the statistics that the log-density is linear in, or ``None`` where parameters stand between the data.

    What is multiplied by the same parameters is one statistic.

    >>> from thetahat.proofs.registry import structured
    >>> statistics(structured("multivariate_normal"))
    (x*x', x)
    """
    found: dict[tuple[Word, Expr], Expr] = {}
    for factor, word in _trace_words(scalar(family.log_density)):
        known, with_parameters = factor.as_independent(*family.terms, as_Add=False)
        if not any(_is_data(letter) for letter in word):
            continue
        if not any(letter.body in family.terms for letter in word):
            if with_parameters != 1:
                key: tuple[Word, Expr] = ((), with_parameters)
                found[key] = found.get(key, S.Zero) + known * Trace(word_tree(word, 1))
            continue
        parted = _parted(word, family)
        if parted is None:
            return None
        core, rest = parted
        found[rest, with_parameters] = found.get((rest, with_parameters), S.Zero) + known * core
    return tuple(_plain(value) for value in found.values())


def _plain(statistic: Expr) -> Expr:
    """The statistic divided by the number in front of its first term."""
    if statistic.is_commutative:
        whole = scalar(statistic)
        return scalar(whole / Add.make_args(whole)[0].as_independent(Trace, as_Add=False)[0])
    found = words(statistic)
    first = max(found, key=lambda word: sum(_is_data(letter) for letter in word))
    return tree(scaled(found, 1 / found[first]), shape(statistic)[0])


def _parted(word: Word, family: StructuredFamily) -> tuple[Expr, Word] | None:
    """The run of data and known letters, without invertible known letters at its ends, and the rest of the word."""
    rotations = [word[at:] + word[:at] for at in range(len(word)) if word[at - 1].body in family.terms]
    for option in rotations:
        end = next(at for at, letter in enumerate(option) if letter.body in family.terms)
        start = 0
        if not any(_is_data(letter) for letter in option[:end]):
            continue
        if any(_is_data(letter) for letter in option[end:]):
            return None
        while invertible(option[start]) and not _is_data(option[start]):
            start += 1
        while invertible(option[end - 1]) and not _is_data(option[end - 1]):
            end -= 1
        core, rest = option[start:end], option[end:] + option[:start]
        if rest == turned(rest):
            return (word_tree(core, 1) + word_tree(turned(core), 1)) / 2, rest
        if _preferred(turned(rest)) < _preferred(rest):
            core, rest = turned(core), turned(rest)
        return word_tree(core, 1), rest
    return None


def _preferred(word: Word) -> tuple[int, list[str]]:
    """Transposes stand in the parameters rather than in the statistic."""
    return -sum(letter.transposed for letter in word), [letter.key for letter in word]


def _is_data(letter: Letter) -> bool:
    return letter.body.has(Datum)


def proposed_pieces(lemma: Lemma, free: tuple[Expr, ...]) -> list[Tuple] | None:
    """Return terms that are never negative and may add up to the divergence between members ``0`` and ``1``.

    ``None`` where both precisions of a matrix kernel change at once: no split is known.
    """

    def member(one: Expr, end: str) -> Expr:
        return one.xreplace({term: renamed(term, end) for term in free})

    if isinstance(lemma, Wishart):
        first, second = member(lemma.precision, "0"), member(lemma.precision, "1")
        return [stein(lemma.degrees / 2, second, _opposite(first))]
    rows, cols = shape(lemma.datum)
    sides = [(lemma.left, cols), (lemma.right, rows)]
    moving = [(one, times) for one, times in sides if one.has(*free)]
    if len(moving) > 1:
        return None
    found = [stein(times / 2, member(one, "1"), _opposite(member(one, "0"))) for one, times in moving]
    difference = member(lemma.centre, "0") - member(lemma.centre, "1")
    if lemma.centre.has(*free):
        found.append(square(Rational(1, 2), member(lemma.right, "1"), difference, member(lemma.left, "1")))
    return found


def _opposite(matrix: Expr) -> Expr:
    return tree(words(Inverse(matrix)), shape(matrix)[0])
