"""Whether estimators are judged as promised: maps, promises, tolerances, weights, refusals, and doubles."""

import math
import warnings
from collections import namedtuple
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sympy import Symbol, log

from thetahat import certify, check_estimator, derive, family, fit
from thetahat.proofs.derivation import Verdict
from thetahat.proofs.errors import ExistenceError, ExpressionError, ParameterError, ThetahatError
from thetahat.verify import asking, driving, telling_cases
from thetahat.verify.answers import Question
from thetahat.verify.judgement import Judgement
from thetahat.verify.judging import judge
from thetahat.verify.known_values import derivation_with
from thetahat.verify.map_proof import judge_map
from thetahat.verify.parameter_map import UnreadableError, parameter_map
from thetahat.verify.rounding_cost import cost_of_doubles

Array = NDArray[np.float64]


@pytest.fixture(autouse=True)
def _little_shrinking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driving, "_SHRINK_SECONDS", 0.2)
    monkeypatch.setattr(telling_cases, "_TRIED", 1)


def never(x: Array) -> Any:
    """A function that must not be called."""
    raise AssertionError("called")


def judged(name: str, theta: Any, x: list[float], **options: Any) -> Judgement:
    """One answer to one dataset."""
    fixed = options.pop("fixed", {})
    derivation = derivation_with(family(name), fixed)
    question = Question(
        derivation,
        lambda *data: theta,
        parameter_map(derivation.family, options.pop("parameters", None)),
        family(name),
        fixed,
        options.pop("promise", "mle"),
        options.pop("tolerance", 1e-7),
        options.pop("strict", False),
    )
    return judge(question, np.array(x), **options)


Pair = namedtuple("Pair", "a scale")


@pytest.mark.parametrize(
    "returned",
    [
        {"a": 2.0, "scale": 3.0},
        Pair(2.0, 3.0),
        SimpleNamespace(a=2.0, scale=np.array([3.0])),
        {"scale": 3, "a": 2, "b": 0},
    ],
)
def test_output_is_read_by_name(returned: Any) -> None:
    """Mappings, named tuples, attributes; what is not asked for is ignored."""
    assert parameter_map(family("gamma"), {"k": "a", "theta": "scale"}).read(returned) == (2.0, 3.0)


class Labelled:
    """What a series of pandas does: an array whose values have labels."""

    def __init__(self, **values: float) -> None:
        self.values = values

    def keys(self) -> list[str]:
        """The labels."""
        return list(self.values)

    def __getitem__(self, label: str) -> float:
        return self.values[label]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[np.float64]:
        return np.array(list(self.values.values()), dtype=dtype)


def test_labels_count_and_not_places() -> None:
    """Where they are the parameters' names, in whatever order."""
    declared = parameter_map(family("gamma"), None)
    assert declared.read(Labelled(theta=3.0, k=2.0)) == (2.0, 3.0)
    assert declared.read(Labelled(a=3.0, scale=2.0)) == (3.0, 2.0)
    assert parameter_map(family("gamma"), {"k": "a", "theta": "b"}).read(Labelled(b=3.0, a=2.0)) == (2.0, 3.0)


def test_a_maximiser_that_no_double_comes_near_is_not_asked_for() -> None:
    """With these weights the share is one less 1e-20, which doubles write as the end of its space."""
    found = judged("bernoulli", [0.9], [1.0, 0.0], weights=np.array([1.0, 1e-20]))
    assert found.verdict is Verdict.UNDECIDED
    assert found.excused


def test_sequences_are_read_by_place() -> None:
    """And expressions are computed once, and rounded once."""
    reading = parameter_map(family("gamma"), {"k": "_0 + 1", "theta": Symbol("_2") / 3})
    assert reading.read((0.5, 0.0, 1.0)) == (1.5, 1 / 3)
    assert reading.read([0.5, 0.0, math.inf]) == pytest.approx((math.nan, math.nan), nan_ok=True)


@pytest.mark.parametrize(
    "returned", [None, {"a": 1.0}, "words", {"a": [1.0, 2.0], "scale": 1.0}, SimpleNamespace(a=1.0)]
)
def test_what_cannot_be_read_is_said(returned: Any) -> None:
    """No guess is made."""
    with pytest.raises(UnreadableError):
        parameter_map(family("gamma"), {"k": "a", "theta": "scale"}).read(returned)


@pytest.mark.parametrize(
    ("parameters", "error", "text"),
    [
        ({"k": "a"}, ParameterError, "'theta' is missing"),
        ({"k": "a", "theta": "b", "rate": "c"}, ParameterError, "'rate' is no parameter of it"),
        ({"k": "a", "theta": "__import__('os')"}, ExpressionError, "not known|no number"),
        ({"k": "a", "theta": "b ^ 2"}, ExpressionError, "no operator here"),
        (["a", "scale"], ParameterError, "is no mapping"),
    ],
)
def test_a_map_that_means_nothing_is_refused(parameters: Any, error: type[Exception], text: str) -> None:
    """Before anything is drawn or called; nothing of a text is evaluated."""
    with pytest.raises(error, match=text):
        check_estimator("gamma", never, parameters=parameters)


RIGHT_MAPS = [
    ("gamma", {"k": "a", "theta": "1/rate"}, "a*log(rate) + (a - 1)*log(x) - rate*x - loggamma(a)"),
    ("normal", {"mu": "m", "sigma": "sqrt(v)"}, "-log(2*pi*v)/2 - (x - m)**2/(2*v)"),
    ("exponential", {"lambda": "1/scale"}, -log(Symbol("scale")) - Symbol("x") / Symbol("scale")),
    ("geometric", {"p": "1 - q"}, "(x - 1)*log(q) + log(1 - q)"),
    ("normal", None, "-log(sigma) - log(2*pi)/2 - (x - mu)**2/(2*sigma**2)"),
]


@pytest.mark.parametrize(("name", "parameters", "density"), RIGHT_MAPS)
def test_a_right_map_is_proved(name: str, parameters: Any, density: Any) -> None:
    """By equality of both log-densities."""
    assert judge_map(parameter_map(family(name), parameters), density).words.startswith("proved")


WRONG_MAPS = [
    ("gamma", {"k": "a", "theta": "rate"}, "a*log(rate) + (a - 1)*log(x) - rate*x - loggamma(a)"),
    ("normal", {"mu": "m", "sigma": "v"}, "-log(2*pi*v)/2 - (x - m)**2/(2*v)"),
    ("normal", None, "-log(sigma) - log(2*pi)/2 - (x - mu)**2/sigma**2"),
    ("exponential", {"lambda": "scale"}, lambda x, scale: -math.log(scale) - x / scale),
]


@pytest.mark.parametrize(("name", "parameters", "density"), WRONG_MAPS)
def test_a_wrong_map_is_refuted_before_anything_is_drawn(name: str, parameters: Any, density: Any) -> None:
    """With values at which both log-densities differ."""
    report = check_estimator(name, never, parameters=parameters, log_density=density)
    assert not report.ok
    assert report.disagree == 1
    assert "the log-density is" in report.counterexamples[0]


def test_a_density_in_doubles_is_compared_at_points() -> None:
    """Which is not called a proof."""
    found = judge_map(parameter_map(family("exponential"), {"lambda": "1/s"}), lambda x, s: -np.log(s) - x / s)
    assert found.words == "not proved; both log-densities agree at 24 points"


def test_without_a_density_the_map_is_taken_on_trust() -> None:
    """And the report says so."""
    report = check_estimator("exponential", lambda x: [x.mean()], parameters={"lambda": "1/_0"}, examples=5)
    assert report.ok
    assert "taken on trust" in report.notes[0]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"promise": "map"}, "promise='map' is not known; write 'mle' or 'local'"),
        ({"tolerance": 0.0}, "tolerance=0.0 is no number of nats above zero"),
        ({"tolerance": math.nan}, "tolerance=nan is no number of nats above zero"),
        ({"existence": "any"}, "existence='any' is not known; write 'holds', 'fails' or 'either'"),
        ({"existence": "fails"}, "exponential: no dataset without a maximiser is known"),
    ],
)
def test_questions_that_mean_nothing_are_refused(options: dict[str, Any], text: str) -> None:
    """One sentence, before anything is called."""
    with pytest.raises(ParameterError, match=text):
        check_estimator("exponential", never, **options)


def test_a_likelihood_without_bound_has_no_maximum_to_return() -> None:
    """Asked for one, it is refused; a function that answers is refuted, one that does not is right."""
    with pytest.raises(ExistenceError, match="no dataset has a maximiser"):
        check_estimator("weibull_with_location", never)
    answers = check_estimator("weibull_with_location", lambda x: (x.min() - 1, 1.0, 1.0), existence="fails", examples=5)
    assert answers.disagree == 1
    assert "although no maximiser exists" in answers.counterexamples[0]
    assert check_estimator("weibull_with_location", lambda x: [math.nan] * 3, existence="fails", examples=5).ok


def warns(x: Array) -> list[float]:
    """An answer with a warning."""
    warnings.warn("all observations are equal", stacklevel=1)
    return [float(x.mean()), 1e-9]


def raises(x: Array) -> list[float]:
    """No answer."""
    raise ZeroDivisionError


@pytest.mark.parametrize(
    "function",
    [warns, raises, lambda x: None, lambda x: [0.0, math.nan], lambda x: [0.0, 0.0], lambda x: [math.inf, 1.0]],
)
def test_whatever_says_that_there_is_no_maximiser_is_right(function: Any) -> None:
    """A warning, an exception, nothing, not a number, no member."""
    assert check_estimator("normal", function, existence="fails", examples=5).ok


def test_the_tolerance_is_what_decides() -> None:
    """A deviation one percent off loses 1e-4 nats per observation."""
    wrong = lambda x: (x.mean(), x.std() * 1.01)  # noqa: E731
    assert not check_estimator("normal", wrong, examples=20).ok
    report = check_estimator("normal", wrong, examples=20, tolerance=1e-3)
    assert report.ok
    assert "tolerance 0.001 nats per observation" in report.notes[-1]
    assert "20 of 20 cases decided" in report.notes[-1]


def test_a_run_that_decides_nothing_is_not_ok(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also if nothing disagrees."""
    monkeypatch.setattr(asking, "judge", lambda question, x, w: Judgement(Verdict.UNDECIDED, "planted", x))
    report = check_estimator("normal", lambda x: (x.mean(), x.std()), examples=5)
    assert not report.ok
    assert "0 of 5 cases decided" in report.notes[0]
    assert report.notes[1].endswith("5 cases undecided since planted")


@pytest.mark.parametrize("seconds", [10, 0])
def test_an_estimator_that_changes_its_mind_is_refuted_by_what_was_seen(
    seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every seventh answer is wrong, whatever the data, so that Hypothesis cannot repeat it, if it has time to try."""
    monkeypatch.setattr("thetahat.verify.driving._SHRINK_SECONDS", seconds)
    calls = iter(range(1000))
    report = check_estimator("exponential", lambda x: [(1.5 if next(calls) % 7 == 6 else 1) / x.mean()], examples=20)
    assert report.disagree == 1
    assert "not a maximiser" in report.counterexamples[0]
    assert "the same data do not always give the same answer" in report.notes[1]


def test_why_nothing_was_decided_is_said() -> None:
    """Where no proof says that a maximum is the highest, a weaker promise is named, with which the same run decides."""
    member = family("hyperbolic_secant").fix(mu=1.5)
    estimator = lambda x: fit(member, x).theta  # noqa: E731
    report = check_estimator(member, estimator, examples=4)
    assert not report.ok
    assert "4 cases undecided since it is as likely as the highest point known" in str(report)
    assert "promise='local'" in str(report)
    assert check_estimator(member, estimator, promise="local", examples=4).ok


def test_another_maximum_keeps_one_promise_and_breaks_the_other() -> None:
    """Of a Cauchy location with scale one the likelihood of two groups far apart has a maximum near each."""
    x, known = [-10.0, 10.0, 10.5], {"gamma": 1}
    best = certify(family("cauchy"), x, fixed=known).theta["x_0"].rounded()
    low, high = -12.0, -8.0
    slope = lambda m: sum((v - m) / (1 + (v - m) ** 2) for v in x)  # noqa: E731
    for _ in range(200):
        low, high = ((low + high) / 2, high) if slope((low + high) / 2) > 0 else (low, (low + high) / 2)
    assert best > 9
    assert judged("cauchy", [best], x, fixed=known).verdict is Verdict.AGREE
    assert judged("cauchy", [low], x, fixed=known).verdict is Verdict.DISAGREE
    assert judged("cauchy", [low], x, fixed=known, promise="local").verdict is Verdict.AGREE
    assert judged("cauchy", [low + 0.1], x, fixed=known, promise="local").verdict is Verdict.DISAGREE
    lowest = judged("cauchy", [0.0], [-10.0, 10.0], fixed=known, promise="local")
    assert (lowest.verdict, lowest.reason) == (Verdict.DISAGREE, "a stationary point, and no maximum")


def test_cancellation_is_excused_unless_strict() -> None:
    """A mean of squares minus the square of a mean loses all digits at 1e8: undecided, said, and judged if asked."""
    textbook = lambda x: (x.mean(), math.sqrt(max((x * x).mean() - x.mean() ** 2, 0.0)))  # noqa: E731
    report = check_estimator("normal", textbook, examples=60)
    assert report.ok
    assert report.undecided > 0
    assert "what doubles lose on such data may explain it; strict=True judges them" in report.notes[-1]
    assert not check_estimator("normal", textbook, examples=60, strict=True).ok


def lindley_by_formula(x: Array) -> list[float]:
    """The root of the quadratic equation as it is written: a difference of numbers as large as the data."""
    m = x.mean()
    return [(1 - m + math.sqrt(m * m + 6 * m + 1)) / (2 * m)]


def topp_leone_by_formula(x: Array) -> list[float]:
    """Two logarithms near zero of opposite sign."""
    return [float(-1 / (np.log(x) + np.log(2 - x)).mean())]


ILL: list[tuple[str, Any, list[float], list[float]]] = [
    ("lindley", lindley_by_formula, [1e80, 2e80, 4e80], [1e6, 2e6, 4e6]),
    ("topp_leone", topp_leone_by_formula, [0.9999999949999999] * 2, [0.9999995, 0.9995]),
    (
        "beta",
        lambda x: (1.9998300067513754e24, 6666100124475857.0),
        [0.9999999966666666] * 14 + [0.9999999966666667] * 2,
        [0.999, 0.9995],
    ),
]


@pytest.mark.parametrize(("name", "function", "ill", "well"), ILL, ids=[one[0] for one in ILL])
def test_what_a_formula_loses_is_excused_where_it_loses_it(
    name: str, function: Any, ill: list[float], well: list[float]
) -> None:
    """Where a textbook's formula or equation has no digits left, nobody is refuted; beside it an error of 1 % is."""
    found = judged(name, function(np.array(ill)), ill)
    assert found.verdict is not Verdict.DISAGREE
    assert found.excused or found.verdict is Verdict.AGREE
    right = [float(ball.rounded()) for ball in certify(family(name), well).theta.values()]
    assert judged(name, right, well).verdict is Verdict.AGREE
    assert judged(name, [1.01 * right[0], *right[1:]], well).verdict is Verdict.DISAGREE


def test_what_weights_lose_below_the_smallest_double_is_excused() -> None:
    """A weight of 1e-308 times a squared distance of 1e-17 is zero; with weights of 1e-280 no digit is lost."""
    x, tiny, small = [0.0, 1e-8], np.full(2, 1.1e-308), np.full(2, 1e-280)
    assert judged("normal", [5e-9, 0.0], x, weights=tiny).excused
    assert judged("normal", [5e-9, 0.0], x, weights=small).verdict is Verdict.DISAGREE
    assert judged("normal", [5e-9, 5.1e-9], x, weights=small).verdict is Verdict.DISAGREE
    # A density with kinks, and weights that are zero as soon as they are multiplied.
    assert judged("laplace", [0.25, 0.0], [0.0, 0.25], weights=np.full(2, 5e-324)).excused
    assert judged("laplace", [0.25, 0.0], [0.0, 0.25], weights=small).verdict is Verdict.DISAGREE


def test_single_precision_is_not_excused() -> None:
    """Where doubles lose nothing to speak of."""
    x = [1e6, 1e6 + 1, 1e6 + 3]
    rounded = [float(np.float32(1e6 + 1.3)), 1.2]
    assert cost_of_doubles(derive(family("normal")), fit(family("normal"), x).theta.tolist(), x) < 1e-3
    assert judged("normal", rounded, x).verdict is Verdict.DISAGREE


def test_an_end_of_the_support_may_be_rounded_but_not_short() -> None:
    """A centre and a half-width, each rounded by itself, may miss an extreme by a unit in the last place, not more."""
    x = [0.1, 0.7]
    assert judged("uniform_by_centre", [(0.1 + 0.7) / 2, (0.7 - 0.1) / 2], x).verdict is Verdict.AGREE
    short = judged("uniform_by_centre", [0.4, 0.29], x)
    assert short.verdict is Verdict.DISAGREE
    assert short.lost == "infinitely many"


def test_weights_reach_the_function_and_the_judge() -> None:
    """The right weighted estimate is accepted, also with a weight of zero; that of the rows is not."""
    w = np.array([1.0, 0.0, 3.0])
    question = lambda function: Question(  # noqa: E731
        derive(family("exponential")),
        function,
        parameter_map(family("exponential"), None),
        family("exponential"),
        {},
        "mle",
        1e-7,
    )
    x = np.array([1.0, 50.0, 2.0])
    assert judge(question(lambda x, w: [w.sum() / (w * x).sum()]), x, w).verdict is Verdict.AGREE
    assert judge(question(lambda x, w: [1 / x.mean()]), x, w).verdict is Verdict.DISAGREE


def test_any_point_of_a_set_of_maximisers_is_one() -> None:
    """All numbers between the middle observations are medians."""
    for m in (1.0, 1.5, 2.0):
        assert judged("laplace", [m, 0.5], [1.0, 2.0]).verdict is Verdict.AGREE
    assert judged("laplace", [2.5, 1.0], [1.0, 2.0]).verdict is Verdict.DISAGREE


def test_an_answer_far_from_a_maximiser_of_zero_is_measured() -> None:
    """Its distance in units in the last place of zero is beyond all doubles."""
    proof = certify(family("discrete_uniform_interval"), [0.0])
    assert proof.ulps([0.0, 1e300])["b"] == math.inf
    assert judged("discrete_uniform_interval", [0.0, 1e300], [0.0]).verdict is Verdict.DISAGREE


def test_losses_beyond_doubles_are_written_briefly() -> None:
    """Nobody reads an exponent of three hundred digits."""
    found = judged("weibull", [1e303, 1.0], [1.0, 1.5, 2.0])
    assert found.verdict is Verdict.DISAGREE
    assert len(found.lost) < 80


def test_our_own_errors_are_not_mistaken_for_the_functions() -> None:
    """Data that make no sense are our mistake, and raise."""
    with pytest.raises(ThetahatError):
        judged("exponential", [1.0], [-1.0])


@pytest.mark.parametrize(("shrunk", "wanted"), [(0.0, Verdict.AGREE), (1e-13, Verdict.DISAGREE)])
def test_ends_are_known_no_better_than_what_was_returned(shrunk: float, wanted: Verdict) -> None:
    """Of a centre and a width near 1e-5, an end near 1e-11 has no digits below 1e-21; it missed a datum by 2e-22."""
    x = np.array([-9.74407494822319e-06, -5.0947338850870255e-06, -2.695605835603621e-07, -1.8059198011915927e-11] * 4)
    a, b = x.min(), x.max()
    answer = {"c": a / 2 + b / 2, "w": (b - a) * (1 - shrunk)}
    reading = parameter_map(family("uniform"), {"a": "c - w/2", "b": "c + w/2"})
    uniform = derive(family("uniform"))
    asked = Question(uniform, lambda _: answer, reading, family("uniform"), {}, "mle", 1e-7)
    assert judge(asked, x).verdict is wanted
