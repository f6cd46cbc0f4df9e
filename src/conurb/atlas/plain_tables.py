"""Tables of attributes made of kinds that every format and database keeps.

Texts become valid UTF-8 without NUL (PostgreSQL keeps neither), numbers of unusual width usual
ones, and what only Parquet knows (durations, times of day) texts. Values keep what they say.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["plain_table"]

NUL = "\0"
_LARGEST = 2**63 - 1
_EXACT = 15
"""Decimal digits that a floating-point number keeps."""
_YEARS = (1, 9999)


def plain_table(table: pa.Table) -> pa.Table:
    """Return a table whose columns are texts, numbers, booleans, dates, times or nested values."""
    for place, field in enumerate(table.schema):
        column = table.column(place)
        plain = _plain(column)
        if plain is not column:
            table = table.set_column(place, pa.field(field.name, plain.type), plain)
    return table


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    make = next((make for test, make in _WAYS if test(column.type)), None)
    return make(column) if make else column


def _small_numbers(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.float32())


def _decimals(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.float64() if column.type.precision <= _EXACT else pa.string())


def _large_numbers(column: pa.ChunkedArray) -> pa.ChunkedArray:
    largest = pc.max(column).as_py()
    return column.cast(pa.int64() if largest is None or largest <= _LARGEST else pa.string())


def _as_texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.string())


def _texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        raw = column.cast(pa.binary())
        texts = [None if one is None else one.decode("utf-8", "replace") for one in raw.to_pylist()]
        column = pa.chunked_array([pa.array(texts, pa.string())])
    if pc.any(pc.match_substring(column, NUL)).as_py():
        column = pc.replace_substring(column, NUL, "")
    return column


def _durations(column: pa.ChunkedArray) -> pa.ChunkedArray:
    texts = [None if one is None else str(one) for one in column.to_pylist()]
    return pa.chunked_array([pa.array(texts, pa.string())])


def _times(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Moments as they are; beyond the years that other programs know, as texts."""
    years = pc.year(column)
    ends = pc.min_max(years).as_py()
    if ends["min"] is None or (ends["min"] >= _YEARS[0] and ends["max"] <= _YEARS[1]):
        return column
    return column.cast(pa.string())


_WAYS = (
    (pa.types.is_string, _texts),
    (pa.types.is_large_string, _texts),
    (pa.types.is_decimal, _decimals),
    (pa.types.is_float16, _small_numbers),
    (pa.types.is_uint64, _large_numbers),
    (pa.types.is_duration, _durations),
    (pa.types.is_time, _as_texts),
    (pa.types.is_null, _as_texts),
    (pa.types.is_timestamp, _times),
)
