"""Whether the recorded derivations are those that the engine writes, and how much of them is proved."""

import re
from pathlib import Path

import pytest

from thetahat.proofs.derivation import Evidence, Verdict
from thetahat.proofs.engine import derive
from thetahat.proofs.registry import Entry, catalogue, family, structured_catalogue
from thetahat.proofs.write.forms_page import closed_forms_page, closed_forms_row, closed_forms_table
from thetahat.proofs.write.losses_page import checked_losses, losses_page
from thetahat.proofs.write.markdown import OPENING
from thetahat.proofs.write.pages import index, index_of, index_row, page, pages, record
from thetahat.proofs.write.steps import is_proof
from thetahat.proofs.write.structured_forms_page import structured_forms_page
from thetahat.proofs.write.structured_page import entry_page

FOLDER = Path(__file__).parent.parent / "proofs" / "derivations"
ENTRIES = catalogue()
STRUCTURED = structured_catalogue()
# The marks of steps on a page.
PROVED = " ✓ "
UNPROVED = (" ≈ ball, not proved", " ✗ **")


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


def rows(path: Path) -> dict[str, str]:
    """Return the rows of a recorded table, by the family that the first cell is about."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return {found[1]: line for line in lines if (found := re.match(r"\| \[.+?\]\((.+?)\.md\) \|", line))}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_the_page_is_what_the_engine_writes(entry: Entry) -> None:
    """A change of a derivation is seen in review; the marks of the page are those of the steps."""
    wanted, derivation = page(entry), derive(family(entry.name))
    wrong = difference(FOLDER / f"{entry.name}.md", wanted)
    assert not wrong, wrong
    proofs = [is_proof(step, found) for step, found in zip(derivation.steps, derivation.findings, strict=True)]
    assert (wanted.count(PROVED), sum(map(wanted.count, UNPROVED))) == (proofs.count(True), proofs.count(False))


@pytest.mark.parametrize("entry", STRUCTURED, ids=lambda entry: entry.name)
def test_the_page_of_a_structured_family_is_what_the_engine_writes(entry: Entry) -> None:
    """A change of a derivation is seen in review."""
    wrong = difference(FOLDER / f"{entry.name}.md", entry_page(entry))
    assert not wrong, wrong


@pytest.mark.parametrize("entry", [*ENTRIES, *STRUCTURED], ids=lambda entry: entry.name)
def test_the_row_of_the_index_is_what_the_engine_writes(entry: Entry) -> None:
    """A change of an outcome is seen in review."""
    assert rows(FOLDER / "README.md")[entry.name] == index_row(entry), "if that is right, run pytest --record"


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_the_row_of_closed_forms_is_what_the_engine_writes(entry: Entry) -> None:
    """A closed form that is lost, or another, is seen in review; a family without any has no row."""
    cells, recorded = closed_forms_row(entry), rows(FOLDER / "closed_forms.md").get(entry.name)
    assert recorded == (None if cells is None else f"| {' | '.join(cells)} |"), "if that is right, run pytest --record"


def test_nothing_but_rows_of_families_is_in_the_index_and_the_table_of_closed_forms() -> None:
    """Around the rows, each of which another test compares, they are what the engine writes, in the same order."""
    found = rows(FOLDER / "README.md")
    assert list(found) == [entry.name for entry in (*ENTRIES, *STRUCTURED)]
    wrong = difference(FOLDER / "README.md", index_of(list(found.values())))
    assert not wrong, wrong
    found = rows(FOLDER / "closed_forms.md")
    assert list(found) == [entry.name for entry in ENTRIES if entry.name in found]
    cells = [row.removeprefix("| ").removesuffix(" |").split(" | ") for row in found.values()]
    wrong = difference(FOLDER / "closed_forms.md", closed_forms_table(cells))
    assert not wrong, wrong


@pytest.mark.thorough
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


@pytest.mark.thorough
def test_the_page_of_structured_closed_forms_is_what_the_engine_writes() -> None:
    """A closed form that is lost, or another, is seen in review."""
    wrong = difference(FOLDER / "structured_forms.md", structured_forms_page())
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


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_no_step_is_refuted(entry: Entry) -> None:
    """The deriver and the checker contradict each other nowhere."""
    assert derive(family(entry.name)).count(Evidence.REFUTED) == 0


def test_nearly_every_step_is_proved() -> None:
    """By algebra, a sign rule, a lemma, or a ball that excludes zero; agreement at random points is no proof.

    As the recorded pages say; another test holds their marks against the steps.
    """
    text = "".join((FOLDER / f"{entry.name}.md").read_text(encoding="utf-8") for entry in ENTRIES)
    unproved = [line for line in text.splitlines() if any(mark in line for mark in UNPROVED)]
    assert text.count(PROVED) > 10 * len(ENTRIES)
    assert len(unproved) <= 0.03 * (text.count(PROVED) + len(unproved)), "\n".join(unproved)


def test_recording_writes_removes_and_says_what_changed(tmp_path: Path) -> None:
    """Only what differs is named; a second time nothing does."""
    (tmp_path / "gone.md").write_text(f"{OPENING} of a family that is no more -->\n", encoding="utf-8")
    (tmp_path / "kept.md").write_text("Not the page of a family.\n", encoding="utf-8")
    (tmp_path / "same.md").write_text("One\n", encoding="utf-8")
    writers = {"same.md": lambda: "One\n", "new.md": lambda: "Two\n"}
    assert record(tmp_path, writers) == ("gone.md", "new.md")
    assert record(tmp_path, writers) == ()
    assert record(tmp_path, {**writers, "same.md": lambda: "Three\n"}) == ("same.md",)
    assert {path.name for path in tmp_path.iterdir()} == {"kept.md", "same.md", "new.md"}
    assert (tmp_path / "same.md").read_text(encoding="utf-8") == "Three\n"


def test_everything_is_recorded() -> None:
    """The tables, the index, and a page for every family, each by what the other tests ask."""
    names = [f"{entry.name}.md" for entry in (*ENTRIES, *STRUCTURED)]
    tables = ["README.md", "losses.md", "laws.md", "binning.md", "closed_forms.md", "structured_forms.md"]
    assert list(pages()) == [*tables, *names]
    written = {"README.md": index, "losses.md": losses_page, "closed_forms.md": closed_forms_page}
    assert {name: pages()[name] for name in written} == written
    assert pages()["structured_forms.md"] is structured_forms_page
    for entry in (ENTRIES[0], STRUCTURED[0]):
        assert not difference(FOLDER / f"{entry.name}.md", pages()[f"{entry.name}.md"]())
