"""The scales on which a log-density is simplest: which functions of its parameters it is written in.

A family is the same whatever its parameters are called, and so is its maximum. What is proved hangs on what rules
recognise, and these know locations, scales, rates and shapes: not twice a location, nor the logarithm of a rate.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count

from sympy import Add, Basic, Expr, Mul, Symbol, exp, log, preorder_traversal

from .algebra.derivatives import derivative
from .algebra.logs import split_logs
from .algebra.signs import strict_sign
from .algebra.size import cancelled, operations
from .algebra.solve import solve_one
from .bounds import Bounds, bounds
from .change import one_to_one, value_at
from .errors import DeclarationError
from .family import Family
from .parts import Parameter
from .reparametrisation import Reparametrisation
from .sense import sharpened

_NAME = "phi"


@dataclass(frozen=True)
class Scale:
    """A parameter as ``value`` in the symbol of ``new``, which is ``image`` in the parameter.

    ``size`` counts operations in what is declared, written in the new parameter.
    """

    old: Parameter
    new: Parameter
    value: Expr
    image: Expr
    size: int = 0


def natural_scales(family: Family) -> Iterator[Reparametrisation]:
    """Yield ways to write a family in simpler parameters: several at once, then each by itself, the simplest first.

    A new one may be a function of others beside the one that it stands for, which stay, as a scale of a mean and a
    shape.

    >>> from sympy import Symbol
    >>> from thetahat import family
    >>> gumbel, half = family("gumbel").fix(beta=1), Symbol("half", real=True)
    >>> halved = gumbel.reparametrise("halved", [Parameter(half, gumbel.parameters[0].space)], {"mu": 2 * half})
    >>> [way.values for way in natural_scales(halved)], list(natural_scales(gumbel))
    ([((half, phi/2),)], [])
    """
    found: list[Scale] = []
    names = _new_names(family)
    name = next(names)
    for item in family.parameters:
        best = _simplest(item, family, name)
        if best is not None:
            found.append(best)
            name = next(names)
    alone = [one for one in found if one.image.free_symbols == {one.old.symbol}]
    if len(alone) > 1:
        yield _joined(alone, family)
    for one in sorted(found, key=lambda scale: scale.size):
        yield _joined([one], family)


def _new_names(family: Family) -> Iterator[str]:
    """Names that nothing in a declaration has."""
    known = (*family.symbols, *family.columns, *family.given, *(item.symbol for item in family.constants))
    taken = {symbol.name for symbol in known}
    return (name for name in chain([_NAME], (f"{_NAME}_{i}" for i in count(2))) if name not in taken)


def _simplest(item: Parameter, family: Family, name: str) -> Scale | None:
    """The scale of a parameter on which least is to be written; ``None`` where that is the one it has."""
    ends = item.bounds
    bounded = {symbol for other in family.parameters for symbol in other.bounds.free_symbols}
    if ends.discrete or ends.lo_closed or ends.hi_closed or ends.free_symbols or item.symbol in bounded:
        return None
    here = _size(family)
    inverse = [1 / item.symbol] if _is_scale_or_rate(item.symbol, family) else []
    images = dict.fromkeys([*_images(item.symbol, family), *inverse])
    scales = [one for one in (_scale(item, image, family, name) for image in images) if one is not None]
    better = [one for one in scales if one.image in inverse or one.size < here + _is_plainer(one)]
    return min(better, key=lambda one: one.size, default=None)


def _is_plainer(scale: Scale) -> bool:
    """Whether rules know a parameter better than what it is written in, which takes as many operations.

    A location rather than its opposite, and a positive number rather than its logarithm.
    """
    return scale.image == -scale.old.symbol or isinstance(scale.image, exp)


def _is_scale_or_rate(p: Symbol, family: Family) -> bool:
    """Whether a parameter normalises by a power of itself: which of both rules know better hangs on the family."""
    terms = Add.make_args(split_logs(family.log_density, family.domain))
    apart = Add(*(term for term in terms if term.free_symbols.isdisjoint(family.columns)))
    power = cancelled(p * derivative(apart, p))
    return bool(p.is_positive and power.is_number and power != 0)


def _size(family: Family) -> int:
    ends = (family.bounds.lo, family.bounds.hi)
    # The logarithm of a quotient is no longer than that of what it is the inverse of.
    density = split_logs(family.log_density, family.domain)
    return operations(density) + sum(operations(end) for end in ends if end.free_symbols)


def _scale(item: Parameter, image: Expr, family: Family, name: str) -> Scale | None:
    """The scale that a function of a parameter is, if it is one to one between open intervals whatever others are."""
    old, ends = item.symbol, item.bounds
    domain = {symbol: family.domain[symbol] for symbol in image.free_symbols}
    rises = strict_sign(derivative(image, old), domain)
    reached = _reached(image, old, ends, rises)
    if reached is None:
        return None
    new = sharpened(Symbol(name, real=True), reached)
    known = {symbol: box for symbol, box in domain.items() if symbol != old} | {new: reached}
    roots = [root.value for root in solve_one(image - new, old, {**known, old: ends})]
    if len(roots) != 1:
        return None
    try:
        space = one_to_one(old, ends, new, roots[0], known, f"{family.name}: {old}", f"its space {item.space}").space
        if space.free_symbols:
            return None
        # What its ends say of the new parameter it has to know, for powers and logarithms to be taken apart.
        sharp = sharpened(new, bounds(space))
        scale = Scale(item, Parameter(sharp, space), roots[0].xreplace({new: sharp}), image)
        return replace(scale, size=_size(_joined([scale], family).of(family)))
    except DeclarationError:  # not seen to be one to one, or no declaration that makes sense comes out
        return None


def _reached(image: Expr, old: Symbol, ends: Bounds, rises: int) -> Bounds | None:
    """Between which numbers a rising or falling function lies; ``None`` where that is not found."""
    low, high = (value_at(image, old, end, side) for end, side in ((ends.lo, "+"), (ends.hi, "-")))
    if not rises or low is None or high is None or low.free_symbols or high.free_symbols:
        return None
    return Bounds(*((low, high) if rises > 0 else (high, low)), False, False, False)


def _joined(scales: Sequence[Scale], family: Family) -> Reparametrisation:
    instead = {one.old: one.new for one in scales}
    return Reparametrisation(
        tuple(instead.get(item, item) for item in family.parameters),
        tuple((one.old.symbol, one.value) for one in scales),
        tuple((one.new.symbol, one.image) for one in scales),
    )


def _images(p: Symbol, family: Family) -> Iterator[Expr]:
    """Functions of a parameter, and of others, that the declaration is written in; not the parameter itself."""
    known = set(family.symbols)
    for end in (family.bounds.lo, family.bounds.hi):
        yield from _other_than(p, (Add(*(part for part in Add.make_args(end) if part.free_symbols <= {p})),))
    for node in preorder_traversal(family.log_density):
        if isinstance(node, Add):
            yield from _other_than(p, _places(node, known, family))
        if isinstance(node, (Add, Mul)):
            yield from _other_than(p, map(_without_logarithm, _alone(p, node, known)))
        elif isinstance(node, Expr):
            yield from _other_than(p, map(_without_logarithm, (part for part in node.args if _is_of(p, part, known))))


def _other_than(p: Symbol, images: Iterable[Basic]) -> Iterator[Expr]:
    yield from (one for one in images if isinstance(one, Expr) and one != p and p in one.free_symbols)


def _is_of(p: Symbol, part: Basic, known: set[Symbol]) -> bool:
    """Whether a part holds a parameter, and nothing that is none."""
    return p in part.free_symbols and part.free_symbols <= known


def _places(node: Add, known: set[Symbol], family: Family) -> Iterator[Expr]:
    """What an observation is compared with: in ``x - 2 p - 1`` it is ``2 p + 1``."""
    for term in node.args:
        factor, rest = term.as_coeff_Mul()
        if rest in family.columns:
            yield -Add(*(part for part in node.args if part.free_symbols <= known)) / factor


def _alone(p: Symbol, node: Add | Mul, known: set[Symbol]) -> Iterator[Expr]:
    """The terms of a sum that hold parameters alone; of a product all such factors together, without a sign.

    A share of a parameter, as half of it, is not counted as another: shapes are often halved.
    """
    if isinstance(node, Add):
        parts = [part for part in node.args if part.free_symbols == {p}]
    else:
        factor, each = abs(node.as_coeff_Mul()[0]), [part for part in node.args if part.free_symbols <= known]
        alone = [part for part in each if part.free_symbols == {p}]
        whole = Mul(*(part for part in each if part.free_symbols))
        parts = [Mul(*alone), whole, *([Mul(factor, *alone)] if factor.is_Integer else [])]
    yield from (part for part in parts if p in part.free_symbols and not part.as_coeff_Mul()[0].is_negative)


def _without_logarithm(part: Basic) -> Basic:
    """What a multiple of a logarithm is one of."""
    inner = part.as_coeff_Mul()[1] if isinstance(part, Expr) else part
    return inner.args[0] if isinstance(inner, log) else part
