"""Regressions whose data leave a coefficient free: a whole line of members is as high, or none is the highest."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from sympy import Interval, Reals, S, Symbol, exp, log, loggamma, oo

from thetahat import certify, family, fit
from thetahat.proofs.balls import precision
from thetahat.proofs.errors import ExistenceError
from thetahat.proofs.family import Covariate, Family, Parameter
from thetahat.verify.adapters.regressions import LOGISTIC
from thetahat.verify.certify import CertificateVerdict, Enclosure
from thetahat.verify.certify.methods import LEVEL
from thetahat.verify.predictor_rows import is_level_along, predictor_rows

REGRESSION = family("linear_regression")
SAME = [[1.0, 2.0], [3.0, 2.0], [8.0, 2.0]]
N, X, Z = Symbol("n", integer=True, nonnegative=True), Symbol("x", real=True), Symbol("z", real=True)
A, B = Symbol("a", positive=True), Symbol("b", real=True)
RATES = Family(
    "rates",
    N,
    S.Naturals0,
    (Parameter(A, Interval.open(0, oo)), Parameter(B, Reals)),
    N * (log(A) + B * X) - A * exp(B * X) - loggamma(N + 1),
    covariates=(Covariate(X, Reals),),
)


@pytest.mark.parametrize("place", [2.0, 0.0, -1e8, 0.1])
def test_a_line_is_a_set_of_maximisers(place: float) -> None:
    """All at one value of the covariate: the mean there and the spread are known, the slope is not."""
    data = np.array([[1.0, place], [3.0, place], [8.0, place]])
    proof = certify(REGRESSION, data)
    assert (proof.verdict, proof.method) == (CertificateVerdict.GLOBAL_SET, LEVEL)
    assert proof.witness == {"alpha": -Fraction(place), "beta": Fraction(1)}
    assert proof.rounded()[:2] == (4.0, 0.0)
    assert proof.check(data)
    moved = [4.0 - place, 1.0, proof.rounded()[2]]
    assert proof.nats_lost(moved).high < 1e-12


def test_equal_responses_have_no_maximum_on_any_line() -> None:
    """The spread vanishes on each of them."""
    for data in ([[1.0, 2.0]], [[1.0, 2.0], [1.0, 2.0]], [[0.0, 0.0]]):
        proof = certify(REGRESSION, data)
        assert (proof.verdict, proof.method) == (CertificateVerdict.NO_MAXIMUM, LEVEL)
        assert proof.check(data)


def test_planted_directions_and_maximisers_are_caught() -> None:
    """Another direction, another member, another verdict: none of them is confirmed."""
    proof = certify(REGRESSION, SAME)
    for witness in ({"alpha": Fraction(2), "beta": Fraction(1)}, {"alpha": Fraction(0), "beta": Fraction(0)}, {}):
        assert not replace(proof, witness=witness).check(SAME)
    for name in proof.theta:
        with precision(256):
            moved = Enclosure.of(proof.theta[name].ball + 2.0**-60)
        assert not replace(proof, theta={**proof.theta, name: moved}).check(SAME)
    for verdict in (CertificateVerdict.UNIQUE_GLOBAL, CertificateVerdict.NO_MAXIMUM, CertificateVerdict.LOCAL):
        assert not replace(proof, verdict=verdict).check(SAME)


def test_what_is_not_level_is_not_taken_for_it() -> None:
    """Rows in another order, and a rate whose logarithm is linear but which itself is not."""
    found = predictor_rows(REGRESSION)
    assert found is not None
    assert not is_level_along(REGRESSION, replace(found, rows=(found.rows[1], found.rows[0])))
    assert not is_level_along(REGRESSION, replace(found, rows=(S.One, S.One)))
    assert not is_level_along(REGRESSION, replace(found, rows=(S.Zero, S.Zero)))


def test_a_rate_is_linear_by_its_logarithm() -> None:
    """Where the covariate is one number, so is every rate: its logarithm and the coefficient share a line."""
    found = predictor_rows(RATES)
    assert found is not None
    assert (found.names(), found.rows) == (("log(a)", "b"), (1, X))
    data = [[2.0, 3.0], [4.0, 3.0]]
    proof = certify(RATES, data)
    assert (proof.verdict, proof.method) == (CertificateVerdict.GLOBAL_SET, LEVEL)
    assert proof.rounded() == (3.0, 0.0)
    assert proof.check(data)


def test_one_covariate_that_others_determine_leaves_a_line() -> None:
    """Logistic regression, whose conditions are about overlap: undecided before."""
    rows = [[0.0, 1.0, 2.0], [1.0, 2.0, 4.0], [0.0, 3.0, 6.0], [1.0, 1.0, 2.0], [0.0, 2.0, 4.0]]
    proof = certify(LOGISTIC, rows)
    assert (proof.verdict, proof.method) == (CertificateVerdict.GLOBAL_SET, LEVEL)
    assert proof.check(rows)


def test_a_fit_says_that_the_data_do_not_determine_it() -> None:
    """It said that there may be no maximiser."""
    with pytest.raises(ExistenceError, match="changing alpha by -2, beta by 1 changes no predictor"):
        fit(REGRESSION, SAME)
