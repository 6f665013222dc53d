"""Whether a family is called full exactly where its parameters reach every natural parameter that there is."""

from __future__ import annotations

import pytest
from sympy import Interval, Symbol, oo

from thetahat import Family, Parameter, derive, family
from thetahat.proofs.exponential import exponential_form
from thetahat.proofs.fullness import is_full


def _full(one: Family) -> bool:
    form = exponential_form(one)
    assert form is not None
    return is_full(one, form)


def test_a_parametrisation_that_reaches_all_is_full() -> None:
    """Mean and precision of a beta variable give every pair of shapes; so does a shape with the sum of both."""
    assert _full(family("beta_by_mean"))
    assert derive(family("beta_by_mean")).existence_proved
    assert [one.meaning for one in derive(family("beta_by_mean")).exists_when] == ["the observations are not all equal"]


def test_a_part_of_the_natural_parameters_is_not_full() -> None:
    """Shapes of which the second is larger than one, and a precision above one, leave natural parameters out."""
    a, b = family("beta").symbols
    c, positive = Symbol("c", positive=True), Interval.open(0, oo)
    larger = family("beta").reparametrise("larger", [Parameter(a, positive), Parameter(c, positive)], {b.name: 1 + c})
    assert not _full(larger)
    mu, phi = family("beta_by_mean").symbols
    precise = family("beta_by_mean").reparametrise(
        "precise", [Parameter(mu, Interval.open(0, 1)), Parameter(c, positive)], {phi.name: 1 + c}
    )
    assert not _full(precise)


@pytest.mark.parametrize("name", ["inverse_gaussian", "truncated_exponential", "normal_mean_equals_scale"])
def test_a_normaliser_that_is_finite_beyond_is_no_end(name: str) -> None:
    """The log-partition stays finite where a condition of the lemma ends, or there are fewer parameters."""
    assert not _full(family(name))
