"""Whether data seen part by part give the certified answer of the whole, whatever the parts and their order."""

import pickle
from dataclasses import replace
from functools import reduce
from operator import add

import numpy as np
import pytest
from amounts import amount
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scalar_families import SCALAR

from thetahat import Family, certify, derive, family, summarise
from thetahat.proofs.errors import DataError, ExistenceError, SupportError, UnsolvedError
from thetahat.strategies import datasets
from thetahat.verify.certify import CertificateVerdict, Enclosure

EXPONENTIAL = ["normal", "gamma", "beta", "poisson", "von_mises", "inverse_gaussian", "zeta", "linear_regression"]


def is_summed(item: Family) -> bool:
    """Whether a family has a summary of fixed size."""
    rows = np.full((1, len(item.columns)), 0.5 if not item.bounds.discrete else 1.0)
    try:
        summarise(item, rows)
    except UnsolvedError:
        return False
    except SupportError:
        return True
    return True


@pytest.mark.thorough
def test_exponential_families_and_ends_of_supports_have_summaries():
    """And, as the theorem of Pitman, Koopman and Darmois says, those whose averages contain a parameter have none."""
    found = {item.name.split("[")[0] for item in SCALAR if is_summed(item)}
    assert found >= {*EXPONENTIAL, "uniform", "pareto", "shifted_exponential", "discrete_uniform"}
    assert not found & {"weibull", "laplace", "cauchy", "logistic", "negative_binomial", "student_t", "triangular"}


@pytest.mark.parametrize("item", SCALAR, ids=lambda item: item.name)
def test_parts_in_any_order_give_the_answer_of_the_whole(item):
    """Parts of any size, joined in any order, with weights."""
    if not is_summed(item):
        pytest.skip("the estimate needs more than sums and ends")
    decided = []

    @settings(max_examples=amount(5, 100), suppress_health_check=[HealthCheck.too_slow])
    @given(datasets(item, existence="holds", min_size=3), st.data())
    def each(x, data):
        weights = data.draw(st.none() | st.just(np.arange(1.0, len(x) + 1)))
        order = data.draw(st.permutations(range(len(x))))
        cuts = sorted(data.draw(st.sets(st.integers(1, len(x) - 1), max_size=4)))
        places = np.split(np.array(order), cuts)
        parts = [summarise(item, x[p], None if weights is None else weights[p]) for p in places]
        whole = certify(item, x, weights)
        if whole.verdict is not CertificateVerdict.UNIQUE_GLOBAL:
            return
        found = reduce(add, parts)
        assert found.n == len(x)
        try:
            found.rounded()
        except UnsolvedError:
            # A climb may not find the way where several equations are left; a single one is bracketed.
            assert len(derive(item).unknowns) > 1
            return
        assert all(found.theta[name].ball.overlaps(held.ball) for name, held in whole.theta.items())
        assert found.rounded() == reduce(add, parts[::-1]).rounded() == whole.rounded()
        decided.append(x)

    each()
    assert decided


@pytest.mark.parametrize("part", ["a sum", "the weight", "an end"])
def test_a_wrong_sum_is_noticed(part):
    """The comparison above would see what a faulty addition loses."""
    item = family("uniform" if part == "an end" else "gamma")
    whole = summarise(item, [1.0, 2.0]) + summarise(item, [5.0])
    other = summarise(item, [5.0])
    if part == "a sum":
        wrong = replace(whole, sums=(whole.sums[0], other.sums[1]))
    elif part == "the weight":
        wrong = replace(whole, total=other.total)
    else:
        wrong = replace(whole, ends=(other.ends[0], whole.ends[1]))
    try:
        found = wrong.rounded()
    except (ExistenceError, UnsolvedError):
        return  # no data have such sums
    assert found != certify(item, [1.0, 2.0, 5.0]).rounded()


@pytest.mark.parametrize("name", ["normal", "gamma", "lognormal", "inverse_gaussian"])
@pytest.mark.parametrize("centre", [1e-100, 1.0, 1e15, 1e100])
def test_values_an_ulp_apart_keep_their_spread(name, centre):
    """Nothing is lost in the sums of parts that a single pass over all would keep."""
    item = family(name)
    x = centre + np.spacing(centre) * np.array([0.0, 1.0, 3.0, 4.0, 9.0])
    found = reduce(add, [summarise(item, [value]) for value in x])
    assert found.rounded() == certify(item, x).rounded()


def test_a_summary_goes_through_other_processes():
    """It is made of whole numbers."""
    found = summarise(family("gamma"), [1.0, 2.0, 4.0])
    assert pickle.loads(pickle.dumps(found)) == found


def test_long_parts_are_read_from_whole_columns():
    """The same sums, within what they say of themselves."""
    x = np.random.default_rng(0).gamma(2.0, 3.0, 10_000)
    item = family("gamma")
    found = reduce(add, [summarise(item, part) for part in np.split(x, [5000, 9000])])
    assert found.rounded() == certify(item, x).rounded()


def test_what_cannot_be_added_is_named():
    """Other families, other known values, and what is no summary."""
    one = summarise(family("gamma"), [1.0, 2.0])
    with pytest.raises(DataError, match="gamma: a summary for the family normal"):
        one + summarise(family("normal"), [1.0])
    with pytest.raises(DataError, match="same known values"):
        one + summarise(family("gamma"), [1.0], fixed={"k": 2})
    with pytest.raises(TypeError):
        one + 1.0


def test_what_has_no_maximiser_is_refused_until_it_has():
    """Equal values have none; one more observation mends that. Bad values are refused as they come."""
    equal = summarise(family("gamma"), [2.0]) + summarise(family("gamma"), [2.0])
    with pytest.raises(ExistenceError, match="not all equal"):
        equal.rounded()
    assert (equal + summarise(family("gamma"), [3.0])).rounded() == certify(family("gamma"), [2.0, 2.0, 3.0]).rounded()
    with pytest.raises(SupportError, match=r"x\[1\] = -1"):
        summarise(family("gamma"), [1.0, -1.0])
    with pytest.raises(UnsolvedError, match="no sums over parts tell"):
        summarise(family("weibull"), [1.0])
    with pytest.raises(UnsolvedError, match="searched among all rows"):
        summarise(family("triangular"), [0.5])


def test_sums_known_to_few_digits_tell_no_double():
    """An enclosure that is too wide is no answer."""
    found = summarise(family("exponential"), [1.0, 2.0])
    vague = replace(found, sums=(Enclosure.of(found.sums[0].ball * (1 + Enclosure((0, 0), (1, -20)).ball)),))
    assert vague.theta["lambda"].contains(2 / 3)
    with pytest.raises(ValueError, match="too wide"):
        vague.rounded()
