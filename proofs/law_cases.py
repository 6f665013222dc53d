"""Which concrete pairs, exponential families and maps the laws are tried in, in exact numbers: to refute, not to prove.

What a law's terms are in numbers is written here apart from the definitions that proofs use.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from random import Random

from sympy import Add, Basic, Dummy, Expr, Integer, Matrix, Mul, Rational, S, Symbol, expand_log, log

from .derivation import Finding
from .errors import UndecidedError
from .law_terms import Entry, Inverse, Joint, Stretch, j, l, y
from .theorem_cases import borne_out
from .theorem_names import Divergence, Entropy, Expected
from .theorem_terms import Mass, Term, Total, i, theta, theta_0, theta_1, x

_CASES = 4
_SIZE = 3
# How many statistics the exponential cases have: fewer than atoms less one, so that means can match.
_STATISTICS = 2
_Y = Dummy("y", positive=True)
Row = tuple[Expr, ...]


@dataclass(frozen=True)
class World:
    """A concrete case: every table by the name of the mass or entry, its rows by what comes after the first index.

    ``table["a", 2]`` holds the probabilities of second parts given first part 2, ``table["q"]`` those of first parts.
    """

    ranges: tuple[tuple[Symbol, int], ...]
    tables: tuple[tuple[tuple[Basic | str, ...], Row], ...]

    def range(self, index: Symbol) -> range:
        """Return the numbers that an index runs through.

        >>> pair_worlds()[0].range(j)
        range(1, 4)
        """
        return range(1, dict(self.ranges)[index] + 1)

    def row(self, name: str, *rest: Basic) -> Row:
        """Return the numbers of that name.

        >>> sum(pair_worlds()[0].row("a", Integer(2)))
        1
        """
        return dict(self.tables)[(name, *rest)]

    def number(self, mass: Term) -> Expr:
        """Return a mass or an entry of which all indices are numbers.

        >>> pair_worlds()[0].number(Mass("q", 1)) > 0
        True
        """
        name, *rest = mass.args
        if isinstance(mass, Joint):
            return self.row(mass.name)[len(self.range(j)) * (int(rest[0]) - 1) + int(rest[1]) - 1]
        if isinstance(mass, Entry) and len(rest) == 1:
            return self.row(str(name), *rest)[0]
        return self.row(str(name), *rest[1:])[int(rest[0]) - 1]


@lru_cache(maxsize=1)
def pair_worlds() -> tuple[World, ...]:
    """Return distributions of pairs: ``q, p`` of the first part, ``a, b`` of the second given it, ``c, d`` without.

    >>> sum(pair_worlds()[0].row("v"))
    1
    """
    return tuple(_pairs(Random(f"pairs {number}")) for number in range(_CASES))


def _pairs(rng: Random) -> World:
    atoms = [Integer(atom) for atom in range(1, _SIZE + 1)]
    tables: dict[tuple[Basic | str, ...], Row] = {(name,): _distribution(rng, _SIZE) for name in "qpcd"}
    tables |= {(name, atom): _distribution(rng, _SIZE) for name in "ab" for atom in atoms}
    for name, first, second in (("r", "q", "a"), ("s", "p", "b")):
        heads = zip(tables[first,], atoms, strict=True)
        tables[name,] = tuple(head * tail for head, atom in heads for tail in tables[second, atom])
    for name, first, second in (("v", "q", "c"), ("w", "p", "d")):
        tables[name,] = tuple(head * tail for head in tables[first,] for tail in tables[second,])
    return World(((i, _SIZE), (j, _SIZE)), tuple(tables.items()))


def _distribution(rng: Random, size: int) -> Row:
    weights = [Integer(rng.randint(1, 9)) for _ in range(size)]
    return tuple(weight / Add(*weights) for weight in weights)


@lru_cache(maxsize=1)
def exponential_worlds() -> tuple[World, ...]:
    """Return families ``p_i = h_i prod_j z_j**T_j(i) / Z``, and ``q`` with the means of the statistics at ``theta_0``.

    The natural parameters are logarithms of fractions, so that probabilities are fractions.

    >>> sum(exponential_worlds()[0].row("p", theta))
    1
    """
    return tuple(_exponential(Random(f"exponential {number}")) for number in range(_CASES))


def _exponential(rng: Random) -> World:
    size = _STATISTICS + 2
    heights = [Integer(rng.randint(1, 5)) for _ in range(size)]
    statistics = [[Integer(rng.randint(-2, 3)) for _ in range(size)] for _ in range(_STATISTICS)]
    tables: dict[tuple[Basic | str, ...], Row] = {("h",): tuple(heights)}
    for atom in range(size):
        tables["T", Integer(atom + 1)] = tuple(row[atom] for row in statistics)
    bases = [Symbol(f"z_{number}", positive=True) for number in range(_STATISTICS)]
    weights = [h * Mul(*(z ** row[a] for z, row in zip(bases, statistics, strict=True))) for a, h in enumerate(heights)]
    total = Add(*weights)
    for parameter in (theta, theta_0, theta_1):
        at = {z: Rational(rng.randint(1, 5), rng.randint(1, 5)) for z in bases}
        tables["p", parameter] = tuple((weight / total).subs(at) for weight in weights)
        tables["eta", parameter] = tuple(log(at[z]) for z in bases)
        tables["A", parameter] = (log(total.subs(at)),)
        # The derivative of the log-partition in the logarithm of z, by differentiation.
        tables["tau", parameter] = tuple((z * log(total).diff(z)).subs(at) for z in bases)
    tables["q",] = _matching(tables["p", theta_0], statistics)
    return World(((i, size), (j, _STATISTICS), (l, _STATISTICS)), tuple(tables.items()))


def _matching(masses: Row, statistics: Sequence[Sequence[Expr]]) -> Row:
    """Another distribution with the same means: a step along which neither they nor the total change."""
    direction = Matrix([[S.One] * len(masses), *statistics]).nullspace()[0]
    step = min(mass / abs(one) for mass, one in zip(masses, direction, strict=True) if one != 0) / 2
    return tuple(mass + step * one for mass, one in zip(masses, direction, strict=True))


@dataclass(frozen=True)
class MapWorld:
    """Densities ``f = a x**(a - 1)`` and ``g = b x**(b - 1)`` on (0, 1), moved by the inverse map ``h(y) = y**c``."""

    a: Rational
    b: Rational
    c: Rational

    def number(self, term: Term) -> Expr:
        """Return a density, the inverse or its stretch as a function of the place.

        >>> MapWorld(Integer(2), Integer(3), Integer(-1)).number(Mass("f_Y", Integer(2)))
        1/4
        """
        if isinstance(term, Inverse):
            return term.args[0] ** self.c
        if isinstance(term, Stretch):
            return abs(self.c) * term.args[0] ** (self.c - 1)
        name, at = str(term.args[0]), term.args[1]
        power = self.a if name.startswith("f") else self.b
        if name.endswith("_Y"):
            return power * abs(self.c) * at ** (self.c * power - 1)
        return power * at ** (power - 1)

    def integral(self, integrand: Expr, index: Symbol) -> Expr:
        """Integrate powers with logarithms from 0 to 1, or from 1 to infinity where a falling map sends them there.

        >>> MapWorld(Integer(2), Integer(3), Integer(-1)).integral(log(_Y) / _Y**3, y)
        1/4
        """
        beyond = index == y and self.c < 0
        total = S.Zero
        spread = expand_log(integrand).expand()
        for term in Add.make_args(spread) if spread != 0 else ():
            number, rest = term.as_independent(_Y, as_Add=False)
            factors = [factor.as_base_exp() for factor in Mul.make_args(rest)]
            power = Add(*(exponent for base, exponent in factors if base == _Y))
            logs = Add(*(exponent for base, exponent in factors if base == log(_Y)))
            if rest != _Y**power * log(_Y) ** logs or logs not in (0, 1) or (power + 1) * (-1 if beyond else 1) <= 0:
                raise UndecidedError(f"{term} is not integrated")
            total += number * {0: 1 / abs(power + 1), 1: (1 if beyond else -1) / (power + 1) ** 2}[int(logs)]
        return total


@lru_cache(maxsize=1)
def map_worlds() -> tuple[MapWorld, ...]:
    """Return densities with rising and falling maps.

    >>> {world.c > 0 for world in map_worlds()} == {True, False}
    True
    """
    powers = ((2, 3, 2), (3, 2, -1), (1, 2, Rational(3, 2)), (4, 1, -2))
    return tuple(MapWorld(*map(Rational, row)) for row in powers)


def concrete(e: Basic, world: World | MapWorld) -> Expr:
    """Return what ``e`` is in ``world``: sums and integrals carried out.

    >>> concrete(Total(Mass("q", i), i), pair_worlds()[0])
    1
    """
    if isinstance(e, (Divergence, Entropy)):  # a cross-entropy is one as well
        return concrete(_meaning(e), world)
    if isinstance(e, Expected):
        return concrete(_summed(e.args[0], e.args[0] * e.args[1]), world)
    if isinstance(e, Total):
        if isinstance(world, MapWorld):
            return world.integral(concrete(e.summand.xreplace({e.index: _Y}), world), e.index)
        return Add(*(concrete(e.summand.xreplace({e.index: Integer(at)}), world) for at in world.range(e.index)))
    if isinstance(e, Term):
        return world.number(e.func(e.args[0], *(concrete(arg, world) for arg in e.args[1:])))
    return e.func(*(concrete(arg, world) for arg in e.args)) if e.args else e


def _meaning(e: Term) -> Expr:
    first, last = e.args[0], e.args[-1]
    if isinstance(e, Divergence):
        return _summed(first, first * (log(first) - log(last)))
    return -_summed(first, first * log(last))


def _summed(mass: Mass, summand: Expr) -> Expr:
    bound = mass.args[1:] if isinstance(mass, Joint) else (mass.index,)
    for index in bound:
        summand = Total(summand, index)
    return summand


def tried(difference: Expr, worlds: Sequence[World | MapWorld], at_least: bool = False) -> Finding:
    """Return what the worlds say of ``difference = 0``, or of ``difference >= 0``: refuted, borne out, or nothing.

    >>> tried(Entropy(Mass("q", i)), pair_worlds()).evidence.value
    'refuted'
    """
    cases = (
        (f"concrete case {number}", [concrete(one, world) for one in _of_all(difference, world)])
        for number, world in enumerate(worlds)
    )
    return borne_out(cases, at_least)


def _of_all(difference: Expr, world: World | MapWorld) -> list[Expr]:
    """The claim itself, or one for every choice of the indices that are left open in it."""
    left = sorted(_open(difference) & {i, j, l, x, y}, key=str)
    if isinstance(world, MapWorld):
        places = {x: Rational(1, 3), y: Rational(1, 3) if world.c > 0 else Integer(3)}
        return [difference.xreplace({one: places[one] for one in left})]
    choices = product(*(world.range(one) for one in left))
    return [difference.xreplace(dict(zip(left, map(Integer, choice), strict=True))) for choice in choices]


def _open(e: Basic) -> set[Symbol]:
    """The indices that no sum binds."""
    if isinstance(e, Total):
        return _open(e.summand) - {e.index}
    if isinstance(e, (Divergence, Entropy, Expected)):
        mass = e.args[0]
        bound = set(mass.args[1:]) if isinstance(mass, Joint) else {mass.index}
        return set().union(*(_open(arg) for arg in e.args)) - bound
    if isinstance(e, Symbol):
        return {e}
    return set().union(*(_open(arg) for arg in e.args))
