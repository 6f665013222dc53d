"""Several numbers observed together."""

if __name__ != "thetahat.proofs.families.joint":
    raise ImportError(f"this folder is the package 'thetahat.proofs.families.joint', not {__name__!r}", name=__name__)
