"""One declaration a file, found by its place; a folder is a kind of observation."""

if __name__ != "thetahat.proofs.families":
    raise ImportError(f"this folder is the package 'thetahat.proofs.families', not {__name__!r}", name=__name__)
