"""How the tests run: against an installed package only, with profiles for Hypothesis, on one thread each."""

import os
from importlib.util import find_spec
from typing import Any

# Before NumPy is imported anywhere: its threads slow small matrices down, and parallel runs share the cores.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# A derivation is tested where it is made; what an earlier run has kept says nothing about the code.
os.environ["THETAHAT_CACHE"] = "off"

import pytest
from breadth import left_for_later, unit_of
from hypothesis import settings

if find_spec("thetahat") is None:
    raise pytest.UsageError("thetahat is not installed; run: pip install -e '.[test]'")

# deadline=None: the first SymPy call of a test warms caches up and may take long.
# derandomize: everybody's default run is the same run; the deep profile searches anew each time.
# The default is what finds every planted error; it is meant to be over in three minutes (benchmarks/README.md says what
# it takes). ``--hypothesis-profile=deep`` is for a night: more examples of every property, and whatever tests leave out
# by ``amounts``: no family, but further datasets, longer ones, and further maps between families.
settings.register_profile("default", max_examples=20, deadline=None, derandomize=True)
settings.register_profile("deep", max_examples=1000, deadline=None)
settings.load_profile("default")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Derivations are reviewed as text; one option writes them anew. The others ask about more families or mutants."""
    parser.addoption("--record", action="store_true", help="write the pages in proofs/derivations anew")
    parser.addoption("--every-family", action="store_true", help="ask every question about every family, not a third")
    parser.addoption("--mutations", type=int, default=0, help="mutants of every family in tests/test_mutations.py")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave families out of the default run only: whoever names tests, or records pages, means all of them."""
    from amounts import DEEP  # now that the profile is the one asked for

    named = any("::" in argument for argument in config.args) or config.option.keyword
    if named or config.getoption("--every-family") or config.getoption("--record") or DEEP:
        return
    later = left_for_later([item.nodeid for item in items])
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid in later])
    items[:] = [item for item in items if item.nodeid not in later]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With several processes and no other ``--dist``, keep the tests of a family together, the most tests first."""
    if config.getvalue("dist") != "load":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class ByFamily(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return unit_of(nodeid)

    return ByFamily(config, log)
