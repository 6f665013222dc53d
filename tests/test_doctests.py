"""Whether the examples in the documentation of every module run, and whether this would notice if they did not."""

import doctest
import importlib
import linecache
import pkgutil
import sys
from types import ModuleType

import pytest

from thetahat.verify.adapters.target import LIBRARIES

# Named one by one: in an editable install the root package does not list them.
PACKAGES = ("thetahat.proofs", "thetahat.strategies", "thetahat.verify")


def modules(package: str) -> list[str]:
    """Return the names of the package and of everything in it, without the public root and programs to start.

    Nor the adapters of libraries that need not be installed.
    """
    path = importlib.import_module(package).__path__
    found = [each.name for each in pkgutil.walk_packages(path, f"{package}.")]
    optional = {f"thetahat.verify.adapters.{one}" for one in LIBRARIES if one not in ("numpy", "scipy")}
    found = [name for name in found if name not in optional]
    return [package, *(name for name in found if name.rpartition(".")[2] not in ("__main__", "_root"))]


def wrong_and_all(names: list[str]) -> tuple[dict[str, int], int]:
    """Return the number of wrong examples by module, and the number of all examples."""
    found = {}
    for name in names:
        linecache.clearcache()  # which doctest looks through before every docstring
        found[name] = doctest.testmod(importlib.import_module(name))
    wrong = {name: result.failed for name, result in found.items() if result.failed}
    return wrong, sum(result.attempted for result in found.values())


@pytest.mark.parametrize("package", PACKAGES)
def test_the_examples_of_every_module_run(package: str) -> None:
    """Documentation is executed, and a package in which no example is found counts as a failure."""
    wrong, attempted = wrong_and_all(modules(package))
    assert wrong == {}, "wrong examples by module; what they gave is shown above"
    assert attempted > 0, f"no example was found in {package}; is the search looking in the right place?"


def test_subpackages_are_searched() -> None:
    """Families lie two folders deep."""
    assert "thetahat.proofs.families.counts.categorical" in modules("thetahat.proofs")


def test_a_planted_wrong_example_is_noticed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An example whose output is wrong is counted and shown; a module without examples counts as none."""
    for name, text in (("planted", ">>> 1 + 1\n3\n"), ("bare", "No example.")):
        monkeypatch.setitem(sys.modules, name, ModuleType(name, text))
    assert wrong_and_all(["planted", "bare"]) == ({"planted": 1}, 1)
    assert wrong_and_all(["bare"]) == ({}, 0)
    assert "Expected:\n    3\nGot:\n    2" in capsys.readouterr().out
