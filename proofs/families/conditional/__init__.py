"""A response given covariates."""

if __name__ != "thetahat.proofs.families.conditional":
    raise ImportError(
        f"this folder is the package 'thetahat.proofs.families.conditional', not {__name__!r}", name=__name__
    )
