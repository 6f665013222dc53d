"""How a maximum is proved where its check does the work anew: the names that certificates carry."""

from __future__ import annotations

EXHAUSTION = "exhaustion of the range of the data"
"""The method of a global maximum among several, which is checked by covering the range anew."""
FACE = "slopes beyond ends of the space"
"""The method of a maximum on ends of a space, which is checked by the conditions of Karush, Kuhn and Tucker."""
ABSENCE = "exhaustion of the space, which holds no maximum"
"""The method of a proof that no member is the highest, which is checked by covering the space anew."""
COMPARISON = "comparison of all observations"
"""The method of a maximum at an observation, which is checked by comparing all of them anew."""
PLANE = "exhaustion of the places, with the scale that is best for each"
"""The method of a global maximum over a place and a scale, which is checked by covering the places anew."""
PROFILE = "exhaustion of the space of one unknown"
"""The method of a global maximum along a curve of highest points, which is checked by covering the curve anew."""
WIDER = "proof for the same density in wider spaces"
"""The method of a global maximum that is so among more members, which is checked by certifying that anew."""
