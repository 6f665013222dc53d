"""Whether the examples in the documentation of every module run, and whether this would notice if they did not."""

import doctest
import importlib
import pkgutil
from types import ModuleType

import pytest

# Named one by one: in an editable install the root package does not list them.
PACKAGES = ("thetahat.proofs", "thetahat.strategies", "thetahat.verify")


def modules(package: str) -> list[str]:
    """Return the names of the package and of everything in it, without the public root and programs to start."""
    path = importlib.import_module(package).__path__
    found = [each.name for each in pkgutil.walk_packages(path, f"{package}.")]
    return [package, *(name for name in found if name.rpartition(".")[2] not in ("__main__", "_root"))]


def examples_run(module: ModuleType) -> int:
    """Return how many examples ran, after failing if one of them is wrong."""
    found = doctest.testmod(module)
    assert found.failed == 0, f"{found.failed} of the {found.attempted} examples of {module.__name__} fail; see above"
    return int(found.attempted)


@pytest.mark.parametrize("package", PACKAGES)
def test_the_examples_of_every_module_run(package: str) -> None:
    """Documentation is executed, and a package in which no example is found counts as a failure."""
    attempted = sum(examples_run(importlib.import_module(name)) for name in modules(package))
    assert attempted > 0, f"no example was found in {package}; is the search looking in the right place?"


def test_subpackages_are_searched() -> None:
    """Families lie two folders deep."""
    assert "thetahat.proofs.families.counts.categorical" in modules("thetahat.proofs")


def test_a_planted_wrong_example_is_noticed(capsys: pytest.CaptureFixture[str]) -> None:
    """An example whose output is wrong fails the check."""
    planted = ModuleType("planted", ">>> 1 + 1\n3\n")
    with pytest.raises(AssertionError, match="1 of the 1 examples of planted fail"):
        examples_run(planted)
    assert "Expected:\n    3\nGot:\n    2" in capsys.readouterr().out
