"""Whether estimates of rounded ends hold their data, and what is not rounding stays visible."""

import mpmath
import numpy as np
import pytest

from thetahat import derive, family, fit
from thetahat.proofs.derivation import Verdict
from thetahat.proofs.symmetry import unit_exponents
from thetahat.verify.covering import covering, end_rounding
from thetahat.verify.drawn import Drawn, against_certificate
from thetahat.verify.fitting import fit_with
from thetahat.verify.likelihood import log_likelihood_ball
from thetahat.verify.optimum_checks import score_is_zero
from thetahat.verify.valid_data import require_data

ROUNDED = [
    ("uniform_by_centre", [-1000.0, -999.8126856479182, -999.6253712958364]),
    ("uniform_by_centre", [0.1, 0.3, 0.7000000000000001]),
    ("uniform_by_centre", [1e10 + 1e-5, 1e10 + 3e-5]),
    ("uniform_by_centre", [-1e-300, 1e300]),
    ("uniform_by_length", [0.004941964903779368, 1.0]),
    ("uniform_by_length", [-1e-20, 1.0]),
    ("uniform_by_length", [0.1, 0.3]),
]


@pytest.mark.parametrize(("name", "x"), ROUNDED)
def test_the_support_at_the_estimate_holds_the_data(name: str, x: list[float]) -> None:
    """The likelihood in exact arithmetic is not zero, and no shorter interval of doubles with that start holds them."""
    item = family(name)
    theta = fit(item, x).theta
    assert log_likelihood_ball(item, theta, x).is_finite()
    shorter = (theta[0], float(np.nextafter(theta[1], 0)))
    assert not log_likelihood_ball(item, shorter, x).is_finite()


def test_an_end_that_is_short_by_more_than_rounding_is_left_short() -> None:
    """A lost factor in a half-width would otherwise be mended before any check sees it."""
    item = family("uniform_by_centre")
    x = [1.0, 2.0, 4.0]
    for wrong in ((2.5, 1.5 * (1 - 1e-12)), (2.5, 1.35), (2.4, 1.5)):
        assert covering(item, wrong, require_data(item, x)) == wrong


def test_a_half_width_beyond_the_data_is_not_where_they_stop_it() -> None:
    """The room that rounding leaves a centre is no room for an error."""
    item = family("uniform_by_centre")
    x = np.array([1.0, 2.0, 1001.0])
    derivation = derive(item)
    found = fit_with(derivation, x)
    assert score_is_zero(Drawn(derivation, x, (), 0, found)).verdict is Verdict.AGREE
    for wrong in ({"m": 501.0, "w": 501.0}, {"m": 501.0, "w": 500.0 * (1 + 1e-12)}):
        planted = type(found)(item, wrong, found.outcome, 3, derivation, {}, require_data(item, x))
        assert score_is_zero(Drawn(derivation, x, (), 0, planted)).verdict is Verdict.DISAGREE


def test_what_a_rounded_centre_costs_the_half_width_is_allowed() -> None:
    """The exact half-width beside the nearest double of the centre would leave an observation out."""
    item = family("uniform_by_centre")
    x = np.array([-0.5, *[-0.49999999999955635] * 16, -0.4999999999990919])
    derivation = derive(item)
    found = fit_with(derivation, x)
    drawn = Drawn(derivation, x, (), 0, found)
    assert drawn.certificate.nats_lost(found).low > 1e-4
    judged = against_certificate(drawn, found.theta, "the estimate")
    assert judged is not None
    assert judged.verdict is Verdict.AGREE
    wider = against_certificate(drawn, found.theta * [1, 1.01], "a wider one")
    assert wider is not None
    assert wider.verdict is Verdict.DISAGREE


def test_only_sums_have_room() -> None:
    """A parameter that is an end by itself is an observation, exact in doubles."""
    assert end_rounding(family("uniform"), [0.0, 1.0], 1) == 0
    assert end_rounding(family("uniform_by_centre"), [1000.0, 1e-3], 1) > np.spacing(1000.0)


@pytest.mark.parametrize(
    ("name", "exponents"),
    [
        ("uniform_by_length", [1, 1]),
        ("uniform_by_centre", [1, 1]),
        ("uniform_symmetric", [1]),
        ("uniform_unit_length", None),
        ("triangular", None),
    ],
)
def test_the_ends_of_a_support_change_with_the_unit(name: str, exponents: list[int] | None) -> None:
    """The density of an interval says nothing about its start."""
    found = unit_exponents(family(name))
    assert (None if found is None else list(found.values())) == exponents


def test_a_closed_form_keeps_its_digits_on_data_that_agree_in_most_of_theirs() -> None:
    """By its textbook formula at eighty digits: the logarithms agree in twelve, and their spread keeps all of its."""

    x = [688819.5, 688819.5, 688819.5000006888]
    with mpmath.workdps(80):
        logs = [mpmath.log(mpmath.mpf(value)) for value in x]
        sigma = mpmath.sqrt(sum((value - sum(logs) / 3) ** 2 for value in logs) / 3)
        found = fit(family("lognormal_by_median"), x).theta
        # The median is rounded first, and the spread is that around the rounded one.
        assert abs(found[1] / sigma - 1) < 1e-6
        assert abs(found[0] / mpmath.exp(sum(logs) / 3) - 1) < 2.3e-16
    assert fit(family("uniform"), [0.1, 0.3]).theta.tolist() == [0.1, 0.3]
