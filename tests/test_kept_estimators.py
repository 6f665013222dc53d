"""Whether estimators that another process compiled need NumPy alone, answer as ``fit`` does, and are never stale."""

from __future__ import annotations

import json
import os
import pickle
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sympy import Function, Interval, Symbol, exp, log, oo

from thetahat import Family, Parameter, estimator, families, family, fit, structured
from thetahat.proofs.errors import (
    DataError,
    DeclarationError,
    ExistenceError,
    SupportError,
    UnknownFamilyError,
    UnsolvedError,
)
from thetahat.verify import fitting, keeping
from thetahat.verify.compiled import kept
from thetahat.verify.compiled.columns import OF_COLUMNS, OF_ROWS, SIMPLE, column_function
from thetahat.verify.compiled.estimator import Estimator
from thetahat.verify.compiled.text import Made, made, origin_of
from thetahat.verify.compiled_fit import estimator_of
from thetahat.verify.ends import reach
from thetahat.verify.fitting import fit_with
from thetahat.verify.kept_files import cache_folder, keep, read_kept
from thetahat.verify.known_values import derivation_with, kept_with

pytestmark = pytest.mark.skipif(
    not hasattr(os, "getuid"), reason="nothing is kept where files have no owner to ask for"
)
SCALAR = [f.fix(**{c.name: 2 for c in f.constants}) for f in families() if len(f.columns) == 1]
NUMPY_ALONE = [
    *("beta", "exponential", "gamma", "gompertz", "kumaraswamy", "laplace", "lognormal", "normal", "pareto", "poisson"),
    *("uniform", "von_mises", "weibull"),
]
FEW_ROWS = ["exponential", "inverse_gaussian", "laplace", "normal", "poisson", "rayleigh", "uniform"]
WITH_SCIPY = {"negative_binomial", "negative_binomial_by_mean", "yule_simon"}
"""Of which the estimator asks for digamma of every value."""


@pytest.fixture
def no_compiler(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From now on whatever is not found in a file is a failure."""

    def forbid() -> None:
        monkeypatch.setattr(keeping, "estimator_of", lambda *_: pytest.fail("compiled anew"))

    return forbid


def ordinary(declared: Family, n: int) -> np.ndarray:
    """Data without anything hard about them, somewhere in the support."""
    r, allowed = np.random.default_rng(n), reach(declared)
    lo = allowed.lo if np.isfinite(allowed.lo) else -3.0
    if allowed.discrete:
        return lo + (
            r.binomial(int(allowed.hi - lo), 0.3, n) if np.isfinite(allowed.hi) else r.negative_binomial(3, 0.4, n)
        )
    return lo + (allowed.hi - lo) * r.beta(2.0, 3.0, n) if np.isfinite(allowed.hi) else lo + r.gamma(2.0, 1.5, n)


def various(declared: Family) -> Iterator[np.ndarray]:
    """Ordinary data, and others: few, far out, of few values, outside the support, all equal, close together."""
    for n in (100, 5000):
        yield ordinary(declared, n)
    x = ordinary(declared, 200)
    yield x[:9]
    yield np.repeat(x[:10], 20)
    yield np.full(100, x[0])
    yield np.append(x, np.nan)
    yield np.append(x, -1e6)
    yield x * 1e80
    yield x[:70] + 1e12


def answer(asked: Callable[[np.ndarray], Any], x: np.ndarray) -> dict[str, float] | str:
    """An estimate, or the reason why there is none."""
    try:
        return {name: float(value) for name, value in asked(x).items()}
    except (DataError, SupportError, ExistenceError, UnsolvedError) as error:
        return f"{type(error).__name__}: {error}"


@pytest.mark.parametrize("declared", SCALAR, ids=lambda declared: declared.name)
def test_what_is_kept_answers_as_a_fit(declared: Family, folder: Path, no_compiler: Callable[[], None]) -> None:
    """To the last digit, or with the same reason why there is no estimate."""
    derivation = derivation_with(declared, {})
    if estimator_of(derivation) is None:
        pytest.skip("left to the careful path")
    estimator(declared)
    no_compiler()
    again, quick = estimator(declared), 0
    for x in various(declared):
        assert answer(again, x) == answer(lambda data: fit_with(derivation, data).theta_hat, x)
        quick += again._quick is not None and len(x) > 64 and again._quick(x) is not None
    assert quick
    assert again.parameter_names == declared.parameter_names


def test_a_bent_estimator_is_noticed(folder: Path, no_compiler: Callable[[], None]) -> None:
    """Planted error: what is kept is another text, by which the estimate is off in the last digits."""
    declared, x = family("exponential"), ordinary(family("exponential"), 100)
    first = estimator(declared)
    assert first._quick is not None
    origin = origin_of(first._quick.of_doubles)
    assert origin is not None
    bent = made(replace(origin, text=re.sub(r"theta_0 = (.*)", r"theta_0 = \1 * (1 + 1e-15)", origin.text)))
    (place,) = folder.glob("*.estimator")
    keep(place, keeping._dumped(replace(first, _quick=replace(first._quick, of_doubles=bent), _derived=exp)))
    no_compiler()
    assert estimator(declared)(x) != fit_with(derivation_with(declared, {}), x).theta_hat


IN_A_PROCESS = """
import sys
import json
import numpy as np
from thetahat import estimator
data = np.load(sys.argv[1])
found = {name: {key: value.hex() for key, value in estimator(name)(data[name]).items()} for name in data}
loaded = {"sympy", "mpmath", "scipy", "flint", "hypothesis"} & set(sys.modules)
print(json.dumps([found, sorted(loaded)]))
"""


def elsewhere(folder: Path, data: dict[str, np.ndarray]) -> tuple[dict[str, dict[str, str]], list[str]]:
    """Estimates by kept estimators in a new process, and which of the large packages it imports for them."""
    for name in data:
        estimator(name)
    np.savez(folder / "data.npz", **data)
    run = subprocess.run(
        [sys.executable, "-c", IN_A_PROCESS, str(folder / "data.npz")],
        check=True,
        capture_output=True,
        text=True,
        env=dict(os.environ),
    )
    found, loaded = json.loads(run.stdout)
    return found, loaded


def fitted(data: dict[str, np.ndarray]) -> dict[str, dict[str, str]]:
    """The estimates of this process, which compiles for itself."""
    fits = {name: fit_with(derivation_with(family(name), {}), x) for name, x in data.items()}
    return {name: {key: value.hex() for key, value in one.theta_hat.items()} for name, one in fits.items()}


@pytest.mark.parametrize(("names", "n"), [(NUMPY_ALONE, 300), (FEW_ROWS, 10)], ids=["ordinary", "few"])
def test_a_new_process_needs_numpy_alone(names: list[str], n: int, folder: Path) -> None:
    """For ordinary data, and few of some families, and gives every bit of what ``fit`` gives."""
    data = {name: ordinary(family(name), n) for name in names}
    assert elsewhere(folder, data) == (fitted(data), [])


@pytest.mark.parametrize(
    ("name", "n", "needed"),
    [("negative_binomial", 300, ["flint", "mpmath", "sympy"]), ("gamma", 10, ["flint", "mpmath", "sympy"])],
)
def test_a_new_process_imports_what_data_call_for(name: str, n: int, needed: list[str], folder: Path) -> None:
    """Balls for counts of few values, or for few rows; of the test above it is seen that it may fail."""
    data = {name: ordinary(family(name), n)}
    assert elsewhere(folder, data) == (fitted(data), needed)


def origins(item: Any) -> Iterator[Made]:
    """What all functions in an estimator are made of."""
    origin = origin_of(item)
    if origin is not None:
        yield origin
        for other in origin.given.values():
            yield from origins(other)
    elif is_dataclass(item):
        for field in fields(item):
            yield from origins(getattr(item, field.name))


def asks_scipy(quick: Estimator) -> bool:
    """Whether a function is named that neither NumPy nor the standard library has."""
    for origin in origins(quick):
        names = set(re.findall(r"\bf_(\w+)\(", origin.text))
        of_columns = {name.removeprefix(OF_COLUMNS) for name in names if name.startswith(OF_COLUMNS)}
        if origin.named is column_function:
            names, of_columns = set(), names
        if of_columns - SIMPLE.keys() - OF_ROWS.keys() or "scaled_besseli" in names:
            return True
    return False


@pytest.mark.parametrize("declared", SCALAR, ids=lambda declared: declared.name)
def test_which_families_ask_scipy(declared: Family) -> None:
    """They are named; all others need NumPy alone."""
    quick = estimator_of(kept_with(declared, {}))
    if quick is None:
        pytest.skip("left to the careful path")
    assert asks_scipy(quick) == (declared.name in WITH_SCIPY)


@pytest.mark.parametrize("damage", [b"", b"\0" * 40, None])
def test_damaged_files_are_made_anew(folder: Path, damage: bytes | None) -> None:
    """Empty, nonsense, or one byte wrong: nothing of it is read as a pickle."""
    x = ordinary(family("rayleigh"), 100)
    right = estimator("rayleigh")(x)
    places = list(folder.glob("*.estimator"))
    contents = [place.read_bytes() for place in places]
    assert len(places) == 2  # by its name, and by its declaration
    for place, whole in zip(places, contents, strict=True):
        place.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]) if damage is None else damage)
        assert read_kept(place) is None
    assert estimator("rayleigh")(x) == right
    assert [kept.read(place) is not None for place in places] == [True, True]


def test_another_object_is_no_estimator(folder: Path) -> None:
    """A whole file of ours that holds something else is replaced."""
    estimator(family("rayleigh"))
    (place,) = folder.glob("*.estimator")
    keep(place, pickle.dumps("no estimator"))
    assert kept.read(place) is None
    estimator(family("rayleigh"))
    assert kept.read(place) is not None


@pytest.mark.parametrize("part", range(7))
def test_whatever_changes_asks_for_another_file(part: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A version of the package, of Python or NumPy, an installation of SymPy, SciPy or python-flint, any module."""
    estimator("rayleigh")
    now = kept._surroundings()
    assert len(now) == 7
    monkeypatch.setattr(kept, "_surroundings", lambda: (*now[:part], "changed", *now[part + 1 :]))
    estimator("rayleigh")
    assert len(list(folder.glob("*.estimator"))) == 4


def test_known_values_have_files_of_their_own(folder: Path) -> None:
    """Known constants and parameters, by the name of a family and by its declaration, and none for what is unsound."""
    x = np.random.default_rng(0).binomial(9, 0.25, 100)
    by_nine, by_twelve = estimator("binomial", {"n": 9}), estimator("binomial", {"n": 12})
    assert by_nine(x) == fit(family("binomial"), x, fixed={"n": 9}).theta_hat != by_twelve(x)
    assert estimator(family("binomial"), {"n": 9})(x) == by_nine(x)
    assert len(list(folder.glob("*.estimator"))) == 4
    with pytest.raises(UnknownFamilyError, match="did you mean"):
        estimator("binomia")
    with pytest.raises(ValueError, match="is not an exact finite real number"):
        estimator("binomial", {"n": float("nan")})
    assert len(list(folder.glob("*.estimator"))) == 4


def test_declarations_of_ones_own_are_kept_by_what_they_say(folder: Path, no_compiler: Callable[[], None]) -> None:
    """Two of one name and two densities have two files; one with a function of unknown origin has none."""
    x, s, half_line = Symbol("x", positive=True), Symbol("s", positive=True), Interval.open(0, oo)
    plain = Family("same", x, half_line, (Parameter(s, half_line),), log(s) - s * x)
    other = Family("same", x, half_line, (Parameter(s, half_line),), 2 * log(s) + log(x) - s * x)
    data = np.arange(1.0, 200.0)
    assert (estimator(plain)(data), estimator(other)(data)) == ({"s": 0.01}, {"s": 0.02})
    no_compiler()
    assert (estimator(plain)(data), estimator(other)(data)) == ({"s": 0.01}, {"s": 0.02})
    assert keeping._place(replace(plain, log_density=Function("strange")(x) - s), {}) is None


def test_weights_and_questions_go_to_the_fit(folder: Path, no_compiler: Callable[[], None]) -> None:
    """A kept estimator holds its derivation, so that nothing is derived for them."""
    x, w = ordinary(family("gamma"), 100), np.arange(1.0, 101.0)
    estimator("gamma")
    no_compiler()
    again, right = estimator("gamma"), fit(family("gamma"), x)
    assert again(x, w) == dict(fit(family("gamma"), x, w).theta_hat) != again(x)
    assert again.fit(x).log_likelihood == right.log_likelihood
    assert dict(again.fit(x).standard_errors) == dict(right.standard_errors)


def test_what_is_never_compiled_is_kept_as_well(folder: Path, no_compiler: Callable[[], None]) -> None:
    """Every dataset goes the careful way."""
    estimator("cauchy")
    no_compiler()
    again, x = estimator("cauchy"), np.array([0.0, 1.0, 2.5, 9.0, -1.0])
    assert again._quick is None
    assert again(x) == dict(fit(family("cauchy"), x).theta_hat)


def test_families_of_other_kinds_are_refused(folder: Path) -> None:
    """By name and as they are declared."""
    with pytest.raises(UnknownFamilyError, match="is a structured family"):
        estimator("multivariate_normal")
    with pytest.raises(DeclarationError, match="is no Family of single numbers"):
        estimator(structured("multivariate_normal"))  # type: ignore[arg-type]


def test_it_is_switched_off() -> None:
    """Nothing is kept, and estimates are the same."""
    x = ordinary(family("rayleigh"), 100)
    assert cache_folder() is None
    assert estimator("rayleigh")(x) == dict(fit(family("rayleigh"), x).theta_hat)


def test_a_fit_finds_what_an_earlier_process_compiled(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a file of its family and of what is known; checks, which fit by derivations at hand, look for none."""
    x = np.random.default_rng(0).binomial(9, 0.25, 100)
    for fixed in ({"n": 9}, {"n": 12}):
        fitting._prepared.cache_clear()
        right = fit(family("binomial"), x, fixed=fixed).theta_hat
        monkeypatch.setattr(keeping, "estimator_of", lambda _: pytest.fail("compiled anew"))
        fitting._prepared.cache_clear()
        assert fit(family("binomial"), x, fixed=fixed).theta_hat == right
        monkeypatch.undo()
        monkeypatch.setenv("XDG_CACHE_HOME", str(folder.parent))
        monkeypatch.delenv("THETAHAT_CACHE")
    files = list(folder.glob("*.estimator"))
    assert len(files) == 2
    for file in files:
        file.unlink()
    fit_with(derivation_with(family("binomial"), {"n": 9}), x)
    assert not list(folder.glob("*.estimator"))


def test_a_fit_rounds_few_values_by_what_it_found(folder: Path) -> None:
    """What rounds from balls is not kept, and made anew of the derivation."""
    x = np.ceil(np.random.default_rng(0).gamma(2.5, 1.5, 300))
    right = fit_with(derivation_with(family("gamma"), {}), x).theta_hat
    for _ in range(2):
        found = keeping.kept_estimator(family("gamma"), ())
        assert found is not None
        assert found(x) == right
        assert replace(found, rounded=None)(x) is None
