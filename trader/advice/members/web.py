"""The connection under the vendors' clients: bodies of bounded size, and nothing is sent on to another address.

An answer is a few kilobytes. A server that sends more, on purpose or not, is not read to the end: this program shares
a small machine with the stop losses it guards."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

import httpx2

MOST_BYTES: Final = 1_000_000
MOST_PACKED: Final = 65_536
"""Packed bytes may become a thousand times as many."""
PLAIN: Final = frozenset({"", "identity"})


class TooLarge(ValueError):
    """The body is longer than any answer."""


def connection() -> httpx2.AsyncClient:
    """A redirect is an error: question and key are for the address that was set. Connections wait a minute for the
    next question."""
    return httpx2.AsyncClient(
        timeout=httpx2.Timeout(60, connect=5),
        limits=httpx2.Limits(max_connections=10, keepalive_expiry=60.0),
        follow_redirects=False,
        headers={"Accept-Encoding": "identity"},
        event_hooks={"response": [_bound]},
    )


async def _bound(response: httpx2.Response) -> None:
    assert isinstance(response.stream, httpx2.AsyncByteStream)
    packed = response.headers.get("content-encoding", "").strip().lower() not in PLAIN
    response.stream = _Bounded(response.stream, MOST_PACKED if packed else MOST_BYTES)


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream, most: int) -> None:
        self._stream = stream
        self._most = most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = self._most
        async for chunk in self._stream:
            left -= len(chunk)
            if left < 0:
                raise TooLarge
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()
