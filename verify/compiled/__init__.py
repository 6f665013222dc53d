"""Compiled estimators as they run: what is imported here is NumPy and the standard library, and nothing symbolic."""

if __name__ != "thetahat.verify.compiled":
    raise ImportError(f"this folder is the package 'thetahat.verify.compiled', not {__name__!r}", name=__name__)
