"""Reads of the outside: one shared client, short time-outs, bodies of bounded size, redirects to public places only.

In: an address. Out: status, headers, body; everything else is a `SourceFailed` in our own words. An address may carry a
token, so none stands in an error or a log line."""

from __future__ import annotations

import asyncio
import ipaddress
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import httpx

from trader.advice.context.failed import SourceFailed

USER_AGENT: Final = "Mozilla/5.0 (compatible; spot-trader/0.1; personal use)"
"""Some feeds refuse a client that does not say what it is."""
MOST_BYTES: Final = 2_000_000
MOST_REDIRECTS: Final = 3
CONNECT_SECONDS: Final = 3.0
READ_SECONDS: Final = 5.0
REFUSED_REST: Final = 3600.0
LONGEST_REST: Final = 3 * 86_400.0

_REFUSED = frozenset({401, 402, 403, 404, 410, 451})
"""Answers that will be the same in a minute: the key, the plan, the place, or the address is wrong."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PATIENCE = frozenset({418, 429, 503})


@dataclass(frozen=True, slots=True)
class Page:
    status: int
    headers: httpx.Headers
    body: bytes


class Web:
    """The client is made at the first read: who asks no models pays nothing for it."""

    def __init__(self, *, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._client: httpx.AsyncClient | None = None
        self._making = asyncio.Lock()

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def get(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        also: frozenset[int] = frozenset(),
    ) -> Page:
        """The answer, when its status is 200 or one of `also`. SourceFailed."""
        try:
            address = httpx.URL(url)
            if params:
                address = address.copy_merge_params(params)
            return await self._follow(address, dict(headers or {}), also)
        except httpx.TimeoutException as err:
            raise SourceFailed("no answer in time") from err
        except httpx.InvalidURL as err:
            raise SourceFailed("no address") from err
        except httpx.HTTPError as err:
            raise SourceFailed("no connection") from err

    async def _follow(self, address: httpx.URL, headers: dict[str, str], also: frozenset[int]) -> Page:
        for _ in range(MOST_REDIRECTS + 1):
            page = await self._once(address, headers)
            if page.status not in _REDIRECTS:
                break
            address = _next_place(address, page.headers.get("location", ""))
        else:
            raise SourceFailed("redirected too often", REFUSED_REST)
        if page.status == 200 or page.status in also:
            return page
        raise SourceFailed(f"http {page.status}", _rest(page))

    async def _once(self, address: httpx.URL, headers: dict[str, str]) -> Page:
        client = await self._ready()
        async with client.stream("GET", address, headers=headers) as response:
            chunks, size = [], 0
            async for chunk in response.aiter_raw():
                size += len(chunk)
                if size > self._most:
                    raise SourceFailed("too large")
                chunks.append(chunk)
        coding = response.headers.get("content-encoding", "").strip().lower()
        return Page(response.status_code, response.headers, self._plain(b"".join(chunks), coding))

    def _plain(self, raw: bytes, coding: str) -> bytes:
        """Unpacked here and not by the client, so that a small answer cannot become a huge one."""
        if coding in ("", "identity") or not raw:
            return raw
        if coding not in ("gzip", "x-gzip", "deflate"):
            raise SourceFailed("unknown packing")
        try:
            body = zlib.decompressobj(wbits=47).decompress(raw, self._most + 1)
        except zlib.error as err:
            raise SourceFailed("damaged packing") from err
        if len(body) > self._most:
            raise SourceFailed("too large")
        return body

    async def _ready(self) -> httpx.AsyncClient:
        async with self._making:
            if self._client is None:
                trusted = await asyncio.to_thread(httpx.create_ssl_context)  # reads every root certificate
                self._client = httpx.AsyncClient(
                    verify=trusted,
                    timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
                    limits=httpx.Limits(max_connections=20, max_keepalive_connections=10, keepalive_expiry=60.0),
                    headers={"User-Agent": USER_AGENT, "Accept-Encoding": "gzip"},
                    mounts={f"all://{host}": None for host in ("127.0.0.1", "localhost", "[::1]")},
                )
            return self._client


def _next_place(here: httpx.URL, location: str) -> httpx.URL:
    """Where a redirect leads; SourceFailed when that is no public web address (another port of the same host is)."""
    there = here.join(location)
    if there.scheme not in ("http", "https") or (here.scheme, there.scheme) == ("https", "http"):
        raise SourceFailed("redirected to no web address", REFUSED_REST)
    if there.host != here.host and not _public(there.host):
        raise SourceFailed("redirected to a private address", REFUSED_REST)
    return there


def _public(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith((".local", ".internal", ".localhost"))


def _rest(page: Page) -> float | None:
    """Seconds of rest an answer asks for, or means."""
    if page.status in _PATIENCE:
        return _retry_after(page.headers.get("retry-after", ""))
    return REFUSED_REST if page.status in _REFUSED else None


def _retry_after(text: str) -> float | None:
    """Seconds, or a date as in HTTP; None for neither. At most three days, the longest ban known."""
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            return None
    return min(max(seconds, 0.0), LONGEST_REST) if seconds == seconds else None
