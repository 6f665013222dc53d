"""Observations on the real line or the circle."""

if __name__ != "thetahat.proofs.families.real":
    raise ImportError(f"this folder is the package 'thetahat.proofs.families.real', not {__name__!r}", name=__name__)
