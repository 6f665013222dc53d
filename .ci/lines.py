"""Counts the lines of the installed package that run, in every process of an environment; a ``.pth`` file imports it.

SlipCover counts a line by an instruction of its own, which it takes away again; a tracer would slow SymPy down by half,
since it is told of every line there too. ``$LINE_COUNTS`` is the folder that the counts go to, and ``$SLIPCOVER_AT``
where SlipCover lies: apart, since in the environment itself it would be a plugin of pytest.
"""

import atexit
import json
import os
import sys
import tempfile
from pathlib import Path

PACKAGE = Path(__file__).with_name("thetahat")

if "LINE_COUNTS" in os.environ and PACKAGE.exists():
    sys.path.insert(0, os.environ["SLIPCOVER_AT"])
    from slipcover import FileMatcher, ImportManager, Slipcover, wrap_pytest

    sys.path.remove(os.environ["SLIPCOVER_AT"])
    counts, ours = Slipcover(source=[str(PACKAGE)]), FileMatcher(sources=[str(PACKAGE)])
    wrap_pytest(counts, ours)  # which loads plugins, and what they import, in a way of its own
    ImportManager(counts, ours).__enter__()

    @atexit.register
    def keep() -> None:
        """Write what this process ran, under a name of its own."""
        with tempfile.NamedTemporaryFile("w", dir=os.environ["LINE_COUNTS"], suffix=".json", delete=False) as file:
            json.dump(counts.get_coverage(), file)
