"""What Hypothesis calls when it is imported: families are made known to it, if they are imported already."""

# Standard library only: whoever imports Hypothesis must not wait for SymPy.
from __future__ import annotations

import sys


def setup() -> None:
    """Make ``from_type(Family)`` known to Hypothesis, unless nobody has imported families; then it is done with them.

    >>> setup()
    """
    if "thetahat.proofs.family" in sys.modules:
        from .whole_families import register

        register()
