"""All of the outbox as one thing to start, nudge and stop: a sender per channel, and what keeps it in order."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog

from chatbot.frontend import Send
from chatbot.outbox.asking import Album, Draw
from chatbot.outbox.failover import Failover, Targets
from chatbot.outbox.live import Look
from chatbot.outbox.parcels import Bid, Speech
from chatbot.outbox.sender import OutboxSender, Quiet
from trader.clock import Clock
from trader.ports import Storage

log = structlog.get_logger(__name__)

KEPT_FOR = timedelta(days=30)
"""Rows of delivered messages are forgotten after this; the events they told of stay."""

_PRUNE_EVERY = timedelta(days=1)


class PostOffice:
    def __init__(
        self,
        storage: Storage,
        clock: Clock,
        bid: Bid,
        targets: Targets,
        quiet: Quiet,
        draw: Draw | None = None,
        look: Look | None = None,
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._bid = bid
        self._quiet = quiet
        self._look = look
        self._album = None if draw is None else Album(storage, draw)
        self._failover = Failover(storage, clock, targets)
        self._senders: list[OutboxSender] = []
        self._pruned_at: datetime | None = None

    async def open(self, channel: str, send: Send, words: Speech) -> None:
        """Deliver what waits for `channel` from now on, in these words."""
        sender = OutboxSender(
            self._storage,
            self._clock,
            channel,
            send,
            words,
            self._bid,
            quiet=self._quiet,
            album=self._album,
            look=self._look,
        )
        self._senders.append(sender)
        await sender.start()

    def asked(self, channel: str) -> Asked:
        """Where the front end of `channel` tells of questions and views it has put into a chat itself."""
        return Asked(self._senders, channel)

    def nudge(self) -> None:
        """Rows were added: look now."""
        for sender in self._senders:
            sender.nudge()

    async def tend(self) -> None:
        """Every few seconds: rows nobody nudged for, channels that are down, and once a day old rows. StorageFailed."""
        await self._failover.look(self._senders)
        self.nudge()
        now = self._clock.now()
        if self._pruned_at is None or now - self._pruned_at >= _PRUNE_EVERY:
            before = now - KEPT_FOR
            gone = await self._storage.write(lambda r: r.outbox.prune(before) + r.kept.prune(before))
            self._pruned_at = now
            log.info("outbox_pruned", rows=gone)

    async def close(self) -> None:
        """What was not sent stays in the outbox."""
        await asyncio.gather(*(sender.stop() for sender in self._senders))
        if self._album is not None:
            await self._album.close()


class Asked:
    """As `frontend.Asked`: passed on to the sender of the channel."""

    def __init__(self, senders: list[OutboxSender], channel: str) -> None:
        self._senders = senders
        self._channel = channel

    async def adopt(self, target: str, remote_id: str, ticket_id: str, market: str, *, again: bool = False) -> None:
        for sender in self._mine():
            await sender.adopt(target, remote_id, ticket_id, market, again=again)

    async def release(self, target: str, remote_id: str, ticket_id: str) -> bool:
        return any([await sender.release(target, remote_id, ticket_id) for sender in self._mine()])

    async def keep_live(self, target: str, remote_id: str, person: str) -> None:
        for sender in self._mine():
            await sender.keep_live(target, remote_id, person)

    def _mine(self) -> list[OutboxSender]:
        return [sender for sender in self._senders if sender.channel == self._channel]
