"""Estimators of other libraries as data: what is called, for which family, and what is promised."""

if __name__ != "thetahat.verify.adapters":
    raise ImportError(f"this folder is the package 'thetahat.verify.adapters', not {__name__!r}", name=__name__)

from .target import Promise, Target, library_targets, named_targets

__all__ = ["Promise", "Target", "library_targets", "named_targets"]
