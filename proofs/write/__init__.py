"""A derivation as text, Markdown, LaTeX, HTML or JSON."""

if __name__ != "thetahat.proofs.write":
    raise ImportError(f"this folder is the package 'thetahat.proofs.write', not {__name__!r}", name=__name__)
