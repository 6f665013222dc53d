"""How the tests run: against an installed package only, with profiles for Hypothesis, on one thread each."""

import gc
import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

# Before NumPy is imported anywhere: its threads slow small matrices down, and parallel runs share the cores.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# What SymPy remembers of a thousand calls is gone before the next test of a family asks for it: a tenth of the time.
os.environ.setdefault("SYMPY_CACHE_SIZE", "10000")
# A derivation is tested where it is made; what an earlier run has kept says nothing about the code.
os.environ["THETAHAT_CACHE"] = "off"

import pytest
from breadth import left_for_later, unit_of
from hypothesis import Phase, settings

if find_spec("thetahat") is None:
    raise pytest.UsageError("thetahat is not installed; run: pip install -e '.[test]'")

# deadline=None: the first SymPy call of a test warms caches up and may take long.
# derandomize: everybody's default run is the same run; the deep profile searches anew each time.
# The default run is meant to be over in three minutes (benchmarks/README.md says what it takes): it asks one in eight
# of the cases of wide tests, and ``--rest`` the others. ``--hypothesis-profile=deep`` is for a night: more examples of
# every property, and whatever tests leave out by ``amounts``: more and longer datasets, more maps between families.
# Without the phase that explains a failure: tests that plant one would pay for it, and its seed tells more.
PHASES = [phase for phase in Phase if phase is not Phase.explain]
settings.register_profile("default", max_examples=20, deadline=None, derandomize=True, phases=PHASES)
settings.register_profile("deep", max_examples=1000, deadline=None)
settings.load_profile("default")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Derivations are reviewed as text; one option writes them anew. The others ask for more, or for what is left."""
    parser.addoption("--record", action="store_true", help="write the pages in proofs/derivations anew")
    parser.addoption("--all", action="store_true", help="run every test; the default run leaves out most cases of many")
    parser.addoption("--rest", action="store_true", help="run what the default run leaves out")
    parser.addoption("--mutations", type=int, default=0, help="mutants of every family in tests/test_mutations.py")


def pytest_configure() -> None:
    """Let the collector of garbage rest while tests are collected, nearly all of which stays: a third of the time."""
    gc.set_threshold(100_000, 20, 20)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave tests out of runs of whole folders only: whoever names files or tests, or records pages, means them all."""
    from amounts import DEEP  # now that the profile is the one asked for

    option, folder = config.option, config.invocation_params.dir
    named = option.keyword or any(not folder.joinpath(argument).is_dir() for argument in config.args)
    if named or option.all or option.record or DEEP:
        return
    thorough = [item.nodeid for item in items if item.get_closest_marker("thorough")]
    later = left_for_later([item.nodeid for item in items], thorough)
    config.hook.pytest_deselected(items=[item for item in items if (item.nodeid in later) != option.rest])
    items[:] = [item for item in items if (item.nodeid in later) == option.rest]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Let the collector of garbage alone with what stays: it takes an eighth of the time of derivations otherwise."""
    gc.freeze()


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


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for what is kept between processes, switched on."""
    from thetahat.verify.kept_files import cache_folder

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("THETAHAT_CACHE")
    found = cache_folder()
    assert found == tmp_path / "thetahat"
    return found
