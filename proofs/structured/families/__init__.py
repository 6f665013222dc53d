"""One declaration a file, found by its place."""

if __name__ != "thetahat.proofs.structured.families":
    raise ImportError(
        f"this folder is the package 'thetahat.proofs.structured.families', not {__name__!r}", name=__name__
    )
