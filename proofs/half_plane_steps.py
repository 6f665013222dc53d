"""Records that the density of places and scales is log-concave along the lines of a half-plane, where it is proved."""

from __future__ import annotations

from sympy import Tuple

from .derivation import Label, Optimality, Section
from .family import Family
from .half_plane import bends, covers_half_plane, falls_along_lines, is_strict, ratios
from .location import LocationScale, Z
from .trail import Trail


def half_plane_step(family: Family, structure: LocationScale, kernel: int, trail: Trail) -> Optimality | None:
    """Record that the density is log-concave along the lines of a half-plane, if it is proved for one of them."""
    if not covers_half_plane(family, structure.location, structure.scale, structure.lo):
        return None
    for ratio in ratios(structure.kernel, family.domain):
        along, determinant = bends(structure.kernel, ratio)
        if not falls_along_lines(structure.kernel, along, determinant, family.domain):
            continue
        trail.add(
            "half-plane",
            Section.OPTIMALITY,
            "Concave along lines: places m and scales s are the points of a half-plane with the metric "
            f"(k dm^2 + ds^2)/s^2, where k is {ratio}, and a line joins any two of them. Along each line the "
            "log-density of every observation is concave, and so is the likelihood: every stationary point is a global "
            "maximum. "
            "The second covariant derivative in the scale, negative but at `z` = 0, and the determinant:",
            Tuple(along, determinant),
            Label("z (z g')', det", r"z (z g')', \det"),
            given=(kernel,),
            subject=Z,
            using=(("ratio", ratio),),
        )
        argument = "concave along the lines of a half-plane of places and scales"
        return Optimality(True, argument, is_strict(determinant, family.domain), concave=True)
    return None
