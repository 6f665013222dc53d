"""Which data sets are shipped, what each of them is, and where it was published."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

from ..proofs.errors import UnknownFamilyError
from .columns import Table, closest
from .delimited import parse_table


@dataclass(frozen=True)
class Dataset:
    """A shipped data set: what was observed, in which unit, and where it was published.

    ``columns`` are the names in the file's header; ``weights`` is the one that holds multiplicities, or None.
    ``note`` says what a reader who compares it with another copy has to know.
    """

    name: str
    title: str
    source: str
    unit: str
    columns: tuple[str, ...]
    weights: str | None = None
    note: str = ""


_DATASETS = (
    Dataset(
        name="alpha_particles",
        title="Alpha particles from polonium, counted in intervals of an eighth of a minute",
        source="Rutherford & Geiger 1910, Philosophical Magazine, series 6, vol. 20, pp. 698-707",
        unit="particles per interval of 7.5 seconds",
        columns=("particles", "count"),
        weights="count",
        note="2608 intervals with 10097 particles, as the paper says; copies with another total are misprints.",
    ),
    Dataset(
        name="ball_bearings",
        title="Endurance of deep-groove ball bearings",
        source="Lieblein & Zelen 1956, Journal of Research of the National Bureau of Standards, vol. 57, pp. 273-316; "
        "as in Lawless 1982, Statistical Models and Methods for Lifetime Data",
        unit="million revolutions until failure",
        columns=("lifetime",),
        note="Some copies have 48.40 in place of 48.48. Every lifetime is a multiple of 0.12, which 48.40 is not.",
    ),
    Dataset(
        name="boiling_points",
        title="Boiling point of water and barometric pressure in the Alps and in Scotland",
        source="Forbes 1857, Transactions of the Royal Society of Edinburgh, vol. 21, pp. 135-143; "
        "as in Weisberg 1980, Applied Linear Regression",
        unit="degrees Fahrenheit (boiling_point), inches of mercury (pressure)",
        columns=("boiling_point", "pressure"),
    ),
    Dataset(
        name="horse_kicks",
        title="Deaths from horse kicks in ten corps of the Prussian army, 1875-1894",
        source="Bortkiewicz 1898, Das Gesetz der kleinen Zahlen, Teubner, pp. 23-25",
        unit="deaths per corps and year",
        columns=("deaths", "count"),
        weights="count",
        note="200 corps-years. The Guard and three corps of unusual composition are left out, as Bortkiewicz did.",
    ),
    Dataset(
        name="red_mites",
        title="Adult female European red mites on apple leaves",
        source="Bliss & Fisher 1953, Biometrics, vol. 9, pp. 176-200",
        unit="mites per leaf",
        columns=("mites", "count"),
        weights="count",
    ),
    Dataset(
        name="shell_accidents",
        title="Accidents in five weeks to women working on high-explosive shells",
        source="Greenwood & Yule 1920, Journal of the Royal Statistical Society, vol. 83, pp. 255-279",
        unit="accidents per woman in five weeks",
        columns=("accidents", "count"),
        weights="count",
        note="647 women. Some copies call the last class '5 or more'; here it is 5.",
    ),
    Dataset(
        name="speed_of_light",
        title="Michelson's determinations of the speed of light in air, 1879, five series of twenty in order of time",
        source="Michelson 1880, Astronomical Papers of the Nautical Almanac Office, vol. 1; "
        "as in Stigler 1977, The Annals of Statistics, vol. 5, pp. 1055-1098, table 6",
        unit="kilometres per second",
        columns=("speed",),
    ),
)


def datasets() -> tuple[Dataset, ...]:
    """Return the shipped data sets, by name.

    Examples
    --------
    >>> [dataset.name for dataset in datasets()][:2]
    ['alpha_particles', 'ball_bearings']
    """
    return _DATASETS


def is_dataset(name: str) -> bool:
    """Return whether a data set of that name is shipped.

    Examples
    --------
    >>> is_dataset("horse_kicks"), is_dataset("horse_kicks.csv")
    (True, False)
    """
    return any(dataset.name == name for dataset in _DATASETS)


def load(name: str) -> Table:
    """Return the shipped data set called ``name``; its column of counts, if it has one, is the table's ``weights``.

    Raises
    ------
    UnknownFamilyError
        Says which data sets there are, and which name is closest.

    Examples
    --------
    >>> x, w = load("horse_kicks").select()
    >>> x, w
    (array([0., 1., 2., 3., 4.]), array([109.,  65.,  22.,   3.,   1.]))
    """
    found = next((dataset for dataset in _DATASETS if dataset.name == name), None)
    if found is None:
        known = [dataset.name for dataset in _DATASETS]
        raise UnknownFamilyError(f"no data set {name!r} is shipped{closest(name, known)}")
    data = files(f"{__package__}.data").joinpath(f"{name}.csv").read_bytes()
    return parse_table(data, name, found.weights)
