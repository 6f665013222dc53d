"""Positive observations."""

if __name__ != "thetahat.proofs.families.positive":
    raise ImportError(
        f"this folder is the package 'thetahat.proofs.families.positive', not {__name__!r}", name=__name__
    )
