"""Which tests one process runs together, and which of them the default run leaves to a longer one."""

import re
import zlib
from collections import Counter
from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path

PROOFS = Path(__file__).parent.parent / "proofs"
FAMILIES = frozenset(
    path.stem for folder in ("families", "structured/families") for path in PROOFS.joinpath(folder).rglob("[a-z]*.py")
)

WIDE = 12
"""Cases from which a test counts as one question put to many."""
SHARE = 8
"""Of so many cases the default run asks one."""


@cache
def unit_of(nodeid: str) -> str:
    """Return what is run by one process together with this test: all tests of the family that it is named after.

    Other tests go with those of their file, which mostly ask of the same families. What several of them need, a
    derivation above all, is then made once.
    """
    test, _, parameters = nodeid.partition("[")
    named = (f"family {word}" for word in re.findall(r"\w+", parameters) if word in FAMILIES)
    return next(named, test.partition("::")[0])


def left_for_later(nodeids: Sequence[str], thorough: Collection[str] = ()) -> set[str]:
    """Return what the default run leaves out: the thorough tests, and seven cases in eight of each test of many cases.

    Each test begins at another case, so that every family still meets about an eighth of the tests.
    """
    cases = Counter(nodeid.partition("[")[0] for nodeid in nodeids)
    places: Counter[str] = Counter()
    found = set(thorough)
    for nodeid in nodeids:
        test = nodeid.partition("[")[0]
        if cases[test] >= WIDE and (places[test] + zlib.crc32(test.encode())) % SHARE:
            found.add(nodeid)
        places[test] += 1
    return found
