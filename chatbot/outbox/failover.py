"""What is critical finds another way.  Every few seconds: critical events that reached nobody are put on the other
channels too, and people there are told once that a channel is down, and that it is back.

The rows of the first channel stay: when it is back, everything arrives there as well, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta

import structlog

from chatbot.outbox.chats import Stuck
from chatbot.outbox.sender import OutboxSender
from trader.clock import Clock
from trader.ids import new_id
from trader.model.events import Event, EventKind, OutboxMessage, Severity
from trader.ports import Records, Storage

log = structlog.get_logger(__name__)

PATIENCE = timedelta(seconds=30)
"""So long one channel alone may have a critical message."""

_MOST = 200


Targets = Callable[[], Mapping[str, Sequence[str]]]
"""By channel, the conversations that are told when another channel fails."""


class Failover:
    def __init__(self, storage: Storage, clock: Clock, targets: Targets) -> None:
        self._storage = storage
        self._clock = clock
        self._targets = targets
        self._down: set[str] | None = None

    async def look(self, senders: Iterable[OutboxSender]) -> bool:
        """Whether rows were added. StorageFailed."""
        if len(self._targets()) < 2:
            return False
        passed_on = await self._pass_on()
        return await self._tell(senders) or passed_on

    async def _pass_on(self) -> bool:
        before = self._clock.now() - PATIENCE * self._clock.speed
        stranded = await self._storage.read(lambda records: records.outbox.stranded(before, _MOST))
        if not stranded:
            return False

        def put(records: Records) -> None:
            for channel, event in stranded:
                self._add(records, event, beside=channel)

        await self._storage.write(put)
        log.warning("outbox_failover", events=len(stranded), channels=sorted({channel for channel, _ in stranded}))
        return True

    def _add(self, records: Records, event: Event, *, beside: str) -> None:
        """A row for every conversation on the channels other than `beside`."""
        now = self._clock.now()
        for channel, targets in self._targets().items():
            if channel != beside:
                for target in targets:
                    records.outbox.add(OutboxMessage(new_id(), event.event_id, channel, target, now))

    async def _tell(self, senders: Iterable[OutboxSender]) -> bool:
        if self._down is None:
            self._down = await self._told_down()
        told = False
        for sender in senders:
            channel, stuck = sender.channel, sender.stuck(PATIENCE * self._clock.speed)
            if stuck is not None and channel not in self._down:
                await self._say(EventKind.CHAT_DOWN, Severity.WARNING, channel, _down_data(channel, stuck))
                self._down.add(channel)
                told = True
            elif channel in self._down and sender.delivered and not sender.failing:
                await self._say(EventKind.CHAT_BACK, Severity.INFO, channel, await self._back_data(channel))
                self._down.discard(channel)
                told = True
        return told

    async def _say(self, kind: EventKind, severity: Severity, channel: str, data: dict[str, str]) -> None:
        event = Event(new_id(), kind, self._clock.now(), severity, data=data)

        def put(records: Records) -> None:
            records.events.add(event)
            self._add(records, event, beside=channel)

        await self._storage.write(put)

    async def _told_down(self) -> set[str]:
        """Channels of which people were told that they are down, and nothing since; asked for after a start."""
        kinds = (EventKind.CHAT_DOWN, EventKind.CHAT_BACK)
        latest = await self._storage.read(lambda records: records.events.latest(_MOST, kinds))
        newest = {event.data.get("channel", ""): event.kind for event in reversed(latest)}
        return {
            channel for channel, kind in newest.items() if kind is EventKind.CHAT_DOWN and channel in self._targets()
        }

    async def _back_data(self, channel: str) -> dict[str, str]:
        latest = await self._storage.read(lambda records: records.events.latest(_MOST, (EventKind.CHAT_DOWN,)))
        down = next((event for event in latest if event.data.get("channel") == channel), None)
        seconds = "" if down is None else f"{(self._clock.now() - down.at).total_seconds():.0f}"
        return {"channel": channel, "seconds": seconds}


def _down_data(channel: str, stuck: Stuck) -> dict[str, str]:
    since, waiting = stuck.since.isoformat(), str(stuck.waiting)
    return {"channel": channel, "fault": stuck.fault, "since": since, "waiting": waiting}
