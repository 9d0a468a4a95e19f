"""Events → what is pushed to people."""

from __future__ import annotations

from chatbot.reply import Reply
from chatbot.wording import Words
from trader.model.events import Event


def notice(event: Event, words: Words) -> Reply | None:
    """None: nothing is pushed for this kind."""
    raise NotImplementedError
