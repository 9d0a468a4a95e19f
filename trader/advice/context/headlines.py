"""Headlines as a decision sees them (R2): cleaned, few, new, those about the coin first.  Pure.

They are text of strangers: data with an id, a source and an age, never more. Without a date a headline is left out,
because nobody can say that it is new."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from trader.advice.context.gists import Gist
from trader.model.advice import JSON
from trader.model.untrusted import clean

MOST: Final = 8
MOST_ABOUT_COIN: Final = 5
OLDEST: Final = timedelta(hours=48)
AHEAD: Final = timedelta(hours=1)
MARKET: Final = "market"
SOURCES_AGREED: Final = 2


Speaks = Callable[[str], frozenset[str]]
"""The coins a title names."""


@dataclass(frozen=True, slots=True)
class Headline:
    """`title` is cleaned; `source` a domain; `about` the coins its publisher names (empty: it does not say)."""

    title: str
    at: datetime
    source: str
    about: frozenset[str] = frozenset()


def headline(title: str, at: datetime, source: str, about: frozenset[str] = frozenset()) -> Headline | None:
    """From a title as it came; None when nothing honest is left of it."""
    title = clean(title)
    return Headline(title, at, source, about) if title else None


def choose(headlines: Iterable[Headline], coin: str, speaks: Speaks, now: datetime) -> list[tuple[Headline, bool]]:
    """The newest about the coin, then the newest of the rest, each with whether it is about the coin. Each story once;
    nothing dated more than an hour ahead or older than two days."""
    fresh = [h for h in headlines if now - OLDEST <= h.at <= now + AHEAD]
    unique: dict[str, Headline] = {}
    for one in sorted(fresh, key=lambda h: (h.at, h.title), reverse=True):
        unique.setdefault("".join(char for char in one.title.casefold() if char.isalnum()), one)
    told = [(one, coin in one.about or coin in speaks(one.title)) for one in unique.values()]
    about = [pair for pair in told if pair[1]][:MOST_ABOUT_COIN]
    return [*about, *[pair for pair in told if not pair[1]][: MOST - len(about)]]


def sorted_rows(
    chosen: Sequence[tuple[Headline, bool]], gists: Mapping[str, Gist], coin: str, now: datetime
) -> list[JSON]:
    """The same without a word of theirs: only what was made of it, and of that only what speaks against buying. What
    is clearly bad needs a second source that says so of the same coin."""
    worst = {(about, one.source) for one, about in chosen if one.title in gists and gists[one.title].direction <= -2}
    agreed = {about for about in (True, False) if sum(key[0] is about for key in worst) >= SOURCES_AGREED}
    found: list[JSON] = []
    for number, (one, about) in enumerate(chosen, 1):
        if (gist := gists.get(one.title)) is None:
            continue
        bad = min(max(-gist.direction, 0), 2 if about in agreed else 1)
        row = _row(number, one, about, coin, now)
        del row["source"]  # a stranger's word as well; here it has been counted
        found.append({**row, "topic": gist.topic, "bad": bad})
    return found


def rows(chosen: Sequence[tuple[Headline, bool]], coin: str, now: datetime) -> list[JSON]:
    """As the models see them; the ids are what an answer may cite."""
    return [
        {**_row(number, one, about, coin, now), "title": one.title} for number, (one, about) in enumerate(chosen, 1)
    ]


def _row(number: int, one: Headline, about: bool, coin: str, now: datetime) -> dict[str, JSON]:
    return {
        "id": f"n:{number}",
        "source": one.source,
        "age_hours": round(max((now - one.at).total_seconds(), 0) / 3600, 1),
        "about": coin if about else MARKET,
    }
