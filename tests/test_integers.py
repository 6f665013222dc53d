"""Parameters that are integers: what is derived of them, on data with known answers, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from math import comb, log

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Interval, Max, Min, Range, Rational, S, Symbol, binomial, loggamma, oo
from sympy import log as logarithm

from thetahat.proofs.derivation import Outcome
from thetahat.proofs.engine import derive
from thetahat.proofs.errors import DeclarationError, ExistenceError, ParameterError, UnsolvedError
from thetahat.proofs.family import Family, Parameter
from thetahat.proofs.registry import family
from thetahat.verify.certify import CertificateVerdict, Enclosure, certify
from thetahat.verify.fitting import fit
from thetahat.verify.increments import OnIntegers
from thetahat.verify.integer_search import maximisers
from thetahat.verify.suite import check_family
from thetahat.verify.valid_data import require_data

POSITIVE = Interval.open(0, oo)
x, count = Symbol("x", positive=True), Symbol("x", integer=True, nonnegative=True)
k, m = Symbol("k", integer=True, positive=True), Symbol("m", integer=True, positive=True)
theta, p = Symbol("theta", positive=True), Symbol("p", positive=True)

ERLANG = Family(
    "erlang",
    x,
    POSITIVE,
    (Parameter(k, S.Naturals), Parameter(theta, POSITIVE)),
    (k - 1) * logarithm(x) - x / theta - k * logarithm(theta) - loggamma(k),
)
FAILURES = Family(
    "failures",
    count,
    S.Naturals0,
    (Parameter(k, S.Naturals), Parameter(p, Interval.open(0, 1))),
    loggamma(count + k) - loggamma(k) - loggamma(count + 1) + k * logarithm(p) + count * logarithm(1 - p),
)
CHI_SQUARE = Family(
    "chi_square_whole",
    x,
    POSITIVE,
    (Parameter(k, S.Naturals),),
    (k / 2 - 1) * logarithm(x) - x / 2 - k * logarithm(2) / 2 - loggamma(k / 2),
)
TWO = Family(
    "two_integers",
    count,
    Range(Max(0, m + 3 - k), Min(m, 3) + 1),
    (Parameter(m, S.Naturals), Parameter(k, Range(Max(m, 3), oo))),
    logarithm(binomial(m, count)) + logarithm(binomial(k - m, 3 - count)) - logarithm(binomial(k, 3)),
)


def exact_likelihood(size: int, data: list[int]) -> float:
    """The profile log-likelihood of a binomial, from binomial coefficients."""
    share = sum(data) / (size * len(data))
    return sum(log(comb(size, one)) + one * log(share) + (size - one) * log(1 - share) for one in data)


@pytest.mark.parametrize(
    ("declared", "conditions"),
    [
        (family("binomial_both"), ["mean(x) - var(x) > 0", "mean(x) > 0", "the observations are not all equal"]),
        (family("hypergeometric"), ["mean(x) > 0"]),
        (family("hypergeometric_successes"), ["max(x) <= N", "max(x) - min(x) <= N - n"]),
        (ERLANG, ["the observations are not all equal"]),
        (FAILURES, ["mean(x) - var(x) < 0", "mean(x) > 0"]),
    ],
    ids=lambda one: getattr(one, "name", ""),
)
def test_what_is_needed_is_derived(declared: Family, conditions: list[str]) -> None:
    """For the binomial that is the theorem of Olkin, Petkau & Zidek 1981: the mean exceeds the variance."""
    derivation = derive(declared)
    assert derivation.outcome is Outcome.INTEGER_SEARCH
    assert [one.meaning for one in derivation.exists_when] == conditions
    assert derivation.existence_proved
    assert derivation.optimality.proved


@pytest.mark.parametrize(
    ("declared", "reason"),
    [(CHI_SQUARE, "by more than logarithms"), (TWO, "not the only parameter that is an integer")],
    ids=lambda one: getattr(one, "name", ""),
)
def test_what_no_rule_covers_is_unsolved_with_the_reason(declared: Family, reason: str) -> None:
    """Half of an integer moves a gamma function by no logarithm; two integers are not searched for together."""
    derivation = derive(declared)
    assert derivation.outcome is Outcome.UNSOLVED
    assert reason in derivation.reason


def test_the_published_example_of_an_unstable_size() -> None:
    """Olkin, Petkau & Zidek 1981, table 2: one success more in one of five counts doubles the estimate."""
    assert fit(family("binomial_both"), [16, 18, 22, 25, 27]).theta_hat["n"] == 99
    data = [16, 18, 22, 25, 28]
    size = int(fit(family("binomial_both"), data).theta_hat["n"])
    assert size == max(range(28, 500), key=lambda one: exact_likelihood(one, data))


@given(st.lists(st.integers(0, 9), min_size=2, max_size=8))
def test_the_size_of_a_binomial_exists_where_the_mean_exceeds_the_variance(data: list[int]) -> None:
    """The theorem, exactly in integers, with data that are not all equal; the estimate is the best of 400 sizes."""
    total, squares = sum(data), sum(one * one for one in data)
    exists = total * len(data) > squares * len(data) - total * total and min(data) < max(data)
    try:
        found = int(fit(family("binomial_both"), data).theta_hat["n"])
    except ExistenceError:
        assert not exists
        return
    assert exists
    best = max(exact_likelihood(one, data) for one in range(max(data), 400) if one > total / len(data))
    assert exact_likelihood(found, data) >= best - 1e-9


@pytest.mark.thorough
@given(st.integers(1, 40), st.integers(1, 40), st.data())
def test_one_catch_gives_the_lincoln_index(marked: int, caught: int, data: st.DataObject) -> None:
    """``floor(n K / x)``, and the integer below where that is whole (Johnson, Kemp & Kotz 2005, ch. 6)."""
    again = data.draw(st.integers(1, min(marked, caught)))
    estimate = fit(family("hypergeometric"), [again], fixed={"K": marked, "n": caught})
    top, rest = divmod(marked * caught, again)
    level = rest == 0 and top - 1 >= marked + caught - again
    assert estimate.theta_hat["N"] == top - level
    assert estimate.sets == ({"N": (top - 1.0, top)} if level else {})


@pytest.mark.thorough
@given(st.integers(1, 60), st.data())
def test_one_catch_gives_the_number_of_marked(size: int, data: st.DataObject) -> None:
    """``floor((N + 1) x / n)``, and the integer below where that is whole, as far as the population goes."""
    caught = data.draw(st.integers(1, size))
    seen = data.draw(st.integers(0, caught))
    derivation = derive(family("hypergeometric_successes").fix(N=size, n=caught))
    found = maximisers(derivation, require_data(derivation.family, [seen])).integers
    top, rest = divmod((size + 1) * seen, caught)
    level = {top - 1, top} if rest == 0 else {top}
    assert set(found) == {one for one in level if seen <= one <= size - caught + seen}


@given(st.lists(st.integers(0, 6), min_size=1, max_size=6))
def test_several_catches_are_compared(data: list[int]) -> None:
    """No population nearby is likelier, and no smaller one as likely: binomial coefficients in exact integers."""
    marked, caught = 8, 6
    declared = family("hypergeometric")
    if not any(data):
        with pytest.raises(ExistenceError, match="rises with N without end"):
            fit(declared, data, fixed={"K": marked, "n": caught})
        return
    found = int(fit(declared, data, fixed={"K": marked, "n": caught}).theta_hat["N"])

    def height(size: int) -> Rational:
        ways = [Rational(comb(size - marked, caught - one), comb(size, caught)) for one in data]
        return Rational(np.prod(ways))

    least = marked + caught - min(data)
    assert all(height(one) < height(found) for one in range(max(least, found - 40), found))
    assert all(height(one) <= height(found) for one in range(found, found + 40))


@pytest.mark.parametrize(
    ("declared", "data", "words"),
    [
        (family("binomial_both"), [0, 0], "whatever n is"),
        (family("binomial_both"), [3, 3], "as p tends to 1"),
        (family("binomial_both"), [0, 2], "the condition 'mean\\(x\\) - var\\(x\\) > 0' fails"),
        (ERLANG, [2.0, 2.0], "rises with k without end"),
        (FAILURES, [2, 3], "rises with k without end"),
        (family("hypergeometric_successes").fix(N=10, n=9), [0, 9], "no K allows all data"),
    ],
    ids=lambda one: getattr(one, "name", str(one)),
)
def test_data_without_a_maximum_are_refused_with_the_reason(declared: Family, data: list[float], words: str) -> None:
    """And certified to have none, which the checker confirms."""
    with pytest.raises(ExistenceError, match=words):
        fit(declared, data)
    proof = certify(declared, data)
    assert proof.verdict is CertificateVerdict.NO_MAXIMUM
    assert proof.check(data)


def test_a_maximum_over_integers_is_certified() -> None:
    """One size and its share, exactly; the next integer is not confirmed."""
    data = [16.0, 18.0, 22.0, 25.0, 27.0]
    proof = certify(family("binomial_both"), data)
    assert proof.verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert proof.rounded() == (99.0, 0.21818181818181817)
    assert proof.check(data)
    for place in (98, 100):
        wrong = replace(proof, theta={**proof.theta, "n": Enclosure((place, 0), (0, 0))})
        assert not wrong.check(data)


def test_two_integers_as_good_are_both_certified() -> None:
    """Six again of twenty marked among thirty caught: 99 and 100, and neither 98 nor 101."""
    declared = family("hypergeometric").fix(K=20, n=30)
    proof = certify(declared, [6])
    assert proof.verdict is CertificateVerdict.GLOBAL_SET
    assert [float(end) for end in proof.theta["N"].ends] == [99.0, 100.0]
    assert proof.check([6])
    wider = replace(proof, theta={"N": Enclosure((200, -1), (2, -1))})
    assert not wider.check([6])


def test_likelihoods_that_are_equal_are_told_from_close_ones() -> None:
    """``2 log 4 = 4 log 2`` exactly, under averages too; beside it nothing is taken for zero."""
    n, data = Symbol("n", positive=True), require_data(family("poisson"), [2, 8])
    from thetahat.proofs.algebra.atoms import Mean

    level = Mean(logarithm(n * count), count) - logarithm(2 * n) - logarithm(Mean(count, count) - 3)
    assert OnIntegers(level, n, (count,), data).sign(7) == 0
    assert OnIntegers(level + logarithm(n) / 10**30, n, (count,), data).sign(7) == 1


def test_weights_are_repetitions_for_integers() -> None:
    """Weights 2 and 3 against five rows."""
    both = family("binomial_both")
    weighted = fit(both, [2.0, 3.0], weights=[2.0, 3.0])
    assert dict(weighted.theta_hat) == dict(fit(both, [2, 2, 3, 3, 3]).theta_hat)


@pytest.mark.thorough
@pytest.mark.parametrize("declared", [ERLANG, FAILURES], ids=lambda one: one.name)
def test_families_of_users_pass_every_check(declared: Family) -> None:
    """Nothing disagrees, and every check decides."""
    assert check_family(declared, examples=6).ok


@pytest.mark.parametrize(("value", "words"), [(2.5, "n = 5/2 lies outside"), (0, "n = 0 lies outside")])
def test_a_fixed_integer_has_to_be_one(value: float, words: str) -> None:
    """The message names parameter, value and space."""
    with pytest.raises(ParameterError, match=words):
        fit(family("binomial_both"), [1, 2], fixed={"n": value})


def test_an_integer_parameter_needs_an_integer_symbol() -> None:
    """Not repaired in silence."""
    rate = Symbol("k", positive=True)
    with pytest.raises(DeclarationError, match="lacks integer=True"):
        Family("waiting", x, POSITIVE, (Parameter(rate, S.Naturals),), logarithm(rate) - rate * x)


def test_many_integers_are_compared_in_blocks() -> None:
    """Of tens of millions of sizes, the one found has a higher profile likelihood than both neighbours."""
    data = [30_000_000, 30_001_000, 30_002_000]
    found = int(fit(family("binomial_both"), data).theta_hat["n"])

    def profile(n: int) -> mpmath.mpf:
        p = mpmath.mpf(sum(data)) / (3 * n)
        terms = (mpmath.loggamma(n + 1) - mpmath.loggamma(n - k + 1) + (n - k) * mpmath.log(1 - p) for k in data)
        return mpmath.fsum(terms) + sum(data) * mpmath.log(p)

    with mpmath.workdps(60):
        here = profile(found)
        assert here > profile(found - 1)
        assert here > profile(found + 1)


def test_integers_beyond_doubles_are_refused() -> None:
    """A shape of 4e18 has no double of its own."""
    with pytest.raises(UnsolvedError, match=r"beyond 2\^53"):
        fit(ERLANG, [1.0, 1.000000001])
