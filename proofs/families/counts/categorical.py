"""Categorical: which of finitely many categories is observed; the last probability is what the others leave."""

from sympy import Eq, Interval, Piecewise, Range, Symbol, log

from ...errors import DeclarationError
from ...family import Family, Parameter, Source


def categorical(size: int) -> Family:
    """Return the family with ``size`` categories, numbered from 0, and ``size - 1`` free probabilities.

    Three categories are the catalogue's entry; other sizes carry the size in their name.

    Raises
    ------
    DeclarationError
        For fewer than two categories, which leave nothing to estimate.

    Examples
    --------
    >>> categorical(4).name, categorical(4).parameter_names
    ('categorical[size=4]', ('p_0', 'p_1', 'p_2'))
    """
    if isinstance(size, bool) or not isinstance(size, int) or size < 2:
        raise DeclarationError(f"categorical: size = {size!r} must be a whole number of at least 2 categories")
    x = Symbol("x", integer=True, nonnegative=True)
    p = tuple(Symbol(f"p_{k}", positive=True) for k in range(size - 1))
    return Family(
        name="categorical" if size == 3 else f"categorical[size={size}]",
        observation=x,
        support=Range(0, size),
        parameters=tuple(
            Parameter(p[k], Interval.open(0, 1 - sum(p[:k])), f"probability of category {k}") for k in range(size - 1)
        ),
        log_density=Piecewise(*((log(p[k]), Eq(x, k)) for k in range(size - 1)), (log(1 - sum(p)), True)),
        sources=(Source("Johnson, Kotz & Balakrishnan 1997, Discrete Multivariate Distributions, ch. 35"),),
    )


CATEGORICAL = categorical(3)
