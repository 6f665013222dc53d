"""Whether what the README shows is what happens: its derivation, its examples, the family it adds, its two commands."""

import doctest
import re
from pathlib import Path

import pytest

from thetahat import check_family, derive, family, fit
from thetahat.proofs.derivation import Outcome
from thetahat.proofs.registry import catalogue, structured_catalogue

README = Path(__file__).parents[1] / "README.md"
TEXT = README.read_text(encoding="utf-8")


def block_after(mark: str) -> str:
    """The fenced block that follows a comment line."""
    found = re.search(re.escape(mark) + r"\n```\w*\n(.*?)```", TEXT, re.DOTALL)
    assert found is not None, f"the README has no block after {mark}"
    return found[1]


def test_the_derivation_is_what_the_command_prints(request: pytest.FixtureRequest) -> None:
    """Rewritten by ``pytest --record``."""
    mark = "<!-- derivation: rayleigh -->"
    printed = f"{derive(family('rayleigh'))}".strip() + "\n"
    if request.config.getoption("--record"):
        text = README.read_text(encoding="utf-8")
        start = text.index(mark)
        end = text.index("```\n", text.index("```text\n", start) + 8)
        README.write_text(text[:start] + f"{mark}\n```text\n{printed}" + text[end:], encoding="utf-8")
        return
    assert block_after(mark) == printed


def test_the_examples_run() -> None:
    """Every ``>>>`` line in the README."""
    failed, attempted = doctest.testfile(str(README), module_relative=False)
    assert attempted > 5
    assert failed == 0


def test_the_family_it_adds_is_derived_verified_and_fitted(tmp_path: Path) -> None:
    """The file as it stands in the README; its estimate is sqrt(mean(x^2) / 3) (JKB 1994, vol. 1, ch. 18)."""
    path = tmp_path / "maxwell.py"
    path.write_text(block_after("<!-- file: maxwell.py -->"), encoding="utf-8")
    maxwell = family(str(path))
    assert derive(maxwell).outcome is Outcome.CLOSED_FORM
    assert fit(maxwell, [1.0, 1.0, 5.0]).theta_hat["a"] == pytest.approx(3**0.5)
    assert check_family(maxwell, examples=3).ok


@pytest.mark.parametrize(
    ("words", "number"),
    [
        (r"(\d+)( families of counts)", len(catalogue())),
        (r"(\d+)( whose dimension is a symbol)", len(structured_catalogue())),
    ],
)
def test_as_many_families_are_counted_as_are_shipped(words: str, number: int, request: pytest.FixtureRequest) -> None:
    """Rewritten by ``pytest --record``; a count that is said nowhere is no pass."""
    text = README.read_text(encoding="utf-8")
    if request.config.getoption("--record"):
        text = re.sub(words, rf"{number}\2", text)
        README.write_text(text, encoding="utf-8")
    assert [int(found) for found, _ in re.findall(words, text)] == [number]


def test_the_two_commands_are_one_line_each() -> None:
    """The first installs and verifies, the second installs and tests; the continuous integration runs both."""
    assert (
        block_after("<!-- the main command -->").strip()
        == "python -m pip install --quiet . && thetahat verify --jobs 2"
    )
    assert block_after("<!-- the test command -->").count("\n") == 1
