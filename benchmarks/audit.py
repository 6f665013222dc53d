"""Audits every library that is installed here and writes ``audit.md`` beside this file.

    python benchmarks/audit.py [--examples N] [--seconds S] [library ...]

With libraries named, only their sections are written anew. Some minutes for each library.
"""

from __future__ import annotations

import argparse
import platform
import re
import time
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from thetahat.proofs.errors import UnknownFamilyError
from thetahat.verify.adapters.target import LIBRARIES, installed_version
from thetahat.verify.cli_audit import audited_until_stopped, markdown, questions_for

PAGE = Path(__file__).with_name("audit.md")
NOTES = Path(__file__).with_name("audit_notes.md")
"""What was read and tried by hand; it closes the page."""
MEMORY = 8 << 30
OPENING = """# Other people's estimators

Written by `python benchmarks/audit.py`; not to be edited. Each function is called as its documentation says, on
datasets that Hypothesis draws, and each answer is judged by a certificate: an enclosure of the exact maximum.

- **Ordinary data** are of sizes between 1/32 and 32, and their spread is at least 1/32 of that. Data of any other size,
  or nearly all equal, are **extreme**; a refutation by those alone is named so.
- **Accepted within** is the largest loss on ordinary data, in nats per observation; **ulp** how many units in the last
  place an accepted estimate was off there. What a search by documented stopping rules may lose is 1e-3, what code
  without a search may lose 1e-8, in both cases beside what rounding costs.
- **Undecided** are data for which nothing was certified, or on which errors of double precision may explain the
  loss. **Refused** are data that have a maximiser and on which the function raised, or said that it did not converge.
- A refutation says that the likelihood is lower than it could be, by the nats shown. Where a promise admits local
  optima, a stationary point is accepted.
"""


def section(library: str, examples: int, seconds: float, seed: int) -> str:
    """Return the section of one library, its version in the heading."""
    limits = {"examples": examples, "seconds": seconds, "seed": seed}
    began = time.monotonic()
    try:
        questions, rest = questions_for(library, "", None, [], None, limits)
    except UnknownFamilyError as error:
        return f"## {library}\n\nNot audited: {error}\n"
    rows, complete = audited_until_stopped(questions, MEMORY)
    if not complete:
        raise KeyboardInterrupt
    head = (
        f"## {library} {installed_version(library)}\n\n    thetahat audit {library} --examples {examples} "
        f"--seconds {seconds:g} --seed {seed}\n\n{(time.monotonic() - began) / 60:.0f} minutes."
    )
    return f"{head}\n\n{markdown([*rows, *rest], '###')}"


def sections(text: str) -> dict[str, str]:
    """Return what a page says of each library."""
    parts = re.split(r"^(?=## )", text, flags=re.MULTILINE)[1:]
    return {part.split()[1]: part.rstrip("\n") + "\n" for part in parts}


def main() -> None:
    """Write the page."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("libraries", nargs="*", metavar="library")
    options.add_argument("--examples", type=int, default=100)
    options.add_argument("--seconds", type=float, default=30.0)
    options.add_argument("--seed", type=int, default=0)
    given = options.parse_args()
    known = sections(PAGE.read_text(encoding="utf-8")) if PAGE.exists() else {}
    notes = NOTES.read_text(encoding="utf-8")
    here = [one for one, (module, _) in LIBRARIES.items() if find_spec(module) is not None]
    for library in given.libraries or here:
        known[library] = section(library, given.examples, given.seconds, given.seed)
        versions = f"Python {platform.python_version()}, NumPy {version('numpy')}, SciPy {version('scipy')}."
        body = "\n".join(known[one] for one in LIBRARIES if one in known)
        PAGE.write_text(f"{OPENING}\n{versions}\n\n{body}\n{notes}", encoding="utf-8")


if __name__ == "__main__":
    main()
