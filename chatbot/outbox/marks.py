"""Writing down what was delivered. A row that cannot be marked is remembered, and not sent a second time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from chatbot.outbox.parcels import Parcel
from chatbot.outbox.reading import Row
from trader.errors import StorageFailed
from trader.model.events import KeptMessage
from trader.ports import Records, Storage

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Marks:
    """Of one channel. Nothing here raises: what could not be written is tried again by `retry`."""

    storage: Storage
    channel: str
    _unsaved: dict[str, tuple[Row, tuple[KeptMessage, ...]]] = field(init=False, default_factory=dict)
    _lately: set[str] = field(init=False, default_factory=set)

    def reading(self) -> None:
        """What waits is about to be read: a row that is marked meanwhile may still be among what is read."""
        self._lately.clear()

    def settled(self, message_id: str) -> bool:
        """It was sent, though what was read calls it waiting."""
        return message_id in self._unsaved or message_id in self._lately

    async def sent(self, parcel: Parcel, remote_id: str, now: datetime) -> None:
        """`remote_id` empty: nothing was said."""
        said = parcel.reply is not None
        keep = (replace(parcel.keep, remote_id=remote_id),) if parcel.keep is not None else ()
        for message, event in parcel.rows:
            sent = replace(
                message,
                sent_at=now,
                attempts=message.attempts + said,
                remote_id=remote_id,
                last_error=parcel.note,
            )
            self._unsaved[message.message_id] = ((sent, event), (*parcel.owes, *keep))
        if parcel.rows:
            await self.retry()
        elif keep:
            await self._save((), keep, drop=parcel.drop)

    async def retry(self) -> None:
        unsaved = list(self._unsaved.values())
        kept = [one for _, keep in unsaved for one in keep]
        if unsaved and await self._save([row for row, _ in unsaved], kept):
            for (message, _), _ in unsaved:
                self._unsaved.pop(message.message_id, None)
                self._lately.add(message.message_id)

    async def tried(self, rows: Iterable[Row], now: datetime) -> None:
        """It is handed over now: should no answer come, it may have arrived all the same."""
        await self._save([(replace(m, tried_at=now), event) for m, event in rows if m.tried_at is None])

    async def failed(self, rows: Iterable[Row], cause: str, tried_at: datetime | None) -> None:
        """`tried_at`: since when it may have arrived; None: it has not, as far as this attempt goes."""
        await self._save(
            [
                (replace(m, attempts=m.attempts + 1, last_error=cause, tried_at=m.tried_at or tried_at), event)
                for m, event in rows
            ]
        )

    async def keep(self, message: KeptMessage) -> None:
        await self._save((), (message,))

    async def _save(self, rows: Sequence[Row], kept: Sequence[KeptMessage] = (), *, drop: bool = False) -> bool:
        def save(records: Records) -> None:
            for message, _ in rows:
                records.outbox.save(message)
            for one in {(k.target, k.topic): k for k in kept}.values():
                if drop:
                    records.kept.remove(one.channel, one.target, one.topic)
                else:
                    records.kept.put(one)

        if not rows and not kept:
            return True
        try:
            await self.storage.write(save)
        except StorageFailed as failure:
            log.error("outbox_not_kept", channel=self.channel, cause=str(failure))
            return False
        return True
