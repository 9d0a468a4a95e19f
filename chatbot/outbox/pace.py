"""How often a chat service takes a message."""

from __future__ import annotations

from aiolimiter import AsyncLimiter

EDIT_EVERY = 3.0
"""Seconds between two edits of the same message; what happens meanwhile is shown by the next one."""

RECHECK_SECONDS = 5.0
"""After an answer to a card's buttons the front end writes into the same message: the card is put right then."""

CARD_EVERY = 60.0
"""Seconds after which an open trade's card shows the price of now."""

COUNT_EVERY = 15.0
"""Seconds after which a question shows how long it may still be answered."""

CLOSE_AGAIN = 15.0
"""Seconds after which what is over is put to its end once more, where that could not be written down."""

LIVE_EVERY = 12.0
"""Seconds between two edits of a status that is kept up to date."""

CARDS_APART = 6.0
"""Seconds between two such refreshments in one chat: steps of trades must never wait behind them."""


def pace_of(channel: str, target: str) -> AsyncLimiter:
    """Telegram: 1 a second per chat, 20 a minute in a group (its id is negative). Slack: 1 a second per channel.
    Short bursts of a few are taken by both, and an edit counts as a message. Source: core.telegram.org/bots/faq,
    docs.slack.dev rate limits."""
    if channel == "telegram" and target.startswith("-"):
        return AsyncLimiter(5, 15)
    return AsyncLimiter(3, 3)
