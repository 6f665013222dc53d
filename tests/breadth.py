"""Which tests are about a family, and which of them the default run leaves to the run of all of them."""

import re
import zlib
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path

PROOFS = Path(__file__).parent.parent / "proofs"
FAMILIES = frozenset(
    path.stem for folder in ("families", "structured/families") for path in PROOFS.joinpath(folder).rglob("[a-z]*.py")
)

WIDE = 60
"""Cases from which a test counts as one of all families."""
SHARE = 3


@cache
def unit_of(nodeid: str) -> str:
    """Return what is run by one process together with this test: all tests of the family that it is named after.

    What several of them need, its derivation above all, is then made once. Other tests go one by one.
    """
    _, _, parameters = nodeid.partition("[")
    return next((f"family {word}" for word in re.findall(r"\w+", parameters) if word in FAMILIES), nodeid)


def left_for_later(nodeids: Sequence[str]) -> set[str]:
    """Return what the default run leaves out: two families in three of each test of all of them, in turn.

    Each test begins at another family, so that every family still meets about a third of the tests.
    """
    about = [(nodeid, nodeid.partition("[")[0]) for nodeid in nodeids if unit_of(nodeid).startswith("family ")]
    cases = Counter(test for _, test in about)
    places: Counter[str] = Counter()
    found = set()
    for nodeid, test in about:
        if cases[test] >= WIDE and (places[test] + zlib.crc32(test.encode())) % SHARE:
            found.add(nodeid)
        places[test] += 1
    return found
