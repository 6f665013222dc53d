"""The pytest plugin: collects fit functions that are marked with ``thetahat.estimates``, each check as a test."""

# Loaded in every run of pytest: nothing beyond pytest and the standard library at this level.
from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from ..proofs.errors import ThetahatError
from .marking import EstimatorCheck, marked

_OPTION = "--thetahat-examples"


def pytest_addoption(parser: pytest.Parser) -> None:
    """How many datasets each check draws."""
    parser.getgroup("thetahat").addoption(
        _OPTION, type=int, default=None, metavar="N", help="datasets that each check of an estimator draws"
    )


def pytest_pycollect_makeitem(collector: pytest.Collector, name: str, obj: Any) -> list[pytest.Item] | None:
    """Collect a marked function as its checks, whatever its name; in a class of tests, a method of a new instance."""
    if not isinstance(collector, (pytest.Module, pytest.Class)):
        return None
    # What a class holds may be a static method, marked itself or around a function that is.
    checks = marked(obj) or marked(getattr(obj, "__func__", None))
    if not checks:
        return None
    function = getattr(collector.obj(), name) if isinstance(collector, pytest.Class) else obj
    return [
        EstimatorItem.from_parent(collector, name=f"{name}[{check.id}]", function=function, check=check)
        for check in checks
    ]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give the number of datasets to checks that ``parametrize_with_checks`` made."""
    examples = config.getoption(_OPTION)
    if examples is None:
        return
    for item in items:
        parameters = getattr(getattr(item, "callspec", None), "params", {})
        for key, value in parameters.items():
            if isinstance(value, EstimatorCheck):
                parameters[key] = value.with_examples(examples)


class EstimatorItem(pytest.Item):
    """One check of one marked function."""

    def __init__(self, *, function: Any, check: EstimatorCheck, **rest: Any) -> None:
        super().__init__(**rest)
        self.function, self.check = function, check
        if check.expected:
            self.add_marker(pytest.mark.xfail(reason=check.expected, strict=True))

    def runtest(self) -> None:
        """Check the function."""
        examples = self.config.getoption(_OPTION)
        (self.check if examples is None else self.check.with_examples(examples))(self.function)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *rest: Any, **named: Any) -> Any:
        """The report alone, or what is wrong with the question: the traceback would lead through our own code."""
        if isinstance(excinfo.value, (AssertionError, ThetahatError)):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *rest, **named)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the function stands."""
        code = getattr(self.function, "__code__", None)
        return self.path, None if code is None else code.co_firstlineno - 1, self.name


def pytest_report_header(config: pytest.Config) -> Iterable[str]:
    """The number of datasets, where it was asked for."""
    examples = config.getoption(_OPTION)
    return [] if examples is None else [f"thetahat: {examples} datasets for each check"]
