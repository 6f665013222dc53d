"""Normal form of matrix expressions: sums of words; a trace takes the least of its rotations and their transposes.

A word is a product of letters, each a matrix that may be inverted or transposed. What is exact about matrices is put in
here and nothing else: the order of factors, ``(AB)' = B'A'``, ``(AB)^-1 = B^-1 A^-1`` for invertible factors, symmetry,
``A A^-1 = I``, ``tr(AB) = tr(BA)``, ``tr(A') = tr(A)``, and that an average is linear.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, reduce

from sympy import Add, Basic, Expr, Mul, S, expand_log, log

from ..errors import DeclarationError
from .terms import Average, Datum, Identity, Inverse, LogDet, Matrix, Trace, Transposed, shape


@dataclass(frozen=True)
class Letter:
    """One factor of a word: a matrix, an average, or a product that is invertible only as a whole."""

    body: Expr
    inverse: bool = False
    transposed: bool = False

    @property
    def tree(self) -> Expr:
        """The factor as an expression."""
        turned = Transposed(self.body) if self.transposed else self.body
        return Inverse(turned) if self.inverse else turned

    @property
    def key(self) -> str:
        """What words are sorted by."""
        return f"{self.body}{self.inverse:d}{self.transposed:d}{self.body.is_commutative}"


Word = tuple[Letter, ...]
Words = dict[Word, Expr]


def single(word: Word) -> Words:
    """Return a word as a sum of words; the empty one is the identity."""
    return {word: S.One}


def turned(word: Word) -> Word:
    """Return the transpose of a word."""
    return tuple(_flipped(letter) for letter in reversed(word))


def _flipped(letter: Letter) -> Letter:
    return letter if symmetric(letter.body) else Letter(letter.body, letter.inverse, not letter.transposed)


@lru_cache(maxsize=4096)
def symmetric(body: Expr) -> bool:
    """Return whether a matrix is known to be its own transpose.

    >>> symmetric(Average(Matrix("x", 3) * Transposed(Matrix("x", 3))))
    True
    """
    if isinstance(body, Matrix):
        return body.kind != "general" or body.args[1] == body.args[2] == 1
    inner = body.args[0] if isinstance(body, Average) else body
    found = words(inner)
    return found == transpose(found)


def transpose(one: Words) -> Words:
    """Return the transpose of a sum of words."""
    return {turned(word): factor for word, factor in one.items()}


def word_tree(word: Word, size: Expr) -> Expr:
    """Return a word as an expression; an empty one is the identity."""
    return Mul(*(letter.tree for letter in word)) if word else Identity(size)


def tree(one: Words, size: Expr) -> Expr:
    """Return a sum of words as an expression; ``size`` is the number of rows."""
    ordered = sorted(one.items(), key=lambda item: [letter.key for letter in item[0]])
    return Add(*(factor * word_tree(word, size) for word, factor in ordered))


def product(first: Words, second: Words) -> Words:
    """Return the product of two sums of words, neighbours cancelled."""
    found: Words = defaultdict(lambda: S.Zero)
    for left, a in first.items():
        for right, b in second.items():
            found[_cancelled(left + right)] += a * b
    return _collected(found)


def added(*several: Words) -> Words:
    """Return the sum of sums of words."""
    found: Words = defaultdict(lambda: S.Zero)
    for one in several:
        for word, factor in one.items():
            found[word] += factor
    return _collected(found)


def scaled(one: Words, factor: Expr) -> Words:
    """Return a sum of words, times a number."""
    return _collected({word: factor * value for word, value in one.items()})


def _collected(found: Words) -> Words:
    ready = {word: scalar(factor) for word, factor in found.items()}
    return {word: factor for word, factor in ready.items() if factor != 0}


def _cancelled(word: Word) -> Word:
    """``A A^-1`` leaves nothing, and neither do a product and its inverse as a whole."""
    for at, letter in enumerate(word):
        if not letter.inverse:
            continue
        plain = _block(letter)
        length = len(plain)
        if word[at + 1 : at + 1 + length] == plain:
            return _cancelled(word[:at] + word[at + 1 + length :])
        if at >= length and word[at - length : at] == plain:
            return _cancelled(word[: at - length] + word[at + 1 :])
    return word


def _block(letter: Letter) -> Word:
    """The word that an inverted letter cancels."""
    if isinstance(letter.body, Matrix | Average):
        return (Letter(letter.body, False, letter.transposed),)
    found = words(letter.body)
    if len(found) == 1 and next(iter(found.values())) == 1:
        only = next(iter(found))
        return turned(only) if letter.transposed else only
    return (Letter(letter.body, False, letter.transposed),)


@lru_cache(maxsize=4096)
def _words(matrix: Expr) -> tuple[tuple[Word, Expr], ...]:
    return tuple(_read(matrix).items())


def words(matrix: Expr) -> Words:
    """Return a matrix expression as a sum of words.

    >>> x, y = Matrix("x", 3), Matrix("y", 3)
    >>> tree(words(Transposed(x * Transposed(y)) - y * Transposed(x)), 3)
    0
    """
    return dict(_words(matrix))


def _read(matrix: Expr) -> Words:
    if matrix == 0:
        return {}
    if isinstance(matrix, Matrix):
        return {(Letter(matrix),): S.One}
    if isinstance(matrix, Identity):
        return {(): S.One}
    if isinstance(matrix, Transposed):
        return transpose(words(matrix.args[0]))
    if isinstance(matrix, Inverse):
        return _inverted(matrix.args[0])
    if isinstance(matrix, Average):
        return _averaged(words(matrix.args[0]), *shape(matrix))
    if matrix.is_Add:
        return added(*(words(part) for part in matrix.args))
    if matrix.is_Pow and matrix.exp.is_Integer and matrix.exp > 0:
        return reduce(product, [words(matrix.base)] * int(matrix.exp))
    if matrix.is_Mul:
        numbers = [part for part in matrix.args if part.is_commutative]
        parts = [words(part) for part in matrix.args if not part.is_commutative]
        return scaled(reduce(product, parts), Mul(*numbers))
    raise DeclarationError(f"{matrix}: no rule reads this as a sum of words")


def _inverted(inner: Expr) -> Words:
    size, found = shape(inner)[0], words(inner)
    if len(found) == 1:
        (word, factor), *_ = found.items()
        if all(invertible(letter) for letter in word):
            parts = [_opposite(letter) for letter in reversed(word)]
            return scaled(reduce(product, parts, {(): S.One}), 1 / factor)
        return {(Letter(word_tree(word, size), True),): 1 / factor}
    return {(Letter(tree(found, size), True),): S.One}


def _opposite(letter: Letter) -> Words:
    """The inverse of one letter; the inverse of an inverse is written out again."""
    if not letter.inverse or isinstance(letter.body, Matrix):
        return {(Letter(letter.body, not letter.inverse, letter.transposed),): S.One}
    found = words(letter.body)
    return transpose(found) if letter.transposed else found


def invertible(letter: Letter) -> bool:
    """Return whether the letter has an inverse by its kind, or is one."""
    return letter.inverse or (isinstance(letter.body, Matrix) and letter.body.kind == "spd")


def _holds_data(letter: Letter) -> bool:
    return letter.body.has(Datum) and not isinstance(letter.body, Average)


def _averaged(inner: Words, rows: Expr, cols: Expr) -> Words:
    """The average of each word: what stands before and after the data goes outside."""
    found: Words = defaultdict(lambda: S.Zero)
    for word, factor in inner.items():
        places = [at for at, letter in enumerate(word) if _holds_data(letter)]
        if factor.has(Datum):
            raise DeclarationError(f"{factor}: a number with data in it, times a matrix, cannot be averaged here")
        if not places:
            found[word] += factor
            continue
        first, last = places[0], places[-1] + 1
        found[(*word[:first], _average_letter(word[first:last]), *word[last:])] += factor
    return _collected(found)


def _average_letter(core: Word) -> Letter:
    """The least of a core and its transpose, so that an average and its transpose are one matrix."""
    least = min(core, turned(core), key=_order)
    return Letter(Average(Mul(*(letter.tree for letter in least))), False, least != core)


def _order(word: Word) -> list[str]:
    return [letter.key for letter in word]


def scalar(number: Expr) -> Expr:
    """Return a number whose traces, determinants and averages stand in normal form, expanded.

    >>> A, B = Matrix("A", 3, 3), Matrix("B", 3, 3)
    >>> scalar(Trace(A * B) - Trace(Transposed(A) * Transposed(B)))
    0
    """
    if not number.is_commutative:
        raise DeclarationError(f"{number} is a matrix, where a number is needed")
    return _scalar(number)


@lru_cache(maxsize=4096)
def _scalar(number: Expr) -> Expr:
    table: dict[Basic, Expr] = {}
    for node in _outermost(number):
        table[node] = _RULES[type(node)](node.args[0])
    return expand_log(number.xreplace(table)).expand()


def _outermost(number: Basic) -> set[Expr]:
    if type(number) in _RULES:
        return {number}
    return {found for part in number.args for found in _outermost(part)}


def _trace(matrix: Expr) -> Expr:
    if matrix == 0:
        return S.Zero
    size = shape(matrix)[0]
    return Add(*(factor * _cyclic(word, size) for word, factor in words(matrix).items()))


def _cyclic(word: Word, size: Expr) -> Expr:
    while len(word) > 1:
        shorter = next((cut for cut in _rotations(word) if len(cut) < len(word)), None)
        if shorter is None:
            break
        size = shape(shorter[0].tree)[0] if shorter else shape(word[0].tree)[0]
        word = shorter
    if not word:
        return size
    averages = [at for at, letter in enumerate(word) if isinstance(letter.body, Average)]
    if len(averages) == 1 and not any(_holds_data(letter) for letter in word):
        word = _regrouped(_opened(word, averages[0]))
    return _least_trace(word)


def _least_trace(word: Word) -> Expr:
    options = [*_rotations(word), *_rotations(turned(word))]
    return Trace(Mul(*(letter.tree for letter in min(options, key=_order))))


def _rotations(word: Word) -> list[Word]:
    return [_cancelled(word[at:] + word[:at]) for at in range(len(word))]


def _log_det(matrix: Expr) -> Expr:
    size, found = shape(matrix)[0], words(matrix)
    if len(found) != 1:
        return LogDet(tree(found, size))
    (word, factor), *_ = found.items()
    whole = size * log(factor) if factor != 1 else S.Zero
    if all(invertible(letter) for letter in word):
        return whole + Add(*((-1 if one.inverse else 1) * LogDet(one.body) for one in word))
    return whole + LogDet(word_tree(word, size))


def _average(inner: Expr) -> Expr:
    """Linear, and a trace is averaged inside, where the data stand closest together."""
    return Add(*(_average_term(term) for term in Add.make_args(scalar(inner))))


def _average_term(term: Expr) -> Expr:
    outside: list[Expr] = []
    inside: list[Expr] = []
    for factor in Mul.make_args(term):
        (inside if factor.has(Datum) else outside).append(factor)
    if not inside:
        return term
    if len(inside) == 1 and isinstance(inside[0], Trace):
        return Mul(*outside) * _average_trace(inside[0])
    return Mul(*outside) * Average(Mul(*inside))


def _average_trace(trace: Trace) -> Expr:
    (word, _), *_ = words(trace.args[0]).items()
    return _least_trace(_regrouped(word))


def _opened(word: Word, at: int) -> Word:
    """The word without the bar over its only average; in a trace, the bar may stand over another part as well."""
    letter = word[at]
    (core, _), *_ = words(letter.body.args[0]).items()
    return word[:at] + (turned(core) if letter.transposed else core) + word[at + 1 :]


def _regrouped(word: Word) -> Word:
    """A trace's word with a bar over its data, where these stand closest together."""

    def spread(option: Word) -> tuple[int, list[str]]:
        places = [at for at, letter in enumerate(option) if _holds_data(letter)]
        return (places[-1] - places[0] if places else 0), _order(option)

    best = min([*_rotations(word), *_rotations(turned(word))], key=spread)
    (averaged,) = _averaged({best: S.One}, S.One, S.One)
    return averaged


_RULES: dict[type, Callable[[Expr], Expr]] = {Trace: _trace, LogDet: _log_det, Average: _average}
