"""What the chat services may do to us, and how a front end speaks of it: once, not a hundred times (C3)."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import structlog

from chatbot.scrub import outgoing
from chatbot.wording import Words
from trader.errors import TraderError

log = structlog.get_logger(__name__)


class ChatError(TraderError):
    """A chat service said no or did not answer. `retry_after`: seconds it asks us to wait, if it said so."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ChatUnreachable(ChatError):
    """Network, time-out, 5xx, unreadable answer: try again later."""


class ChatUnanswered(ChatUnreachable):
    """It was handed over and the answer is missing: it may have arrived."""


class ChatBusy(ChatError):
    """Too many messages (429): wait `retry_after` seconds."""


class ChatForbidden(ChatError):
    """The token is wrong or revoked, or the address is not the service's: a person must mend it."""


class ChatConflict(ChatError):
    """Another process uses the same token."""


class ChatRefused(ChatError):
    """This message cannot go there: chat unknown, bot blocked or not in the channel, text not accepted."""


class ChatGone(ChatRefused):
    """The message to edit is not there any more, or cannot be edited into this one."""


class Backoff:
    """Doubling waits from `first` to `most` seconds; `reset` after a success."""

    def __init__(self, first: float = 1.0, most: float = 60.0) -> None:
        self._first = first
        self._most = most
        self._next = first

    def after(self, error: ChatError | None = None) -> float:
        """Seconds to wait now; never less than the service asked for."""
        wait = self._next
        self._next = min(self._next * 2, self._most)
        asked = error.retry_after if error is not None else None
        return wait if asked is None else max(asked, 0.0)

    def reset(self) -> None:
        self._next = self._first


_PATIENCE = 3
"""A network fault is only worth a word when it comes so many times in a row."""


CONFLICT = "chat-conflict"


class Trouble:
    """Explains a fault of one channel when it begins or changes, and says when it is over.

    Of two programs on one token each works now and then: that fault is over when it was not met for `quiet` seconds."""

    def __init__(
        self,
        channel: str,
        words: Words,
        on_trouble: Callable[[str], None] | None,
        *,
        quiet: float = 90.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._channel = channel
        self._words = words
        self._on_trouble = on_trouble
        self._quiet = quiet
        self._monotonic = monotonic
        self._current = ""
        self._failures = 0
        self._conflict_at = -math.inf

    @property
    def current(self) -> str:
        """The wording key of the fault in force; empty: none."""
        return self._current

    def begins(self, error: ChatError) -> None:
        """Say what is wrong and what to do, unless the same was said already."""
        key = fault_of(error)
        self._failures += 1
        if key == CONFLICT:
            self._conflict_at = self._monotonic()
        passing = isinstance(error, ChatUnreachable | ChatBusy) and self._failures < _PATIENCE
        if key == self._current or passing:
            return
        self._current = key
        cause = outgoing(str(error))
        log.warning("chat_trouble", channel=self._channel, fault=key, cause=cause)
        self._tell(self._words(key, channel=channel_name(self._channel, self._words)))

    def over(self) -> None:
        """It works (again)."""
        self._failures = 0
        if not self._current or (self._current == CONFLICT and self._monotonic() - self._conflict_at < self._quiet):
            return
        log.info("chat_back", channel=self._channel, after=self._current)
        self._current = ""
        self._tell(self._words("chat-back", channel=channel_name(self._channel, self._words)))

    def _tell(self, text: str) -> None:
        if self._on_trouble is not None:
            self._on_trouble(text)


_KEYS: tuple[tuple[type[ChatError], str], ...] = (
    (ChatUnreachable, "chat-unreachable"),
    (ChatBusy, "chat-busy"),
    (ChatForbidden, "chat-forbidden"),
    (ChatConflict, CONFLICT),
    (ChatRefused, "chat-refused"),
)
FAULTS = tuple(key for _, key in _KEYS)


def fault_of(error: ChatError) -> str:
    """The wording key of what is wrong and what to do; what the service said stands in the log."""
    return next((key for kind, key in _KEYS if isinstance(error, kind)), "chat-unreachable")


def channel_name(channel: str, words: Words) -> str:
    """`텔레그램`, `Telegram`."""
    return words.first((f"channel-{channel}",), channel.capitalize())
