"""Closed forms of symbolic dimension beside sums and integrals over explicit log-densities; and planted errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import product
from random import Random
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from sympy import (
    Add,
    Expr,
    Integer,
    Rational,
    Symbol,
    diag,
    eye,
    hessian,
    kronecker_product,
    lambdify,
    log,
    loggamma,
    pi,
    simplify,
    zeros,
)
from sympy import Matrix as Numbers

from thetahat import family
from thetahat.proofs import closed_forms as scalar_forms
from thetahat.proofs.errors import DeclarationError
from thetahat.proofs.registry import structured, structured_catalogue
from thetahat.proofs.structured import closed_forms
from thetahat.proofs.structured.closed_forms import direction_of
from thetahat.proofs.structured.diagonal import DiagonalProjection, diagonal_i_projection, diagonal_m_projection
from thetahat.proofs.structured.explicit import explicit
from thetahat.proofs.structured.family import StructuredFamily, Unknown
from thetahat.proofs.structured.laws import ChainLaw, CountLaw, MatrixLaw, ShareLaw, law_of
from thetahat.proofs.structured.lemmas import Gaussian
from thetahat.proofs.structured.naming import renamed
from thetahat.proofs.structured.plates import Component, DatumComponent, Plate
from thetahat.proofs.structured.terms import Matrix, shape

NAMES = [one.name for one in structured_catalogue() if law_of(structured(one.name)) is not None]
# Quadrature in doubles: sums of up to some 10**5 terms whose sizes are about 1.
AGREED = 1e-9
FORMS = ("entropy_of", "cross_entropy", "kl", "fisher_information", "log_partition")

_x, _t = DatumComponent("x", "real"), DatumComponent("t", "positive")
_m, _c, _a, _b = Component("m", "real"), *(Component(name, "positive") for name in "cab")
# A precision that is gamma, and a normal number whose precision is a multiple of it.
NORMAL_GAMMA = StructuredFamily(
    name="normal_gamma",
    observation=(_x, _t),
    parameters=tuple(map(Unknown, (_m, _c, _a, _b))),
    log_density=log(_c * _t / (2 * pi)) / 2
    - _c * _t * (_x - _m) ** 2 / 2
    + _a * log(_b)
    - loggamma(_a)
    + (_a - 1) * log(_t)
    - _b * _t,
    sizes=(),
)
_wishart = structured("wishart")
FREE_DEGREES = replace(_wishart, name="free_degrees", parameters=(*_wishart.parameters, *_wishart.known), known=())
EXTRA = {one.name: one for one in (NORMAL_GAMMA, FREE_DEGREES)}

Values = dict[str, Any]
Nodes = tuple[np.ndarray, list[np.ndarray]]


class Case:
    """A family in a small size with two members and a direction, in exact numbers, and its observation in symbols."""

    def __init__(self, one: StructuredFamily, size: int, seed: int) -> None:
        self.family, self.rng = one, Random(f"{one.name} {size} {seed}")
        self.sizes: dict[Symbol, int] = {side: size - (at % 2) for at, side in enumerate(one.sizes)}
        if one.rows is not None:
            self.sizes[one.rows] = size + 1
        self.known = {each.name: self._drawn(each) for each in one.known}
        first = {each.name: self._drawn(each) for each in one.parameters}
        self.members = [first, {each.name: self._other(each, first[each.name]) for each in one.parameters}]
        self.direction = {each.name: self._direction(each) for each in one.parameters}
        self.entries, self.observation = self._observed()

    def _shape(self, term: Expr) -> tuple[int, int]:
        rows, cols = (int(explicit(side, self.sizes, {})) for side in shape(term))
        return rows, cols

    def _number(self, low: int, high: int) -> Rational:
        return Rational(self.rng.randint(low, high), 3)

    def _drawn(self, one: Unknown) -> Any:
        term = one.term
        if isinstance(term, Matrix):
            found = Numbers(*self._shape(term), lambda *_: self._number(-4, 4))
            return found * found.T + 2 * Numbers.eye(found.rows) if term.kind == "spd" else found
        if isinstance(term, Component) and term.indices:
            raw = [self._number(4, 12) for _ in range(self.sizes[self.family.last(term.indices[0])])]
            return [each / sum(raw) for each in raw] if one.simplex is not None else raw
        return Integer(self.rng.randint(3, 4)) if term.is_integer else self._number(16, 21)

    def _other(self, one: Unknown, value: Any) -> Any:
        found = self._drawn(one)
        while found == value:
            found = self._drawn(one)
        return found

    def _direction(self, one: Unknown) -> Any:
        if isinstance(one.term, Matrix):
            found = Numbers(*self._shape(one.term), lambda *_: self._number(-4, 4))
            return found + found.T if one.definite else found
        if isinstance(one.term, Component) and one.term.indices:
            raw = [self._number(-4, 4) for _ in range(self.sizes[self.family.last(one.term.indices[0])])]
            return [each - sum(raw) / len(raw) for each in raw] if one.simplex is not None else raw
        return self._number(1, 4)

    def _observed(self) -> tuple[list[Symbol], Values]:
        term, *more = self.family.observation
        if more:
            names = {each.name: Symbol(each.name, real=True, positive=each.is_positive) for each in (term, *more)}
            return list(names.values()), names
        if isinstance(term, Component):
            entries = [Symbol(f"x{at}", positive=True) for at in range(self.sizes[self.family.sizes[0]])]
            return entries, {term.name: entries}
        rows, cols = self._shape(term)
        at = (lambda i, j: (min(i, j), max(i, j))) if term.kind == "spd" else (lambda i, j: (i, j))
        found = Numbers(rows, cols, lambda i, j: Symbol("x{}_{}".format(*at(i, j)), real=True))
        return list(dict.fromkeys(found)), {term.name: found}

    def log_density(self, theta: Values) -> Expr:
        return explicit(self.family.log_density, self.sizes, {**self.known, **theta, **self.observation})

    def moved(self, theta: Values, step: Expr) -> Values:
        def plus(name: str) -> Any:
            towards = self.direction[name]
            if isinstance(towards, list):
                return [one + step * other for one, other in zip(theta[name], towards, strict=True)]
            return theta[name] + towards * step

        return {name: plus(name) for name in theta}

    def value(self, form: Expr, first: Values, second: Values | None = None) -> Expr:
        """A closed form at one member, with the direction, or at two."""
        given = dict(self.known)
        for one in self.family.parameters:
            if second is None:
                given[one.name] = first[one.name]
                given[str(direction_of(one.term).name)] = self.direction[one.name]
            else:
                given |= {str(renamed(one.term, end).name): at[one.name] for end, at in (("0", first), ("1", second))}
        return explicit(form, self.sizes, given)


@lru_cache(maxsize=64)
def case(name: str, size: int = 2, seed: int = 0) -> Case:
    return Case(declared(name), size, seed)


def declared(name: str) -> StructuredFamily:
    return EXTRA[name] if name in EXTRA else structured(name)


def on(nodes: list[np.ndarray], value: Expr, entries: list[Symbol]) -> np.ndarray:
    """An expression at every node."""
    return np.asarray(lambdify(entries, value, ["scipy", "numpy"])(*nodes)) + np.zeros_like(nodes[0])


def nodes_of(one: Case) -> Nodes:
    """Weights of member 0 and points, for its law; the weights come from the explicit density and add up to one."""
    law, density = law_of(one.family), one.log_density(one.members[0])
    if isinstance(law, CountLaw):
        draws = int(explicit(law.draws, one.sizes, one.known))
        counts = [at for at in product(range(draws + 1), repeat=len(one.entries)) if sum(at) == draws]
        points = [np.array(column, dtype=float) for column in zip(*counts, strict=True)]
        return np.exp(on(points, density, one.entries)), points
    if isinstance(law, ShareLaw):
        return _over_shares(one, density)
    if isinstance(law, ChainLaw):
        return _over_precisions(one, density)
    if isinstance(law, MatrixLaw) and not isinstance(law.lemma, Gaussian):
        return _over_definite(one, density)
    return _over_lines(one, density)


def _over_lines(one: Case, density: Expr) -> Nodes:
    """Gauss and Hermite's nodes for the Gaussian that an explicit quadratic polynomial is, exact up to degree 5."""
    real = [Symbol(f"z{at}", real=True) for at in range(len(one.entries))]
    plain = density.xreplace(dict(zip(one.entries, real, strict=True)))
    precision = -hessian(plain, real)
    assert not precision.free_symbols
    slope = Numbers([plain.diff(z).subs(dict.fromkeys(real, 0)) for z in real])
    centre = np.array(precision.inv() * slope, dtype=float).ravel()
    root = np.linalg.cholesky(np.array(precision.inv(), dtype=float))
    at, weight = np.polynomial.hermite_e.hermegauss(3)
    grid = np.array(list(product(at, repeat=len(real)))).T
    weights = np.prod(np.array(list(product(weight / weight.sum(), repeat=len(real)))), axis=1)
    points = list(centre[:, None] + root @ grid)
    normal = -np.log(np.diag(root)).sum() - len(real) * np.log(2 * np.pi) / 2 - (grid**2).sum(axis=0) / 2
    return weights * np.exp(on(points, density, one.entries) - normal), points


def _over_precisions(one: Case, density: Expr) -> Nodes:
    """A real and a positive number, by the logarithm of the one and the other in units of its root, from its centre."""
    step = 0.2
    logs, units = (grid.ravel() for grid in np.meshgrid(np.arange(-12, 6, step), np.arange(-16, 16, step)))
    points = [float(one.members[0]["m"]) + units * np.exp(-logs / 2), np.exp(logs)]
    return step**2 * np.exp(logs / 2 + on(points, density, one.entries)), points


def _over_shares(one: Case, density: Expr) -> Nodes:
    """Sticks broken off one after the other, by the trapezoidal rule in the logits of where they break."""
    step = 0.25
    logits = np.arange(-44, 44 + step, step)
    grids = np.meshgrid(*[logits] * (len(one.entries) - 1), indexing="ij")
    left, jacobian, points = np.ones(grids[0].size), np.full(grids[0].size, step ** len(grids)), []
    for grid in grids:
        part, rest = 1 / (1 + np.exp(-grid.ravel())), 1 / (1 + np.exp(grid.ravel()))
        points.append(left * part)
        jacobian = jacobian * left * part * rest
        left = left * rest
    points.append(left)
    return jacobian * np.exp(on(points, density, one.entries)), points


def _over_definite(one: Case, density: Expr) -> Nodes:
    """Positive definite matrices of size 1 and 2, by logarithms of the diagonal and the logit of the correlation."""
    step = 0.2
    logs = np.arange(-12, 7, step)
    if len(one.entries) == 1:
        points = [np.exp(logs)]
        return step * points[0] * np.exp(on(points, density, one.entries)), points
    u, v, w = (grid.ravel() for grid in np.meshgrid(logs, logs, np.arange(-9, 9, step), indexing="ij"))
    scale = np.exp((u + v) / 2)
    points = [np.exp(u), scale * np.tanh(w), np.exp(v)]
    (term,) = one.family.observation
    inside = one.observation[term.name]
    # log det S without cancellation, where the correlation is nearly one.
    determinant, name = inside.det(), Symbol("determinant", positive=True)
    bare = density.replace(
        lambda node: isinstance(node, log) and (node.args[0] - determinant).expand() == 0, lambda _: log(name)
    )
    values = on([*points, scale**2 / np.cosh(w) ** 2], bare, [*one.entries, name])
    return step**3 * scale**3 / np.cosh(w) ** 2 * np.exp(values), points


def expected(one: Case, nodes: Nodes, value: Expr) -> float:
    weights, points = nodes
    return float(weights @ on(points, value, one.entries))


def close(first: Any, second: Any) -> bool:
    return bool(abs(float(first) - float(second)) < AGREED * (1 + abs(float(second))))


def sizes_of(name: str) -> tuple[int, ...]:
    law = law_of(declared(name))
    return (
        (1,)
        if isinstance(law, ChainLaw)
        else (1, 2)
        if isinstance(law, MatrixLaw) and not isinstance(law.lemma, Gaussian)
        else (2, 3)
    )


ALL = [*NAMES, *EXTRA]
SIZED = [(name, size) for name in ALL for size in sizes_of(name)]


@pytest.mark.parametrize(("name", "size"), SIZED)
def test_entropy_and_divergences_are_what_sums_over_the_density_give(name: str, size: int) -> None:
    """Of the log-density entry by entry, in two dimensions: no word, plate or lemma is shared."""
    one = case(name, size)
    nodes = nodes_of(one)
    assert close(nodes[0].sum(), 1)
    first, second = (one.log_density(theta) for theta in one.members)
    entropy = closed_forms.entropy_of(one.family)
    if entropy is not None:
        assert close(one.value(entropy.value, one.members[0]), expected(one, nodes, -first))
    between = closed_forms.kl(one.family)
    divergence = expected(one, nodes, first - second)
    assert between is not None
    assert close(one.value(between.value, *one.members), divergence)
    assert divergence > 0
    cross = closed_forms.cross_entropy(one.family)
    assert (cross is None) == (entropy is None)
    if cross is not None:
        assert close(one.value(cross.value, *one.members), expected(one, nodes, -second))


@pytest.mark.parametrize(("name", "size"), SIZED)
def test_information_is_the_variance_of_the_score(name: str, size: int) -> None:
    """It is derived as minus the expected second derivative; here the score is squared."""
    one, step = case(name, size), Symbol("t", real=True)
    form = closed_forms.fisher_information(one.family)
    assert form is not None
    score = one.log_density(one.moved(one.members[0], step)).diff(step).subs(step, 0)
    nodes = nodes_of(one)
    assert abs(expected(one, nodes, score)) < AGREED * 10
    assert close(one.value(form.value, one.members[0]), expected(one, nodes, score**2))


@pytest.mark.parametrize(("name", "size"), SIZED)
def test_divergence_vanishes_between_equals_and_bends_as_the_information(name: str, size: int) -> None:
    """The second derivative of KL(theta || theta + t d) at 0, by differences in 40 digits."""
    one = case(name, size)
    between, form = closed_forms.kl(one.family), closed_forms.fisher_information(one.family)
    assert between is not None
    assert form is not None
    theta, step = one.members[0], Symbol("t", real=True)
    along = one.value(between.value, theta, one.moved(theta, step))
    with mp.workdps(40):
        function = lambdify(step, along, "mpmath")
        assert abs(function(mp.mpf(0))) < mp.mpf(10) ** -35
        assert abs(mp.diff(function, 0)) < mp.mpf(10) ** -15
        value = mp.mpf(str(one.value(form.value, theta).evalf(30)))
        assert abs(mp.diff(function, 0, 2) - value) < mp.mpf(10) ** -12 * (1 + abs(value))


@pytest.mark.parametrize(("name", "size"), [pair for pair in SIZED if pair[0] not in EXTRA])
def test_the_partition_is_what_is_left_where_the_statistics_vanish(name: str, size: int) -> None:
    """Members differ by eta . T(x) - A: where T is 0 by A alone."""
    one = case(name, size)
    form = closed_forms.log_partition(one.family)
    assert form is not None
    first, second = (one.log_density(theta) for theta in one.members)
    nowhere = dict.fromkeys(one.entries, Integer(isinstance(law_of(one.family), ShareLaw)))
    here = (first - second).expand().subs(nowhere)
    before, after = (one.value(form.value, theta) for theta in one.members)
    assert close(here, after - before)


def _normal_natural(first: Values, second: Values, s: Expr) -> Values:
    ends = [(one["Sigma"].inv(), one["Sigma"].inv() * one["mu"]) for one in (first, second)]
    precision, linear = ((1 - s) * a + s * b for a, b in zip(*ends, strict=True))
    return {"Sigma": precision.inv(), "mu": precision.inv() * linear}


def _scale_natural(first: Values, second: Values, s: Expr) -> Values:
    return {"Sigma": ((1 - s) * first["Sigma"].inv() + s * second["Sigma"].inv()).inv()}


def _power_natural(first: Values, second: Values, s: Expr) -> Values:
    return {"a": [(1 - s) * a + s * b for a, b in zip(first["a"], second["a"], strict=True)]}


def _chain_natural(first: Values, second: Values, s: Expr) -> Values:
    ends = [(v["c"], v["c"] * v["m"], v["b"] + v["c"] * v["m"] ** 2 / 2, v["a"]) for v in (first, second)]
    c, linear, rate, a = ((1 - s) * u + s * v for u, v in zip(*ends, strict=True))
    return {"c": c, "m": linear / c, "b": rate - linear**2 / (2 * c), "a": a}


NATURAL: Mapping[str, Callable[[Values, Values, Expr], Values]] = {
    "multivariate_normal": _normal_natural,
    "wishart": _scale_natural,
    "dirichlet": _power_natural,
    "normal_gamma": _chain_natural,
}


@pytest.mark.parametrize("name", NATURAL)
def test_divergence_is_that_of_bregman_of_the_partition(name: str) -> None:
    """KL(0 || 1) = A(eta_1) - A(eta_0) - grad A(eta_0) . (eta_1 - eta_0), along the line between them."""
    one, s = case(name), Symbol("s", real=True)
    between, form = closed_forms.kl(one.family), closed_forms.log_partition(one.family)
    assert between is not None
    assert form is not None
    along = one.value(form.value, NATURAL[name](*one.members, s))
    with mp.workdps(40):
        function = lambdify(s, along, "mpmath")
        bregman = function(mp.mpf(1)) - function(mp.mpf(0)) - mp.diff(function, 0)
        assert abs(bregman - mp.mpf(str(one.value(between.value, *one.members).evalf(30)))) < mp.mpf(10) ** -15


def _planted(form: Expr) -> list[Expr]:
    """Each term lost, and of the other sign: determinants, traces, sums, the dimension; and one half too much."""
    terms = Add.make_args(form)
    return [form - times * term for term in terms for times in (1, 2)] + [form + Rational(1, 2)]


@pytest.mark.parametrize("name", ALL)
def test_planted_errors_do_not_agree(name: str) -> None:
    one = case(name)
    nodes = nodes_of(one)
    first, second = (one.log_density(theta) for theta in one.members)
    divergence = expected(one, nodes, first - second)
    between = closed_forms.kl(one.family)
    assert between is not None
    for wrong in _planted(between.value):
        assert not close(one.value(wrong, *one.members), divergence)
    swapped = one.value(between.value, *reversed(one.members))
    assert close(swapped, divergence) == (not _asymmetric(one.family))


def _asymmetric(one: StructuredFamily) -> bool:
    """Between normal densities that share their covariance the divergence is the same in both directions."""
    law = law_of(one)
    gaussian = law.lemma if isinstance(law, MatrixLaw) and isinstance(law.lemma, Gaussian) else None
    return gaussian is None or gaussian.left.has(*one.terms) or gaussian.right.has(*one.terms)


@pytest.mark.thorough
def test_every_formula_that_was_asked_for_is_there() -> None:
    """All five of each, but for counts whose factorials have no expectation in closed form."""
    missing = {
        (name, form) for name in NAMES for form in FORMS if getattr(closed_forms, form)(structured(name)) is None
    }
    assert missing == {("multinomial", "entropy_of"), ("multinomial", "cross_entropy")}
    normals = {f"multivariate_normal{tail}" for tail in ("", "_mean", "_covariance", "_precision")}
    others = {"diagonal_normal", "isotropic_normal", "matrix_normal", "dirichlet", "categorical_k", "multinomial"}
    assert normals | others | {"wishart"} <= set(NAMES)
    assert len(NAMES) == 16


def test_without_a_lemma_there_is_no_formula() -> None:
    for name in ("poisson_regression", "uniform_regression", "markov_chain"):
        assert [getattr(closed_forms, form)(structured(name)) for form in FORMS] == [None] * len(FORMS)


def test_a_density_that_does_not_integrate_to_one_has_none() -> None:
    for name in NAMES:
        wrong = structured(name)
        wrong = replace(wrong, log_density=wrong.log_density + log(2))
        assert closed_forms.kl(wrong) is None


def test_in_one_dimension_they_are_those_of_numbers() -> None:
    """Two shares are a beta variable and its complement."""
    one, two = structured("dirichlet"), family("beta")
    (k,) = one.sizes
    alpha, beta = two.symbols
    ends = {f"a{end}": [Symbol(f"{s}_{end}", positive=True) for s in (alpha, beta)] for end in "01"}
    between, plain = closed_forms.kl(one), scalar_forms.kl(two)
    assert between is not None
    assert plain is not None
    assert simplify(explicit(between.value, {k: 2}, ends) - plain.value) == 0


def _between(name: str, ends: list[Values], sizes: tuple[int, ...]) -> Expr:
    """The divergence between two members of a shipped family, in numbers."""
    one = structured(name)
    given: Values = {}
    for end, values in zip("01", ends, strict=True):
        given |= {str(renamed(each.term, end).name): values[each.name] for each in one.parameters}
    found = closed_forms.kl(one)
    assert found is not None
    return explicit(found.value, dict(zip(one.sizes, sizes, strict=True)), given)


def test_families_that_hold_one_another_agree() -> None:
    """Diagonal, isotropic, by precision, and stacked columns: each is a normal density, by another derivation."""

    def agree(name: str, members: list[Values], sizes: tuple[int, ...], normal: list[Values]) -> None:
        difference = _between(name, members, sizes) - _between("multivariate_normal", normal, (normal[0]["mu"].rows,))
        assert abs(difference.evalf(30)) < mp.mpf(10) ** -25

    flat = case("diagonal_normal", 3)
    wide = [{"mu": Numbers(one["m"]), "Sigma": diag(*one["v"])} for one in flat.members]
    agree("diagonal_normal", flat.members, (3,), wide)
    even = case("isotropic_normal", 3)
    agree("isotropic_normal", even.members, (3,), [{**one, "Sigma": one["v"] * eye(3)} for one in even.members])
    sharp = case("multivariate_normal_precision", 3)
    agree(
        "multivariate_normal_precision", sharp.members, (3,), [{**m, "Sigma": m["Lambda"].inv()} for m in sharp.members]
    )
    table = case("matrix_normal", 3)
    stacked = [{"mu": one["M"].vec(), "Sigma": kronecker_product(one["V"], one["U"])} for one in table.members]
    agree("matrix_normal", table.members, (3, 2), stacked)


def test_names_of_members_that_are_declared_are_refused() -> None:
    k, K = (Symbol(name, integer=True, positive=True) for name in "kK")
    y = DatumComponent("y", "count", k)

    def counts(*names: str) -> StructuredFamily:
        rates = [Component(name, "positive", k) for name in names]
        return StructuredFamily(
            "counts",
            (y,),
            tuple(map(Unknown, rates)),
            Plate(y * log(Add(*rates)) - Add(*rates) - loggamma(y + 1), k, K),
            (K,),
        )

    with pytest.raises(DeclarationError, match="r0 is declared"):
        closed_forms.kl(counts("r", "r0"))
    with pytest.raises(DeclarationError, match="dr is declared"):
        closed_forms.fisher_information(counts("r", "dr"))


def test_independent_counts_add_up() -> None:
    """Components whose density is one of whole numbers, each with a parameter of its own."""
    k, K = (Symbol(name, integer=True, positive=True) for name in "kK")
    y, r = DatumComponent("y", "count", k), Component("r", "positive", k)
    density = Plate(y * log(r) - r - loggamma(y + 1), k, K)
    counts = StructuredFamily("counts", (y,), (Unknown(r),), density, (K,))
    ends = {f"r{end}": [Symbol(f"r{end}_{at}", positive=True) for at in (1, 2)] for end in "01"}
    found, plain = closed_forms.kl(counts), scalar_forms.kl(family("poisson"))
    assert found is not None
    assert plain is not None
    rates = [Symbol(f"lambda_{end}", positive=True) for end in "01"]
    one_by_one = [plain.value.subs(dict(zip(rates, pair, strict=True))) for pair in zip(*ends.values(), strict=True)]
    assert (explicit(found.value, {K: 2}, ends) - Add(*one_by_one)).expand() == 0
    assert closed_forms.entropy_of(counts) is None


def test_a_value_of_the_wrong_shape_is_named() -> None:
    one = structured("multivariate_normal_covariance")
    form = closed_forms.entropy_of(one)
    assert form is not None
    with pytest.raises(DeclarationError, match=r"Sigma is .*give a matrix of shape"):
        explicit(form.value, {one.sizes[0]: 2}, {"Sigma": zeros(3, 3)})
    with pytest.raises(DeclarationError, match="Sigma has no value"):
        explicit(form.value, {one.sizes[0]: 2}, {})


DIRECTIONS = {"forward": (diagonal_m_projection, "0", "1"), "reverse": (diagonal_i_projection, "1", "0")}
# Families of which the nearest diagonal member has a closed form.
DIAGONAL = (
    "multivariate_normal",
    "multivariate_normal_covariance",
    "multivariate_normal_precision",
    "multivariate_regression",
    "wishart",
)
PROJECTED = [(name, size, way) for name in DIAGONAL for size in (2, 3) for way in DIRECTIONS]
ZERO = mp.mpf(10) ** -20


def given_by(one: Case, end: str) -> dict[str, Any]:
    """Member 0's values under the names of the member that is given, and what is known."""
    return {**one.known, **{f"{name}_{end}": value for name, value in one.members[0].items()}}


def nearest(one: Case, found: DiagonalProjection, end: str) -> dict[str, Any]:
    """The values of the member that is sought, by its names."""
    given, values = given_by(one, end), {}
    for term, root in found.roots:
        if isinstance(term, Component):
            (k,) = set(term.indices)
            size = given[f"{term.name[:-2]}_{end}"].rows
            entries = [explicit(root.xreplace({k: Integer(at + 1)}), one.sizes, given) for at in range(size)]
            values[term.name] = diag(*entries)
        else:
            values[term.name] = given[root.name]
    return values


def divergence_of(one: Case, values: dict[str, Any]) -> Expr:
    between = closed_forms.kl(one.family)
    assert between is not None
    return explicit(between.value, one.sizes, values)


@pytest.mark.parametrize(("name", "size", "way"), PROJECTED)
def test_no_entry_can_move_to_lessen_the_divergence(name: str, size: int, way: str) -> None:
    """The slope of the divergence of full matrices in each variance is 0, and it bends upwards."""
    (projection, given, sought), one = DIRECTIONS[way], case(name, size)
    found, t = projection(one.family), Symbol("t", real=True)
    assert found is not None
    values = {**given_by(one, given), **nearest(one, found, given)}
    left = divergence_of(one, values)
    assert abs((left - explicit(found.divergence, one.sizes, values)).evalf(30)) < ZERO
    (definite,) = (one.members[0][each.name] for each in one.family.parameters if each.definite)
    assert (left.evalf() > 0) == (not definite.is_diagonal())
    for each in one.family.parameters:
        own = f"{each.name}_{sought}"
        for at in range(values[own].rows):
            full = not each.definite
            towards = Numbers(*values[own].shape, lambda i, j, at=at, full=full: int(i == at and (full or j == at)))
            along = lambdify(t, divergence_of(one, {**values, own: values[own] + t * towards}), "mpmath")
            with mp.workdps(40):
                assert abs(mp.diff(along, 0)) < ZERO
                assert mp.diff(along, 0, 2) > 0


@pytest.mark.parametrize(("name", "size", "way"), PROJECTED)
def test_the_excess_is_what_another_diagonal_costs(name: str, size: int, way: str) -> None:
    (projection, given, sought), one = DIRECTIONS[way], case(name, size)
    found = projection(one.family)
    assert found is not None
    values = {**given_by(one, given), **nearest(one, found, given)}
    (own,) = (f"{each.name}_{sought}" for each in one.family.parameters if each.definite)
    other = {**values, own: diag(*(Rational(at + 2, 3) for at in range(values[own].rows)))}
    excess = explicit(found.excess, one.sizes, other)
    difference = divergence_of(one, other) - divergence_of(one, values)
    assert abs((excess - difference).evalf(30)) < ZERO
    assert excess.evalf() > 0


@pytest.mark.parametrize("size", [2, 3])
def test_normal_marginals_stay_one_way_and_conditionals_the_other(size: int) -> None:
    one = case("multivariate_normal", size)
    covariance = one.members[0]["Sigma"]
    forward, reverse = diagonal_m_projection(one.family), diagonal_i_projection(one.family)
    assert forward is not None
    assert reverse is not None
    precision = covariance.inv()
    assert nearest(one, forward, "0")["Sigma_1"] == diag(*(covariance[at, at] for at in range(size)))
    assert nearest(one, reverse, "1")["Sigma_0"] == diag(*(1 / precision[at, at] for at in range(size)))
    assert nearest(one, forward, "0")["mu_1"] == nearest(one, reverse, "1")["mu_0"] == one.members[0]["mu"]


def test_directions_swapped_are_noticed() -> None:
    """The variances of the one direction do not make the slopes of the other vanish."""
    one, t = case("multivariate_normal", 2), Symbol("t", real=True)
    forward = diagonal_m_projection(one.family)
    assert forward is not None
    wrong = nearest(one, forward, "0")
    values = {**given_by(one, "1"), "mu_0": wrong["mu_1"], "Sigma_0": wrong["Sigma_1"] + t * diag(1, 0)}
    with mp.workdps(40):
        assert abs(mp.diff(lambdify(t, divergence_of(one, values), "mpmath"), 0)) > mp.mpf("0.001")


@pytest.mark.parametrize("name", [one.name for one in structured_catalogue()])
def test_which_families_have_one_and_which_have_none(name: str) -> None:
    """Two covariances at once, and a parameter that is no matrix, are left alone."""
    declared = structured(name)
    assert (diagonal_m_projection(declared) is not None) == (name in DIAGONAL)
    assert (diagonal_i_projection(declared) is not None) == (name in DIAGONAL)
