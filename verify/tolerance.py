"""Decides how far two numbers may lie apart, each limit with the reason for its size.

Rounding
    A double operation loses at most half a unit in the last place, a relative ``UNIT_ROUNDOFF``. Compiled NumPy
    and SciPy functions are not correctly rounded; ``ELEMENTARY_ULPS`` (exp, log, powers) and ``SPECIAL_ULPS``
    (gamma and Bessel functions) are what their own test suites admit, with a margin of two. The tests hold every
    bound built on them against balls.

Optimisers
    Optimisers are compared by the likelihood they lose, never by their parameters: along a flat direction two
    estimates that lie far apart are equally good. All limits are per observation, since the information,
    and with it the loss at a given distance, is proportional to the total weight. The mean log-likelihood is
    computed to about 1e-15 of its size. With noise e in the values, a central difference with step h has truncation
    error h^2 and rounding error e / h, together smallest at h = e^(1/3); a second difference at h = e^(1/4). For
    e = 1e-15 the gradient is then known to 1e-10 and, where the likelihood is smooth, the loss left at its root is
    about 1e-20. Where it has a corner, the loss is linear in the distance, and the simplex stops at values that
    agree to ``STOP_NATS``; ten times that is what an estimate of the remaining loss may reach, ``DECREMENT_NATS``,
    and a hundred times ``STOP_NATS`` covers one corner and two optimisers: ``AGREEMENT_NATS``.
"""

from __future__ import annotations

UNIT_ROUNDOFF = 2.0**-53
"""Largest relative error of one rounded operation."""

SMALLEST = 2.0**-1074
"""The smallest double: what a product below the normal range may be off, whatever its size."""

ELEMENTARY_ULPS = 4.0
"""Units in the last place that exp, log, powers and their relatives may be off."""

SPECIAL_ULPS = 32.0
"""The same for gamma and Bessel functions, measured against max(1, |value|): they lose digits at their zeros."""

SUM_ULPS = 32.0
"""Units in the last place of the sum of moduli that NumPy's pairwise sum of 8192 terms may lose: 16 + 3 additions in
blocks of 128, then 6 levels of halving, which makes 25."""

STOP_NATS = 1e-10
"""Spread of the simplex, in nats per observation, at which a search stops."""

DECREMENT_NATS = 1e-9
"""Estimated loss, in nats per observation, below which an optimiser calls itself converged."""

AGREEMENT_NATS = 1e-8
"""Nats per observation by which an optimiser may stay below another estimate, or above a claimed maximum."""

FLAT_NATS = 1e-13
"""Relative to 1 + |mean log-likelihood|: a change below this is rounding, a thousand units in the last place."""

FLAT_CURVATURE = 1e-3
"""Curvature per observation, on the scale of logarithms, below which a maximum is checked for being none."""

CORNER = 50.0
"""Curvature per observation above which a corner is suspected: second differences across one are 1 / h, 1e4."""

EDGE = 30.0
"""Distance, in units of the natural logarithm, at which a bounded parameter has run away: a factor of 1e13."""

REAL_EDGE = 1e6
"""The same for a parameter that may be any real number, in units of its start's step: of the spread of the data."""

BLUR_NATS = 1e-3
"""Rounding bound per observation above which doubles are not asked which of two points is better. The bounds are some
thirty times wider than what happens, so that differences below ``DECREMENT_NATS`` may be lost long before this."""

RESOLVED_STEPS = 128.0
"""Spacings of doubles that a difference spans at least: rounding then changes its step by less than a hundredth."""

RESOLUTION_ULPS = 1024.0
"""Units in the last place of an end within which a parameter counts as having run into it: a step of a tenth of the
remaining distance is still a hundred units, below that the objective moves in jumps."""

QUADRATURE = 1e-10
"""Relative change of a bin's probability at which halving the panels stops: the loss it causes per observation."""

RELATIVE_RADIUS = 1e-30
"""Radius of a difference of log-likelihoods, relative to it, at which precision is no longer raised."""

NARROW = 1e-20
"""Radius, in nats, below which a ball around zero shows that two sides are equal: no mistake is that small."""

FIRST_BITS = 128
"""Working precision of the first attempt with balls."""

MOST_BITS = 1200
"""Working precision at which attempts end, and the answer stays open."""


AUDIT_NATS = 1e-7
"""Nats per observation that somebody's estimate may lose. An optimiser that stops where relative steps fall below 1e-4,
as simplex methods do by default, loses about half the square of that for each unit of information, 5e-9; twenty times
as much is allowed. At a hundred observations that is a likelihood ratio of 1 - 1e-5, and no reader would see it."""

DIAGNOSIS_SHARE = 1e-7
"""Relative distance within which a wrong answer counts as what a hypothesis about it predicts: half of the digits."""

SINGLE_SHARE = 1e-4
"""Distance of an answer computed in single precision, relative to the size of the data: a thousand rounding errors."""

LOST_NATS = 0.01
"""Nats per observation that errors of double precision cost where an estimator need not find a member at all: the
estimate is then off by a tenth of its size, and a variance computed by differences may come out as zero."""

DENSITY_SHARE = 1e-6
"""Relative difference, against 1 + |value|, of two log-densities below which they count as the same: libraries lose up
to half of their digits at places, and a wrong map of parameters changes a log-density by a share of one."""

SLOPE_NATS = 1e-10
"""Nats per observation that the score at an estimate may promise (half the squared score in the metric of the observed
information): a relative error e of an estimate costs about e^2/2 nats for each unit of information, and the square of
what a root loses to cancellation in double precision, 1e-6 at worst on data with twelve digits in common, is 1e-12."""

THETA_ULPS = 4
"""Doubles by which an estimate may miss the exact maximiser in each parameter; what that costs in nats is computed."""

END_ULPS = 4.0
"""Half units in the last place of all parameters that move an end of a support by which it may be short of the data:
each is rounded once, and by another half where its formula is computed in doubles, with a margin of two."""

CLIMB_NATS = 1e-20
"""Nats per observation that a Newton step may promise for the climb to be at its end; that step is taken, and then
the promise is of the order of its square."""

NEAR_STEP = 1 / 64
"""Newton step, in coordinates of which one is a factor of e or the spread of the data, above which no climb is at its
end, however little the step promises. Where the likelihood tends to a limit as a parameter runs away, in proportion to
the power q of it or of its inverse, each step is 1/q long, and none leads to a maximum."""

SETTLED_STEP = 1e-6
"""Newton step, in the same coordinates, up to which the next one is not asked to be shorter: rounding may decide it."""

MOST_EVALUATIONS = 2500
"""Evaluations after which a numerical search is given up: twenty times what ordinary data take."""

FIRST_SEARCHES = 3
"""So many of the first datasets are searched by the numerical optimisers in any case."""

SEARCH_SHARE, CERTIFIED_SHARE = 3, 10
"""After those, one in so many drawn datasets is: more where no certificate says which maximum is the global one."""

TERM_ULPS = 8.0
"""Units in the last place that one term of a derivative may be off: a special function and a few products."""

ROOT_ULPS = 4.0
"""Units in the last place of an unknown at which bracketing stops: the smallest that the bracketing method accepts."""

EXAMINED_ROWS = 64
"""Rows up to which every root is examined in balls on all of them: half a millisecond for a residual."""

PART_ROWS = 24
"""So many of more rows tell what doubles lose: the error of a sum of rows is no larger, relative to it, than theirs."""

FORMULA_ULPS = 4.0
"""Units in the last place that estimates by formulas may be off."""

ORDINARY = 32.0
"""Data of sizes between the inverse of this and this, whose spread is no smaller a share of their size, are fitted by
formulas in doubles unexamined: a limit chosen for speed, since what cancels grows with these ratios, and not proved."""

FAINT = 1e-30
"""Least of positive data from which they are ordinary: a single row below it may have a logarithm that is large beside
the sum of all others, whose last digits it then takes."""

WIDE_GAP = 0.125
"""Logarithm of a mean less the mean of logarithms from which it is computed as that: it then loses a dozen units in the
last place, and below it is made of terms of one sign, which takes a pass more."""

CLOSE = 2.0**-20
"""Spread of data, relative to their size, below which half a unit in the last place of a centre is more than 2**-33 of
it, and the square of that, with a margin, more than half a unit in the last place."""

FAR = 1e75
"""Size of data up to which their squares, and squares of these, neither overflow nor lose digits to underflow."""

BALL_ROWS = 5_000
"""Different rows up to which an equation is solved in balls where doubles fail: some sixty residuals of 50 ms each."""

JOINED_ROWS = 4096
"""Rows above which joining equal ones takes longer than the fit itself."""

ROOT_SLACK = 1e-12
"""Relative distance from a root at which, on both sides, the sign of the residual is looked up in balls. A scale or a
shape carries about one nat of information for its logarithm, so that this costs the square of it."""

ROOT_SHARE = 1e-7
"""The same where the rows are too many for balls and doubles have to tell the signs: 1e-14 nats an observation."""

ROOT_MARGIN = 100.0
"""How many times the largest rounding error seen at three points the residual has to be there: a rounding error is
one draw from a distribution about as wide as itself; all three are below a hundredth of that once in 1e6 times."""

CLEAR_SPREAD = 1e-4
"""Range of a dataset, relative to its largest observation in size, above which it is fitted together with others in
doubles: centring then loses four of sixteen digits, and a relative error of 1e-11 costs 1e-22 nats an observation."""

CLEAR_COORDINATE = 20.0
"""Logarithm of an unknown, relative to the middle of its space, up to which its equation is solved in doubles without
asking balls: an unknown k may carry k^2 nats of information for its logarithm, 2e17 at this size, of which a relative
error of 1e-14 costs 1e-11."""

CLEAR_CONDITION = 1e-9
"""Value, relative to the sum of the moduli of its terms, above which a condition on data holds in doubles: a million
units in the last place, where the sums and functions behind it lose a few hundred."""

NEWTON_STEPS = 80
"""Damped Newton steps after which a search is given up and says so."""

NEWTON_TRIALS = 160
"""Points tried by all steps together, two for each: where rounding hides the slope, every step is halved many times."""

BALL_STEPS = 200
"""The same for a climb in balls: there is no better method left after it, and flat ways up take a step for each factor
of e that a scale shrinks by."""


def agreement(total_weight: float, *roundings: float) -> float:
    """Return how many nats two estimates of one maximum may differ: the optimiser's share plus what rounding adds.

    Parameters
    ----------
    total_weight
        Sum of the weights; the number of observations when there are none.
    roundings
        The bounds that ``log_likelihood`` returned beside the values compared.

    Examples
    --------
    >>> agreement(100, 2e-7, 3e-7)
    1.5e-06
    """
    return AGREEMENT_NATS * total_weight + sum(roundings)


SEARCH_TERMS = 10**9
"""Terms of the likelihoods that a search over observations sums up at most: some ten seconds."""

SCANNED = 1_000_000
"""Functions of one observation that a comparison of integers may evaluate in balls: some ten seconds."""

TIE_BASES = 2000
"""Different whole numbers of which powers are compared to decide whether two likelihoods are the same: a second."""

MOST_TIED = 16
"""Observations of which it is proved that they are exactly as good; of more that is left open."""

TIE_ROWS = 400
"""Different rows of which exact terms of two likelihoods are compared: a second."""
