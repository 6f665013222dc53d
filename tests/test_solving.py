"""Whether roots are bracketed wherever they lie, and whether a climb ends at a maximum or says that it did not."""

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from flint import arb
from numpy.typing import NDArray
from sympy import Interval, Symbol, exp, log, loggamma, oo

from thetahat import Family, Parameter, certify, family, fit
from thetahat.proofs.ball_data import Table
from thetahat.proofs.errors import UnsolvedError
from thetahat.verify.ball_climbing import climbed, highest
from thetahat.verify.line import Line
from thetahat.verify.newton import Maximum, newton_maximum
from thetahat.verify.solving import bracketed_root, sign_changes
from thetahat.verify.terrain import Objective as BallObjective
from thetahat.verify.terrain import Terrain
from thetahat.verify.tolerance import NEWTON_TRIALS, ROOT_ULPS

Array = NDArray[np.float64]
WHOLE, POSITIVE = Line(-math.inf, math.inf), Line(0.0, math.inf)
NEGATIVE, UNIT = Line(-math.inf, 0.0), Line(0.0, 1.0)


@pytest.mark.parametrize("line", [WHOLE, POSITIVE, NEGATIVE, UNIT, Line(-3.0, 5.0), Line(2.0, math.inf)], ids=str)
def test_a_line_is_monotone_and_stays_in_its_interval(line: Line) -> None:
    """From one far coordinate to the other."""
    values = [line.value(float(u)) for u in np.linspace(-690, 690, 401)]
    assert all(a <= b for a, b in pairwise(values))
    assert all(line.lo <= v <= line.hi and math.isfinite(v) for v in values)
    assert line.value(-1.0) < line.value(0.0) < line.value(1.0)


@pytest.mark.parametrize(
    ("line", "root"),
    [(POSITIVE, r) for r in (1e-290, 1e-20, 0.3, 1.0, 7.0, 1e20, 1e290)]
    + [(WHOLE, r) for r in (-1e200, -4.0, 1e-9, 0.1, 1e200)]
    + [(NEGATIVE, r) for r in (-1e100, -2.0, -1e-100)]
    + [(UNIT, r) for r in (1e-200, 1e-9, 0.25, 0.5, 0.99, 1 - 1e-12)]
    + [(Line(-3.0, 5.0), -2.999999), (Line(2.0, math.inf), 2.5)],
)
@pytest.mark.parametrize("direction", [1.0, -1.0])
def test_one_root_is_bracketed_and_found_to_its_last_digits(line: Line, root: float, direction: float) -> None:
    """The first change of sign holds the root; bracketing ends within the stated units of it."""

    def function(value: float) -> float:
        return direction * math.copysign(min(abs(value - root), 1.0), value - root) if value != root else 0.0

    low, high = next(sign_changes(function, line))
    assert low <= root <= high
    found = bracketed_root(function, low, high)
    assert abs(found - root) <= ROOT_ULPS * 2 * np.finfo(float).eps * abs(root)


def test_the_root_nearest_to_the_middle_comes_first_and_the_others_follow() -> None:
    """Three roots of a cubic in the logarithm."""

    def function(value: float) -> float:
        u = math.log(value)
        return (u - 1.2) * (u + 8.0) * (u - 30.0)

    brackets = list(sign_changes(function, POSITIVE))
    assert brackets[0][0] <= math.exp(1.2) <= brackets[0][1]
    for root in (1.2, -8.0, 30.0):
        assert any(low <= math.exp(root) <= high for low, high in brackets)


def test_a_function_of_one_sign_has_no_bracket() -> None:
    """The search ends without an answer."""
    assert list(sign_changes(lambda value: 1.0 + value, POSITIVE)) == []


def test_underflow_and_overflow_are_no_roots() -> None:
    """Zero far out, infinity and nan are passed over; the true change of sign is found."""

    def function(value: float) -> float:
        if value > 1e100:
            return 0.0
        if value < 1e-100:
            return math.nan
        if value < 1e-50:
            return math.inf
        return 5.0 - value

    brackets = list(sign_changes(function, POSITIVE))
    assert brackets
    assert all(low <= 5.0 <= high for low, high in brackets)


def test_a_root_at_an_end_of_the_bracket_is_returned() -> None:
    """Both ends."""
    assert bracketed_root(lambda v: v - 1.0, 1.0, 2.0) == 1.0
    assert bracketed_root(lambda v: v - 2.0, 1.0, 2.0) == 2.0


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_bracket_without_a_change_of_sign_holds_no_root(sign: float) -> None:
    """What doubles proposed may have another sign in balls: that was an error of the bracketing method."""
    with pytest.raises(UnsolvedError, match=r"same sign at both ends of a bracket, 1\.0 and 2\.0"):
        bracketed_root(lambda v: sign * v, 1.0, 2.0)


def quadratic(centre: Array, curvature: Array) -> Callable[[Array], tuple[float, Array, Array]]:
    """A concave quadratic with its derivatives."""

    def objective(u: Array) -> tuple[float, Array, Array]:
        d = u - centre
        return -float(d @ curvature @ d) / 2, -curvature @ d, -curvature

    return objective


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_a_concave_quadratic_is_solved_whatever_its_scale(scale: float) -> None:
    """With curvatures that differ by a factor of a thousand."""
    curvature = scale * np.array([[1000.0, 3.0], [3.0, 1.0]])
    centre = np.array([4.0, -7.0])
    found = newton_maximum(quadratic(centre, curvature), [0.0, 0.0])
    assert found.converged
    assert np.allclose(found.point, centre, rtol=1e-12, atol=0)


def heavy(u: Array) -> tuple[float, Array, Array]:
    """``-log(1 + u^2)``: convex beyond one."""
    v = float(u[0])
    q = 1 + v * v
    return -math.log(q), np.array([-2 * v / q]), np.array([[-2 * (1 - v * v) / q**2]])


@pytest.mark.parametrize("start", [0.9, 1.0, 3.0, -50.0])
def test_a_start_where_the_objective_is_convex_still_climbs(start: float) -> None:
    """A plain Newton step would run away from the maximum there."""
    found = newton_maximum(heavy, [start])
    assert found.converged
    assert abs(found.point[0]) <= 1e-12
    assert found.value >= heavy(np.array([start]))[0]


def test_a_curved_valley_is_followed_to_its_end() -> None:
    """Rosenbrock's function, negated: its Hessian is indefinite at the start."""

    def valley(u: Array) -> tuple[float, Array, Array]:
        a, b = map(float, u)
        value = -((1 - a) ** 2) - 100 * (b - a * a) ** 2
        gradient = np.array([2 * (1 - a) + 400 * a * (b - a * a), -200 * (b - a * a)])
        hessian = np.array([[-2 + 400 * (b - a * a) - 800 * a * a, 400 * a], [400 * a, -200.0]])
        return value, gradient, hessian

    found = newton_maximum(valley, [-1.2, 3.0])
    assert found.converged
    assert np.allclose(found.point, [1.0, 1.0], rtol=1e-9, atol=0)


def test_a_start_without_a_value_is_no_maximum() -> None:
    """Nothing is claimed where the derivatives are not finite."""
    found = newton_maximum(lambda u: (math.nan, np.array([math.nan]), np.array([[math.nan]])), [1.0])
    assert not found.converged


def test_steps_into_the_undefined_are_halved() -> None:
    """``log(u) - u`` has no value below zero, where the first full step would land."""

    def objective(u: Array) -> tuple[float, Array, Array]:
        v = float(u[0])
        if v <= 0:
            return math.nan, np.array([math.nan]), np.array([[math.nan]])
        return math.log(v) - v, np.array([1 / v - 1]), np.array([[-1 / v**2]])

    found = newton_maximum(objective, [4.5])
    assert found.converged
    assert found.point[0] == pytest.approx(1.0, rel=1e-12)


def test_a_flat_objective_stays_where_it_is() -> None:
    """Nothing tells a constant from a likelihood that has come close to a limit: it is called no maximum."""
    found = newton_maximum(lambda u: (2.0, np.zeros(2), np.zeros((2, 2))), [1.0, -3.0])
    assert not found.converged
    assert found.point.tolist() == [1.0, -3.0]
    assert found.value == 2.0


@pytest.mark.parametrize(
    "objective",
    [
        lambda u: (float(u[0]), np.ones(1), np.array([[-1e-9]])),
        lambda u: (float(u[0]), np.ones(1), np.zeros((1, 1))),
        lambda u: (float(u[0]) ** 2, 2 * u, 2 * np.eye(1)),
    ],
    ids=["almost linear", "linear", "convex"],
)
def test_an_objective_without_a_maximum_never_converges(
    objective: Callable[[Array], tuple[float, Array, Array]],
) -> None:
    """Planted: it climbs for ever, which the answer has to say. Overflow is allowed, as in the fits."""
    with np.errstate(all="ignore"):
        assert not newton_maximum(objective, [1.0]).converged


@pytest.mark.parametrize("start", [0.0, 3.0, 5.0, 8.0])
def test_a_limit_that_is_approached_twice_exponentially_is_no_maximum(start: float) -> None:
    """Planted: ``-exp(-exp(u))`` rises for ever, though steps are short and promise little, or doubles see no slope."""

    def objective(u: Array) -> tuple[float, Array, Array]:
        power = math.exp(u[0])
        small = math.exp(-power)
        return -small, np.array([power * small]), np.array([[(power - power**2) * small]])

    assert not newton_maximum(objective, [start]).converged
    u, x = Symbol("u", real=True), Symbol("x", real=True)
    rising = BallObjective(-exp(-exp(u)) + 0 * x, (u,), (x,), False, {}, {}, (0,))
    assert climbed(Terrain(rising, Table((x,), [(arb(1),)], None)), [arb(start)]) is None


def test_a_rise_that_goes_on_and_on_is_left_soon() -> None:
    """A logarithm of ``exp(2**45)`` is no estimate: the same way was gone at every precision."""
    u, x = Symbol("u", real=True), Symbol("x", real=True)
    terrain = Terrain(BallObjective(u - exp(-u) + 0 * x, (u,), (x,), False, {}, {}, ()), Table((x,), [(arb(1),)], None))
    asked: list[int] = []

    class Counted:
        """The same ground, every height of which is noted."""

        limited = terrain.limited
        __call__ = staticmethod(terrain.__call__)

        @staticmethod
        def height(point: list[arb]) -> arb:
            asked.append(1)
            return terrain.height(point)

    assert climbed(Counted(), [arb(0)]) is None
    assert len(asked) < 100


@pytest.mark.parametrize(("bend", "top"), [(1, 0.75), (0, None)])
@pytest.mark.parametrize("start", [-0.5, -0.1])
def test_a_flat_place_in_balls_is_left_upwards(bend: int, top: float | None, start: float) -> None:
    """Where slope and curvature vanish in one direction a climb ends; on one side of a turning point it leads up."""
    u, v, x = Symbol("u", real=True), Symbol("v", real=True), Symbol("x", real=True)
    value = BallObjective(bend * u**3 - u**4 - (u - v) ** 2 + 0 * x, (u, v), (x,), False, {}, {}, ())
    found = highest(Terrain(value, Table((x,), [(arb(1),)], None)), [[start, start]], 1)
    assert (None if found is None else [float(entry.mid()) for entry in found.point]) == (top and [top, top])


def test_a_gradient_of_the_wrong_sign_is_not_called_a_maximum() -> None:
    """Planted: every step lowers the value, so no step is accepted."""

    def objective(u: Array) -> tuple[float, Array, Array]:
        return -float(u @ u), 2 * u, -2 * np.eye(1)

    found = newton_maximum(objective, [3.0])
    assert not found.converged
    assert found.point.tolist() == [3.0]


def test_a_coordinate_that_is_flat_because_it_is_long_is_not_taken_for_solved() -> None:
    """In units of 1e16 the maximum is three units away, and nothing but the unit makes the slope small."""

    def objective(u: Array) -> tuple[float, Array, Array]:
        far = 1e-16 * u[0] - 3.0
        return -(far**2) - u[1] ** 2, np.array([-2e-16 * far, -2 * u[1]]), np.diag([-2e-32, -2.0])

    found = newton_maximum(objective, [0.0, 0.0])
    assert not found.converged


def test_a_climb_that_rounding_stops_at_every_step_gives_up_early() -> None:
    """A value that never rises is asked for no more often than the limit allows, and one step of halvings."""
    asked = 0

    def objective(u: Array) -> tuple[float, Array, Array]:
        nonlocal asked
        asked += 1
        return -float(asked) * 1e-3 if asked > 1 else 0.0, np.array([1.0]), np.array([[-1.0]])

    assert not newton_maximum(objective, [0.0]).converged
    assert asked <= NEWTON_TRIALS + 2


def test_slopes_lead_on_where_values_are_rounded_coarsely() -> None:
    """Values in steps of a thousandth do not tell points near the maximum apart; a wrong sign of the slope is seen."""
    asked = 0

    def coarse(u: Array, sign: float = 1.0) -> tuple[float, Array, Array]:
        nonlocal asked
        asked += 1
        gap = float(u[0]) - 2.0
        value = 1000.0 - gap * gap - gap**4 + 1e-3 * math.sin(1e9 * gap)
        return value, sign * np.array([-2.0 * gap - 4.0 * gap**3]), np.array([[-2.0 - 12.0 * gap * gap]])

    found = newton_maximum(coarse, [2.4])
    assert found.converged
    assert found.point[0] == pytest.approx(2.0, abs=1e-12)
    assert asked < 40
    assert not newton_maximum(lambda u: coarse(u, -1.0), [2.4]).converged


def test_a_turning_point_is_left_for_the_maximum_beyond_it() -> None:
    """At zero the slope of ``u^3 - u^4`` and its curvature vanish, though the maximum is at three quarters."""

    def objective(u: Array) -> tuple[float, Array, Array]:
        v = float(u[0])
        value = v**3 - v**4 - float(u[1] ** 2)
        return value, np.array([3 * v**2 - 4 * v**3, -2 * u[1]]), np.diag([6 * v - 12 * v**2, -2.0])

    found = newton_maximum(objective, [-0.5, 1.0])
    assert found.converged
    assert found.point == pytest.approx([0.75, 0.0], abs=1e-9)


def test_a_climb_that_takes_long_is_given_up_where_that_is_hopeless() -> None:
    """Up a slope without end all steps are taken, unless one is told so; a short climb is not asked."""
    asked = 0

    def slope(u: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        nonlocal asked
        asked += 1
        return float(u.sum()), np.ones(1), -1e-3 * np.eye(1)

    told: list[int] = []

    def hopeless(found: Maximum) -> bool:
        told.append(asked)
        return found.value > 200

    assert not newton_maximum(slope, [3.0]).converged
    alone, asked = asked, 0
    found = newton_maximum(slope, [3.0], hopeless)
    assert not found.converged
    assert (found.value > 200, len(told)) == (True, 2)
    assert asked < 0.6 * alone
    assert newton_maximum(quadratic(np.ones(1), np.eye(1)), [0.0], lambda found: pytest.fail("asked")).converged


def test_a_root_next_to_where_the_equation_ceases_to_have_a_value_is_found() -> None:
    """No coordinate that is tried lies between them, and none beyond has a value."""
    line, last = Line(0.0, math.inf), 0.5 + 1e-6
    brackets = list(sign_changes(lambda place: math.log(last - place) + 13.0 if place < last else math.nan, line))
    assert any(low <= last - math.exp(-13.0) <= high for low, high in brackets)
    assert not list(sign_changes(lambda place: 1.0 if place < last else math.nan, line))


@pytest.mark.parametrize("data", [[0.6, 1.0, 0.9], [1.0, 1.0, 1.0, 2.0, 2.0], [3.0, 3.1]])
def test_a_gamma_distribution_is_fitted_by_its_mode(data: list[float]) -> None:
    """The rate is positive where the mode lies below the average alone, and most of the line has no value."""
    x, a, b = (Symbol(name, positive=True) for name in "xab")
    above = Interval.open(0, oo)
    density = (a * b + 1) * log(b) - loggamma(a * b + 1) + a * b * log(x) - b * x
    by_mode = Family("by_mode", x, above, (Parameter(a, above), Parameter(b, above)), density)
    shape, scale = fit(family("gamma"), data).theta
    assert fit(by_mode, data).theta == pytest.approx([(shape - 1) * scale, 1 / scale], rel=1e-9)
    assert certify(by_mode, data).check(data)
