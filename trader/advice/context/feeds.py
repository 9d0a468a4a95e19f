"""Headlines from RSS and Atom feeds (R2): asked every ten minutes at most, and only for what changed.

The XML is read by a hardened parser: no entities, nothing from outside. A page of HTML, a feed cut off in the middle or
one without a single dated headline is a failure of that feed alone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from trader.advice.context.failed import SourceFailed
from trader.advice.context.headlines import Headline, headline
from trader.advice.context.kept import Breaker, Kept, Known, Life, Reading
from trader.advice.context.web import Page, Web
from trader.background import Background
from trader.model.seoul import SEOUL

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

LIFE: Final = Life(poll=600, ok=2400, kept=4 * 3600, lazy=True)
MOST_ENTRIES: Final = 200
_NOT_MODIFIED: Final = 304
_ENTRIES: Final = frozenset({"item", "entry"})
_DATES: Final = ("pubdate", "published", "date", "updated")
"""Local names, best first: RSS, Atom, Dublin Core."""

Headlines = tuple[Headline, ...]


class Feed:
    """One feed. `domain` is what the models are told of its origin: taken from our own settings, not from the feed."""

    def __init__(self, web: Web, address: str, flights: Background, deadline: float, speed: float = 1.0) -> None:
        self._web = web
        self._address = address
        self.domain = domain_of(address)
        self._validators: dict[str, str] = {}
        breaker = Breaker(f"feed {self.domain}", speed)
        self._kept = Kept(self._read, LIFE.at_speed(speed), breaker, flights, deadline)

    async def get(self, now: datetime) -> Known[Headlines]:
        return await self._kept.get(now)

    async def _read(self, now: datetime, last: Reading[Headlines] | None) -> Reading[Headlines]:
        conditions = self._validators if last is not None else {}
        page = await self._web.get(self._address, headers=conditions, also=frozenset({_NOT_MODIFIED}))
        if page.status == _NOT_MODIFIED:
            if last is None:
                raise SourceFailed("http 304")
            return Reading(last.value, now)
        headlines = await asyncio.to_thread(parse, page.body, self.domain)
        self._validators = _validators(page)
        return Reading(headlines, now)


def parse(body: bytes, domain: str) -> Headlines:
    """Every dated headline. SourceFailed: no feed, or none with a date."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        root = fromstring(body)
    except DefusedXmlException as err:
        raise SourceFailed("entities in the XML") from err
    except (ParseError, ValueError, LookupError) as err:
        raise SourceFailed("not well-formed XML") from err
    entries = [element for element in root.iter() if _local(element) in _ENTRIES][:MOST_ENTRIES]
    if not entries:
        raise SourceFailed("no feed")
    found = tuple(_headlines(entries, domain))
    if not found:
        raise SourceFailed("no dated headline")
    return found


def _headlines(entries: list[Element], domain: str) -> Iterator[Headline]:
    for entry in entries:
        parts = {_local(part): "".join(part.itertext()).strip() for part in reversed(list(entry))}
        title = parts.get("title", "")
        at = next((at for name in _DATES if (at := moment(parts.get(name, ""), domain)) is not None), None)
        if at is not None and (found := headline(title, at, domain)) is not None:
            yield found


def moment(text: str, domain: str) -> datetime | None:
    """RFC 822 or ISO 8601. One without a zone is Seoul's in a Korean feed, else UTC. None: no date."""
    found = _rfc822(text) or _iso(text)
    if found is None:
        return None
    zone = SEOUL if domain.endswith(".kr") else UTC
    return (found if found.tzinfo is not None else found.replace(tzinfo=zone)).astimezone(UTC)


def _rfc822(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def domain_of(address: str) -> str:
    return (urlsplit(address).hostname or "").removeprefix("www.")


def _local(element: Element) -> str:
    """A tag without its namespace, in lower case; comments have none."""
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _validators(page: Page) -> dict[str, str]:
    given = {"If-None-Match": page.headers.get("etag"), "If-Modified-Since": page.headers.get("last-modified")}
    return {name: value for name, value in given.items() if value}
