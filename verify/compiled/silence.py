"""Contexts in which NumPy does not warn of values that are looked at afterwards.

``np.errstate`` switches warnings off and on again, which takes as long as the sum of a thousand numbers. NumPy keeps
what it warns of in a context variable, so that a context in which that was switched off once does the same for nothing.

>>> float(silent().run(np.divide, 1.0, 0.0))
inf
"""

from __future__ import annotations

from contextvars import Context

import numpy as np

_SILENT = Context()
_SILENT.run(np.seterr, all="ignore")

silent = _SILENT.copy
"""Returns such a context, another one each time, as none can be entered twice."""
