"""Judges formulas that others publish, and writes ``benchmarks/claims.md``: ``python benchmarks/claims.py``.

Each entry is a formula as its source has it, in the symbols of our family; what had to be translated is said beside it.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import scipy

from thetahat import check_claim, family
from thetahat.verify.claims import Claim, ClaimVerdict

SCIPY = f"SciPy {scipy.__version__}, `_entropy` of `scipy.stats`, with `log(scale)` added as `entropy` does"
STDLIB = "stdlib-js, `stats/base/dists/*/entropy/README.md`, as read in November 2026"
TORCH = "PyTorch, `torch/distributions/kl.py` at 01b3974 (2018)"

# family, quantity, formula, remark
CLAIMS: dict[str, list[tuple[str, str, str, str]]] = {
    SCIPY: [
        ("exponential_by_mean", "entropy", "1 + log(theta)", ""),
        ("gamma", "entropy", "digamma(k)*(1 - k) + k + loggamma(k) + log(theta)", "the formula for a < 250"),
        ("normal", "entropy", "(log(2*pi) + 1)/2 + log(sigma)", ""),
        ("laplace", "entropy", "log(2) + 1 + log(b)", ""),
        ("logistic", "entropy", "2 + log(s)", ""),
        ("gumbel", "entropy", "EulerGamma + 1 + log(beta)", ""),
        ("gumbel_minimum", "entropy", "EulerGamma + 1 + log(beta)", ""),
        ("weibull", "entropy", "-EulerGamma/k - log(k) + EulerGamma + 1 + log(lambda)", ""),
        ("pareto", "entropy", "1 + 1/alpha - log(alpha) + log(x_m)", ""),
        ("rayleigh", "entropy", "EulerGamma/2 + 1 - log(2)/2 + log(sigma)", ""),
        ("maxwell", "entropy", "EulerGamma + log(2*pi)/2 - 1/2 + log(a)", ""),
        ("lognormal", "entropy", "(1 + log(2*pi) + 2*log(sigma))/2 + mu", "scale is exp(mu)"),
        (
            "beta",
            "entropy",
            "log(beta(alpha, beta)) - (alpha - 1)*digamma(alpha) - (beta - 1)*digamma(beta)"
            " + (alpha + beta - 2)*digamma(alpha + beta)",
            "the formula for shapes below 4.9e6",
        ),
        ("inverse_gamma", "entropy", "alpha - (alpha + 1)*digamma(alpha) + loggamma(alpha) + log(beta)", ""),
        ("cauchy", "entropy", "log(4*pi) + log(gamma)", ""),
        ("uniform_by_length", "entropy", "log(L)", ""),
        ("half_normal", "entropy", "log(pi/2)/2 + 1/2 + log(sigma)", ""),
        ("half_logistic", "entropy", "2 - log(2) + log(s)", ""),
        ("hyperbolic_secant", "entropy", "log(2*pi) + log(s)", "our s is the scale of sech(x/s)"),
        ("log_logistic", "entropy", "2 - log(beta) + log(alpha)", ""),
        ("frechet", "entropy", "1 + EulerGamma + EulerGamma/alpha - log(alpha) + log(s)", ""),
        ("power_function", "entropy", "1 - 1/alpha - log(alpha) + log(b)", ""),
        ("triangular", "entropy", "1/2 - log(2)", ""),
        ("von_mises", "entropy", "-kappa*besseli(1, kappa)/besseli(0, kappa) + log(2*pi*besseli(0, kappa))", ""),
        ("chi", "entropy", "loggamma(k/2) + (k - log(2) - (k - 1)*digamma(k/2))/2", "the formula for df < 300"),
        ("chi_square", "entropy", "k/2 + log(2) + loggamma(k/2) + (1 - k/2)*digamma(k/2)", ""),
        ("lomax", "entropy", "1 + 1/alpha - log(alpha) + log(lambda)", ""),
        ("geometric", "entropy", "-log(p) - log(1 - p)*(1 - p)/p", ""),
        ("bernoulli", "entropy", "-p*log(p) - (1 - p)*log(1 - p)", ""),
        ("half_cauchy", "entropy", "log(2*pi) + log(s)", ""),
        ("nakagami", "entropy", "loggamma(m) + m - (m - 1/2)*digamma(m) - log(m)/2 - log(2) + log(Omega)/2", ""),
    ],
    STDLIB: [
        ("weibull", "entropy", "EulerGamma*(1 - 1/k) + log(lambda/k) + 1", "read with k the shape"),
        (
            "weibull",
            "entropy",
            "EulerGamma*(1 - 1/lambda) + log(k/lambda) + 1",
            "as its legend has it: lambda the shape, k the scale, in a formula with k in the place of the shape",
        ),
        ("gamma_by_rate", "entropy", "alpha - log(beta) + loggamma(alpha) + (1 - alpha)*digamma(alpha)", ""),
        ("inverse_gamma", "entropy", "alpha + log(beta*gamma(alpha)) - (1 + alpha)*digamma(alpha)", ""),
        ("frechet", "entropy", "1 + EulerGamma/alpha + EulerGamma + log(s/alpha)", ""),
        ("lognormal", "entropy", "log(sigma*exp(mu + 1/2)*sqrt(2*pi))", ""),
        (
            "beta",
            "entropy",
            "log(beta(alpha, beta)) - (alpha - 1)*digamma(alpha) - (beta - 1)*digamma(beta)"
            " + (alpha + beta - 2)*digamma(alpha + beta)",
            "",
        ),
        ("arcsine", "entropy", "log(pi/4)", "given for any a < b; true for b - a = 1 only"),
        ("gumbel", "entropy", "log(beta) + EulerGamma + 1", ""),
        ("rayleigh", "entropy", "1 + log(sigma/sqrt(2)) + EulerGamma/2", ""),
        ("levy", "entropy", "(1 + 3*EulerGamma + log(16*pi*c**2))/2", ""),
    ],
    TORCH: [
        ("bernoulli", "kl", "p_0*log(p_0/p_1) + (1 - p_0)*log((1 - p_0)/(1 - p_1))", ""),
        (
            "beta",
            "kl",
            "loggamma(alpha_1) + loggamma(beta_1) + loggamma(alpha_0 + beta_0) - loggamma(alpha_0) - loggamma(beta_0)"
            " - loggamma(alpha_1 + beta_1) + (alpha_0 - alpha_1)*digamma(alpha_0) + (beta_0 - beta_1)*digamma(beta_0)"
            " + (alpha_1 + beta_1 - alpha_0 - beta_0)*digamma(alpha_0 + beta_0)",
            "",
        ),
        ("exponential", "kl", "-log(lambda_1/lambda_0) + lambda_1/lambda_0 - 1", ""),
        (
            "gamma_by_rate",
            "kl",
            "alpha_1*log(beta_0/beta_1) + loggamma(alpha_1) - loggamma(alpha_0) + (alpha_0 - alpha_1)*digamma(alpha_0)"
            " + (beta_1 - beta_0)*alpha_0/beta_0",
            "",
        ),
        (
            "gumbel",
            "kl",
            "-log(beta_0/beta_1) - mu_1/beta_1 + mu_0/beta_1 + beta_0*EulerGamma/beta_1"
            " + exp(mu_1/beta_1 + loggamma(1 + beta_0/beta_1) - mu_0/beta_1) - (1 + EulerGamma)",
            "",
        ),
        (
            "laplace",
            "kl",
            "-log(b_0/b_1) + Abs(mu_0 - mu_1)/b_1 + b_0*exp(-Abs(mu_0 - mu_1)/b_0)/b_1 - 1",
            "",
        ),
        ("normal", "kl", "-log(sigma_0/sigma_1) + ((sigma_0/sigma_1)**2 + ((mu_0 - mu_1)/sigma_1)**2 - 1)/2", ""),
        (
            "pareto",
            "kl",
            "Piecewise((alpha_1*log(x_m_0/x_m_1) - log(alpha_1/alpha_0) + alpha_1/alpha_0 - 1, x_m_1 <= x_m_0),"
            " (oo, True))",
            "",
        ),
        (
            "uniform",
            "kl",
            "Piecewise((log((b_1 - a_1)/(b_0 - a_0)), a_1 <= a_0 and b_0 <= b_1), (oo, True))",
            "",
        ),
    ],
}


def judged() -> list[tuple[str, str, str, str, Claim, float]]:
    """Return every claim with its verdict and the processor time that it took."""
    found = []
    for source, claims in CLAIMS.items():
        for name, quantity, formula, remark in claims:
            began = time.process_time()
            given: dict[str, Any] = {quantity: formula}
            verdict = check_claim(family(name), **given)
            found.append((source, name, f"{quantity} = {formula}", remark, verdict, time.process_time() - began))
    return found


def page() -> str:
    """Return the page: counts, then a table for each source."""
    results = judged()
    counts = {verdict: sum(one[4].verdict is verdict for one in results) for verdict in ClaimVerdict}
    lines = [
        "# Published formulas, judged",
        "",
        f"By `python benchmarks/claims.py`: {len(results)} formulas from {len(CLAIMS)} sources, "
        + ", ".join(f"{count} {verdict.value}" for verdict, count in counts.items())
        + f"; {sum(one[5] for one in results) / len(results):.2f} s of processor time each. Proved is by algebra "
        "against the formula derived from the declared density; refuted is by a member at which both values, enclosed "
        "in balls, are apart.",
    ]
    for source in CLAIMS:
        lines += ["", f"## {source}", "", "| family | formula | verdict | remark |", "|---|---|---|---|"]
        for where, name, formula, remark, claim, _ in results:
            if where == source:
                witness = f"; {claim.witness}" if claim.witness is not None else ""
                cells = (name, f"`{formula}`", claim.verdict.value, f"{remark}{witness}")
                lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    Path(__file__).with_name("claims.md").write_text(page(), encoding="utf-8")
