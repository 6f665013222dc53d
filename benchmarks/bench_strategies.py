"""What an example costs: datasets of up to 10 and of up to 1,000 observations against ``st.integers()``.

Run with ``pytest benchmarks/bench_strategies.py --benchmark-enable --benchmark-group-by=group``. One round is 200
examples; the goals are at most four times the cost of ``st.integers()``, and at most 1.2 times from 10 to 1,000.
"""

import time

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from thetahat import family
from thetahat.strategies import datasets, members, parameters, weights

EXAMPLES = 200
quiet = settings(
    max_examples=EXAMPLES,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)

STRATEGIES = {
    "st.integers()": st.integers,
    "datasets, holds, n <= 10": lambda: datasets(family("normal"), max_size=10),
    "datasets, holds, n <= 1000": lambda: datasets(family("normal"), max_size=1000),
    "datasets, any, n <= 10": lambda: datasets(family("normal"), existence="any", max_size=10),
    "datasets, any, n <= 1000": lambda: datasets(family("normal"), existence="any", max_size=1000),
    "datasets, fails, n <= 50": lambda: datasets(family("normal"), existence="fails"),
    "counts, holds, n <= 1000": lambda: datasets(family("poisson"), max_size=1000),
    "moving ends, holds, n <= 1000": lambda: datasets(family("uniform"), max_size=1000),
    "parameters": lambda: parameters(family("normal")),
    "members": lambda: members(family("binomial")),
    "weights(1000)": lambda: weights(1000),
}


def drawing(strategy):
    """Return what draws all examples once."""

    @quiet
    @given(strategy)
    def draw(_):
        pass

    return draw


@pytest.mark.benchmark(group="200 examples", timer=time.process_time)
@pytest.mark.parametrize("name", STRATEGIES)
def test_cost_of_an_example(benchmark, name):
    """Process time, since other jobs share the machine."""
    draw = drawing(STRATEGIES[name]())
    draw()
    benchmark.pedantic(draw, rounds=5)
