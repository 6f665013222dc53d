"""What the words of a command line stand for: families, exact values, data and weights; and which are refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..proofs.errors import DataError, DeclarationError, ParameterError
from ..proofs.registry import any_family, catalogue, structured_catalogue

if TYPE_CHECKING:
    from ..proofs.family import Family
    from ..proofs.structured.family import StructuredFamily
    from .columns import Table

_NAME = re.compile(r"[a-z][a-z0-9_]*")
# Not Fraction(text) alone: 1e999999999 would fill the memory, and 1_000 is no number to anyone but Python.
_NUMBER = re.compile(r"[+-]?(\d{1,300}/\d{1,300}|(\d{1,300}\.?\d{0,300}|\.\d{1,300})([eE][+-]?\d{1,3})?)", re.ASCII)


def exact_value(text: str) -> Fraction:
    """Return the number that ``text`` writes: an integer, a decimal, with an exponent if need be, or a fraction.

    Nothing is evaluated.

    Raises
    ------
    ParameterError
        For any other text, and for a denominator of zero.

    Examples
    --------
    >>> exact_value("0.1"), exact_value("-3/2"), exact_value("2e3")
    (Fraction(1, 10), Fraction(-3, 2), Fraction(2000, 1))
    """
    if not _NUMBER.fullmatch(text):
        raise ParameterError(f"{text!r} is not a number; write an integer, a decimal such as 0.5, or a fraction as 3/2")
    try:
        return Fraction(text)
    except ZeroDivisionError:
        raise ParameterError(f"{text!r} divides by zero; write a number") from None


def fixed_values(given: Sequence[str], declared: Family) -> dict[str, Fraction]:
    """Return the known values that ``name=value`` texts give to parameters and constants of a family.

    Raises
    ------
    ParameterError
        For a text without ``=``, a name that is not declared or given twice, a value that is no number, and a
        constant that is left without a value.

    Examples
    --------
    >>> from thetahat import family
    >>> fixed_values(["k=3/2"], family("gamma"))
    {'k': Fraction(3, 2)}
    """
    constants = [item.name for item in declared.constants]
    known = [*declared.parameter_names, *constants]
    values = named_values(given, declared.name, known)
    if missing := [name for name in constants if name not in values]:
        raise ParameterError(
            f"{declared.name}: the constant {missing[0]} is not estimated; give its value with --fixed {missing[0]}=..."
        )
    if len(values) == len(known):
        raise ParameterError(f"{declared.name}: every parameter is fixed, which leaves nothing to estimate; omit one")
    return values


def named_values(given: Sequence[str], who: str, known: Sequence[str]) -> dict[str, Fraction]:
    """Return the values that ``name=value`` texts give to some of the names that are known.

    Raises
    ------
    ParameterError
        For a text without ``=``, a name that is not known or given twice, and a value that is no number.

    Examples
    --------
    >>> named_values(["nu = 3"], "wishart", ["nu"])
    {'nu': Fraction(3, 1)}
    """
    values: dict[str, Fraction] = {}
    for text in given:
        name, equals, number = (part.strip() for part in text.partition("="))
        if not equals:
            example = known[0] if known else "name"
            raise ParameterError(f"{who}: --fixed {text!r} has no '='; write name and value, as {example}=2")
        if name not in known:
            listed = f"known: {', '.join(known)}" if known else "nothing has a value that could be given"
            raise ParameterError(f"{who}: --fixed {text!r}: there is no {name!r}; {listed}")
        if name in values:
            raise ParameterError(f"{who}: --fixed gives {name} two values; give it one")
        try:
            values[name] = exact_value(number)
        except ParameterError as error:
            raise ParameterError(f"{who}: --fixed {text!r}: {error}") from None
    return values


def selected(
    table: Table, declared: Family, columns: Sequence[str], covariates: Sequence[str], weights: str | None
) -> tuple[Any, Any]:
    """Return data and weights, as a fit takes them, from the named columns of a table.

    Raises
    ------
    DataError
        When several columns are to be the observations, the number of covariates is not the family's, or the columns
        are ambiguous.
    UnknownFamilyError
        For a name that no column has.

    Examples
    --------
    >>> from thetahat import family
    >>> from .columns import Table
    >>> selected(Table("dice", ("face",), ([1, 6],)), family("poisson"), [], [], None)
    (array([1., 6.]), None)
    """
    if declared.also:
        if len(columns) != len(declared.observed):
            raise DataError(
                f"{declared.name}: an observation is {len(declared.observed)} numbers; give a --column for each of "
                f"{', '.join(map(str, declared.observed))}, in this order; the columns are {table.known}"
            )
    elif len(columns) > 1:
        raise DataError(f"{declared.name}: an observation is one number; give one --column, not {', '.join(columns)}")
    wanted = [str(symbol) for symbol in declared.given]
    if len(covariates) != len(wanted):
        needs = f"needs a column for each of its covariates {', '.join(wanted)}" if wanted else "has no covariates"
        raise DataError(
            f"{declared.name}: the family {needs}, but --covariate names {len(covariates)}; "
            f"the columns are {table.known}"
        )
    return table.select(columns[0] if columns else None, (*columns[1:], *covariates), weights)


def named_families(names: Sequence[str]) -> tuple[Family | StructuredFamily, ...]:
    """Return the families of these names, each once; without names, every shipped one.

    Raises
    ------
    DeclarationError
        When two files declare families of the same name, which a report could not tell apart.

    Examples
    --------
    >>> [found.name for found in named_families(["poisson", "poisson"])]
    ['poisson']
    """
    found: dict[str, Family | StructuredFamily] = {}
    for name in names or [entry.name for entry in (*catalogue(), *structured_catalogue())]:
        declared = any_family(name)
        if found.setdefault(declared.name, declared) != declared:
            raise DeclarationError(f"{name}: another family asked for is also called {declared.name!r}; rename one")
    return tuple(found.values())


def require_writable(path: Path) -> None:
    """Raise ``DataError`` unless a file can be expected to be written there, before long work begins."""
    if path.is_dir() or not path.absolute().parent.is_dir():
        what = "is a folder" if path.is_dir() else "lies in a folder that does not exist"
        raise DataError(f"{path}: {what}; name a file that can be written")


def write(path: Path, text: str, new: bool = False) -> None:
    """Write a file; a ``new`` one must not exist yet.

    Raises
    ------
    DataError
        When the file exists although it has to be new, or cannot be written.
    """
    try:
        with path.open("x" if new else "w", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise DataError(f"{path}: there is such a file already, which is left as it is; choose another name") from None
    except OSError as error:
        raise DataError(f"{path}: the file cannot be written ({error.strerror}); name one that can") from error


def new_name(name: str) -> str:
    """Return ``name``, if a new family and its file may be called so.

    Raises
    ------
    DeclarationError
        For other characters than a family's name has, and for the name of a shipped family or of a Python module.

    Examples
    --------
    >>> new_name("waiting_time")
    'waiting_time'
    """
    from importlib.util import find_spec

    if not _NAME.fullmatch(name):
        raise DeclarationError(
            f"{name!r} cannot name a family: use lower-case letters, digits and underscores, beginning with a letter"
        )
    if any(name == entry.name for entry in (*catalogue(), *structured_catalogue())):
        raise DeclarationError(f"there is a shipped family {name!r} already; choose another name")
    if not Path(f"{name}.py").exists() and find_spec(name) is not None:
        raise DeclarationError(f"{name}.py would hide the Python module {name!r} here; choose another name")
    return name
