"""Whether the default run asks every family and every test something, and says what it leaves to the run of all."""

from collections import Counter

from breadth import FAMILIES, SHARE, WIDE, left_for_later, unit_of

TESTS = [f"tests/test_{number}.py::test_{number}" for number in range(30)]
CASES = [f"{test}[{name}]" for test in TESTS for name in sorted(FAMILIES)]


def test_every_test_keeps_a_third_of_the_families_and_every_family_some_tests() -> None:
    """Thirty tests leave out none of them altogether: by chance alone that happens to a family once in 200,000."""
    later = left_for_later(CASES)
    kept = [case for case in CASES if case not in later]
    each = Counter(case.partition("[")[0] for case in kept)
    assert set(each) == set(TESTS)
    assert set(each.values()) <= {len(FAMILIES) // SHARE, -(-len(FAMILIES) // SHARE)}
    assert {unit_of(case) for case in kept} == {unit_of(case) for case in CASES}


def test_nothing_else_is_left_out() -> None:
    """Neither tests of some families nor those that are about none."""
    few = [f"tests/test_a.py::test_few[{name}]" for name in sorted(FAMILIES)[: WIDE - 1]]
    others = [f"tests/test_a.py::test_numbers[{number}]" for number in range(500)]
    assert left_for_later([*few, *others, "tests/test_a.py::test_one"]) == set()
