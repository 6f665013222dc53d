"""What a file may look like, and that everything else is refused with its row, column and value."""

from __future__ import annotations

import io
import math
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from thetahat.proofs.errors import DataError, ThetahatError, UnknownFamilyError
from thetahat.verify.delimited import parse_table
from thetahat.verify.tables import Table, read_table

FINITE = st.floats(allow_nan=False, allow_infinity=False)
LINE = Table("line", ("x", "y", "count"), tuple(np.array([[0.0, 1], [5, 7], [2, 3]])), weights="count")


def parsed(text: str) -> Table:
    return parse_table(text.encode(), "data.csv")


def rows(table: Table) -> list[list[float]]:
    return [list(map(float, row)) for row in zip(*table.values, strict=True)]


# What is read


@st.composite
def blocks(draw: st.DrawFn) -> list[list[float]]:
    width = draw(st.integers(1, 4))
    return draw(st.lists(st.lists(FINITE, min_size=width, max_size=width), min_size=1, max_size=8))


@given(block=blocks(), delimiter=st.sampled_from(",;\t"), newline=st.sampled_from(["\n", "\r\n"]), header=st.booleans())
@example(block=[[5e-324, -0.0], [1.7976931348623157e308, 0.1]], delimiter=";", newline="\r\n", header=True)
def test_numbers_written_with_repr_are_read_back_exactly(
    block: list[list[float]], delimiter: str, newline: str, header: bool
) -> None:
    """``float(repr(v)) == v`` for every finite float, and nothing on the way may round or reorder."""
    names = tuple(f"v{position}" for position in range(len(block[0])))
    lines = [names] * header + [[repr(value) for value in row] for row in block]
    table = parsed("".join(delimiter.join(line) + newline for line in lines))
    written = np.array(block)
    for position, column in enumerate(table.values):
        assert column.tobytes() == written[:, position].tobytes(), f"{table.columns[position]}: {column.tolist()}"
    assert table.n == len(block)
    assert not header or table.columns == names


def test_a_hundred_thousand_rows_arrive_in_order() -> None:
    """More rows than any chunk; integers below 2**53, so that their sum is exact."""
    table = parsed("x,y\n" + "".join(f"{row},{-row}\n" for row in range(100_000)))
    assert np.array_equal(table.column("x"), np.arange(100_000))
    assert np.array_equal(table.column("y"), -np.arange(100_000))


@pytest.mark.parametrize(
    ("text", "columns", "expected"),
    [
        ("x\n1\n2\n", ("x",), [[1], [2]]),
        ("1\n2", ("column_1",), [[1], [2]]),
        ("1,2\n3,4\n", ("column_1", "column_2"), [[1, 2], [3, 4]]),
        ("\ufeffx,y\n1,2\n", ("x", "y"), [[1, 2]]),
        ("\ufeff1\n", ("column_1",), [[1]]),
        ("x;y\n1.5;2\n", ("x", "y"), [[1.5, 2]]),
        ("x\ty\n1\t2\n", ("x", "y"), [[1, 2]]),
        ('"a;b",c\n1,2\n', ("a;b", "c"), [[1, 2]]),
        ('"x","y"\n"1","2"\n', ("x", "y"), [[1, 2]]),
        (" x , y \n 1 , 2 \n", ("x", "y"), [[1, 2]]),
        ("x\r\n1\r\n2\r\n\r\n\n", ("x",), [[1], [2]]),
        ("größe,1_000\n1,2\n", ("größe", "1_000"), [[1, 2]]),
        ("-1e-3\n+.5\n", ("column_1",), [[-0.001], [0.5]]),
    ],
)
def test_a_table_is_read_as_it_is_written(text: str, columns: tuple[str, ...], expected: list[list[float]]) -> None:
    """Header or none, byte-order mark, three delimiters, quotation marks, blanks, blank lines at the end."""
    table = parsed(text)
    assert (table.columns, rows(table)) == (columns, expected)
    assert all(column.dtype == np.float64 for column in table.values)


# What is refused


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["is empty"]),
        ("\ufeff\n\n", ["is empty"]),
        ("x,y\n", ["header (x, y)", "no row"]),
        ("x,y\n1,2\n3\n", ["row 3", "2 field(s)", "has 1"]),
        ("x,y\n1,2\n3,4,5\n", ["row 3", "2 field(s)", "has 3"]),
        ("1,2\n3\n", ["row 2", "2 field(s)", "has 1"]),
        ("x\n1,5\n", ["row 2", "1 field(s)", "has 2", "write a point"]),
        ("x\n1\n\n2\n", ["row 3", "has 0", "blank line"]),
        ("\nx\n1\n", ["row 1 is blank"]),
        ("x,y\n1,2\n3,many\n", ["row 3", "'y'", "'many'", "not a number"]),
        ("x,y\n1,2\n,4\n", ["row 3", "'x'", "is empty"]),
        ("x,y\n1, \n", ["row 2", "'y'", "is empty"]),
        ("x\n1\nnan\n", ["row 3", "'x'", "'nan'", "is not a number"]),
        ("x\n-inf\n", ["row 2", "'x'", "'-inf'", "infinite"]),
        ("x\n1e400\n", ["row 2", "'x'", "'1e400'", "too large"]),
        ("1\nNaN\n", ["row 2", "'column_1'", "'NaN'"]),
        ("nan\n1\n", ["row 1", "'column_1'", "'nan'"]),
        ("x;y\n1,5;2\n", ["row 2", "'x'", "'1,5'", "decimal comma"]),
        ("1,5;2,5\n", ["row 1", "column 1", "'1,5'", "decimal comma"]),
        ('x,y\n1,"2,5"\n', ["row 2", "'y'", "'2,5'", "decimal comma"]),
        ("x\n1_000\n", ["row 2", "'1_000'", "not a number"]),
        ("x\n\u0661\n", ["row 2", "not a number"]),
        ("1,x\n2,3\n", ["row 1", "'1', 'x'", "neither a header nor data"]),
        ("1,\n2,3\n", ["row 1", "neither a header nor data"]),
        ("x,\n1,2\n", ["column 2 has no name"]),
        ("x,x\n1,2\n", ["two columns", "'x'"]),
        ('x\n"1\n', ["line 2", "not valid CSV"]),
    ],
)
def test_what_is_wrong_in_a_file_is_named(text: str, words: list[str]) -> None:
    """Every message begins with the file and has the place, the value and what is wrong with it."""
    with pytest.raises(DataError) as caught:
        parsed(text)
    message = str(caught.value)
    assert message.startswith("data.csv: ")
    assert [word for word in words if word not in message] == [], message


def test_columns_that_are_not_wanted_may_hold_anything() -> None:
    """A column of names, of dates, or one without a header spoiled a fit to another column."""
    text = b",name,hours\n0,al,1\n1,,3.5\n"
    table = parse_table(text, "data.csv", wanted=["hours"])
    assert table.columns == ("hours",)
    assert table.select()[0].tolist() == [1.0, 3.5]
    with pytest.raises(DataError, match="row 2, column 'name' is 'al', which is not a number"):
        parse_table(text, "data.csv", wanted=["hours", "name"])
    with pytest.raises(DataError, match="row 3 should have 3"):
        parse_table(text.replace(b"1,,3.5", b"1,3.5"), "data.csv", wanted=["hours"])
    with pytest.raises(UnknownFamilyError, match=r"no column 'hour'; did you mean 'hours'[?] Known: name, hours"):
        parse_table(text, "data.csv", wanted=["hour"])


@pytest.mark.parametrize("first", ["1_000", "1.5 2.5", "2|3", "0x10", "3%", "2020-01-01", "-3'000"])
def test_a_number_written_otherwise_is_no_header(first: str) -> None:
    """As a header it would take an observation out of the data, and nobody would be told."""
    with pytest.raises(DataError, match="neither a number nor a name"):
        parsed(f"{first}\n2\n3\n")


def test_what_stands_for_a_missing_number_is_no_header() -> None:
    """Nor is what stands for an observation that is missing; beside another name it may be sodium."""
    with pytest.raises(DataError, match="stands for what is missing"):
        parsed("NA\n2\n3\n")
    assert parsed("NA,K\n2,3\n").columns == ("NA", "K")


def test_bytes_that_are_not_utf8_are_refused() -> None:
    with pytest.raises(DataError, match="line 2 has the byte 0xfc, which is not UTF-8"):
        parse_table("x\n1ü\n".encode("latin-1"), "data.csv")


@given(row=st.integers(0, 3000), bad=st.sampled_from(["", "many", "nan", "inf", "1;5"]))
@example(row=1023, bad="nan")
@example(row=1024, bad="")
def test_a_bad_cell_is_found_wherever_it_stands(row: int, bad: str) -> None:
    """Row and value in the message are right in every chunk of a long file, and never those of a good cell."""
    cells = [f"{number},2" for number in range(3001)]
    cells[row] = f"{row},{bad}"
    with pytest.raises(DataError) as caught:
        parsed("x,y\n" + "\n".join(cells))
    assert f"row {row + 2}, column 'y' is " in str(caught.value)


# Where it is read from


def test_a_path_and_its_string_give_the_same_table(tmp_path: Path) -> None:
    path = tmp_path / "heights.csv"
    path.write_text("height\n1.75\n1.8\n")
    for source in (path, str(path)):
        table = read_table(source)
        assert (table.name, rows(table)) == (str(path), [[1.75], [1.8]])


def read_standard_input(data: bytes, monkeypatch: pytest.MonkeyPatch) -> Table:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    return read_table("-")


def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    table = read_standard_input(b"\xef\xbb\xbfx\n1\n", monkeypatch)
    assert (table.name, table.columns, rows(table)) == ("standard input", ("x",), [[1]])


def test_errors_of_standard_input_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DataError, match=r"^standard input: the file is empty"):
        read_standard_input(b"", monkeypatch)


def test_a_data_set_comes_before_a_file_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("horse_kicks").write_text("7\n")
    assert read_table("horse_kicks").weights == "count"
    assert rows(read_table("./horse_kicks")) == rows(read_table(Path("horse_kicks"))) == [[7]]


@pytest.mark.parametrize(
    ("source", "error", "words"),
    [
        ("absent.csv", DataError, "absent.csv: there is no such file"),
        (Path("horse_kick"), DataError, "horse_kick: there is no such file"),
        ("horse_kick", UnknownFamilyError, "did you mean 'horse_kicks'"),
        ("horse-kicks", UnknownFamilyError, "did you mean 'horse_kicks'"),
        ("zzz", UnknownFamilyError, "Known: alpha_particles, ball_bearings"),
        (".", DataError, "cannot be read"),
    ],
)
def test_a_source_that_leads_nowhere_is_refused(source: str | Path, error: type[ThetahatError], words: str) -> None:
    with pytest.raises(error) as caught:
        read_table(source)
    assert words in str(caught.value)


# What a fit takes from it


def test_select_takes_observation_covariates_and_weights() -> None:
    """Shapes: ``(n,)`` alone, ``(n, 1 + covariates)`` with the observation first; weights apart."""
    x, w = LINE.select("y", ["x"])
    assert (x.tolist(), w.tolist() if w is not None else None) == ([[5, 0], [7, 1]], [2, 3])
    x, w = LINE.select("y", "x", weights="count")
    assert x.shape == (2, 2)
    x, w = LINE.select("x", weights="y")
    assert (x.tolist(), w.tolist() if w is not None else None) == ([0, 1], [5, 7])


def test_one_column_needs_no_name() -> None:
    x, w = parsed("1\n2\n3\n").select()
    assert (x.tolist(), x.shape, w) == ([1, 2, 3], (3,), None)
    x, w = LINE.select(covariates=["x"])
    assert x.tolist() == [[5, 0], [7, 1]]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, ["2 columns could hold the observations (x, y)", "Columns: x, y, count"]),
        ({"covariates": ["x", "y"]}, ["no column is left"]),
        ({"observation": "x", "covariates": ["x"]}, ["'x' is used twice"]),
        ({"observation": "count"}, ["'count' is used twice"]),
        ({"observation": "x", "covariates": ["y", "y"]}, ["'y' is used twice"]),
    ],
)
def test_an_ambiguous_selection_is_refused(arguments: dict[str, object], words: list[str]) -> None:
    with pytest.raises(DataError) as caught:
        LINE.select(**arguments)  # type: ignore[arg-type]
    assert [word for word in words if word not in str(caught.value)] == [], str(caught.value)


@pytest.mark.parametrize("arguments", [{"observation": "cuont"}, {"covariates": ["cuont"]}, {"weights": "cuont"}])
def test_an_unknown_column_is_refused_with_the_closest_one(arguments: dict[str, object]) -> None:
    with pytest.raises(UnknownFamilyError, match=r"^line: .*'cuont'; did you mean 'count'\? Known: x, y, count"):
        LINE.select(**({"observation": "x"} | arguments))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("columns", "values", "weights", "error"),
    [
        ((), (), None, DataError),
        (("x",), ([],), None, DataError),
        (("x", "y"), ([1],), None, DataError),
        (("x", "y"), ([1], [1, 2]), None, DataError),
        (("x",), ([[1, 2]],), None, DataError),
        (("x",), ([1, math.nan],), None, DataError),
        (("x",), ([math.inf],), None, DataError),
        (("x",), ([1],), "w", UnknownFamilyError),
    ],
)
def test_a_table_refuses_what_is_no_table(
    columns: tuple[str, ...], values: tuple[list[float], ...], weights: str | None, error: type[ThetahatError]
) -> None:
    with pytest.raises(error):
        Table("t", columns, values, weights)  # type: ignore[arg-type]


def test_a_table_cannot_be_changed() -> None:
    """Neither through it nor through the array it was made from."""
    source = np.array([1.0, 2.0])
    table = Table("t", ("x",), (source,))
    source[0] = 9
    with pytest.raises(ValueError, match="read-only"):
        table.column("x")[0] = 9
    assert table.column("x").tolist() == [1, 2]
