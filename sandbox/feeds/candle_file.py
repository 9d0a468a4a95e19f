"""Reading recorded candles: parquet or CSV with the columns market, ts_utc, open, high, low, close, volume.

`ts_utc` is the candle's open. Prices arrive as float64 and become the Decimal of their shortest text, which is what
the exchange printed. Rows without volume are no candles and are left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sandbox.values import Bar
from sandbox.wire import from_ms, to_ms

COLUMNS = ("market", "ts_utc", "open", "high", "low", "close", "volume")
_QUOTES = ("KRW", "BTC", "USDT")
_UNIT = Decimal("0.00000001")
_QUARTER = Decimal("0.25")


@dataclass(frozen=True, slots=True)
class Series:
    """Candles of one market, oldest first; `opened` is unix milliseconds, `ohlcv` has shape (n, 5)."""

    market: str
    opened: NDArray[np.int64]
    ohlcv: NDArray[np.float64]

    def bar(self, index: int, unit: str, length: timedelta) -> Bar:
        o, h, lo, c, volume = (decimal_of(value) for value in self.ohlcv[index].tolist())
        volume = volume.quantize(_UNIT)
        at = from_ms(int(self.opened[index]))
        return Bar(self.market, unit, at, o, h, lo, c, volume, volume * (o + h + lo + c) * _QUARTER, at + length * 0.98)

    def between(self, start_ms: int, end_ms: int) -> range:
        """Indices with start <= open < end."""
        return range(*np.searchsorted(self.opened, [start_ms, end_ms]).tolist())


def decimal_of(value: float) -> Decimal:
    """The shortest text that reads back as `value`; whole numbers without decimals."""
    return Decimal(int(value)) if value.is_integer() else Decimal(repr(value))


def read_candles(path: Path) -> tuple[Series, ...]:
    """All markets of the file.

    Raises:
        ValueError: the file is missing or not such a file; the text says what to do.
    """
    table = _table(path)
    missing = [name for name in COLUMNS if name not in table.column_names]
    if missing:
        raise ValueError(f"{path}: the columns {', '.join(missing)} are missing; needed: {', '.join(COLUMNS)}")
    try:
        codes, rows = _codes(table["market"])
        opened = _milliseconds(table["ts_utc"])
        values = [_numbers(table[name], "float64") for name in COLUMNS[2:]]
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path}: every row needs a market, a time and five numbers ({error})") from error
    ohlcv = np.column_stack(values) if len(rows) else np.empty((0, 5))
    _check(path, codes, rows, opened, ohlcv)
    every = (_series(path, code, rows == i, opened, ohlcv) for i, code in sorted(enumerate(codes), key=_second))
    series = tuple(one for one in every if len(one.opened))
    if not series:
        raise ValueError(f"{path}: the file holds no candles")
    return series


def _table(path: Path) -> Any:
    if not path.is_file():
        raise ValueError(f"{path} does not exist; give a parquet or CSV file of candles after 'replay:'")
    import pyarrow as pa

    try:
        if path.suffix.lower() in (".parquet", ".pq"):
            from pyarrow import parquet

            with parquet.ParquetFile(path) as file:
                names = [name for name in COLUMNS if name in file.schema_arrow.names]
                return file.read(columns=names, use_threads=False)
        from pyarrow import csv

        return csv.read_csv(path)
    except (pa.ArrowException, OSError) as error:
        raise ValueError(f"{path} is not a readable parquet or CSV file: {error}") from error


def _second(pair: tuple[int, str]) -> str:
    return pair[1]


def _codes(column: Any) -> tuple[list[str], NDArray[np.int64]]:
    """The distinct market codes, and for every row which of them it has."""
    encoded = column.cast("large_string").combine_chunks().dictionary_encode()
    return encoded.dictionary.to_pylist(), _numbers(encoded.indices, "int64")


def _numbers(column: Any, kind: str) -> Any:
    """A column as a numpy array of `kind`.

    Reads the Arrow buffer itself: Arrow's own conversion would import pandas, half a second and much memory.

    Raises:
        ValueError: a value is missing or does not fit.
    """
    column = column.cast(kind)
    array = column.combine_chunks() if hasattr(column, "combine_chunks") else column
    if array.null_count:
        raise ValueError("a value is missing")
    values = np.frombuffer(array.buffers()[1], dtype=kind) if len(array) else np.empty(0, dtype=kind)
    return values[array.offset : array.offset + len(array)].copy()


def _milliseconds(column: Any) -> NDArray[np.int64]:
    import pyarrow as pa

    if pa.types.is_timestamp(column.type):
        return _stamps(column.cast(pa.timestamp("ms", column.type.tz), safe=False))
    if pa.types.is_integer(column.type):
        numbers = _stamps(column)
        return numbers if not len(numbers) or numbers.max() > 10**11 else numbers * 1000
    try:
        times = [datetime.fromisoformat(text) for text in column.to_pylist()]
    except (ValueError, TypeError) as error:
        raise ValueError(f"ts_utc must be a time such as 2025-09-01T00:00:00Z: {error}") from error
    zoned = (at.replace(tzinfo=UTC) if at.tzinfo is None else at for at in times)
    return np.array([to_ms(at) for at in zoned], dtype=np.int64)


def _stamps(column: Any) -> NDArray[np.int64]:
    numbers: NDArray[np.int64] = _numbers(column, "int64")
    return numbers


def _check(
    path: Path, codes: list[str], rows: NDArray[np.int64], opened: NDArray[np.int64], ohlcv: NDArray[np.float64]
) -> None:
    for code in codes:
        if not isinstance(code, str) or code.count("-") != 1 or code.split("-")[0] not in _QUOTES:
            raise ValueError(f"{path}: {code!r} is no Upbit market code; write it quote first, as in KRW-BTC")
    low, high = ohlcv[:, 2], ohlcv[:, 1]
    inside = (low <= ohlcv[:, [0, 3]].min(axis=1, initial=np.inf)) & (high >= ohlcv[:, [0, 3]].max(axis=1, initial=0))
    bad = np.flatnonzero(~(np.isfinite(ohlcv).all(axis=1) & inside & (low > 0) & (ohlcv[:, 4] >= 0)))
    if len(bad):
        at = from_ms(int(opened[bad[0]])).isoformat()
        raise ValueError(f"{path}: impossible candle {codes[rows[bad[0]]]} {at}: need 0 < low <= open, close <= high")


def _series(
    path: Path, code: str, own: NDArray[np.bool_], opened: NDArray[np.int64], ohlcv: NDArray[np.float64]
) -> Series:
    chosen = np.flatnonzero(own & (np.rint(ohlcv[:, 4] * 1e8) > 0))
    times = opened[chosen]
    order = np.argsort(times, kind="stable")
    times = times[order]
    if len(times) > 1 and (np.diff(times) == 0).any():
        twice = times[int(np.flatnonzero(np.diff(times) == 0)[0])]
        raise ValueError(f"{path}: {code} has two candles at {from_ms(int(twice)).isoformat()}; keep one")
    return Series(code, times, ohlcv[chosen][order])


def bar_length(series: tuple[Series, ...]) -> timedelta:
    """The commonest distance between candles: the length of one.

    Raises:
        ValueError: there are too few candles to tell.
    """
    gaps = np.concatenate([np.diff(one.opened) for one in series])
    if not len(gaps):
        raise ValueError("the file needs at least two candles of one market")
    lengths, counts = np.unique(gaps, return_counts=True)
    return timedelta(milliseconds=int(lengths[counts.argmax()]))


def daily(series: Series, length: timedelta, end_ms: int) -> Iterator[Bar]:
    """Whole UTC days before the day of `end_ms`, summed from the series."""
    day_ms = 86_400_000
    rows = series.between(0, end_ms // day_ms * day_ms)
    days = series.opened[rows.start : rows.stop] // day_ms
    edges = [*np.flatnonzero(np.diff(days, prepend=-1)).tolist(), len(days)]
    for first, last in pairwise(edges):
        part = series.ohlcv[first:last]
        o, c = decimal_of(float(part[0, 0])), decimal_of(float(part[-1, 3]))
        h, lo = decimal_of(float(part[:, 1].max())), decimal_of(float(part[:, 2].min()))
        volume = decimal_of(float(part[:, 4].sum())).quantize(_UNIT)
        value = decimal_of(float((part[:, :4].mean(axis=1) * part[:, 4]).sum()).__round__(4))
        at = from_ms(int(days[first]) * day_ms)
        last_at = from_ms(int(series.opened[last - 1])) + length * 0.98
        yield Bar(series.market, "1d", at, o, h, lo, c, volume, value, last_at)
