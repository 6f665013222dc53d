"""Integrals and sums of exponentials, by lemmas."""

if __name__ != "thetahat.proofs.integration":
    raise ImportError(f"this folder is the package 'thetahat.proofs.integration', not {__name__!r}", name=__name__)
