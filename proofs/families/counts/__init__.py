"""Counts and categories."""

if __name__ != "thetahat.proofs.families.counts":
    raise ImportError(f"this folder is the package 'thetahat.proofs.families.counts', not {__name__!r}", name=__name__)
