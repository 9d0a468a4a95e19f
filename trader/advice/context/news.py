"""The headlines a decision is shown, from all feeds (R2).  Untrusted, all of it.

As long as one feed is well there is news, and an empty list means that there is none; missing feeds are named."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from trader.advice.context.coin_words import CoinWords
from trader.advice.context.cryptopanic import CryptoPanic
from trader.advice.context.feeds import Feed
from trader.advice.context.finding import Finding, absent
from trader.advice.context.gists import Gists
from trader.advice.context.headlines import Headline, Speaks, choose, rows, sorted_rows
from trader.advice.context.kept import Known
from trader.model.advice import JSON, ContextItem, ItemStatus, Question
from trader.model.market import Market, MarketInfo

NAME: Final = "news"
REMEMBERED: Final = 4000
"""Titles whose coins are remembered, so that each is looked through once."""

Infos = Callable[[], Mapping[Market, MarketInfo]]


@dataclass(frozen=True, slots=True)
class Sorting:
    """By whom headlines are put into our words, within how many seconds, and whether that is wanted now."""

    gists: Gists
    seconds: float
    wanted: Callable[[], bool]


Got = tuple[str, Known[tuple[Headline, ...]]]


class News:
    def __init__(
        self, feeds: Sequence[Feed], panic: CryptoPanic | None, infos: Infos, sorting: Sorting | None = None
    ) -> None:
        """`sorting` None: titles are shown as they are (cleaned)."""
        self._sorting = sorting
        self._feeds = feeds
        self._panic = panic
        self._infos = infos
        self._words: tuple[frozenset[MarketInfo], CoinWords] | None = None
        self._spoken: dict[str, frozenset[str]] = {}

    def names(self, question: Question) -> tuple[str, ...]:
        return (NAME,)

    async def look(self, question: Question, now: datetime) -> Finding:
        coin, began = question.market.base, asyncio.get_running_loop().time()
        got = await asyncio.gather(*self._asked(coin, now))
        well = [known for _, known in got if known.value is not None]
        missing = "; ".join(f"{name}: {known.reason}" for name, known in got if known.value is None)
        if not well:
            return Finding([absent(NAME, missing or "no feeds", "rss")])
        chosen = choose((h for known in well for h in known.value or ()), coin, self._speaks(), now)
        shown, unsorted = await self._shown(chosen, coin, now, began)
        if unsorted and not shown:
            return Finding([absent(NAME, f"{unsorted} not sorted", "rss")])
        missing = "; ".join(filter(None, (missing, f"{unsorted} not sorted" if unsorted else "")))
        fresh = any(known.status is ItemStatus.OK for known in well)
        newest = min(well, key=lambda known: known.age_seconds or 0.0)
        item = ContextItem(
            NAME,
            ItemStatus.OK if fresh else ItemStatus.STALE,
            shown,
            "headlines",
            newest.as_of,
            newest.age_seconds,
            "rss",
            missing if fresh else "; ".join(filter(None, (newest.reason, missing))),
            untrusted=True,
        )
        return Finding([item], {"coin_headlines": float(sum(about for _, about in chosen))} if fresh else {})

    async def _shown(
        self, chosen: Sequence[tuple[Headline, bool]], coin: str, now: datetime, began: float
    ) -> tuple[list[JSON], int]:
        """What models read, and how many are left out because nobody has sorted them."""
        if self._sorting is None or not self._sorting.wanted():
            return rows(chosen, coin, now), 0
        left = began + self._sorting.seconds - asyncio.get_running_loop().time()
        gists = await self._sorting.gists.of([one.title for one, _ in chosen], left)
        found = sorted_rows(chosen, gists, coin, now)
        return found, len(chosen) - len(found)

    def _asked(self, coin: str, now: datetime) -> list[Coroutine[Any, Any, Got]]:
        async def feed(one: Feed) -> Got:
            return one.domain, await one.get(now)

        async def panic(one: CryptoPanic) -> Got:
            return one.domain, await one.get(coin, now)

        asked = [feed(one) for one in self._feeds]
        return [*asked, panic(self._panic)] if self._panic is not None else asked

    def _speaks(self) -> Speaks:
        words = self._coin_words()

        def speaks(title: str) -> frozenset[str]:
            if title not in self._spoken:
                if len(self._spoken) >= REMEMBERED:
                    self._spoken.clear()
                self._spoken[title] = words.coins(title)
            return self._spoken[title]

        return speaks

    def _coin_words(self) -> CoinWords:
        """Built again when the venue's list of markets has changed."""
        infos = frozenset(self._infos().values())
        if self._words is None or self._words[0] != infos:
            self._words = (infos, CoinWords(infos))
            self._spoken.clear()
        return self._words[1]
