"""Whether the checker of closed forms proves what is true, refutes planted errors, and knows no deriver."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path

import pytest
from sympy import And, Integer, Matrix, S, log, true

from thetahat import family
from thetahat.proofs import check_closed_forms, closed_forms
from thetahat.proofs.by_parts import means_of_zero
from thetahat.proofs.check_closed_forms import Claims, judge_forms
from thetahat.proofs.derivation import Evidence
from thetahat.proofs.family import Family
from thetahat.proofs.forms import ClosedForm
from thetahat.proofs.members import member_symbols
from thetahat.proofs.scores import expectation

PAGE = Path(__file__).parent.parent / "proofs" / "derivations" / "closed_forms.md"
MADE_BY_DERIVERS = {"closed_forms", "expectations", "exponential", "divergence", "engine", "likelihood", "directions"}


def derived(one: Family) -> Claims:
    """What is derived of a family."""
    return Claims(
        closed_forms.mean(one),
        closed_forms.entropy_of(one),
        closed_forms.kl(one),
        closed_forms.fisher_information(one),
        closed_forms.log_partition(one),
    )


def found(one: Family, claims: Claims) -> dict[tuple[str, str], Evidence]:
    """The evidence for each requirement."""
    return {(each.quantity, each.requirement): each.finding.evidence for each in judge_forms(one, claims)}


def swapped(one: Family, form: ClosedForm) -> ClosedForm:
    """The divergence with its arguments exchanged."""
    first, second = member_symbols(one, 0), member_symbols(one, 1)
    exchanged = {first[s]: second[s] for s in first} | {second[s]: first[s] for s in first}
    return replace(form, value=form.value.xreplace(exchanged))


def test_the_checker_imports_no_deriver() -> None:
    """Nor does what it imports: else a slip of the lemmas could prove itself."""
    folder = Path(check_closed_forms.__file__).parent
    waiting, seen = ["check_closed_forms"], set()
    while waiting:
        name = waiting.pop()
        if name not in seen and (folder / f"{name}.py").is_file():
            seen.add(name)
            tree = ast.parse((folder / f"{name}.py").read_text())
            waiting += [str(node.module) for node in tree.body if isinstance(node, ast.ImportFrom) and node.level == 1]
    assert {"scores", "by_parts", "forms"} <= seen
    # What a Derivation is made of is declared beside the derivers' functions.
    assert not seen & (MADE_BY_DERIVERS - {"exponential"})


@pytest.mark.parametrize(
    "name", ["gamma", "normal", "beta", "poisson", "geometric", "pareto", "laplace_known_location"]
)
def test_what_is_derived_is_proved(name: str) -> None:
    """Mean, entropy, divergence and information by functions of mean zero, and every law of the divergence."""
    evidence = found(family(name), derived(family(name)))
    open_ = {key for key, each in evidence.items() if each not in (Evidence.ALGEBRA, Evidence.LEMMA)}
    assert open_ <= {("kl", "infinite unless supports nest")}


def test_the_page_counts_them_and_refutes_none() -> None:
    """Numbers of closed forms that are proved without lemmas; they may grow."""
    text = PAGE.read_text(encoding="utf-8")
    assert "✗" not in text
    rows = [line.split("|")[2:-1] for line in text.partition("## Laws")[2].splitlines()[4:]]
    assert len(rows) == 5
    assert all(int(proved) > 0 and int(refuted) == 0 for _, proved, _, _, refuted in rows)
    proved = [int(count) for count in re.findall(r"(\d+) ✓\)", text)]
    assert all(count >= least for count, least in zip(proved, (57, 54, 61, 57), strict=True))


GAMMA = family("gamma")
K, THETA = GAMMA.symbols
K0, K1, THETA0, THETA1 = (
    names[s] for s in (K, THETA) for names in (member_symbols(GAMMA, 0), member_symbols(GAMMA, 1))
)
RIGHT = derived(GAMMA)
PLANTED = {
    "mean, rate for scale": Claims(mean=replace(RIGHT.mean, value=K / THETA)),
    "entropy, lost logarithm": Claims(entropy=replace(RIGHT.entropy, value=RIGHT.entropy.value - log(THETA))),
    "entropy, sign of one term": Claims(entropy=replace(RIGHT.entropy, value=RIGHT.entropy.value - 2 * K)),
    "entropy, sign": Claims(entropy=replace(RIGHT.entropy, value=-RIGHT.entropy.value)),
    "divergence, arguments swapped": Claims(kl=swapped(GAMMA, RIGHT.kl)),
    "divergence, lost logarithm": Claims(kl=replace(RIGHT.kl, value=RIGHT.kl.value + K1 * log(THETA0 / THETA1))),
    "divergence, cross-entropy in its place": Claims(kl=closed_forms.cross_entropy(GAMMA)),
    "divergence, doubled": Claims(kl=replace(RIGHT.kl, value=2 * RIGHT.kl.value)),
    "divergence, a condition too many": Claims(kl=replace(RIGHT.kl, where=K0 <= K1)),
    "information, doubled": Claims(
        fisher_information=replace(RIGHT.fisher_information, value=2 * RIGHT.fisher_information.value)
    ),
    "information, not symmetric": Claims(
        fisher_information=replace(
            RIGHT.fisher_information, value=RIGHT.fisher_information.value + Matrix([[0, 1], [0, 0]]).as_immutable()
        )
    ),
    "information, inverted": Claims(
        fisher_information=replace(RIGHT.fisher_information, value=RIGHT.fisher_information.value.inv())
    ),
    "log-partition, lost logarithm": Claims(
        log_partition=replace(RIGHT.log_partition, value=RIGHT.log_partition.value - K * log(THETA) + K**2)
    ),
    "log-partition, sign": Claims(log_partition=replace(RIGHT.log_partition, value=-RIGHT.log_partition.value)),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_error_is_refuted(name: str) -> None:
    """Arguments swapped, a lost logarithm, the wrong sign of a term."""
    assert Evidence.REFUTED in found(GAMMA, PLANTED[name]).values()


def test_laws_that_a_wrong_divergence_breaks_are_named() -> None:
    """A factor is seen by the second derivative, a constant by equal members, a slope by the first."""
    information = RIGHT.fisher_information
    doubled = found(GAMMA, Claims(kl=replace(RIGHT.kl, value=2 * RIGHT.kl.value), fisher_information=information))
    assert doubled["kl", "second derivative"] is Evidence.REFUTED
    assert doubled["kl", "stationary at equality"] is Evidence.ALGEBRA
    shifted = found(GAMMA, Claims(kl=replace(RIGHT.kl, value=RIGHT.kl.value + 1)))
    assert shifted["kl", "zero between equal members"] is Evidence.REFUTED
    sloping = found(GAMMA, Claims(kl=replace(RIGHT.kl, value=RIGHT.kl.value + K1 - K0)))
    assert sloping["kl", "stationary at equality"] is Evidence.REFUTED


@pytest.mark.parametrize("name", ["uniform", "pareto", "shifted_exponential", "discrete_uniform"])
def test_a_support_condition_that_is_dropped_reversed_or_finite_elsewhere_is_refuted(name: str) -> None:
    """A divergence is infinite where supports do not nest."""
    one = family(name)
    form = closed_forms.kl(one)
    key = ("kl", "infinite unless supports nest")
    assert found(one, Claims(kl=form))[key] is Evidence.BALL
    parts = form.where.args if isinstance(form.where, And) else (form.where,)
    for wrong in (
        replace(form, where=true),
        replace(form, where=parts[0].reversedsign.negated),
        replace(form, elsewhere=S.Zero),
        replace(form, elsewhere=None),
        *(replace(form, where=part) for part in parts if len(parts) > 1),
    ):
        assert found(one, Claims(kl=wrong))[key] is not Evidence.BALL


def test_errors_without_a_combination_stay_open() -> None:
    """The checker says nothing of a Weibull entropy, right or wrong: it has no function of mean zero for it."""
    weibull = family("weibull")
    right = closed_forms.entropy_of(weibull)
    for value in (right.value, right.value + 1):
        assert (
            found(weibull, Claims(entropy=replace(right, value=value)))["entropy", "expectation"] is Evidence.UNDECIDED
        )
    # A divergence of it still has to vanish between equal members and to bend like the information.
    doubled = replace(closed_forms.kl(weibull), value=2 * closed_forms.kl(weibull).value)
    claims = Claims(kl=doubled, fisher_information=closed_forms.fisher_information(weibull))
    assert found(weibull, claims)["kl", "second derivative"] is Evidence.REFUTED


def test_a_mean_is_judged_under_its_condition() -> None:
    """The mean of a Pareto variable is what is claimed where the shape exceeds one, and is not judged elsewhere."""
    one = family("pareto_known_minimum")
    form = closed_forms.mean(one)
    assert found(one, Claims(mean=form)) == {("mean", "expectation"): Evidence.LEMMA}
    assert found(one, Claims(mean=replace(form, where=true)))["mean", "expectation"] is not Evidence.LEMMA
    (alpha,) = one.symbols
    assert (
        found(one, Claims(mean=replace(form, where=alpha > Integer(1) / 2)))["mean", "expectation"]
        is Evidence.UNDECIDED
    )


def test_scores_are_used_only_where_the_support_does_not_move() -> None:
    """In the scale of a shifted exponential the score has mean zero, in its start it has not."""
    one = family("shifted_exponential")
    start, scale = (next(s for s in one.symbols if (s in one.bounds.free_symbols) is moves) for moves in (True, False))
    domain = {s: b for s, b in one.domain.items() if s != one.observation}
    here = [({start: Integer(1), scale: Integer(2)}, ())]
    slope = one.log_density.diff(start)
    assert expectation(one, slope, 1 / scale, domain, lambda: here).evidence is Evidence.ALGEBRA
    assert expectation(one, slope, S.Zero, domain, lambda: here).evidence is Evidence.REFUTED


def test_no_function_is_taken_that_does_not_vanish_at_the_ends() -> None:
    """The exponential density is not zero at 0, so its slope has not mean zero."""
    one = family("exponential")
    (rate,) = one.symbols
    assert -rate not in means_of_zero(one, one.domain)
    cauchy = family("cauchy")
    assert len(means_of_zero(cauchy, cauchy.domain)) == 2
    assert means_of_zero(family("poisson"), family("poisson").domain) == []
    assert means_of_zero(family("triangular"), family("triangular").domain) == []
