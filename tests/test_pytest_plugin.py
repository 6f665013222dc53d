"""Whether the plugin collects marked functions as tests, shows what they get wrong, and costs nothing unused."""

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

from thetahat import check_estimator, estimates, parametrize_with_checks
from thetahat.proofs.errors import ParameterError
from thetahat.verify.marking import OPTIONS

pytest_plugins = ["pytester"]

MODULE = """
import numpy as np
import thetahat

@thetahat.estimates("exponential", examples=10)
def fit_exponential(x):
    return [1 / x.mean()]

@thetahat.estimates("normal", examples=20)
def fit_normal(x):
    return {"mu": x.mean(), "sigma": x.std(ddof=1)}

@thetahat.estimates("poisson", existence="either", examples=10, expected_failures={"refusal": "answers for zeros"})
def fit_poisson(x):
    return [max(x.mean(), 1e-3)]

@thetahat.estimates("exponential", examples=5, expected_failures={"maximum": "once wrong"})
def fit_repaired(x):
    return [1 / x.mean()]

def test_ordinary():
    assert fit_exponential(np.array([2.0])) == [0.5]
"""


@pytest.fixture
def run(pytester: pytest.Pytester):
    """Run pytest on a module in a process of its own, warnings as they are by default."""

    def once(module: str, *arguments: str) -> pytest.RunResult:
        pytester.makepyfile(test_mine=module)
        return pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:xdist", *arguments, timeout=300)

    return once


@pytest.mark.thorough
def test_marked_functions_are_tests(run) -> None:
    """Each check has an id; a wrong function shows its report; an expected failure is none.

    One that passes fails: whoever repairs a function has to say so.
    """
    result = run(MODULE, "-v")
    result.assert_outcomes(passed=3, failed=2, xfailed=1)
    result.stdout.fnmatch_lines_random(
        [
            "*test_mine.py::fit_exponential?exponential-maximum? PASSED*",
            "*test_mine.py::fit_normal?normal-maximum? FAILED*",
            "*test_mine.py::fit_poisson?poisson-maximum? PASSED*",
            "*test_mine.py::fit_poisson?poisson-refusal? XFAIL*",
            "*test_mine.py::fit_repaired?exponential-maximum? FAILED*",
            "*XPASS(strict)*once wrong*",
            "*test_mine.py::test_ordinary PASSED*",
            "  likely     sigma is the estimate times sqrt(n/(n - 1)): the denominator n - 1 in place of n",
        ]
    )
    assert "Traceback" not in result.stdout.str()


PARAMETRISED = """
import thetahat

def right(x):
    return [1 / x.mean()]

def wrong(x):
    return [x.mean()]

def known(function):
    return {"maximum": "returns the mean"} if function is wrong else {}

CASES = [("exponential", right), ("exponential", wrong), ("exponential_by_mean", wrong, {"tolerance": 1e-6})]

@thetahat.parametrize_with_checks(CASES)
def test_mine(estimator, check):
    check(estimator)

@thetahat.parametrize_with_checks(CASES, expected_failed_checks=known)
def test_known(estimator, check):
    check(estimator)
"""


@pytest.mark.thorough
def test_estimators_are_parametrised(run) -> None:
    """As scikit-learn's function of that name does; a known failure is named with its reason."""
    result = run(PARAMETRISED, "-v", "--thetahat-examples", "12")
    # The third known case fails nothing, so that its expected failure is one.
    result.assert_outcomes(passed=3, failed=2, xfailed=1)
    result.stdout.fnmatch_lines_random(
        [
            "thetahat: 12 datasets for each check",
            "*test_mine?right-exponential-maximum? PASSED*",
            "*test_mine?wrong-exponential-maximum? FAILED*",
            "*test_mine?wrong-exponential_by_mean-maximum? PASSED*",
            "*test_known?right-exponential-maximum? PASSED*",
            "*test_known?wrong-exponential-maximum? XFAIL*",
            "*test_known?wrong-exponential_by_mean-maximum? FAILED*",
        ]
    )


@pytest.mark.thorough
def test_the_number_of_datasets_is_passed_on(run) -> None:
    """To marked functions and to parametrised checks."""
    module = """
import thetahat

calls = []

@thetahat.estimates("exponential")
def fit(x):
    calls.append(len(x))
    return [1 / x.mean()]

@thetahat.parametrize_with_checks([("exponential", fit)])
def test_fit(estimator, check):
    before = len(calls)
    check(estimator)
    assert before == len(calls) - before == 7
"""
    run(module, "--thetahat-examples", "7").assert_outcomes(passed=2)


def test_a_wrong_name_is_said_at_once(run) -> None:
    """An expected failure of a check that is not asked."""
    result = run(
        'import thetahat\n\n@thetahat.estimates("normal", expected_failures={"refusal": "why"})\ndef fit(x): ...\n'
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*expected_failures names 'refusal', which is not asked with existence='holds'*"])


def test_options_are_those_of_check_estimator() -> None:
    """They are written down once more where nothing may be imported."""
    taken = [
        name for name, one in inspect.signature(check_estimator).parameters.items() if one.kind is one.KEYWORD_ONLY
    ]
    assert list(OPTIONS) == taken


def test_an_unknown_option_is_said_where_the_function_is_marked() -> None:
    """With the one that was probably meant."""
    with pytest.raises(ParameterError, match="'example' is no option of check_estimator; did you mean 'examples'"):
        estimates("normal", example=10)
    with pytest.raises(ParameterError, match="'zzz' is no option of check_estimator; write one of parameters, "):
        parametrize_with_checks([("normal", len, {"zzz": 1})])


@pytest.mark.thorough
def test_methods_of_test_classes_are_checked(run) -> None:
    """Bound to an instance, or static; an unknown family and a class for a function are said without a traceback."""
    module = """
import thetahat

class TestFits:
    @thetahat.estimates("exponential", examples=5)
    def fit_bound(self, x):
        return [self.one() / x.mean()]

    @staticmethod
    @thetahat.estimates("exponential", examples=5)
    def fit_static(x):
        return [2 / x.mean()]

    @thetahat.estimates("exponential", examples=5)
    @staticmethod
    def fit_around(x):
        return [1 / x.mean()]

    def one(self):
        return 1

@thetahat.estimates("gama")
def fit_unknown(x):
    return [1, 1]

@thetahat.estimates("exponential")
class Fit:
    pass
"""
    result = run(module, "-v")
    result.assert_outcomes(passed=2, failed=3)
    result.stdout.fnmatch_lines_random(
        [
            "*test_mine.py::TestFits::fit_bound?exponential-maximum? PASSED*",
            "*test_mine.py::TestFits::fit_static?exponential-maximum? FAILED*",
            "there is no family 'gama'; did you mean 'gamma'?",
            "exponential: Fit is a class, and makes no estimates by itself; pass a function of x for lambda",
        ]
    )
    assert "check_estimator(" not in result.stdout.str()


@pytest.mark.thorough
def test_the_readme_shows_a_test_file_that_works(run) -> None:
    """As it stands there."""
    text = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    module = text.split("<!-- file: test_fits.py -->\n```python\n")[1].split("```")[0]
    run(module, "--thetahat-examples", "20").assert_outcomes(passed=2, xfailed=1)


def test_the_plugin_is_cheap_to_load() -> None:
    """Neither SymPy nor NumPy, SciPy, Hypothesis or FLINT is imported by a run that uses none of it."""
    code = (
        "import sys, thetahat, thetahat.verify.pytest_plugin\n"
        "thetahat.estimates('gamma')(lambda x: x)\n"
        "print(sorted({'sympy', 'numpy', 'scipy', 'hypothesis', 'flint', 'rich', 'typer'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
