"""Which small concrete families a claim of the theorem is tried in, and what it says there, in exact numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from random import Random

from flint import arb
from sympy import Add, Basic, Expr, Integer, Mul, Rational, S, Symbol, Tuple, log

from .ball_data import evaluate, is_zero_at
from .balls import precision
from .derivation import Evidence, Finding
from .theorem_names import CrossEntropy, Divergence, Entropy, Expected, Gap, MeanLogLikelihood
from .theorem_terms import Datum, Factors, Level, Mass, Slope, Term, Total, i, k, m, n, t, theta, theta_0, theta_1, u, v

_CASES = 6
# What binds the index of the masses inside it.
_BINDERS = (Total, Factors, Entropy, Divergence, Expected, MeanLogLikelihood)


@dataclass(frozen=True)
class Case:
    """A finite family, a distribution and a dataset in exact numbers.

    Attributes
    ----------
    weights
        ``q``: the probability of each atom, zeros allowed.
    slopes
        For each atom ``(a, b)``: the member at ``theta`` gives it a probability in proportion to ``a + b theta**2``.
    data
        The observations, each the number of an atom.
    at
        The parameter values.
    """

    weights: tuple[Rational, ...]
    slopes: tuple[tuple[Rational, Rational], ...]
    data: tuple[int, ...]
    at: tuple[tuple[Symbol, Rational], ...]

    @property
    def size(self) -> int:
        """The number of atoms.

        >>> case([1, 2], [(1, 1), (2, 1)], [1, 2, 2]).size
        2
        """
        return len(self.weights)

    def mass(self, name: str, atom: int, parameters: tuple[Expr, ...]) -> Expr:
        """Return the probability, count or density of an atom, as a function of the parameters.

        >>> case([1, 2], [(1, 1), (2, 1)], [1, 2, 2]).mass("n", 2, ())
        2
        """
        count = Integer(self.data.count(atom))
        if name == "n":
            return count
        if name == "p_hat":
            return count / len(self.data)
        if not parameters:
            return self.weights[atom - 1]
        # A ratio of two plain polynomials in the square of the parameter.
        (a, b), square = self.slopes[atom - 1], parameters[0] ** 2
        constants, coefficients = (Add(*column) for column in zip(*self.slopes, strict=True))
        return (a + b * square) / (constants + coefficients * square)


def case(
    weights: Sequence[int],
    slopes: Sequence[tuple[int, int]],
    data: Sequence[int],
    at: Mapping[Symbol, Rational] | None = None,
) -> Case:
    """Return the case whose ``q`` is in proportion to ``weights``; parameters not in ``at`` get fixed odd values.

    >>> case([1, 3], [(1, 1), (1, 2)], [1]).weights
    (1/4, 3/4)
    """
    values = dict.fromkeys((t, u, v), Rational(3, 8)) | {theta: Rational(5, 7), theta_0: Rational(-3, 11)}
    values |= {theta_1: Rational(8, 5), **(at or {})}
    total = sum(weights)
    return Case(
        tuple(Rational(w, total) for w in weights),
        tuple((Rational(a), Rational(b)) for a, b in slopes),
        tuple(data),
        tuple(values.items()),
    )


@lru_cache(maxsize=1)
def random_cases() -> tuple[Case, ...]:
    """Return the cases in which every claim is tried: the same in every run, some with atoms of no probability.

    >>> {0 in each.weights for each in random_cases()}
    {False, True}
    """
    found = []
    for number in range(_CASES):
        rng = Random(f"theorem {number}")
        size = rng.randint(2, 5)
        # Every second case has full support, so that a claim with swapped arguments is finite there.
        weights = [rng.randint(1, 9) for _ in range(size)]
        if number % 2:
            weights[rng.randrange(size)] = 0
        data = [rng.randint(1, size) for _ in range(rng.randint(size, 2 * size))]
        free = [not weights[atom] and atom + 1 not in data for atom in range(size)]
        slopes = [(0, 0) if none else (rng.randint(1, 9), rng.randint(1, 9)) for none in free]
        at = {s: Rational(Fraction(rng.randint(1, 30), 13)) for s in (theta, theta_0, theta_1, t, u, v)}
        found.append(case(weights, slopes, data, at))
    return tuple(found)


def concrete(expression: Expr, world: Case) -> Expr:
    """Return what ``expression`` is in ``world``: sums carried out, parameters at their values, logarithms exact.

    >>> from thetahat.proofs.theorem_terms import i
    >>> concrete(Entropy(Mass("q", i)), case([1, 1], [(1, 1), (1, 2)], [1]))
    log(2)
    """
    return _carried_out(expression, world).subs(dict(world.at))


def _carried_out(e: Basic, world: Case) -> Expr:
    if isinstance(e, Slope):
        return _carried_out(e.args[0], world).diff(e.args[1])
    if isinstance(e, Mass):
        return world.mass(e.name, int(_carried_out(e.index, world)), tuple(e.args[2:]))
    if isinstance(e, Datum):
        return Integer(world.data[int(e.args[0]) - 1])
    if isinstance(e, Level):
        edge = int(_carried_out(e.args[0], world))
        return Add(*(world.mass("P", atom, e.args[1:]) for atom in range(1, edge + 1)))
    if isinstance(e, Total):
        return Add(*(_at(e.summand, e.index, atom, world) for atom in _range(e, world)))
    if isinstance(e, Factors):
        return Mul(*(_at(e.args[0], e.args[1], atom, world) for atom in range(1, world.size + 1)))
    if isinstance(e, Term):
        return _named(e, world)
    if e in (m, n):
        return Integer(world.size if e == m else len(world.data))
    return e.func(*(_carried_out(arg, world) for arg in e.args)) if e.args else e


def _at(e: Expr, index: Symbol, atom: int, world: Case) -> Expr:
    return _carried_out(e.xreplace({index: Integer(atom)}), world)


def _range(total: Total, world: Case) -> list[int]:
    every = range(1, (len(world.data) if total.index == k else world.size) + 1)
    if total.carrier is None:
        return list(every)
    return [atom for atom in every if (_at(total.carrier, total.index, atom, world) == 0) == total.outside]


def _named(e: Term, world: Case) -> Expr:
    """The named quantities, straight from lists of numbers: written apart from the definitions that proofs use."""
    if isinstance(e, Gap):
        at = _carried_out(e.args[0], world)
        return at - 1 - log(at)
    if isinstance(e, MeanLogLikelihood):
        name, parameters = e.args[0].name, tuple(e.args[0].args[2:])
        return Add(*(log(world.mass(name, atom, parameters)) for atom in world.data)) / len(world.data)
    if isinstance(e, Expected):
        index = e.args[0].index
        weights = _column(e.args[0], world)
        return Add(*(w * _at(e.args[1], index, a + 1, world) for a, w in enumerate(weights) if w != 0))
    columns = [_column(arg, world) for arg in e.args]
    averaging, other = columns[0], columns[-1]
    cross = Add(*(-w * log(v) for w, v in zip(averaging, other, strict=True) if w != 0))
    if isinstance(e, Divergence):
        return cross + Add(*(w * log(w) for w in averaging if w != 0))
    if isinstance(e, (Entropy, CrossEntropy)):
        return cross
    raise TypeError(f"no meaning in numbers is known for {e}")


def _column(mass: Basic, world: Case) -> list[Expr]:
    if isinstance(mass, Tuple):
        return list(mass.args)
    return [_at(mass, mass.index, atom, world) for atom in range(1, world.size + 1)]


def tried(difference: Expr, at_least: bool = False) -> Finding:
    """Return what the cases say of ``difference = 0``, or of ``difference >= 0``: refuted, borne out, or nothing.

    A case refutes only where a ball excludes the claim. To be borne out everywhere is no proof, and no case decided
    is no support.

    >>> from thetahat.proofs.theorem_terms import i
    >>> tried(Entropy(Mass("q", i))).evidence, tried(Entropy(Mass("q", i)), at_least=True).evidence
    (<Evidence.REFUTED: 'refuted'>, <Evidence.BALL: 'ball'>)
    """
    return borne_out(
        (
            (f"case {number}: {shown(world)}", [concrete(each, world) for each in _of_every_atom(difference, world)])
            for number, world in enumerate(random_cases())
        ),
        at_least,
    )


def borne_out(cases: Iterable[tuple[str, Sequence[Expr]]], at_least: bool = False) -> Finding:
    """Return what cases say of a claim: each has a name, and numbers that the claim wants to be 0, or at least 0.

    >>> borne_out([("case 0", [S.Zero]), ("case 1", [S.One])])
    Finding(evidence=<Evidence.REFUTED: 'refuted'>, detail='false in case 1')
    """
    decided = 0
    for name, values in cases:
        verdicts = [holds(value, at_least) for value in values]
        if False in verdicts:
            return Finding(Evidence.REFUTED, f"false in {name}")
        decided += None not in verdicts
    if not decided:
        return Finding(Evidence.UNDECIDED, "no concrete case could be decided")
    return Finding(Evidence.BALL, f"true in {decided} concrete cases")


def _of_every_atom(difference: Expr, world: Case) -> list[Expr]:
    """The claim itself; one for each atom where it is about an atom ``i`` rather than a sum over them."""
    if not _is_open(difference):
        return [difference]
    return [difference.xreplace({i: Integer(atom)}) for atom in range(1, world.size + 1)]


def _is_open(e: Basic) -> bool:
    return e == i or (not isinstance(e, _BINDERS) and any(_is_open(arg) for arg in e.args))


def holds(value: Expr, at_least: bool = False) -> bool | None:
    """Return whether a number is zero (or at least zero), ``None`` where that stays open.

    >>> holds(log(Integer(4)) - 2 * log(Integer(2))), holds(S.One), holds(S.One, at_least=True)
    (True, False, True)
    """
    if value.has(S.ComplexInfinity, S.NaN, S.Infinity, S.NegativeInfinity):
        return None
    zero = is_zero_at(value, {})
    return True if zero is False and at_least and _ball(value) > 0 else zero


def _ball(value: Expr) -> arb:
    with precision(1200):  # the widest that is_zero_at works with, so that what it decided is decided here
        return evaluate(value, {})


def shown(world: Case) -> str:
    """Return the case as it reads in a message.

    >>> shown(case([1, 3], [(1, 1), (1, 2)], [1, 2]))
    'q = 1/4, 3/4; p = 74/173, 99/173; data = 1, 2'
    """
    p = [world.mass("p", atom + 1, (theta,)).subs(dict(world.at)) for atom in range(world.size)]
    columns = (("q", world.weights), ("p", p), ("data", world.data))
    return "; ".join(f"{name} = {', '.join(map(str, values))}" for name, values in columns)
