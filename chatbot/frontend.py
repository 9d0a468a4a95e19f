"""What the composition root needs of a chat platform."""

from __future__ import annotations

from typing import Protocol

from chatbot.reply import Reply


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

    async def send(self, target: str, reply: Reply, *, edit: str = "") -> str:
        """Deliver, or edit the message `edit`; returns the platform's id of it. ChatError."""
        ...
