"""Whether kept derivations are what would be derived, are never a stranger's, and go unnoticed when damaged."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sympy import Function, Interval, Symbol, log, oo

from thetahat import Family, Parameter, derive, family
from thetahat.proofs.derivation import Derivation
from thetahat.verify import derivation_cache, kept_files
from thetahat.verify.derivation_cache import derivation_of, in_full, packed
from thetahat.verify.kept_files import cache_folder, keep, read_kept

pytestmark = pytest.mark.skipif(
    not hasattr(os, "getuid"), reason="nothing is kept where files have no owner to ask for"
)
NAMES = ["exponential", "gamma", "von_mises", "binomial", "triangular", "binomial_both", "arcsine"]


@pytest.fixture
def derived(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the families that had to be derived."""
    names: list[str] = []

    def noted(declared: Family) -> Derivation:
        names.append(declared.name)
        return derive(declared)

    monkeypatch.setattr("thetahat.proofs.engine.derive", noted)
    return names


@pytest.mark.parametrize("name", NAMES)
def test_what_is_kept_is_what_is_derived(name: str, folder: Path, derived: list[str]) -> None:
    """Every field, steps and findings too, and it is derived once."""
    first = derivation_of(family(name))
    needed = list(derived)
    second = derivation_of(family(name))
    assert needed[0] == name
    assert derived == needed
    assert first == second == derive(family(name))
    assert str(second) == str(derive(family(name)))
    assert len(list(folder.iterdir())) == 1
    assert folder.stat().st_mode & 0o777 == 0o700


def test_families_that_differ_in_anything_have_files_of_their_own(folder: Path) -> None:
    """One name and two densities, or symbols that differ in what is assumed of them."""
    x, s, half_line = Symbol("x", positive=True), Symbol("s", positive=True), Interval.open(0, oo)
    finite = Symbol("s", positive=True, finite=True)
    alike = [
        Family("same", x, half_line, (Parameter(s, half_line),), log(s) - s * x),
        Family("same", x, half_line, (Parameter(s, half_line),), 2 * log(s) + log(x) - s * x),
        Family("same", x, half_line, (Parameter(finite, half_line),), log(finite) - finite * x),
    ]
    assert [derivation_of(one).family for one in alike] == alike
    assert len(list(folder.iterdir())) == 3


def test_functions_of_unknown_origin_are_not_kept(folder: Path) -> None:
    """Two functions of one name may be different functions."""
    x, s = Symbol("x", positive=True), Symbol("s", positive=True)
    assert in_full(Function("strange")(x) + s) is None
    assert in_full(family("gamma")) is not None


@pytest.mark.parametrize("damage", [b"", b"\0" * 40, None])
def test_damaged_files_are_derived_anew_and_replaced(folder: Path, derived: list[str], damage: bytes | None) -> None:
    """Empty, nonsense, or one byte wrong: nothing of it is read as a pickle."""
    derivation_of(family("exponential"))
    (place,) = folder.iterdir()
    whole = place.read_bytes()
    place.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]) if damage is None else damage)
    assert derivation_of(family("exponential")) == derive(family("exponential"))
    assert derived == ["exponential"] * 2
    assert place.read_bytes() == whole


class Planted:
    """An object whose pickle does something when it is read."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        """Raise in whoever reads it."""
        return _planted, ("read",)


def _planted(word: str) -> None:
    raise AssertionError(f"a stranger's file was {word}")


@pytest.mark.parametrize("writable", ["file", "folder", "link", "other name"])
def test_what_others_may_write_is_not_read(folder: Path, writable: str) -> None:
    """A file or folder that others may write to, a link to elsewhere, a file under another name: none is opened up."""
    derivation_of(family("exponential"))
    (place,) = folder.iterdir()
    content = pickle.dumps(Planted())
    keep(place, content)
    with pytest.raises(AssertionError, match="a stranger's file was read"):
        derivation_of(family("exponential"))  # the planted file is one that would be read if it were ours alone
    if writable == "file":
        place.chmod(0o666)
    elif writable == "folder":
        folder.chmod(0o777)
    elif writable == "link":
        elsewhere = folder / "elsewhere"
        place.rename(elsewhere)
        place.symlink_to(elsewhere)
    else:
        other = derivation_cache._place(folder, family("normal"))
        assert other is not None
        place.rename(other)
        assert derivation_of(family("normal")).family.name == "normal"
    assert derivation_of(family("exponential")).family.name == "exponential"


def test_strangers_own_nothing_that_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch, derived: list[str]) -> None:
    """The same file, seen by another user."""
    derivation_of(family("exponential"))
    monkeypatch.setattr(os, "getuid", lambda: 54321)
    derivation_of(family("exponential"))
    assert derived == ["exponential"] * 2


def test_it_is_switched_off_and_does_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Off by the variable; where the folder cannot be made, the fit goes on."""
    assert os.environ["THETAHAT_CACHE"] == "off"
    assert cache_folder() is None
    monkeypatch.delenv("THETAHAT_CACHE")
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    assert derivation_of(family("exponential")).family.name == "exponential"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache_folder() == Path(os.path.expanduser("~")) / ".cache" / "thetahat"


def test_writers_at_the_same_time_leave_one_whole_file(folder: Path) -> None:
    """Each replaces the file as a whole, and leaves nothing else behind."""
    derivation = derive(family("gamma"))
    place, content = derivation_cache._place(folder, family("gamma")), packed(derivation)
    assert place is not None
    assert content is not None
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: keep(place, content), range(64)))
    assert pickle.loads(read_kept(place) or b"") == derivation
    assert list(folder.iterdir()) == [place]


def test_the_oldest_go_where_there_are_too_many(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A quarter at once, with what a process left that was stopped while it wrote; what is not ours stays."""
    monkeypatch.setattr(kept_files, "_MOST", 12)
    keep(kept_files.place_of(folder, "first", "estimator"), b"")
    strange = [folder / "notes.txt", folder / "a.derivation", folder / "folder"]
    for path in strange[:2]:
        path.write_text("mine")
    strange[2].mkdir()
    left = folder / f"tmp1{kept_files._UNFINISHED}"
    left.touch()
    for old in (left, *strange):
        os.utime(old, (0, 0))
    places = [kept_files.place_of(folder, number, "derivation") for number in range(11)]
    for age, place in enumerate(places):
        keep(place, b"content")
        os.utime(place, (age + 1, age + 1))
    # The thirteenth of ours is the last one written: four went, the one left unfinished and the oldest three.
    assert {path for path in folder.iterdir() if path not in strange} == {
        kept_files.place_of(folder, "first", "estimator"),
        *places[3:],
    }
    assert all(path.exists() for path in strange)
    assert read_kept(places[-1]) == b"content"


@pytest.mark.thorough
def test_a_new_process_neither_derives_nor_imports_what_derives(folder: Path) -> None:
    """Hashes of strings differ between processes; what is kept is found all the same."""
    code = (
        "import sys; from thetahat import family, fit\n"
        "print(fit(family('exponential'), [1.0, 1.0, 4.0]).theta_hat['lambda'])\n"
        "print([name for name in sys.modules if name in "
        "('thetahat.proofs.engine', 'thetahat.proofs.checker', 'scipy.optimize', 'hypothesis')])\n"
    )
    environment = dict(os.environ) | {"XDG_CACHE_HOME": str(folder.parent)}
    runs = [
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment).stdout
        for _ in range(2)
    ]
    first, second = (run.splitlines() for run in runs)
    assert first[0] == second[0] == "0.5"
    assert "thetahat.proofs.engine" in first[1]
    assert second[1] == "[]"
