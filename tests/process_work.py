"""What tests have other processes do: these find a module of this folder, and not one that pytest has named itself."""

from thetahat import certify, family


def certified(name: str, x: list[float]) -> str:
    """Return a certificate as text."""
    return certify(family(name), x).to_json()
