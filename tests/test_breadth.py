"""Whether the default run asks every family something, and leaves nothing out that the rest does not ask."""

from collections import Counter

import pytest
from breadth import FAMILIES, SHARE, WIDE, left_for_later, unit_of

TESTS = [f"tests/test_{number}.py::test_{number}" for number in range(60)]
CASES = [f"{test}[{name}]" for test in TESTS for name in sorted(FAMILIES)]


def test_every_test_keeps_an_eighth_of_the_families_and_every_family_some_tests() -> None:
    """Sixty tests leave out none of them altogether: by chance alone that happens to a family once in 3,000."""
    later = left_for_later(CASES)
    kept = [case for case in CASES if case not in later]
    each = Counter(case.partition("[")[0] for case in kept)
    assert set(each) == set(TESTS)
    assert set(each.values()) <= {len(FAMILIES) // SHARE, -(-len(FAMILIES) // SHARE)}
    assert {unit_of(case) for case in kept} == {unit_of(case) for case in CASES}


def test_nothing_else_is_left_out() -> None:
    """Neither single tests nor those of few cases, unless they say themselves that they take long."""
    few = [f"tests/test_a.py::test_few[{name}]" for name in sorted(FAMILIES)[: WIDE - 1]]
    single = "tests/test_a.py::test_one"
    assert left_for_later([*few, single]) == set()
    assert left_for_later([*few, single], {single}) == {single}


pytest_plugins = ["pytester"]

PROJECT = """
import pytest

@pytest.mark.parametrize("case", range(30))
def test_wide(case):
    pass

@pytest.mark.thorough
def test_long():
    pass

def test_quick():
    pass
"""


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("arguments", "passed"),
    [(["."], 4), (["--rest", "."], 28), (["--all", "."], 32), (["test_project.py"], 32), (["-k", "long", "."], 1)],
    ids=["default", "rest", "all", "a file", "a word"],
)
def test_the_rest_is_what_the_default_run_leaves_out(
    arguments: list[str], passed: int, request: pytest.FixtureRequest, pytester: pytest.Pytester
) -> None:
    """A run of named files or tests means all of them."""
    for name in ("conftest.py", "breadth.py", "amounts.py"):
        pytester.path.joinpath(name).write_text(request.path.with_name(name).read_text("utf-8"), "utf-8")
    pytester.makeini("[pytest]\npythonpath = .\nmarkers = thorough: long")
    pytester.makepyfile(test_project=PROJECT)
    result = pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider", *arguments, timeout=60)
    assert result.parseoutcomes()["passed"] == passed
