"""Shipped data sets: published, small, each with its source."""

if __name__ != "thetahat.verify.data":
    raise ImportError(f"this folder is the package 'thetahat.verify.data', not {__name__!r}", name=__name__)
