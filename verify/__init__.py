"""Derivation and inputs to estimate, check and report: floats, no symbolic algebra."""

if __name__ != "thetahat.verify":
    raise ImportError(f"this folder is the package 'thetahat.verify', not {__name__!r}", name=__name__)
