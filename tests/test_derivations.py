"""Whether the recorded derivations are those that the engine writes, and how much of them is proved."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from thetahat.proofs.derivation import Evidence, Verdict
from thetahat.proofs.engine import derive
from thetahat.proofs.registry import Entry, catalogue, family, structured_catalogue
from thetahat.proofs.write.forms_page import closed_forms_page
from thetahat.proofs.write.losses_page import checked_losses, losses_page
from thetahat.proofs.write.markdown import OPENING
from thetahat.proofs.write.pages import index, page, record
from thetahat.proofs.write.steps import is_proof
from thetahat.proofs.write.structured_forms_page import structured_forms_page
from thetahat.proofs.write.structured_page import entry_page

FOLDER = Path(__file__).parent.parent / "proofs" / "derivations"
ENTRIES = catalogue()
STRUCTURED = structured_catalogue()


def difference(path: Path, wanted: str) -> str:
    """Return what is wrong with a recorded page: nothing, that it is missing, or the first line that differs."""
    if not path.is_file():
        return f"{path.name} is missing; run pytest --record"
    there = path.read_text(encoding="utf-8")
    if there == wanted:
        return ""
    lines = list(zip(there.splitlines(), wanted.splitlines(), strict=False))
    at, (old, new) = next(((at, pair) for at, pair in enumerate(lines, 1) if pair[0] != pair[1]), (0, ("", "")))
    return f"{path.name}, line {at} is\n{old}\nbut the engine writes\n{new}\nIf that is right, run pytest --record"


@pytest.fixture(scope="session", autouse=True)
def recorded(request: pytest.FixtureRequest) -> None:
    """With ``--record`` the pages are written anew before they are compared."""
    if request.config.getoption("--record"):
        record(FOLDER)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_the_page_is_what_the_engine_writes(entry: Entry) -> None:
    """A change of a derivation is seen in review."""
    wrong = difference(FOLDER / f"{entry.name}.md", page(entry))
    assert not wrong, wrong


@pytest.mark.parametrize("entry", STRUCTURED, ids=lambda entry: entry.name)
def test_the_page_of_a_structured_family_is_what_the_engine_writes(entry: Entry) -> None:
    """A change of a derivation is seen in review."""
    wrong = difference(FOLDER / f"{entry.name}.md", entry_page(entry))
    assert not wrong, wrong


def test_the_index_is_what_the_engine_writes() -> None:
    """One row for every family."""
    wrong = difference(FOLDER / "README.md", index())
    assert not wrong, wrong


def test_the_table_of_losses_is_what_the_engine_writes() -> None:
    """Every entry is derived anew and proved: none is refuted, none left open, and the page says so of each."""
    assert [(one.entry.family.name, one.findings) for one in checked_losses() if one.verdict is not Verdict.AGREE] == []
    table = losses_page()
    assert table.count("✓") == len(checked_losses())
    assert not [
        one.entry.family.name for one in checked_losses() for _, f in one.findings if f.evidence is Evidence.BALL
    ]
    wrong = difference(FOLDER / "losses.md", table)
    assert not wrong, wrong


@pytest.mark.parametrize(
    ("name", "written"), [("closed_forms.md", closed_forms_page), ("structured_forms.md", structured_forms_page)]
)
def test_the_tables_of_closed_forms_are_what_the_engine_writes(name: str, written: Callable[[], str]) -> None:
    """A closed form that is lost, or another, is seen in review."""
    wrong = difference(FOLDER / name, written())
    assert not wrong, wrong


def test_there_is_a_page_for_every_family_and_no_other() -> None:
    """A family that is gone leaves no page behind, and the index leads nowhere else."""
    there = {path.name for path in FOLDER.glob("*.md") if path.read_text(encoding="utf-8").startswith(OPENING)}
    assert there == {f"{entry.name}.md" for entry in (*ENTRIES, *STRUCTURED)}
    links = set(re.findall(r"\]\((.+?)\)", (FOLDER / "README.md").read_text(encoding="utf-8")))
    assert links > there
    assert [link for link in links if not (FOLDER / link).is_file()] == []


def test_a_planted_difference_is_noticed(tmp_path: Path) -> None:
    """A changed sign, a missing line at the end and a missing page are reported."""
    path = tmp_path / "page.md"
    assert "missing" in difference(path, "a\n")
    path.write_text("a\n- b\n", encoding="utf-8")
    assert difference(path, "a\n- b\n") == ""
    assert "line 2 is\n- b\nbut the engine writes\n+ b" in difference(path, "a\n+ b\n")
    assert difference(path, "a\n") != ""


def test_no_step_of_any_family_is_refuted() -> None:
    """The deriver and the checker contradict each other nowhere."""
    refuted = {entry.name: derive(family(entry.name)).count(Evidence.REFUTED) for entry in ENTRIES}
    assert {name: count for name, count in refuted.items() if count} == {}


def test_nearly_every_step_is_proved() -> None:
    """By algebra, a sign rule, a lemma, or a ball that excludes zero; agreement at random points is no proof."""
    checked = [
        (f"{entry.name}: {step.words}", is_proof(step, finding))
        for entry in ENTRIES
        for derivation in [derive(family(entry.name))]
        for step, finding in zip(derivation.steps, derivation.findings, strict=True)
    ]
    unproved = [words for words, proof in checked if not proof]
    assert len(unproved) <= 0.03 * len(checked), "\n".join(unproved)


def test_recording_writes_removes_and_says_what_changed(tmp_path: Path) -> None:
    """Only what differs is named; a second time nothing does."""
    (tmp_path / "gone.md").write_text(f"{OPENING} of a family that is no more -->\n", encoding="utf-8")
    (tmp_path / "kept.md").write_text("Not the page of a family.\n", encoding="utf-8")
    assert "gone.md" in record(tmp_path)
    assert record(tmp_path) == ()
    assert {path.name for path in tmp_path.iterdir()} == {
        "kept.md",
        "README.md",
        "losses.md",
        "closed_forms.md",
        "structured_forms.md",
        *(f"{e.name}.md" for e in (*ENTRIES, *STRUCTURED)),
    }
