"""That the shipped data sets are the published ones: sizes, sums, ends, and a source for each."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from fractions import Fraction
from importlib.resources import files
from math import gcd

import numpy as np
import pytest

from thetahat.proofs.errors import UnknownFamilyError
from thetahat.verify.datasets import Dataset, datasets, is_dataset, load

# Each column: number of rows, exact sum of the decimals in the file, first and last of them.
COLUMNS = {
    ("alpha_particles", "particles"): (15, "105", "0", "14"),
    ("alpha_particles", "count"): (15, "2608", "57", "1"),
    ("ball_bearings", "lifetime"): (23, "1661.16", "17.88", "173.40"),
    ("boiling_points", "boiling_point"): (17, "3450.2", "194.5", "212.2"),
    ("boiling_points", "pressure"): (17, "426.00", "20.79", "30.06"),
    ("horse_kicks", "deaths"): (5, "10", "0", "4"),
    ("horse_kicks", "count"): (5, "200", "109", "1"),
    ("red_mites", "mites"): (8, "28", "0", "7"),
    ("red_mites", "count"): (8, "150", "70", "1"),
    ("shell_accidents", "accidents"): (6, "15", "0", "5"),
    ("shell_accidents", "count"): (6, "647", "447", "2"),
    ("speed_of_light", "speed"): (100, "29985240", "299850", "299870"),
}

# What the publications say was counted in all: occasions, and events on them.
TOTALS = {
    "alpha_particles": (2608, 10097),  # Rutherford & Geiger 1910: 2608 intervals containing 10097 particles
    "horse_kicks": (200, 122),  # Bortkiewicz 1898: 200 corps-years with 122 deaths
    "red_mites": (150, 172),  # Bliss & Fisher 1953: 150 leaves with 172 mites
    "shell_accidents": (647, 301),  # Greenwood & Yule 1920: 647 women with 301 accidents
}


def written(dataset: Dataset) -> dict[str, list[Fraction]]:
    """The decimals of the file, exactly, read without the code under test."""
    text = files("thetahat.verify.data").joinpath(f"{dataset.name}.csv").read_text(encoding="utf-8")
    header, *lines = [line.split(",") for line in text.splitlines()]
    return {name: [Fraction(line[position]) for line in lines] for position, name in enumerate(header)}


@pytest.mark.parametrize("dataset", datasets(), ids=lambda dataset: dataset.name)
def test_the_file_holds_the_published_numbers(dataset: Dataset) -> None:
    """Size, exact sum and both ends of every column."""
    columns = written(dataset)
    found = {
        (dataset.name, name): (len(column), sum(column), column[0], column[-1]) for name, column in columns.items()
    }
    expected = {
        key: (size, *map(Fraction, decimals)) for key, (size, *decimals) in COLUMNS.items() if key[0] == dataset.name
    }
    assert found == expected


@pytest.mark.parametrize("dataset", datasets(), ids=lambda dataset: dataset.name)
def test_load_gives_what_the_file_says(dataset: Dataset) -> None:
    """The header is the declared columns, and every value is the float nearest to the decimal in the file."""
    table, columns = load(dataset.name), written(dataset)
    assert table.columns == dataset.columns == tuple(columns)
    assert (table.name, table.weights) == (dataset.name, dataset.weights)
    for name, column in columns.items():
        assert table.column(name).tolist() == [float(value) for value in column]


@pytest.mark.parametrize("dataset", datasets(), ids=lambda dataset: dataset.name)
def test_every_data_set_says_what_it_is_and_where_it_was_published(dataset: Dataset) -> None:
    """Title, unit, and a source with authors and a year; counts are declared as weights."""
    assert dataset.title
    assert dataset.unit
    assert any(part.strip(",;").isdecimal() and len(part.strip(",;")) == 4 for part in dataset.source.split())
    assert (dataset.weights == "count") == ("count" in dataset.columns)


def test_the_folder_holds_the_declared_data_sets_and_no_others() -> None:
    found = {path.name for path in files("thetahat.verify.data").iterdir() if path.name.endswith(".csv")}
    names = [dataset.name for dataset in datasets()]
    assert found == {f"{name}.csv" for name in names}
    assert names == sorted(set(names))
    assert {name for name, _ in COLUMNS} == set(names)


@pytest.mark.parametrize("name", TOTALS)
def test_counts_add_up_to_the_published_totals(name: str) -> None:
    """``select()`` without arguments takes the values, and the counts as weights."""
    x, w = load(name).select()
    assert w is not None
    assert (w.sum(), (w * x).sum()) == TOTALS[name]


def test_a_wrong_copy_of_the_alpha_particles_misses_the_published_totals() -> None:
    """Planted error: a widespread copy, with 49 for 45, and 2 intervals with 12 particles."""
    copy = np.array([57, 203, 383, 525, 532, 408, 273, 139, 49, 27, 10, 4, 2, 0])
    assert (copy.sum(), (copy * np.arange(14)).sum()) != TOTALS["alpha_particles"]


def test_bearings_were_read_in_steps_of_a_fixed_size() -> None:
    """The lifetimes are whole multiples of 0.12, without a common factor.

    Planted error: 48.40, which other copies print for 48.48, is no multiple.
    """
    step = Fraction("0.12")
    (bearings,) = [dataset for dataset in datasets() if dataset.name == "ball_bearings"]
    steps = [value / step for value in written(bearings)["lifetime"]]
    assert [count for count in steps if count.denominator != 1] == []
    assert gcd(*map(int, steps)) == 1
    assert Fraction("48.48") / step in steps
    assert (Fraction("48.40") / step).denominator != 1


def test_data_without_counts_has_no_weights() -> None:
    x, w = load("ball_bearings").select()
    assert (x.shape, w) == ((23,), None)
    x, w = load("boiling_points").select("boiling_point", ["pressure"])
    assert (x.shape, x[0].tolist(), w) == ((17, 2), [194.5, 20.79], None)


def test_an_unknown_data_set_is_refused_with_the_closest_one() -> None:
    with pytest.raises(UnknownFamilyError, match=r"'horse_kick' is shipped; did you mean 'horse_kicks'\?"):
        load("horse_kick")
    assert not is_dataset("horse_kick")


def test_metadata_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        datasets()[0].name = "other"  # type: ignore[misc]
