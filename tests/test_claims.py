"""Claims about families: published formulas are proved, and each of them with an error planted is refuted."""

from __future__ import annotations

import json

import pytest
from sympy import EulerGamma, Function, Matrix, Symbol, log, oo, sqrt

from thetahat import check_claim, family
from thetahat.proofs.errors import ExpressionError, ParameterError
from thetahat.proofs.family import Family, Parameter
from thetahat.proofs.forms import ClosedForm
from thetahat.verify import claim_forms
from thetahat.verify.claimed import entries_of
from thetahat.verify.claims import Claim, ClaimVerdict
from thetahat.verify.cli import main

PROVED, REFUTED, UNDECIDED = ClaimVerdict.PROVED, ClaimVerdict.REFUTED, ClaimVerdict.UNDECIDED
NORMAL_KL = "log(sigma_1/sigma_0) + (sigma_0**2 + (mu_0 - mu_1)**2)/(2*sigma_1**2) - 1/2"
GAMMA_KL = (
    "(k_0 - k_1)*digamma(k_0) - loggamma(k_0) + loggamma(k_1) + k_1*log(theta_1/theta_0) "
    "+ k_0*(theta_0 - theta_1)/theta_1"
)
WEIBULL_KL = (
    "log(k_0/lambda_0**k_0) - log(k_1/lambda_1**k_1) + (k_0 - k_1)*(log(lambda_0) - EulerGamma/k_0) "
    "+ (lambda_0/lambda_1)**k_1*gamma(k_1/k_0 + 1) - 1"
)
BETA_KL = (
    "loggamma(alpha_1) + loggamma(beta_1) - loggamma(alpha_1 + beta_1) - loggamma(alpha_0) - loggamma(beta_0) "
    "+ loggamma(alpha_0 + beta_0) + (alpha_0 - alpha_1)*digamma(alpha_0) + (beta_0 - beta_1)*digamma(beta_0) "
    "+ (alpha_1 - alpha_0 + beta_1 - beta_0)*digamma(alpha_0 + beta_0)"
)
LAPLACE_KL = "log(b_1/b_0) - 1 + Abs(mu_0 - mu_1)/b_1 + b_0*exp(-Abs(mu_0 - mu_1)/b_0)/b_1"
CAUCHY_KL = "log(((gamma_0 + gamma_1)**2 + (x_0_0 - x_0_1)**2)/(4*gamma_0*gamma_1))"
# Meyer 2021 (arXiv 1911.02088) for the divergence of Laplace, Chyzak & Nielsen 2019 (arXiv 1905.10965) of Cauchy.
# Sources: Cover & Thomas 2006, table 17.2; Johnson, Kotz & Balakrishnan 1994/95 for means; Penny 2001 for the
# divergences of gamma and beta; Bauckhage 2013 (arXiv 1310.3713) for Weibull; Lehmann & Casella 1998, table 2.5.1, for
# information; the estimators are those of Johnson, Kotz & Balakrishnan.
TRUE = [
    ("exponential", {"entropy": "1 - log(lambda)"}),
    ("normal", {"entropy": "log(2*pi*E*sigma**2)/2"}),
    ("laplace", {"entropy": "1 + log(2*b)"}),
    ("uniform", {"entropy": "log(b - a)"}),
    ("gamma", {"entropy": "k + log(theta) + loggamma(k) + (1 - k)*digamma(k)"}),
    ("cauchy", {"entropy": "log(4*pi*gamma)"}),
    ("geometric", {"entropy": "(-(1 - p)*log(1 - p) - p*log(p))/p"}),
    ("logistic", {"entropy": "log(s) + 2"}),
    ("gumbel", {"entropy": "log(beta) + EulerGamma + 1"}),
    ("weibull", {"mean": "lambda*gamma(1 + 1/k)"}),
    ("lognormal", {"mean": "exp(mu + sigma**2/2)"}),
    ("pareto", {"mean": "alpha*x_m/(alpha - 1)"}),
    ("normal", {"kl": NORMAL_KL}),
    ("gamma", {"kl": GAMMA_KL}),
    ("weibull", {"kl": WEIBULL_KL}),
    ("beta", {"kl": BETA_KL}),
    ("poisson", {"kl": "lambda_0*log(lambda_0/lambda_1) - lambda_0 + lambda_1"}),
    ("laplace", {"kl": LAPLACE_KL}),
    ("cauchy", {"kl": CAUCHY_KL}),
    ("binomial", {"kl": "n*p_0*log(p_0/p_1) + n*(1 - p_0)*log((1 - p_0)/(1 - p_1))"}),
    ("uniform_from_zero", {"kl": "Piecewise((log(b_1/b_0), b_0 <= b_1), (oo, True))"}),
    ("uniform", {"kl": "Piecewise((log((b_1 - a_1)/(b_0 - a_0)), a_1 <= a_0 and b_0 <= b_1), (oo, True))"}),
    ("exponential", {"cross_entropy": "lambda_1/lambda_0 - log(lambda_1)"}),
    ("gamma", {"log_partition": "loggamma(k) + k*log(theta) + 7"}),
    ("poisson", {"fisher_information": "1/lambda"}),
    ("binomial", {"fisher_information": "n/(p*(1 - p))"}),
    ("normal", {"fisher_information": [["1/sigma**2", 0], [0, "2/sigma**2"]]}),
    ("exponential", {"mle": {"lambda": "1/Mean(x)"}}),
    ("normal", {"mle": {"mu": "Mean(x)", "sigma": "sqrt(Mean((x - mu)**2))"}}),
    ("uniform", {"mle": {"a": "Quantile(0)", "b": "Quantile(1)"}}),
    ("laplace", {"mle": {"mu": "Quantile(1/2)", "b": "Mean(Abs(x - mu))"}}),
    ("gamma", {"mle": {"theta": "Mean(x)/k"}}),
    ("binomial", {"mle": {"p": "Mean(x)/n"}}),
    ("rayleigh", {"mle": {"sigma": "sqrt(Mean(x**2)/2)"}}),
    ("pareto", {"mle": {"x_m": "Quantile(0)", "alpha": "1/Mean(log(x/Quantile(0)))"}}),
    ("linear_regression", {"mle": {"beta": "(Mean(x*y) - Mean(x)*Mean(y))/(Mean(x**2) - Mean(x)**2)"}}),
]
WRONG = [
    ("exponential", {"entropy": "1 + log(lambda)"}),
    ("normal", {"entropy": "log(2*pi*E*sigma)/2"}),
    ("gamma", {"entropy": "k - log(theta) + loggamma(k) + (1 - k)*digamma(k)"}),
    ("poisson", {"entropy": "log(2*pi*E*lambda)/2"}),
    ("poisson", {"entropy": "lambda*(1 - log(lambda))"}),
    ("binomial", {"entropy": "log(2*pi*E*n*p*(1 - p))/2"}),
    ("weibull", {"mean": "lambda*gamma(1 + k)"}),
    ("pareto", {"mean": "alpha*x_m/(alpha + 1)"}),
    ("normal", {"kl": NORMAL_KL.replace("_0", "_9").replace("_1", "_0").replace("_9", "_1")}),
    ("normal", {"kl": NORMAL_KL.replace("log(sigma_1/sigma_0) + ", "")}),
    ("gamma", {"kl": GAMMA_KL.replace("- loggamma(k_0)", "+ loggamma(k_0)")}),
    ("laplace", {"kl": LAPLACE_KL.replace("/b_0)", "/b_1)")}),
    ("cauchy", {"kl": CAUCHY_KL.replace("4*", "2*")}),
    ("uniform", {"kl": "log((b_1 - a_1)/(b_0 - a_0))"}),
    ("uniform", {"kl": "Piecewise((log((b_1 - a_1)/(b_0 - a_0)), b_0 <= b_1), (oo, True))"}),
    ("exponential", {"cross_entropy": "lambda_0/lambda_1 - log(lambda_0)"}),
    ("gamma", {"log_partition": "loggamma(k) - k*log(theta)"}),
    ("normal", {"fisher_information": [["1/sigma**2", 0], [0, "1/sigma**2"]]}),
    ("exponential", {"mle": {"lambda": "Mean(x)"}}),
    ("normal", {"mle": {"mu": "Mean(x)", "sigma": "sqrt(n*Mean((x - mu)**2)/(n - 1))"}}),
    ("normal", {"mle": {"mu": "Quantile(1/2)"}}),
    ("uniform", {"mle": {"a": "Quantile(0)", "b": "(n + 1)*Quantile(1)/n"}}),
    ("laplace", {"mle": {"mu": "Mean(x)", "b": "Mean(Abs(x - mu))"}}),
    ("gamma", {"mle": {"k": "Mean(x)**2/(Mean(x**2) - Mean(x)**2)"}}),
    ("binomial", {"mle": {"p": "(Mean(x) + 1)/(n + 2)"}}),
    ("bernoulli", {"mle": {"p": "Quantile(1/2)"}}),
    ("cauchy", {"mle": {"x_0": "Quantile(1/2)"}}),
    ("weibull", {"mle": {"k": "1", "lambda": "Mean(x)"}}),
]


@pytest.mark.parametrize(("name", "claim"), TRUE)
def test_published_formulas_are_proved(name: str, claim: dict[str, object]) -> None:
    assert check_claim(family(name), **claim).verdict is PROVED


@pytest.mark.parametrize(("name", "claim"), WRONG)
def test_planted_errors_are_refuted_with_a_witness(name: str, claim: dict[str, object]) -> None:
    found = check_claim(family(name), **claim)
    assert found.verdict is REFUTED
    witness = found.witness
    assert witness is not None
    if witness.claimed is not None and witness.actual is not None:
        assert not witness.claimed.ball.overlaps(witness.actual.ball)


LOGISTIC_SHIFT = "d*(exp(d) + 1)/(exp(d) - 1) - 2".replace("d", "((mu_0 - mu_1)/s)")
# Families of which no such formula is derived here.
WITHOUT_FORM = [
    ("gompertz", {"mean": "1"}, REFUTED),
    ("birnbaum_saunders", {"entropy": "log(2*pi*alpha*beta)/2"}, REFUTED),
    ("inverse_gaussian", {"entropy": "log(2*pi*E*mu**3/lambda)/2"}, REFUTED),
    ("burr", {"kl": "log(k_0/k_1) + k_1/k_0 - 1"}, REFUTED),
    ("burr", {"cross_entropy": "1"}, REFUTED),
    ("weibull_with_location", {"kl": "log(k_0/k_1)"}, REFUTED),
    ("burr", {"fisher_information": [["1/c**2", 0], [0, "1/k**2"]]}, REFUTED),
    ("poisson", {"entropy": "9"}, REFUTED),
    ("negative_binomial", {"fisher_information": [["1/r", "-1/p"], ["-1/p", "r/(p**2*(1 - p))"]]}, REFUTED),
    ("skew_normal", {"entropy": "1"}, REFUTED),
    ("cauchy", {"mean": "x_0"}, UNDECIDED),
    ("uniform", {"fisher_information": [[1, 0], [0, 1]]}, UNDECIDED),
]


@pytest.mark.parametrize(("name", "claim", "verdict"), WITHOUT_FORM)
def test_what_no_formula_is_derived_of_is_refuted_by_an_enclosure_and_never_proved(
    name: str, claim: dict[str, object], verdict: ClaimVerdict
) -> None:
    found = check_claim(family(name), **claim)
    assert found.verdict is verdict
    assert (found.witness is None) == (verdict is UNDECIDED)


def test_the_divergence_of_logistic_densities_of_one_scale_is_not_refuted() -> None:
    """A right formula; with another constant it is refuted."""
    one = family("logistic_known_scale")
    assert check_claim(one, kl=LOGISTIC_SHIFT).verdict is not REFUTED
    assert check_claim(one, kl=LOGISTIC_SHIFT.replace("- 2", "- 1")).verdict is REFUTED


@pytest.mark.parametrize(
    ("name", "quantity", "wrong"), [("gamma", "entropy", "1 + log(theta)"), ("exponential", "kl", "lambda_1/lambda_0")]
)
def test_a_wrong_lemma_proves_nothing(monkeypatch: pytest.MonkeyPatch, name: str, quantity: str, wrong: str) -> None:
    """Planted: the derived formula is what is claimed, and false. The enclosure is apart from it and refutes both."""
    one = family(name)
    (value,) = entries_of(one, quantity, wrong)
    monkeypatch.setitem(claim_forms.FORMS, quantity, lambda _: ClosedForm(value, "planted"))
    assert check_claim(one, **{quantity: wrong}).verdict is REFUTED


def test_a_true_but_tautological_claim_is_not_proved() -> None:
    """That the estimate is the estimate holds on all data, and no formula proves it."""
    assert check_claim(family("cauchy"), mle={"x_0": "x_0"}, examples=5).verdict is UNDECIDED


def test_claims_are_expressions_in_symbols_of_the_same_names() -> None:
    k, theta = Symbol("k"), Symbol("theta")
    average, n = Function("Mean"), Symbol("n")
    x = Symbol("x")
    assert check_claim(family("gamma"), mean=k * theta).verdict is PROVED
    assert check_claim(family("poisson"), fisher_information=Matrix([[1 / Symbol("lambda")]])).verdict is PROVED
    claimed = {"mu": average(x), "sigma": sqrt(average(x**2) - average(x) ** 2)}
    assert check_claim(family("normal"), mle=claimed).verdict is PROVED
    assert check_claim(family("normal"), mle={"sigma": sqrt(n) * average(x)}, examples=20).verdict is REFUTED


def test_families_nobody_here_has_seen_are_judged_too() -> None:
    """A Rayleigh family by its second moment, declared here."""
    base = family("rayleigh")
    omega = Parameter(Symbol("omega", positive=True), base.parameters[0].space, "second moment")
    moment = base.reparametrise("by_moment", [omega], {"sigma": sqrt(omega.symbol / 2)})
    assert isinstance(moment, Family)
    assert check_claim(moment, mle={"omega": "Mean(x**2)"}, fisher_information="1/omega**2").verdict is PROVED
    assert check_claim(moment, entropy="1 + log(omega)/2 + EulerGamma/2").verdict is REFUTED
    assert check_claim(moment, entropy=1 + log(omega.symbol / 4) / 2 + EulerGamma / 2).verdict is PROVED


@pytest.mark.parametrize(
    ("claim", "error", "named"),
    [
        ({}, ParameterError, "nothing is claimed"),
        ({"mean": "q"}, ExpressionError, "q"),
        ({"mean": Symbol("q")}, ParameterError, "q"),
        ({"mean": Matrix([[1, 2]])}, ParameterError, "matrix"),
        ({"mean": "sqrt(-1)"}, ExpressionError, "no real number"),
        ({"mean": Function("f")(Symbol("k"))}, ExpressionError, "unknown function"),
        ({"kl": "k"}, ExpressionError, "'k'"),
        ({"fisher_information": [[1, 2]]}, ParameterError, "2 rows"),
        ({"fisher_information": "k"}, ParameterError, "2 rows"),
        ({"mle": {}}, ParameterError, "mapping"),
        ({"mle": {"shape": "1"}}, ParameterError, "shape"),
        ({"mle": {"k": "x"}}, ParameterError, "outside Mean"),
        ({"mle": {"k": "Mean(y)"}}, ExpressionError, "'y'"),
    ],
)
def test_claims_that_make_no_sense_are_refused(claim: dict[str, object], error: type[Exception], named: str) -> None:
    with pytest.raises(error, match=named):
        check_claim(family("gamma"), **claim)


def test_a_claim_is_refuted_if_one_part_is() -> None:
    found = check_claim(family("gamma"), mean="k*theta", entropy="k")
    assert found.verdict is REFUTED
    assert [part.verdict for part in found.parts] == [REFUTED, PROVED]
    assert "entropy: refuted" in str(found)
    assert isinstance(found, Claim)
    assert found.why == "another value at one member"


def test_the_command_line_proves_and_refutes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        main(
            ["claim", "gamma", "--mean", "k*theta", "--fisher-information", "trigamma(k), 1/theta; 1/theta, k/theta**2"]
        )
    assert done.value.code == 0
    assert "fisher_information: proved" in capsys.readouterr().out
    with pytest.raises(SystemExit) as done:
        main(["claim", "normal", "--mle", "mu = Mean(x), sigma = sqrt(n*Mean((x - mu)**2)/(n - 1))", "--json"])
    assert done.value.code == 1
    record = json.loads(capsys.readouterr().out)
    assert record["verdict"] == "refuted"
    assert record["parts"][0]["witness"]["x"]
    assert main(["claim", "normal", "--mle", "mu"]) == 2
    assert "NAME=EXPRESSION" in capsys.readouterr().err
    assert main(["claim", "normal", "--entropy", "__import__('os')"]) == 2
    with pytest.raises(SystemExit) as done:
        main(["claim", "multivariate_normal", "--entropy", "p*log(2*pi*E)/2 + logdet(Sigma)/2"])
    assert done.value.code == 0
    assert main(["claim", "multivariate_normal", "--mean", "mu"]) == 2


def test_infinity_is_a_value() -> None:
    assert check_claim(family("uniform_from_zero"), kl=oo).verdict is REFUTED
