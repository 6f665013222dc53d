"""Claims on families whose dimension is a symbol: published formulas proved, misprints refuted, bad text refused."""

from __future__ import annotations

import pytest
from sympy import Add, Rational, Symbol

from thetahat import check_claim, structured
from thetahat.proofs.errors import DeclarationError, ExpressionError, ParameterError
from thetahat.proofs.registry import structured_catalogue
from thetahat.proofs.structured.terms import Datum
from thetahat.verify.claims import ClaimVerdict
from thetahat.verify.structured_claims import FORMS

# The formula, and the same with a misprint: arguments swapped, a factor or a sign lost.
PUBLISHED = {
    # Cover & Thomas 2006, Elements of Information Theory, theorem 8.4.1.
    ("multivariate_normal", "entropy"): ("log(2*pi*E)*p/2 + logdet(Sigma)/2", "log(2*pi*E)*p/2 + logdet(Sigma)"),
    # Kullback 1959, Information Theory and Statistics, section 9.1.
    ("multivariate_normal", "kl"): (
        "(logdet(Sigma_1) - logdet(Sigma_0) - p + tr(inv(Sigma_1)*Sigma_0)"
        " + tr(transpose(mu_0 - mu_1)*inv(Sigma_1)*(mu_0 - mu_1)))/2",
        "(logdet(Sigma_1) - logdet(Sigma_0) - p + tr(inv(Sigma_0)*Sigma_1)"
        " + tr(transpose(mu_0 - mu_1)*inv(Sigma_1)*(mu_0 - mu_1)))/2",
    ),
    # Cover & Thomas 2006, section 2.3.
    ("categorical_k", "kl"): ("sum(p0_k*log(p0_k/p1_k), k)", "sum(p1_k*log(p1_k/p0_k), k)"),
    # Lin 2016, On the Dirichlet distribution, section 2.
    ("dirichlet", "entropy"): (
        "sum(loggamma(a_k), k) - loggamma(sum(a_k, k)) + (sum(a_k, k) - K)*digamma(sum(a_k, k))"
        " - sum((a_k - 1)*digamma(a_k), k)",
        "sum(loggamma(a_k), k) - loggamma(sum(a_k, k)) + (K - sum(a_k, k))*digamma(sum(a_k, k))"
        " - sum((a_k - 1)*digamma(a_k), k)",
    ),
    ("wishart", "kl"): (
        "nu*(logdet(Sigma_1) - logdet(Sigma_0) - p + tr(inv(Sigma_1)*Sigma_0))/2",
        "nu*(logdet(Sigma_1) - logdet(Sigma_0) - p + tr(inv(Sigma_0)*Sigma_1))/2",
    ),
    ("matrix_normal", "cross_entropy"): (
        "(p*q*log(2*pi) + q*logdet(U_1) + p*logdet(V_1) + tr(inv(U_1)*U_0)*tr(inv(V_1)*V_0)"
        " + tr(inv(U_1)*(M_0 - M_1)*inv(V_1)*transpose(M_0 - M_1)))/2",
        "(p*q*log(2*pi) + p*logdet(U_1) + q*logdet(V_1) + tr(inv(U_1)*U_0)*tr(inv(V_1)*V_0)"
        " + tr(inv(U_1)*(M_0 - M_1)*inv(V_1)*transpose(M_0 - M_1)))/2",
    ),
}


@pytest.mark.parametrize(("name", "quantity"), PUBLISHED)
def test_published_formulas_are_proved_and_misprints_refuted(name: str, quantity: str) -> None:
    right, wrong = PUBLISHED[name, quantity]
    assert check_claim(structured(name), **{quantity: right}).verdict is ClaimVerdict.PROVED
    refuted = check_claim(structured(name), **{quantity: wrong})
    assert refuted.verdict is ClaimVerdict.REFUTED
    assert refuted.witness is not None
    assert refuted.witness.claimed is not None
    assert refuted.witness.actual is not None
    assert abs(refuted.witness.claimed.rounded() - refuted.witness.actual.rounded()) > 1e-9


@pytest.mark.parametrize("quantity", FORMS)
@pytest.mark.parametrize("name", [one.name for one in structured_catalogue()])
def test_derived_forms_are_proved_and_every_lost_term_is_refuted(name: str, quantity: str) -> None:
    one = structured(name)
    form = FORMS[quantity](one)
    if form is None:
        assert check_claim(one, **{quantity: 1}).verdict is ClaimVerdict.UNDECIDED
        return
    assert check_claim(one, **{quantity: form.value}).verdict is ClaimVerdict.PROVED
    for term in Add.make_args(form.value):
        for wrong in (form.value - term, form.value - 2 * term, form.value + Rational(1, 10**6)):
            assert check_claim(one, **{quantity: wrong}).verdict is ClaimVerdict.REFUTED


@pytest.mark.parametrize(
    ("claimed", "words"),
    [
        ("Sigma", "Sigma is a matrix; write tr"),
        ("1 + Sigma", "is a matrix; write tr"),
        ("tr(Sigma*mu*mu)", "of its parts do not fit"),
        ("tr(mu)", "of p rows and 1 columns; a square matrix is needed"),
        ("logdet(3)", "3 is a number, where a matrix is needed"),
        ("logdet(Sigma_0)", "the name 'Sigma_0' is not known; known are mu, Sigma, p"),
        ("rank(Sigma)", "the function 'rank' is not known"),
        ("sum(p, p)", "the last value of p is open"),
        ("tr(Sigma", "is no expression"),
        ("__import__('os')", "is not known"),
    ],
)
def test_text_that_says_nothing_is_refused(claimed: str, words: str) -> None:
    with pytest.raises(ExpressionError, match=words):
        check_claim(structured("multivariate_normal"), entropy=claimed)


def test_a_symbol_that_nobody_knows_is_no_proof() -> None:
    assert check_claim(structured("multivariate_normal"), entropy=Symbol("z")).verdict is ClaimVerdict.UNDECIDED


def test_what_is_not_judged_is_refused() -> None:
    normal = structured("multivariate_normal")
    with pytest.raises(ParameterError, match="mean is not judged where the dimension is a symbol"):
        check_claim(normal, mean="mu")
    with pytest.raises(ParameterError, match="mle is not judged"):
        check_claim(normal, mle={"mu": "Mean(x)"})
    with pytest.raises(ParameterError, match="nothing is claimed"):
        check_claim(normal)
    with pytest.raises(DeclarationError, match="is a matrix"):
        check_claim(normal, entropy=Datum("x", 3))
