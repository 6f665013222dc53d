"""Marks fit functions of a test module to be checked: the checks by name, which import nothing until one runs."""

# Standard library only at this level: a test module that marks its functions must not wait for SymPy.
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeVar

from ..proofs.errors import ParameterError

if TYPE_CHECKING:
    import pytest

    from ..proofs.family import Family
    from .report import Report

Function = TypeVar("Function", bound=Callable[..., Any])
MARK = "__thetahat_checks__"
_ASKED = {"holds": ("maximum",), "fails": ("refusal",), "either": ("maximum", "refusal")}
"""The checks of an estimator, by the datasets that it is meant for."""
OPTIONS = (
    "parameters",
    "log_density",
    "promise",
    "examples",
    "existence",
    "fixed",
    "weights",
    "tolerance",
    "strict",
    "seed",
    "min_size",
    "max_size",
)
"""What ``check_estimator`` takes beside a family and a function, written down so that nothing need be imported."""


@dataclass(frozen=True, eq=False)
class EstimatorCheck:
    """One check of one estimator: called with the estimator, it raises ``AssertionError`` with the report.

    Attributes
    ----------
    name
        ``maximum``: the maximiser is returned, where one exists; ``refusal``: nothing is returned where none exists.
    options
        Those of ``check_estimator``.
    expected
        Why the check is expected to fail; empty where it is not.
    """

    family: Family | str
    name: str
    options: Mapping[str, Any] = field(default_factory=dict)
    expected: str = ""

    @property
    def id(self) -> str:
        """The family and the check, as in ``gamma-maximum``."""
        return f"{self.family if isinstance(self.family, str) else self.family.name}-{self.name}"

    def report(self, function: Callable[..., Any]) -> Report:
        """Return what the check finds."""
        from .estimators import check_estimator

        options = {key: value for key, value in self.options.items() if key not in ("existence", "weights")}
        existence: Any = "fails" if self.name == "refusal" else "holds"
        return check_estimator(
            self.family, function, existence=existence, weights=bool(self.options.get("weights")), **options
        )

    def __call__(self, function: Callable[..., Any]) -> None:
        """Run the check; ``AssertionError`` holds the report."""
        __tracebackhide__ = True
        found = self.report(function)
        if not found.ok:
            raise AssertionError(str(found))

    def with_examples(self, examples: int) -> EstimatorCheck:
        """Return the same check with so many datasets."""
        return replace(self, options={**self.options, "examples": examples})


def checks_of(
    family: Family | str, options: Mapping[str, Any], expected_failures: Mapping[str, str] | None = None
) -> tuple[EstimatorCheck, ...]:
    """Return the checks that these options ask for.

    >>> [check.id for check in checks_of("gamma", {"existence": "either"})]
    ['gamma-maximum', 'gamma-refusal']
    """
    for name in options:
        if name not in OPTIONS:
            near = get_close_matches(name, OPTIONS, n=1)
            raise ParameterError(
                f"{name!r} is no option of check_estimator"
                + (f"; did you mean {near[0]!r}?" if near else f"; write one of {', '.join(OPTIONS)}")
            )
    existence = options.get("existence", "holds")
    if existence not in _ASKED:
        raise ParameterError(f"existence={existence!r} is not known; write 'holds', 'fails' or 'either'")
    expected = dict(expected_failures or {})
    unknown = [name for name in expected if name not in _ASKED[existence]]
    if unknown:
        raise ParameterError(
            f"expected_failures names {unknown[0]!r}, which is not asked with existence={existence!r}; "
            f"asked are {', '.join(_ASKED[existence])}"
        )
    return tuple(EstimatorCheck(family, name, options, expected.get(name, "")) for name in _ASKED[existence])


def estimates(
    family: Family | str, *, expected_failures: Mapping[str, str] | None = None, **options: Any
) -> Callable[[Function], Function]:
    """Mark a fit function, so that pytest checks it wherever a test module defines or imports it.

    Each check is a test with its own id, ``test_mine.py::fit_gamma[gamma-maximum]``. The function stays as it is.

    Parameters
    ----------
    family
        A family, or the name of one.
    expected_failures
        Checks that are known to fail, each with the reason. One that starts to pass fails the run.
    options
        Those of ``check_estimator``. ``existence="holds"`` asks for the maximum, ``"fails"`` for the refusal of data
        without one, ``"either"`` for both, each as a test of its own.

    Raises
    ------
    ParameterError
        For an option that does not exist, and for an expected failure of a check that is not asked.

    Examples
    --------
    >>> @estimates("exponential")
    ... def fit_exponential(x):
    ...     return [1 / x.mean()]
    >>> [check.id for check in marked(fit_exponential)]
    ['exponential-maximum']
    """
    checks = checks_of(family, options, expected_failures)

    def mark(function: Function) -> Function:
        setattr(function, MARK, (*getattr(function, MARK, ()), *checks))
        return function

    return mark


def marked(function: Any) -> tuple[EstimatorCheck, ...]:
    """Return the checks that a function is marked with; none for anything else.

    >>> marked(print)
    ()
    """
    found = getattr(function, "__dict__", {}).get(MARK, ())
    return tuple(one for one in found if isinstance(one, EstimatorCheck)) if isinstance(found, tuple) else ()


def parametrize_with_checks(
    estimators: Iterable[tuple[Any, ...]],
    *,
    expected_failed_checks: Callable[[Callable[..., Any]], Mapping[str, str]] | None = None,
) -> pytest.MarkDecorator:
    """Parametrise a test with estimators and checks, as scikit-learn's function of that name does.

    Parameters
    ----------
    estimators
        Pairs of a family, or its name, and a function; or triples with a mapping of options of ``check_estimator``.
    expected_failed_checks
        From a function to the checks that are known to fail, each with the reason; strict.

    Returns
    -------
    A decorator for a test that takes ``estimator`` and ``check``, and calls ``check(estimator)``.

    Examples
    --------
    >>> @parametrize_with_checks([("exponential", lambda x: [1 / x.mean()])])
    ... def test_my_estimators(estimator, check):
    ...     check(estimator)
    """
    import pytest  # imported late: functions are marked in libraries, too

    cases = []
    for family, function, *rest in estimators:
        expected = expected_failed_checks(function) if expected_failed_checks is not None else {}
        for check in checks_of(family, rest[0] if rest else {}, expected):
            marks = [pytest.mark.xfail(reason=check.expected, strict=True)] if check.expected else []
            name = getattr(function, "__name__", "estimator").strip("<>")
            cases.append(pytest.param(function, check, id=f"{name}-{check.id}", marks=marks))
    return pytest.mark.parametrize(("estimator", "check"), cases)
