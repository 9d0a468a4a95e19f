"""What the chat services may do to us, and how a front end speaks of it: once, not a hundred times (C3)."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from chatbot.scrub import by_shape
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


class ChatBusy(ChatError):
    """Too many messages (429): wait `retry_after` seconds."""


class ChatForbidden(ChatError):
    """The token is wrong or revoked, or the address is not the service's: a person must mend it."""


class ChatConflict(ChatError):
    """Another process uses the same token."""


class ChatRefused(ChatError):
    """This message cannot go there: chat unknown, bot blocked or not in the channel, text not accepted."""


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


class Trouble:
    """Explains a fault of one channel when it begins or changes, and says when it is over."""

    def __init__(self, channel: str, words: Words, on_trouble: Callable[[str], None] | None) -> None:
        self._channel = channel
        self._words = words
        self._on_trouble = on_trouble
        self._current = ""
        self._failures = 0

    @property
    def current(self) -> str:
        """The wording key of the fault in force; empty: none."""
        return self._current

    def begins(self, error: ChatError) -> None:
        """Say what is wrong and what to do, unless the same was said already."""
        key = _KEYS.get(type(error), "chat-unreachable")
        self._failures += 1
        passing = isinstance(error, ChatUnreachable | ChatBusy) and self._failures < _PATIENCE
        if key == self._current or passing:
            return
        self._current = key
        cause = by_shape(str(error))
        log.warning("chat_trouble", channel=self._channel, fault=key, cause=cause)
        self._tell(self._words(key, channel=self._channel.capitalize(), cause=cause))

    def over(self) -> None:
        """It works (again)."""
        self._failures = 0
        if not self._current:
            return
        log.info("chat_back", channel=self._channel, after=self._current)
        self._current = ""
        self._tell(self._words("chat-back", channel=self._channel.capitalize()))

    def _tell(self, text: str) -> None:
        if self._on_trouble is not None:
            self._on_trouble(text)


_KEYS: dict[type[ChatError], str] = {
    ChatUnreachable: "chat-unreachable",
    ChatBusy: "chat-busy",
    ChatForbidden: "chat-forbidden",
    ChatConflict: "chat-conflict",
    ChatRefused: "chat-refused",
}
