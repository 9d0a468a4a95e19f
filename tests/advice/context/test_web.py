"""Reads of the outside: what is refused, how long a source is left alone, and that no token gets out."""

from __future__ import annotations

import gzip
import tracemalloc
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from structlog.testing import capture_logs

from tests.advice.context.outside import NOW, Outside, Reply
from trader.advice.context.cryptopanic import CryptoPanic
from trader.advice.context.failed import SourceFailed
from trader.advice.context.web import MOST_BYTES, USER_AGENT, Web
from trader.background import Background


async def failure(web: Web, url: str) -> SourceFailed:
    with pytest.raises(SourceFailed) as caught:
        await web.get(url)
    return caught.value


async def test_a_page(world: Outside, web: Web) -> None:
    """Parameters are added to those of the address; we say who we are."""
    world.pages["/graph.csv"] = Reply("a,b")
    assert (await web.get(f"{world.url}/graph.csv?id=X", {"cosd": "2026-11-01"})).body == b"a,b"
    path, query, headers = world.requests[0]
    assert (path, query) == ("/graph.csv", {"id": "X", "cosd": "2026-11-01"})
    assert headers["User-Agent"] == USER_AGENT
    assert headers["Accept-Encoding"] == "gzip"


@pytest.mark.parametrize(
    ("status", "retry", "rest"),
    [
        (429, "120", 120),
        (429, "", None),
        (429, "soon", None),
        (429, "nan", None),
        (418, "259200", 259_200),
        (418, "999999999", 259_200),  # three days at most
        (503, "60", 60),
        (500, "60", None),
        (401, "", 3600),
        (403, "", 3600),
        (404, "", 3600),
        (451, "", 3600),
    ],
)
async def test_statuses(world: Outside, web: Web, status: int, retry: str, rest: float | None) -> None:
    world.pages["/"] = Reply("no", status, {"Retry-After": retry} if retry else {})
    err = await failure(web, f"{world.url}/")
    assert (err.reason, err.rest) == (f"http {status}", rest)


async def test_a_rest_until_a_date(world: Outside, web: Web) -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    world.pages["/"] = Reply("", 503, {"Retry-After": until})
    rest = (await failure(web, f"{world.url}/")).rest
    assert rest is not None
    assert 80 < rest <= 90


async def test_what_is_too_large_is_not_read(world: Outside, web: Web) -> None:
    world.pages["/"] = Reply(b"x" * (MOST_BYTES + 1))
    assert (await failure(web, f"{world.url}/")).reason == "too large"
    world.pages["/"] = Reply(b"x" * MOST_BYTES)
    assert len((await web.get(f"{world.url}/")).body) == MOST_BYTES


async def test_a_small_answer_that_unpacks_to_a_huge_one(world: Outside, web: Web) -> None:
    """60 MB of zeros in 300 kB: unpacked up to the limit and no further."""
    bomb = gzip.compress(bytes(60_000_000), 1)
    assert len(bomb) < MOST_BYTES
    world.pages["/"] = Reply(bomb, headers={"Content-Encoding": "gzip"})
    tracemalloc.start()
    assert (await failure(web, f"{world.url}/")).reason == "too large"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000


@pytest.mark.parametrize(
    ("body", "coding", "reason"),
    [(b"garbage", "gzip", "damaged packing"), (b"garbage", "br", "unknown packing")],
)
async def test_packing(world: Outside, web: Web, body: bytes, coding: str, reason: str) -> None:
    world.pages["/"] = Reply(body, headers={"Content-Encoding": coding})
    assert (await failure(web, f"{world.url}/")).reason == reason


async def test_a_redirect_on_the_same_host(world: Outside, web: Web) -> None:
    world.pages["/rss/"] = Reply("", 308, {"Location": "/rss"})
    world.pages["/rss"] = Reply("<rss/>")
    assert (await web.get(f"{world.url}/rss/")).body == b"<rss/>"


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://localhost:1/", "redirected to a private address"),
        ("http://169.254.169.254/latest/meta-data", "redirected to a private address"),
        ("http://10.0.0.1/", "redirected to a private address"),
        ("http://[::1]/", "redirected to a private address"),
        ("http://router.local/", "redirected to a private address"),
        ("http://intranet/", "redirected to a private address"),
        ("file:///etc/passwd", "redirected to no web address"),
        ("/again", "redirected too often"),
    ],
)
async def test_redirects_that_are_not_followed(world: Outside, web: Web, location: str, reason: str) -> None:
    world.pages["/again"] = Reply("", 302, {"Location": location})
    assert (await failure(web, f"{world.url}/again")).reason == reason


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1:1/", "no connection"),
        ("not an address", "no connection"),
        ("http://host:port/", "no address"),
    ],
)
async def test_no_way_to_it(web: Web, url: str, reason: str) -> None:
    assert (await failure(web, url)).reason == reason


async def test_a_token_in_an_address_gets_nowhere(world: Outside, web: Web, flights: Background) -> None:
    """CryptoPanic's stands in the query: not in a reason, an exception, or a log line."""
    world.pages["/posts/"] = Reply("forbidden", 403)
    panic = CryptoPanic(web, f"{world.url}/posts/", "s3cr3t-token", flights, 1.0)
    with capture_logs() as logs:
        known = await panic.get("BTC", NOW)
    assert world.requests[0][1]["auth_token"] == "s3cr3t-token"
    assert known.reason == "http 403"
    assert [line["event"] for line in logs] == ["context_source_failed"]
    assert "s3cr3t" not in repr(logs)
    err = await failure(web, f"{world.url}/posts/?auth_token=s3cr3t-token")
    assert "s3cr3t" not in f"{err!r} {err.__cause__!r}"


async def test_a_client_is_made_only_when_it_is_needed() -> None:
    web = Web()
    assert web._client is None
    await web.close()
