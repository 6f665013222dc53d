"""Observations in a bounded interval."""

if __name__ != "thetahat.proofs.families.bounded":
    raise ImportError(f"this folder is the package 'thetahat.proofs.families.bounded', not {__name__!r}", name=__name__)
