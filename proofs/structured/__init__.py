"""Families whose dimension stays a symbol: matrices, and sums over any number of components."""

if __name__ != "thetahat.proofs.structured":
    raise ImportError(f"this folder is the package 'thetahat.proofs.structured', not {__name__!r}", name=__name__)
