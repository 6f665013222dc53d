"""Fits of families whose dimension is a symbol, as a user writes them: arrays, weights, known values, tables."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sympy import Symbol, log, pi

from thetahat import CertificateVerdict, certify, derive, family, fit, structured
from thetahat.proofs.derivation import Outcome
from thetahat.proofs.errors import (
    DataError,
    DeclarationError,
    ExistenceError,
    ParameterError,
    SupportError,
    ThetahatError,
    UnsolvedError,
)
from thetahat.proofs.structured.family import StructuredFamily, Unknown
from thetahat.proofs.structured.plates import Component, DatumComponent, Plate
from thetahat.verify.certify import Enclosure
from thetahat.verify.cli import main
from thetahat.verify.structured_estimate import has_exact_formulas

RNG = np.random.default_rng(20261126)
X = RNG.normal(size=(20, 2))
Y = X @ [1.0, 2.0] + RNG.normal(size=20)
HIT = (RNG.uniform(size=20) < 0.5) * 1
SQUARES = np.stack([a @ a.T for a in RNG.normal(size=(10, 2, 5))])
ONE_OF_THREE = np.eye(3)[RNG.integers(0, 3, 30)]


def test_mean_and_covariance_are_rounded_once() -> None:
    """Also where coordinates differ by 1e20 in size and lie far from 0 against their spread."""
    x = [[1e15, 2e-5], [1e15 + 1.0, 1e-5], [1e15 + 3.0, 4e-5]]
    exact = [[Fraction(one) for one in row] for row in x]
    mean = [sum(column) / 3 for column in zip(*exact, strict=True)]
    found = fit(structured("multivariate_normal"), x)
    assert found.theta_hat["mu"].tolist() == [float(one) for one in mean]
    for i, j in ((0, 0), (0, 1), (1, 1)):
        entry = sum((row[i] - mean[i]) * (row[j] - mean[j]) for row in exact) / 3
        assert found.theta_hat["Sigma"][i, j] == float(entry)
    assert found.n == 3
    assert found.outcome is Outcome.CLOSED_FORM


def test_a_covariance_of_unlike_units_exists_and_a_singular_one_does_not() -> None:
    """Entries of 1e200 and 1e-200; two coordinates that move together, but for the last bit, and altogether."""
    wide = [[1e100, 1e-100], [2e100, 1e-100], [1e100, 3e-100]]
    assert np.isfinite(fit(structured("multivariate_normal"), wide).log_likelihood)
    together = [[1.0, 3.0], [2.0, 6.0], [0.1, 0.1 * 3.0], [4.0, 12.0]]
    assert Fraction(0.1) * 3 != Fraction(0.1 * 3.0)
    with pytest.raises(UnsolvedError, match=r"not held by double precision: rounding it costs \d+.\d nats"):
        fit(structured("multivariate_normal"), together)
    assert certify(structured("multivariate_normal"), together).check(together)
    with pytest.raises(ExistenceError, match="span all p dimensions"):
        fit(structured("multivariate_normal"), [*together[:2], [0.5, 1.5], together[3]])


def test_many_observations_are_fitted_in_doubles() -> None:
    """Where rational numbers take long; NumPy's covariance of centred data is the rival."""
    x = np.random.default_rng(1).normal([1e3, -5.0], size=(60_000, 2))
    found = fit(structured("multivariate_normal"), x).theta_hat
    np.testing.assert_allclose(found["Sigma"], np.cov(x.T, bias=True), rtol=1e-11)


def test_the_log_likelihood_is_that_of_scipy() -> None:
    """Summed over the observations, each as often as its weight says."""
    weights = np.arange(20.0)
    found = fit(structured("multivariate_normal"), X, weights)
    each = stats.multivariate_normal(found.theta_hat["mu"], found.theta_hat["Sigma"]).logpdf(X)
    assert found.log_likelihood == pytest.approx(float(weights @ each), rel=1e-12)
    assert found.n == 19


def test_weights_of_zero_take_observations_out() -> None:
    """Whatever stands there, and positions in messages count them."""
    spoiled = np.where(np.arange(20)[:, None] < 5, np.nan, X)
    weights = np.repeat([0.0, 1.0], [5, 15])
    found = fit(structured("multivariate_normal"), spoiled, weights)
    assert found.theta_hat["mu"].tolist() == fit(structured("multivariate_normal"), X[5:]).theta_hat["mu"].tolist()
    spoiled[7, 1] = np.inf
    with pytest.raises(DataError, match=r"x\[7, 1\] = inf is not finite"):
        fit(structured("multivariate_normal"), spoiled, weights)


def test_shapes_of_estimates_are_those_declared() -> None:
    """A column vector has one axis, and a matrix two, also of one row and one column."""
    one = fit(structured("multivariate_normal"), X[:, :1]).theta_hat
    assert one["mu"].shape == (1,)
    assert one["Sigma"].shape == (1, 1)
    regression = fit(structured("multivariate_regression"), Y[:, None], fixed={"X": X}).theta_hat
    assert regression["B"].shape == (2, 1)
    layout = fit(structured("normal_groups"), {"y": ONE_OF_THREE, "x": np.arange(30.0)}).theta_hat
    assert layout["m"].shape == (3,)
    assert layout["v"].shape == ()


FITS: dict[str, tuple[Any, dict[str, Any]]] = {
    "categorical_k": (ONE_OF_THREE, {}),
    "diagonal_normal": (X, {}),
    "dirichlet": (RNG.dirichlet([1.0, 2.0, 3.0], 50), {}),
    "exponential_regression": ({"y": np.exp(Y), "x": X}, {}),
    "gamma_regression": ({"y": np.exp(Y), "x": X}, {"a": 2}),
    "generalised_least_squares": (Y, {"X": X, "Omega": np.eye(20)}),
    "generalised_least_squares_by_precision": (Y, {"X": X, "P": np.eye(20)}),
    "generalised_least_squares_scale": (Y, {"X": X, "Omega": np.eye(20)}),
    "isotropic_normal": (X, {}),
    "laplace_regression": ({"y": Y, "x": X}, {"b": 1}),
    "logistic_regression": ({"y": HIT, "x": X}, {}),
    "markov_chain": (np.einsum("ni,nj->nij", ONE_OF_THREE[1:], ONE_OF_THREE[:-1]), {}),
    "matrix_normal": (RNG.normal(size=(20, 2, 3)), {}),
    "multinomial": (RNG.multinomial(5, [0.2, 0.3, 0.5], 30), {"N": 5}),
    "multiple_regression": (Y, {"X": X}),
    "multivariate_normal": (X, {}),
    "multivariate_normal_covariance": (X, {"mu": [0.0, 0.0]}),
    "multivariate_normal_mean": (X, {"Sigma": np.eye(2)}),
    "multivariate_normal_precision": (X, {}),
    "multivariate_regression": (np.c_[Y, X[:, 0]], {"X": np.ones((20, 1))}),
    "normal_groups": ({"y": ONE_OF_THREE, "x": np.arange(30.0)}, {}),
    "poisson_groups": ({"y": ONE_OF_THREE, "x": np.arange(30)}, {}),
    "poisson_regression": ({"y": RNG.poisson(2, 20), "x": X}, {}),
    "softmax_regression": ({"y": np.eye(3)[RNG.integers(0, 3, 20)][:, 1:], "x": X}, {}),
    "uniform_regression": ({"y": Y, "x": X}, {}),
    "wishart": (SQUARES, {"nu": 5}),
}
SEARCHED = {
    "dirichlet",
    "exponential_regression",
    "gamma_regression",
    "laplace_regression",
    "logistic_regression",
    "matrix_normal",
    "poisson_regression",
    "softmax_regression",
    "uniform_regression",
}
"""Of these no formulas give the estimate."""


@pytest.mark.parametrize("name", FITS)
def test_every_family_is_fitted_and_no_neighbour_is_higher(name: str) -> None:
    """The log-likelihood of a fit is the highest among members near it, as another fit's density gives it."""
    from thetahat.verify.structured_input import structured_data
    from thetahat.verify.structured_search import from_free, mean_log_likelihood, to_free, widths

    x, known = FITS[name]
    assert has_exact_formulas(derive(structured(name))) == (name not in SEARCHED)
    found = fit(structured(name), x, fixed=known)
    assert tuple(found.theta_hat) == found.family.parameter_names
    drawn = structured_data(found.family, x, None, known)
    shapes = {one.name: shaped for one, _, shaped in widths(found.family, drawn)}
    full = {name: value.reshape(shapes[name]) for name, value in found.theta_hat.items()}
    here = mean_log_likelihood(found.family, drawn, full)
    free = to_free(found.family, drawn, full)
    for at in range(8):
        near = free + np.random.default_rng(at).normal(size=free.shape) * 10.0 ** -(at % 4)
        assert mean_log_likelihood(found.family, drawn, from_free(found.family, drawn, near)) <= here + 1e-9


@pytest.mark.parametrize("name", [name for name in FITS if name not in SEARCHED])
def test_certificates_are_confirmed_and_fits_lose_nothing_of_them(name: str) -> None:
    """The checker asks for slopes of the declared density, which are exactly zero; a planted estimate is refuted."""
    x, known = FITS[name]
    certificate = certify(structured(name), x, fixed=known)
    assert certificate.verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert certificate.check(x, fixed=known)
    found = fit(structured(name), x, fixed=known)
    assert -1e-12 < certificate.nats_lost(found).low <= certificate.nats_lost(found).high < 1e-12
    assert certificate.log_likelihood is not None
    assert found.log_likelihood == pytest.approx(certificate.log_likelihood.rounded(), rel=1e-14)
    for name_, value in certificate.rounded().items():
        assert value.reshape(-1).tolist() == np.asarray(found.theta_hat[name_]).reshape(-1).tolist()
    last = found.family.parameters[-1]
    moved = {**certificate.theta, last.name: _moved(last, certificate.theta[last.name])}
    assert not replace(certificate, theta=moved).check(x, fixed=known)
    assert json.loads(certificate.to_json())["verdict"] == "UNIQUE_GLOBAL"
    assert certificate.argument in str(certificate)


def _moved(one: Any, value: Any) -> Any:
    """Another member, near: shares are exchanged by a little."""
    off = np.full(value.shape, Fraction(0), dtype=object)
    first = (0,) * value.ndim
    off[first] = Fraction(1, 10**9)
    if one.simplex is not None:
        off[(*first[:-1], 1)] = -off[first]
    return np.asarray(value + off, dtype=object)


def test_wrong_estimates_lose_what_is_certified() -> None:
    """The denominator n - 1, a transposed coefficient matrix, a mean that ignores weights."""
    weights = np.arange(20.0) + 1.0
    certificate = certify(structured("multivariate_normal"), X, weights)
    assert certificate.check(X, weights)
    with pytest.raises(ValueError, match="not the data"):
        certificate.check(X)
    unweighted = {"mu": X.mean(axis=0), "Sigma": np.cov(X.T, bias=True)}
    assert certificate.nats_lost(unweighted).low > 1.0
    plain = certify(structured("multivariate_normal"), X)
    lost = plain.nats_lost({"mu": X.mean(axis=0), "Sigma": np.cov(X.T)})
    # Of 20 observations in 2 dimensions: n p/2 (log(n/(n - 1)) + (n - 1)/n - 1).
    assert lost.contains(20 * (np.log(20 / 19) - 1 / 20)) or abs(lost.low - 20 * (np.log(20 / 19) - 1 / 20)) < 1e-12
    assert plain.nats_lost(unweighted).high < 1e-12
    for wrong, says in (({"mu": [0.0, 0.0]}, "has no Sigma"), ({"mu": [0.0], "Sigma": np.eye(2)}, "of the shape")):
        with pytest.raises(ParameterError, match=says):
            plain.nats_lost(wrong)
    with pytest.raises(ParameterError, match="outside the parameter space"):
        plain.nats_lost({"mu": [0.0, 0.0], "Sigma": -np.eye(2)})


def test_hard_data_are_certified_or_refused() -> None:
    """One bit more on one side of a precision; covariates that hardly differ; squares singular but for a bit."""
    tilted = np.eye(20)
    tilted[0, 1] = 5e-324
    known = {"X": X, "P": tilted}
    assert certify(structured("generalised_least_squares_by_precision"), Y, fixed=known).check(Y, fixed=known)
    far = {"y": FITS["softmax_regression"][0]["y"], "x": X + 1e5}
    assert certify(structured("softmax_regression"), far).check(far)
    together = [[1.0, 3.0], [2.0, 6.0], [0.1, 0.1 * 3.0]]
    with pytest.raises(UnsolvedError, match="not held by double precision"):
        fit(structured("multivariate_normal_covariance"), together, fixed={"mu": [0.0, 0.0]})


def test_a_place_to_begin_at_is_refused() -> None:
    with pytest.raises(ParameterError, match="near is not used where the dimension is a symbol"):
        certify(structured("multivariate_normal"), [[1.0, 2.0], [3.0, 5.0], [2.0, 2.0]], near=[0.0])  # type: ignore[call-overload]


def test_known_values_without_a_density_have_no_certificate() -> None:
    with pytest.raises(ParameterError, match=r"no density of these data where nu = 0.5"):
        certify(structured("wishart"), SQUARES, fixed={"nu": 0.5})


def test_what_has_no_maximum_or_no_rational_one_is_said_to_be_so() -> None:
    certificate = certify(structured("multivariate_normal"), X[:2])
    assert certificate.verdict is CertificateVerdict.NO_MAXIMUM
    assert certificate.check(X[:2])
    assert not certificate.theta
    with pytest.raises(ValueError, match="no maximiser to compare"):
        certificate.rounded()
    assert not replace(certify(structured("multivariate_normal"), X), verdict=CertificateVerdict.NO_MAXIMUM).check(X)
    open_ = certify(structured("matrix_normal"), FITS["matrix_normal"][0])
    assert open_.verdict is CertificateVerdict.UNDECIDED
    with pytest.raises(ValueError, match="nothing to check"):
        open_.check(FITS["matrix_normal"][0])


ENCLOSED = ("dirichlet", "exponential_regression", "gamma_regression", "logistic_regression", "poisson_regression")


@pytest.mark.parametrize("name", [*ENCLOSED, "softmax_regression"])
def test_roots_of_smooth_scores_are_enclosed(name: str) -> None:
    """The fit lies in the enclosure but for rounding; an enclosure that was moved, or is a point beside, is refuted."""
    x, known = FITS[name]
    certificate = certify(structured(name), x, fixed=known)
    assert certificate.verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert certificate.check(x, fixed=known)
    found = fit(structured(name), x, fixed=known)
    for one, value in certificate.rounded().items():
        np.testing.assert_allclose(found.theta_hat[one], value, rtol=1e-9, atol=1e-13)
    assert -1e-12 < certificate.nats_lost(found).low <= certificate.nats_lost(found).high < 1e-9
    assert json.loads(certificate.to_json())["theta"]
    ((term, value),) = certificate.theta.items()
    for off in (1e-20, 1e-3):
        moved = value.copy()
        moved.reshape(-1)[0] = Enclosure.of(moved.reshape(-1)[0].ball + arb(off))
        assert not replace(certificate, theta={term: moved}).check(x, fixed=known)


def test_weights_enter_enclosures() -> None:
    """As often as they say."""
    counted = {"y": HIT, "x": X}
    often = np.arange(20) % 3 + 1
    one = certify(structured("logistic_regression"), counted, often)
    other = certify(
        structured("logistic_regression"), {key: np.repeat(value, often, 0) for key, value in counted.items()}
    )
    assert one.check(counted, often)
    assert one.rounded()["beta"].tolist() == other.rounded()["beta"].tolist()


def test_separated_data_are_certified_to_have_no_maximum() -> None:
    certificate = certify(structured("logistic_regression"), {"y": X[:, 0] > 0, "x": X})
    assert certificate.verdict is CertificateVerdict.NO_MAXIMUM


BAD: dict[str, tuple[str, Any, dict[str, Any], type[ThetahatError], str]] = {
    "one axis too few": ("multivariate_normal", X[:, 0], {}, DataError, r"shape \(20,\); the shape has to be \(n, p\)"),
    "no observations": ("multivariate_normal", np.zeros((0, 2)), {}, DataError, "x is empty"),
    "no coordinates": ("multivariate_normal", np.zeros((3, 0)), {}, DataError, "p is 0; it has to be at least 1"),
    "not a number": ("multivariate_normal", [[1.0, 2.0], [3.0, np.nan]], {}, DataError, r"x\[1, 1\] = nan"),
    "text": ("multivariate_normal", [["a", "b"]], {}, DataError, "entries of type"),
    "ragged": ("multivariate_normal", [[1.0], [1.0, 2.0]], {}, DataError, "not a rectangular array"),
    "an unknown name": ("multivariate_normal", {"z": X}, {}, DataError, "no 'z' among what is observed: x"),
    "one of two missing": ("logistic_regression", {"y": HIT}, {}, DataError, "'x' is observed and was not given"),
    "names needed": ("logistic_regression", X, {}, DataError, r"y and x are observed; pass both by name, \{'y': ..."),
    "unlike lengths": ("logistic_regression", {"y": HIT[1:], "x": X}, {}, DataError, "19 of y and 20 of x"),
    "two of one thing": ("logistic_regression", {"y": 2 * HIT, "x": X}, {}, SupportError, "is neither 0 nor 1"),
    "half a count": ("poisson_regression", {"y": HIT + 0.5, "x": X}, {}, SupportError, "is not a whole number"),
    "shares beyond one": ("dirichlet", [[0.5, 0.6]], {}, SupportError, "is 1.1000000000000001, and has to be 1"),
    "a negative share": ("dirichlet", [[1.5, -0.5]], {}, SupportError, r"x\[0, 1\] = -0.5 is not positive"),
    "other totals": ("multinomial", [[2, 3], [2, 4]], {"N": 5}, SupportError, "in observation 1 sum"),
    "several at once": ("softmax_regression", {"y": np.ones((20, 2)), "x": X}, {}, SupportError, "is more than 1"),
    "not symmetric": ("wishart", [[[1.0, 2.0], [0.0, 1.0]]], {"nu": 3}, SupportError, r"S\[0\] is not symmetric"),
    "not definite": (
        "wishart",
        [[[1.0, 2.0], [2.0, 1.0]]],
        {"nu": 3},
        SupportError,
        r"S\[0\] is not positive definite",
    ),
    "known is missing": ("wishart", SQUARES, {}, ParameterError, "nu, degrees of freedom, more than p - 1, is not est"),
    "known has no density": (
        "wishart",
        SQUARES,
        {"nu": 0.5},
        ParameterError,
        "no density of these data where nu = 0.5",
    ),
    "known is negative": ("wishart", SQUARES, {"nu": -3}, ParameterError, "nu = -3 is not positive"),
    "known is no matrix": ("multivariate_normal_mean", X, {"Sigma": 1.0}, DataError, r"has to be \(p, p\)"),
    "known is of another size": ("multivariate_normal_mean", X, {"Sigma": np.eye(3)}, DataError, "elsewhere p is 2"),
    "known is not definite": ("multivariate_normal_mean", X, {"Sigma": -np.eye(2)}, ParameterError, "not positive def"),
    "an estimate is fixed": ("multivariate_normal", X, {"Sigma": np.eye(2)}, ParameterError, "'Sigma' cannot be fixed"),
    "too few to span": ("multivariate_normal", X[:2], {}, ExistenceError, "span all p dimensions"),
    "a class that never occurs": ("categorical_k", np.eye(3)[[0, 1, 1]], {}, ExistenceError, r"mean\(y_k\) > 0"),
    "columns that depend": ("multiple_regression", Y, {"X": np.c_[Y, 2 * Y]}, ExistenceError, "full column rank"),
    "underflow": ("multivariate_normal", X * 1e-200, {}, UnsolvedError, "not held by double precision"),
    "overflow": ("multivariate_normal", X * 1e200, {}, UnsolvedError, "not held by double precision"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_with_who_what_and_why(case: str) -> None:
    name, x, known, error, says = BAD[case]
    with pytest.raises(error, match=says) as raised:
        fit(structured(name), x, fixed=known)
    assert str(raised.value).startswith(name)


def test_weights_of_what_is_one_matrix_and_things_that_are_no_family_are_refused() -> None:
    with pytest.raises(DataError, match="weights mean nothing here"):
        fit(structured("multiple_regression"), Y, np.ones(20), {"X": X})
    with pytest.raises(DataError, match=r"weights have shape \(19,\)"):
        fit(structured("multivariate_normal"), X, np.ones(19))
    for asked in (derive, lambda one: fit(one, X), lambda one: certify(one, X)):
        with pytest.raises(DeclarationError, match=r"'normal' is no family; write family"):
            asked("normal")  # type: ignore[operator]


def test_derivations_of_both_kinds_come_from_one_function() -> None:
    assert derive(structured("wishart")).outcome is Outcome.CLOSED_FORM
    with pytest.raises(ParameterError, match="of single numbers only"):
        derive(structured("wishart"), direction="reverse")  # type: ignore[call-overload]


@given(st.integers(-30, 30), st.integers(-30, 30))
def test_a_change_of_unit_by_powers_of_two_changes_no_digit(first: int, second: int) -> None:
    """Of each coordinate by its own: rational numbers have no scale."""
    units = np.array([2.0**first, 2.0**second])
    plain, scaled = (fit(structured("multivariate_normal"), x).theta_hat for x in (X, X * units))
    assert (scaled["mu"] == plain["mu"] * units).all()
    assert (scaled["Sigma"] == plain["Sigma"] * np.outer(units, units)).all()


TABLE = "y,a,b,w\n1,0.5,2,1\n0,1.5,1,2\n1,-0.5,0.5,1\n0,0.3,1.7,1\n1,1.3,1.9,3\n0,0.7,0.2,1\n"


def _run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    try:
        code = main(words)
    except SystemExit as stop:
        code = int(stop.code or 0)
    shown = capsys.readouterr()
    return code, shown.out, shown.err


@pytest.fixture
def table(tmp_path: Path) -> str:
    path = tmp_path / "table.csv"
    path.write_text(TABLE)
    return str(path)


def test_a_table_is_fitted(table: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Coordinates are columns; what is observed beside them, or known in rows, is named."""
    code, out, _ = _run(capsys, "fit", "multivariate_normal", table, "--column", "a", "--column", "b", "--weights", "w")
    assert code == 0
    assert "n = 6, total weight 9" in out
    assert "mu                0.8777777778   1.344444444" in out
    code, out, _ = _run(capsys, "fit", "diagonal_normal", table, "--json")
    assert len(json.loads(out)["theta_hat"]["m"]) == 4
    given_by = ("--column", "y=y", "--column", "x=a", "--column", "x=b")
    code, out, _ = _run(capsys, "fit", "logistic_regression", table, *given_by)
    assert code == 0
    assert "concave in the predictor" in out
    rows = ("--column", "y=y", "--column", "X=a", "--column", "X=b")
    code, out, _ = _run(capsys, "fit", "multiple_regression", table, *rows, "--json")
    wanted = np.linalg.lstsq(*np.split(np.loadtxt(table, delimiter=",", skiprows=1)[:, [1, 2, 0]], [2], axis=1))[0]
    np.testing.assert_allclose(json.loads(out)["theta_hat"]["beta"], wanted[:, 0], rtol=1e-12)


DECLARED = """from sympy import Symbol, log
from thetahat.proofs.structured.family import StructuredFamily, Unknown
from thetahat.proofs.structured.plates import Component, DatumComponent, Plate

k, K = (Symbol(name, integer=True, positive=True) for name in "kK")
x, r = DatumComponent("x", "positive", k), Component("r", "positive", k)
TIMES = StructuredFamily(
    name="waiting_times", observation=(x,), parameters=(Unknown(r, "rate"),), log_density=Plate(log(r) - r * x, k, K),
    sizes=(K,),
)
"""


@pytest.mark.thorough
def test_a_file_may_declare_a_family_of_any_dimension(
    table: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Derived, verified and fitted as the shipped ones; that positive times have a positive mean is no condition."""
    path = tmp_path / "times.py"
    path.write_text(DECLARED)
    code, out, _ = _run(capsys, "derive", str(path))
    assert code == 0
    assert "r_hat_k = 1/mean(x_k)" in out
    assert "Exists          on all data" in out
    assert _run(capsys, "derive", f"{path}:TIMES", "--format", "markdown")[0] == 0
    code, out, _ = _run(capsys, "verify", str(path), "--examples", "3")
    assert code == 0
    assert "0 disagree, 0 undecided" in out
    code, out, _ = _run(capsys, "fit", str(path), table, "--column", "b", "--column", "w", "--certify")
    assert code == 0
    assert "unique global maximum, 6 observations" in out
    with pytest.raises(DeclarationError, match="waiting_times is a structured family"):
        family(str(path))


@pytest.mark.thorough
def test_a_denominator_may_be_negative_on_all_data() -> None:
    """Then it has to differ from 0, and the estimate itself to be positive: pairs of a number and its known precision,
    up to a factor. That this is the one maximum is not proved, and said to be so."""
    k, K = (Symbol(name, integer=True, positive=True) for name in "kK")
    x, t = DatumComponent("x", "real", k), DatumComponent("t", "positive", k)
    m, c = Component("m", "real", k), Component("c", "positive", k)
    density = Plate(log(c * t / (2 * pi)) / 2 - c * t * (x - m) ** 2 / 2, k, K)
    declared = StructuredFamily("weighed", (x, t), (Unknown(m), Unknown(c)), density, (K,))
    values, precisions = X, np.exp(X[:, ::-1])
    found = fit(declared, {"x": values, "t": precisions}).theta_hat
    means = np.average(values, axis=0, weights=precisions)
    np.testing.assert_allclose(found["m"], means, rtol=1e-13)
    np.testing.assert_allclose(found["c"], 1 / np.mean(precisions * (values - means) ** 2, axis=0), rtol=1e-13)
    certificate = certify(declared, {"x": values, "t": precisions})
    assert certificate.verdict is CertificateVerdict.LOCAL
    assert certificate.check({"x": values, "t": precisions})
    with pytest.raises(ExistenceError, match="is not 0"):
        fit(declared, {"x": np.ones((4, 2)), "t": precisions[:4]})


WORDS: dict[str, tuple[tuple[str, ...], str]] = {
    "no layout": (("wishart", "--fixed", "nu=3"), "for which a table has no agreed layout; in Python write fit(struct"),
    "known matrix": (("multivariate_normal_mean",), "Sigma has the shape (p, p), for which a table has no agreed"),
    "nothing named": (("logistic_regression",), "no column holds y; write --column y=NAME"),
    "not said what": (("logistic_regression", "--column", "y"), "write what the column holds, as in --column y=y"),
    "one number": (("normal_groups", "--column", "y=y", "--column", "x=a", "--column", "x=b"), "x is one number in a"),
    "used twice": (("multivariate_normal", "--column", "a", "--column", "a"), "column 'a' is used twice"),
    "no such column": (("multivariate_normal", "--column", "zzz"), "there is no column 'zzz'"),
    "covariates": (("multivariate_normal", "--covariate", "a"), "--covariate is for families of single numbers"),
    "unknown constant": (("gamma_regression", "--fixed", "q=2"), "there is no 'q'; known: a"),
    "several observations": (("gamma", "--column", "a", "--column", "b"), "give one --column, not a, b"),
}


@pytest.mark.parametrize("case", WORDS)
def test_bad_words_are_refused(case: str, table: str, capsys: pytest.CaptureFixture[str]) -> None:
    words, says = WORDS[case]
    code, _, err = _run(capsys, "fit", words[0], table, *words[1:])
    assert code == 2
    assert says in err


def test_the_corner_of_a_linear_program_is_rounded_once() -> None:
    """The program's own answer was 7.6e-13 nats an observation lower with weights than with repetitions."""
    y = [2.0421397773513315, 2.482560512014519, -1.1817340739184026, 2.8367129079436655]
    y += [0.990628778278124, -1.7298950965798636, -0.8674245907333531, 0.6046842152949106]
    first = [0.36330711276561456, 1.8898259765111363, -1.1226343381514035, -0.1481253511307432]
    first += [-0.2698729808660101, 3.338325246469842, 1.9170389451921062, -0.11677575009460606]
    second = [2.4046155417746737, 1.3303863515663426, 1.2764430319933644, 4.110110929770412]
    second += [4.038033382368067, -2.249153996060198, 2.227393361881757, 3.233189195411322]
    target, rows, often = np.array(y), np.column_stack([first, second]), np.array([3, 1, 1, 3, 1, 1, 2, 3])
    declared = structured("uniform_regression")
    weighted = fit(declared, {"y": target, "x": rows}, often.astype(float)).theta_hat
    repeated = fit(declared, {"y": np.repeat(target, often), "x": np.repeat(rows, often, axis=0)}).theta_hat
    np.testing.assert_array_equal(weighted["beta"], repeated["beta"])
    farthest = np.sort(np.abs(target - rows @ weighted["beta"]))[-3:]
    np.testing.assert_allclose(farthest, farthest[-1], rtol=1e-14)
