"""Long public history. In: a market, a timeframe, a span of time.  Out: closed candles, oldest first.

pyupbit reads it, in a child process (`python -m trader.exchange.upbit.history …`) that writes one JSON line per page:
pandas costs 90 MB and stays out of the daemon, and a hung or failing download is a process to end. pyupbit by itself
waits for ever, answers None to every failure, keeps the forming candle and names candles by Korean time without saying
so; `_Transport` and `_page` undo each of these, and amounts stay the digits that Upbit sent."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import structlog

from trader.clock import Clock
from trader.errors import NotFound, VenueError, VenueOffline, VenueUnreachable
from trader.model.market import Candle, Market, Timeframe

log = structlog.get_logger(__name__)

PAGE = 200
CALLS_PER_SECOND = 5  # half of the group's limit: the daemon reads candles as well
ATTEMPTS = 4
CONNECT_AND_ANSWER_SECONDS = (3.0, 10.0)
IDLE_SECONDS = 60.0  # no page for so long: the child is ended
KST = timedelta(hours=9)
INTERVALS = {
    Timeframe.M1: "minute1",
    Timeframe.M3: "minute3",
    Timeframe.M5: "minute5",
    Timeframe.M10: "minute10",
    Timeframe.M15: "minute15",
    Timeframe.M30: "minute30",
    Timeframe.H1: "minute60",
    Timeframe.H4: "minute240",
    Timeframe.D1: "day",
}
_FAILURES: dict[str, type[VenueError]] = {
    "unreachable": VenueUnreachable,
    "not_found": NotFound,
    "offline": VenueOffline,
}

Row = tuple[int, str, str, str, str, str, str]
"""Opening second (UTC), open, high, low, close, volume, value."""


# ---------------------------------------------------------------- in the daemon


class UpbitHistory:
    """Downloads, one at a time, so that together they stay inside the venue's limit."""

    def __init__(self, rest_url: str, clock: Clock) -> None:
        self._rest_url = rest_url
        self._clock = clock
        self._one = asyncio.Lock()

    async def download(self, market: Market, timeframe: Timeframe, start: datetime, end: datetime) -> list[Candle]:
        """Closed candles that opened in [start, end), oldest first; intervals without a trade are missing.

        Raises as `pages` does.
        """
        newest_first = [page async for page in self.pages(market, timeframe, start, end)]
        found = [candle for page in reversed(newest_first) for candle in page]
        if found:
            holes = (found[-1].opened_at - found[0].opened_at) // timeframe.span + 1 - len(found)
            log.info("history_downloaded", market=market.code, timeframe=timeframe, candles=len(found), gaps=holes)
        return found

    async def pages(
        self, market: Market, timeframe: Timeframe, start: datetime, end: datetime
    ) -> AsyncIterator[list[Candle]]:
        """The same in pages of at most 200, the newest page first, each oldest first: for spans too long for memory.

        Raises:
            NotFound: no such market.
            VenueUnreachable, VenueOffline: the venue did not answer; pages already handed out are good.
        """
        end = min(end, timeframe.floor(self._clock.now()))
        if start >= end:
            return
        async with self._one:
            arguments = [self._rest_url, market.code, timeframe.value, start.isoformat(), end.isoformat()]
            child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                __name__,
                *arguments,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                limit=1024 * 1024,
                cwd=Path(__file__).parents[3],
            )
            try:
                async for rows in _answers(child):
                    yield [_candle(row, market, timeframe) for row in rows]
            finally:
                if child.returncode is None:
                    child.kill()
                await child.communicate()


async def _answers(child: asyncio.subprocess.Process) -> AsyncIterator[list[Row]]:
    """Pages as the child writes them; its last word is `done` or an error."""
    assert child.stdout is not None
    assert child.stderr is not None
    while True:
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                line = await child.stdout.readline()
        except TimeoutError:
            raise VenueUnreachable(f"history: nothing for {IDLE_SECONDS:.0f} s") from None
        if not line:
            words = (await child.stderr.read()).decode(errors="replace").strip().splitlines()
            raise VenueUnreachable(f"history: the reader ended early: {words[-1] if words else 'no word'}")
        answer = json.loads(line)
        if "error" in answer:
            raise _FAILURES[answer["error"]](f"history: {answer['message']}")
        if "done" in answer:
            return
        yield answer["page"]


def _candle(row: Row, market: Market, timeframe: Timeframe) -> Candle:
    opened, open_, high, low, close, volume, value = row
    at = datetime.fromtimestamp(opened, UTC)
    prices = Decimal(open_), Decimal(high), Decimal(low), Decimal(close)
    return Candle(market, timeframe, at, *prices, Decimal(volume), Decimal(value))


# ---------------------------------------------------------------- in the child


class _Failed(Exception):
    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class _Answer:
    """An HTTP answer as pyupbit wants it: numbers keep their digits, and the header it insists on is there."""

    def __init__(self, body: bytes) -> None:
        self.rows: Any = json.loads(body, parse_float=Decimal, parse_int=Decimal)
        self.headers = {"Remaining-Req": "group=candles; min=600; sec=9"}
        self.status_code = 200
        self.ok = True

    def json(self) -> Any:
        return self.rows

    def raise_for_status(self) -> None:
        """Only successes become an `_Answer`."""


class _Transport:
    """Stands where pyupbit expects the module `requests`: another address, time-outs, one session, an even pace,
    patience with a busy venue, and a memory of what failed."""

    def __init__(self, base_url: str) -> None:
        import requests

        self.exceptions = requests.exceptions
        self.failure: _Failed | None = None
        self.last_rows: Any = None
        self._base = base_url.rstrip("/")
        self._session = requests.Session()
        self._session.trust_env = not base_url.startswith("http://127.")
        self._next = 0.0

    def get(self, url: str, **options: Any) -> _Answer:
        self.failure, self.last_rows = None, None
        try:
            answer = self._get(url.replace("https://api.upbit.com", self._base), options)
        except _Failed as failure:
            self.failure = failure
            raise
        self.last_rows = answer.rows
        return answer

    def _get(self, url: str, options: Any) -> _Answer:
        problem = ""
        for attempt in range(ATTEMPTS):
            self._wait_for_turn(attempt)
            try:
                response = self._session.get(url, timeout=CONNECT_AND_ANSWER_SECONDS, **options)
                if response.status_code == 200:
                    return _Answer(response.content)
            except (self.exceptions.RequestException, ValueError) as err:
                problem = f"{type(err).__name__}: {err}"
                continue
            problem = f"HTTP {response.status_code} {response.text[:200]}"
            if response.status_code == 404:
                raise _Failed("not_found", problem)
            if response.status_code == 418:
                raise _Failed("offline", problem)
            if response.status_code < 500 and response.status_code != 429:
                raise _Failed("unreachable", problem)
        raise _Failed("unreachable", problem)

    def _wait_for_turn(self, attempt: int) -> None:
        time.sleep(max(0.0, self._next - time.monotonic()) + (0.25 * 2**attempt if attempt else 0.0))
        self._next = time.monotonic() + 1 / CALLS_PER_SECOND


def read_pages(base_url: str, market: str, timeframe: Timeframe, start: datetime, end: datetime) -> Iterator[list[Row]]:
    """Pages of closed candles in [start, end), the newest page first, each oldest first. Runs where pandas may live."""
    import pyupbit.request_api

    transport = _Transport(base_url)
    pyupbit.request_api.requests = transport
    until = end.astimezone(UTC)
    while until > start:
        rows = _page(transport, market, timeframe, until)
        if not rows:
            return
        _check(rows, timeframe, until)
        wanted = [row for row in rows if row[0] >= start.timestamp()]
        if wanted:
            yield wanted
        until = datetime.fromtimestamp(rows[0][0], UTC)


def _page(transport: _Transport, market: str, timeframe: Timeframe, until: datetime) -> list[Row]:
    """At most 200 candles that opened before `until`. pyupbit takes `to` as UTC but names rows by Korean time, and
    answers None to an empty page as to any failure: the transport knows which it was."""
    import pyupbit

    with contextlib.redirect_stdout(sys.stderr):  # pyupbit prints its errors; stdout carries the pages
        frame = pyupbit.get_ohlcv(market, INTERVALS[timeframe], count=PAGE, to=f"{until:%Y-%m-%d %H:%M:%S}")
    if transport.failure is not None:
        raise transport.failure
    if transport.last_rows == []:
        return []
    if frame is None:
        raise _Failed("unreachable", f"pyupbit could not read {market} before {until:%Y-%m-%dT%H:%M:%SZ}")
    columns = [frame[name] for name in ("open", "high", "low", "close", "volume", "value")]
    opened = [int((when - KST).replace(tzinfo=UTC).timestamp()) for when in frame.index.to_pydatetime()]
    return [(when, *map(str, amounts)) for when, *amounts in zip(opened, *columns, strict=True)]


def _check(rows: Sequence[Row], timeframe: Timeframe, until: datetime) -> None:
    """Candles must open on multiples of the timeframe, ascend without repeating, and lie before `until`."""
    times = [row[0] for row in rows]
    if any(when % timeframe.seconds for when in times):
        raise _Failed("unreachable", f"a candle does not open on a multiple of {timeframe.value}")
    if any(later <= earlier for earlier, later in pairwise(times)):
        raise _Failed("unreachable", "candles repeat or are out of order")
    if times[-1] >= until.timestamp():
        raise _Failed("unreachable", "a candle lies beyond the span asked for")


def main(arguments: Sequence[str] | None = None) -> int:
    """Child process: pages as JSON lines, then `{"done": n}` or `{"error": kind, "message": text}`."""
    parser = argparse.ArgumentParser(prog="history", description="read Upbit candles, newest page first")
    parser.add_argument("base_url")
    parser.add_argument("market")
    parser.add_argument("timeframe", type=Timeframe)
    parser.add_argument("start", type=datetime.fromisoformat)
    parser.add_argument("end", type=datetime.fromisoformat)
    wanted = parser.parse_args(arguments)
    count = 0
    try:
        for page in read_pages(wanted.base_url, wanted.market, wanted.timeframe, wanted.start, wanted.end):
            count += len(page)
            print(json.dumps({"page": page}), flush=True)
    except _Failed as failure:
        print(json.dumps({"error": failure.kind, "message": str(failure)}), flush=True)
        return 1
    print(json.dumps({"done": count}), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
