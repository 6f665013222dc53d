"""Declaration to derivation to checked proof: exact symbols, no data, no floats."""

if __name__ != "thetahat.proofs":
    raise ImportError(f"this folder is the package 'thetahat.proofs', not {__name__!r}", name=__name__)
