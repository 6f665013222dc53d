"""Whether a family is exponential: the form found by syntax, its size bounded from below by a minor in balls."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from flint import arb, arb_mat
from sympy import Abs, Add, Expr, Integer, Max, Mul, S, Symbol

from .algebra.atoms import Mean, atoms_of
from .algebra.signs import is_nonnegative
from .algebra.size import cancelled, factored
from .apart import log_density_form
from .ball_data import evaluate
from .balls import precision
from .bounds import Bounds
from .family import Family
from .probes import at, data_points, parameter_points


@dataclass(frozen=True)
class ExponentialForm:
    """``log p = sum_j eta_j T_j - A + log h``: natural parameters, statistics, log-partition, log base measure.

    ``rank`` is a proved lower bound of the number of statistics that any exponential form of the family has;
    the form is minimal where it equals ``len(statistics)``.
    """

    statistics: tuple[Expr, ...]
    eta: tuple[Expr, ...]
    log_partition: Expr
    log_base_measure: Expr
    rank: int

    @property
    def minimal(self) -> bool:
        """Whether no exponential form with fewer statistics exists."""
        return self.rank == len(self.statistics)


def mean_log_density(family: Family) -> Expr:
    """Return the average of the log-density over the data, in ``Mean`` atoms.

    >>> from thetahat import family
    >>> mean_log_density(family("exponential"))
    -lambda*Mean(x, x) + log(lambda)
    """
    return Mean(log_density_form(family), *family.columns)


def split_means(family: Family) -> tuple[dict[Expr, Expr], Expr, Expr]:
    """Return the parts of the mean log-density: (statistic -> coefficient), the rest, the base measure.

    A statistic is the integrand of an average free of parameters whose coefficient is not; the base measure
    collects what is free of parameters altogether; the rest is everything else.
    """
    estimated = set(family.symbols)
    parts: list[tuple[Expr, Expr]] = []
    others: list[Expr] = []
    base = S.Zero
    for term in Add.make_args(
        mean_log_density(family).expand(func=False, log=False, power_base=False, power_exp=False)
    ):
        atoms = [part for part in Mul.make_args(term) if isinstance(part, Mean)]
        if not term.free_symbols & estimated:
            base += term
        elif len(atoms) == 1 and not atoms[0].free_symbols & estimated and not atoms_of(term / atoms[0]):
            parts.append((atoms[0].integrand, term / atoms[0]))
        else:
            others.append(term)
    coefficients = _merged(_summed(parts), estimated)
    complete = not any(map(atoms_of, others))
    if complete and any(isinstance(coefficient, Add) for coefficient in coefficients.values()):
        simpler, left = _by_factor(parts, others, family)
        if len(simpler) <= len(coefficients):
            coefficients, others = simpler, left
    return coefficients, Add(*others), base


def _summed(parts: Iterable[tuple[Expr, Expr]]) -> dict[Expr, Expr]:
    """Add up the coefficients of each statistic."""
    coefficients: dict[Expr, Expr] = {}
    for statistic, coefficient in parts:
        coefficients[statistic] = coefficients.get(statistic, S.Zero) + coefficient
    return coefficients


def _by_factor(
    parts: list[tuple[Expr, Expr]], others: list[Expr], family: Family
) -> tuple[dict[Expr, Expr], list[Expr]]:
    """Join what shares a factor in the parameters into one statistic, and with it the terms free of data that do.

    With ``a (|x - m| + x) + b (|x - m| - x) + (b - a) m``, twice the parts of ``x - m`` above and below zero come out,
    where ``a + b`` and ``a - b`` as coefficients of ``|x - m|`` and ``x`` leave equations that are harder to solve.
    """
    estimated = set(family.symbols)
    joined: dict[Expr, Expr] = {}
    left: list[Expr] = []
    for statistic, coefficient in (*parts, *((S.One, term) for term in others)):
        ratios = ((leader, cancelled(coefficient / leader)) for leader in joined)
        found = next(((leader, ratio) for leader, ratio in ratios if not ratio.free_symbols & estimated), None)
        if found is not None:
            leader, ratio = found
            joined[leader] += ratio * statistic
        elif statistic is S.One:
            left.append(coefficient)
        else:
            joined[coefficient] = statistic
    oriented: list[tuple[Expr, Expr]] = []
    for leader, statistic in joined.items():
        size, one = _one_sided(statistic)
        turned = one.could_extract_minus_sign() and not is_nonnegative(one, family.domain)
        sign = -1 if turned or is_nonnegative(-one, family.domain) else 1
        oriented.append((sign * one, sign * size * leader))
    return _by_sides(_summed(oriented)), left


def _by_sides(coefficients: dict[Expr, Expr]) -> dict[Expr, Expr]:
    """Write ``u`` beside ``max(0, u)`` as the difference of both sides: each of them has a sign, and ``u`` has none.

    >>> from sympy import Symbol
    >>> x, a, b = (Symbol(name, real=True) for name in "xab")
    >>> _by_sides({x: a, Max(0, x): b})
    {Max(0, x): a + b, Max(0, -x): -a}
    """
    for side in [one for one in coefficients if isinstance(one, Max) and S.Zero in one.args]:
        (inner,) = set(side.args) - {S.Zero}
        for whole in [one for one in coefficients if not isinstance(one, Max)]:
            ratio = cancelled(whole / inner)
            if ratio.is_number:
                slope = ratio * coefficients[whole]
                others = ((one, value) for one, value in coefficients.items() if one is not whole)
                both = _summed((*others, (side, slope), (Max(0, -inner), -slope)))
                return {one: factored(value) if isinstance(one, Max) else value for one, value in both.items()}
    return coefficients


def _one_sided(statistic: Expr) -> tuple[Expr, Expr]:
    """Write ``|u| + u`` as twice ``max(0, u)``, whose average is computed without cancellation; number and function.

    >>> from sympy import Abs
    >>> x = Symbol("x", real=True)
    >>> _one_sided(Abs(x) - x), _one_sided(Abs(x) + 2 * x)
    ((2, Max(0, -x)), (1, 2*x + Abs(x)))
    """
    for kink in statistic.atoms(Abs):
        factor = statistic.coeff(kink)
        for side in (kink.args[0], -kink.args[0]):
            if factor and (statistic - factor * (kink + side)).expand() == 0:
                return 2 * factor, Max(0, side)
    return S.One, statistic


def _merged(coefficients: dict[Expr, Expr], estimated: set[Symbol]) -> dict[Expr, Expr]:
    """Join statistics whose coefficients differ by a factor free of parameters into one."""
    merged: dict[Expr, Expr] = {}
    for statistic, coefficient in coefficients.items():
        for other, leader in merged.items():
            ratio = cancelled(coefficient / leader)
            if not ratio.free_symbols & estimated:
                del merged[other]
                merged[other + ratio * statistic] = leader
                break
        else:
            merged[statistic] = coefficient
    return merged


@lru_cache(maxsize=512)
def exponential_form(family: Family) -> ExponentialForm | None:
    """Return the exponential form of ``family``, or ``None`` where its log-density has none by syntax.

    >>> from thetahat import family
    >>> exponential_form(family("gamma")).statistics
    (x, log(x))
    """
    coefficients, rest, base = split_means(family)
    if atoms_of(rest):
        return None
    log_base = Add(*(_unbarred(term) for term in Add.make_args(base)))
    statistics = tuple(sorted(coefficients, key=lambda statistic: (statistic.count_ops(), statistic.sort_key())))
    eta = tuple(coefficients[statistic] for statistic in statistics)
    return ExponentialForm(statistics, eta, -rest, log_base, rank_bound(family, len(statistics)))


def _unbarred(term: Expr) -> Expr:
    return term.replace(lambda node: isinstance(node, Mean), lambda node: node.integrand)


@lru_cache(maxsize=512)
def rank_bound(family: Family, largest: int) -> int:
    """Return a proved lower bound, at most ``largest``, of the number of statistics of any exponential form.

    The matrix ``L(x_i, theta_j) - L(x_0, theta_j) - L(x_i, theta_0) + L(x_0, theta_0)`` of log-densities has rank
    at most k for a family with k statistics (Barndorff-Nielsen 1978, section 8.1); a minor whose ball excludes
    zero is therefore a proof that fewer do not suffice.
    """
    for size in range(largest, 0, -1):
        if any(_minor_is_nonzero(family, size, seed) for seed in (1, 2, 3)):
            return size
    return 0


def _minor_is_nonzero(family: Family, size: int, seed: int) -> bool:
    thetas = parameter_points(family, size + 1, seed)
    constants = {item.symbol: thetas[0][item.symbol] for item in family.constants}
    thetas = [theta | constants for theta in thetas]
    points = _common_points(family, thetas, size + 1, seed)
    if len(points) <= size:
        return False
    with precision(256):
        table = [[evaluate(family.log_density, theta | point) for theta in thetas] for point in points]
        centred = [
            [table[i][j] - table[0][j] - table[i][0] + table[0][0] for j in range(1, size + 1)]
            for i in range(1, size + 1)
        ]
        minor = arb_mat(centred).det()
        return bool(minor.is_finite() and not minor.contains(arb(0)))


def _common_points(family: Family, thetas: list[dict[Symbol, Expr]], count: int, seed: int) -> list[dict[Symbol, Expr]]:
    """Distinct data points that lie in the support of every member in ``thetas``."""
    points: list[dict[Symbol, Expr]] = []
    supports = [at(family.bounds, theta) for theta in thetas] if family.bounds.free_symbols else []
    # Where the support is free of parameters, the same seed gives the same points for every member.
    for theta in thetas if supports else thetas[:1]:
        for point in data_points(family, theta, 2 * count, seed):
            place = point[family.observation]
            if point not in points and all(_contains(ends, place) for ends in supports):
                points.append(point)
    step = max(1, len(points) // count)
    return points[::step][:count]


def _contains(ends: Bounds, place: Expr) -> bool:
    """Whether a number lies between two numbers; a drawn one is whole already where the support is."""
    above = place >= ends.lo if ends.lo_closed else place > ends.lo
    below = place <= ends.hi if ends.hi_closed else place < ends.hi
    return bool(above == True and below == True)  # noqa: E712


def excluded_up_to(family: Family, largest: int = 4) -> int:
    """Return the largest k up to ``largest`` for which a minor in balls excludes exponential forms with k statistics.

    >>> from thetahat import family
    >>> excluded_up_to(family("weibull"))
    4
    """
    return rank_bound(family, largest + 1) - 1 if rank_bound(family, largest + 1) else 0


def count(form: ExponentialForm) -> Expr:
    """Return the number of statistics as a SymPy integer.

    >>> from thetahat import family
    >>> count(exponential_form(family("normal")))
    2
    """
    return Integer(len(form.statistics))
