"""What comes again and again is told once, with a counter.  In: Event, what was told of its like.  Out: Reply.  Pure.

A lost stream and its return, a failing job and its recovery are one matter: the newest word stands in the title."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b

from chatbot.notices import notice
from chatbot.reply import Reply
from chatbot.wording import Words
from trader.model.events import Event, EventKind

WITHIN = timedelta(minutes=10)
"""The same again within this time of the last one is counted, not said again."""

AT_MOST = timedelta(hours=1)
"""A message older than this has scrolled away: the next one is said anew."""

_CAUSES: dict[EventKind, tuple[str, tuple[str, ...]]] = {
    EventKind.ERROR: ("error", ("where", "message")),
    EventKind.JOB_FAILED: ("job", ("job",)),
    EventKind.JOB_RECOVERED: ("job", ("job",)),
    EventKind.STREAM_LOST: ("stream", ("stream",)),
    EventKind.STREAM_BACK: ("stream", ("stream",)),
    EventKind.ORDER_REJECTED: ("rejected", ("name",)),
    EventKind.LIMIT_HIT: ("limit", ("reasons",)),
    EventKind.STRANGER: ("stranger", ("person",)),
    EventKind.DENIED: ("denied", ("owner", "side", "reasons")),
    EventKind.CHAT_DOWN: ("chat", ("channel",)),
    EventKind.CHAT_BACK: ("chat", ("channel",)),
}
"""Kinds that may come again, the matter they are about, and the keys that tell one cause from another."""

OVER = frozenset({EventKind.JOB_RECOVERED, EventKind.STREAM_BACK, EventKind.CHAT_BACK})
"""Good news: it ends a matter, and is not counted."""


def topic_of(event: Event) -> str:
    """Under which its like are counted; empty: each of this kind is said."""
    found = _CAUSES.get(event.kind)
    if found is None:
        return ""
    matter, names = found
    cause = "\n".join([event.market, *(event.data.get(name, "") for name in names)])
    return f"fold:{matter}:{blake2b(cause.encode(), digest_size=8).hexdigest()}"


def folds(began: datetime, last: datetime, event: Event, speed: float) -> bool:
    """Whether `event` belongs to a message that tells of its like from `began` to `last`. `speed` of the clock."""
    return event.at - last <= WITHIN * speed and event.at - began <= AT_MOST * speed


def folded(
    bad: Event, newest: Event, count: int, began: datetime, last: datetime, words: Words, now: datetime
) -> Reply | None:
    """`bad`: the newest that is counted, `newest` of all; `count` from `began` to `last`. None: nothing is said."""
    said = notice(newest, words, wished=True)
    if said is None:
        return None
    if newest.kind in OVER and bad.kind not in OVER:
        was = notice(bad, words)
        if was is None:
            return said
        line = words("fold-over", title=was.headline, count=count, to=words.moment(last, now))
        return replace(said, lines=(*said.lines, line))
    if count < 2:
        return said
    times = {"from": words.moment(began, now), "to": words.moment(last, now)}
    return replace(said, lines=(*said.lines, words("fold-count", count=str(count), **times)))
