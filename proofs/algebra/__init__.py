"""Own algebra: average atoms, logarithms, signs, and equations in one unknown."""

if __name__ != "thetahat.proofs.algebra":
    raise ImportError(f"this folder is the package 'thetahat.proofs.algebra', not {__name__!r}", name=__name__)
