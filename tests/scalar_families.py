"""The families of the catalogue whose dimension is a number, with values for their constants."""

from thetahat import Family, families

KNOWN = {"n": 9, "N": 30, "K": 12}
SCALAR = [f.fix(**{c.name: KNOWN.get(c.name, 2) for c in f.constants}) for f in families() if isinstance(f, Family)]
