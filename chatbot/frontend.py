"""What the composition root and the outbox need of a chat platform."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Protocol

from chatbot.reply import Reply


class Send(Protocol):
    """Hand a reply to the chat `target`, or replace the message `edit` by it; returns the remote id of the message that
    carries the buttons.

    `thread` is the remote id of the message it is said under; where that one is gone, it arrives all the same. Raises
    ChatError: nothing or only a part was sent; ChatGone: `edit` cannot be edited any more."""

    def __call__(self, target: str, reply: Reply, *, edit: str = "", thread: str = "") -> Awaitable[str]: ...


class Asked(Protocol):
    """Questions and views a front end has put into a chat itself: the outbox keeps them up to date, and sends a chart
    after a question. None of it raises."""

    async def adopt(self, target: str, remote_id: str, ticket_id: str, market: str, *, again: bool = False) -> None:
        """`remote_id` is the message that carries the buttons of `ticket_id`; `again`: it was kept before."""
        ...

    async def release(self, target: str, remote_id: str, ticket_id: str) -> bool:
        """The front end is about to write into that message itself. False: it was not kept."""
        ...

    async def keep_live(self, target: str, remote_id: str, person: str) -> None:
        """`remote_id` shows `person` (by key) how it stands: for a while it goes on doing so."""
        ...


class FrontEnd(Protocol):
    """Lives by itself: connects and reconnects in the background, and never raises for what the service does."""

    @property
    def channel(self) -> str:
        """telegram or slack."""
        ...

    @property
    def connected(self) -> bool: ...

    @property
    def fault(self) -> str:
        """Wording key of the fault in force; empty while all is well."""
        ...

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def send(self, target: str, reply: Reply, *, edit: str = "", thread: str = "") -> str:
        """As `Send`."""
        ...
