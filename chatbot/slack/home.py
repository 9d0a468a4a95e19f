"""Home tabs of those who opened theirs lately: shown at once, and kept up to date for a while.

A page is published only when something on it changed, and at most every few seconds. Who looks is kept in the note
`slack_home`, so that a restart goes on with it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from chatbot.delivery import ChatError, ChatRefused
from chatbot.home import Home, Page
from chatbot.note import Note
from chatbot.people.access import Person
from chatbot.reply import Reply
from chatbot.slack.api import SlackApi
from chatbot.slack.render import home_blocks
from trader.errors import StorageFailed
from trader.ports import Storage

log = structlog.get_logger(__name__)

HOME_EVERY = (5.0, 15.0)
"""Seconds after which a page is looked at again: after something happened, and anyway."""
QUESTION_SECONDS = 60.0
"""A question on top of the page can be answered for so long."""
ANSWER_SECONDS = 300.0
"""What a press came to stands there for so long."""
_NOTE = "slack_home"
MOST_OPEN = 20
MOST_STRANGERS = 1000


@dataclass(slots=True)
class _Viewer:
    """`until` by the clock of the market; `due` and `looked` by the loop's. `shown` is what stands there."""

    user_id: str
    until: datetime
    due: float = 0.0
    looked: float = 0.0
    shown: tuple[Reply, ...] | None = None
    answer: Reply | None = None
    answer_until: float = 0.0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class HomeTab:
    def __init__(self, api: SlackApi, home: Home, storage: Storage, *, every: tuple[float, float] = HOME_EVERY) -> None:
        self._api = api
        self._home = home
        self._note = Note(storage, _NOTE)
        self._apart, self._every = every
        self._viewers: dict[str, _Viewer] = {}
        self._strangers: dict[str, None] = {}
        """Whose page says that they are not let in: it is not published again and again."""
        self._kept: dict[str, str] = {}
        self._wake = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None

    async def resume(self) -> None:
        """Those who looked when the former process ended, and those who were shut out without us."""
        try:
            note = await self._note.read()
        except StorageFailed as failure:
            log.error("slack_home_unreadable", cause=str(failure))
            return
        for user_id, until in note.items():
            self._viewers.setdefault(user_id, _Viewer(user_id, datetime.fromisoformat(until)))
        self.people_changed()

    async def opened(self, user_id: str) -> None:
        """Show it; from now on it is kept up to date for a while."""
        await self._show(user_id, None)

    async def answered(self, user_id: str, reply: Reply) -> None:
        """What a press on the page came to, on top of it."""
        await self._show(user_id, reply)

    def happened(self) -> None:
        """Something may have changed."""
        for viewer in self._viewers.values():
            viewer.due = min(viewer.due, viewer.looked + self._apart)
        if self._viewers:
            self._keep()

    def people_changed(self) -> None:
        """The page of somebody who was shut out shows nothing any more, whenever they opened it."""
        for user_id in self._home.revoked("slack") - self._strangers.keys():
            viewer = self._viewers.setdefault(user_id, _Viewer(user_id, self._home.kept_until()))
            viewer.until, viewer.due = self._home.kept_until(), 0.0
        self.happened()

    async def close(self) -> None:
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.wait({self._keeping})

    async def _show(self, user_id: str, answer: Reply | None) -> None:
        now = asyncio.get_running_loop().time()
        viewer = self._viewers.get(user_id) or _Viewer(user_id, self._home.kept_until())
        viewer.until = self._home.kept_until()
        asks = answer is not None and answer.data.get("outcome") == "asked"
        viewer.answer, viewer.answer_until = answer, now + (QUESTION_SECONDS if asks else ANSWER_SECONDS)
        self._viewers.pop(user_id, None)
        self._viewers[user_id] = viewer  # the newest last
        await self._look(viewer)
        while len(self._viewers) > MOST_OPEN:  # strangers are not among them any more
            del self._viewers[next(iter(self._viewers))]
        await self._remember()
        if self._viewers:
            self._keep()

    async def _remember(self) -> None:
        note = {viewer.user_id: viewer.until.isoformat() for viewer in self._viewers.values()}
        if note == self._kept:
            return
        if await self._note.write(note):
            self._kept = note

    # ---- keeping up to date

    def _keep(self) -> None:
        self._wake.set()
        if self._keeping is None or self._keeping.done():
            self._keeping = asyncio.create_task(self._live(), name="slack-home")

    async def _live(self) -> None:
        """Ends when nobody looks any more."""
        while self._viewers:
            self._wake.clear()
            now = asyncio.get_running_loop().time()
            for viewer in [one for one in self._viewers.values() if one.due <= now]:
                await self._look(viewer)
            await self._remember()
            left = min((viewer.due for viewer in self._viewers.values()), default=now) - now
            try:
                async with asyncio.timeout(max(left, 0.01)):
                    await self._wake.wait()
            except TimeoutError:
                pass

    async def _look(self, viewer: _Viewer) -> None:
        """Publish what changed. Nothing here raises: what cannot be shown is looked at again."""
        async with viewer.turn:
            viewer.looked = asyncio.get_running_loop().time()
            viewer.due = viewer.looked + self._every
            try:
                await self._publish(viewer)
            except ChatRefused as refusal:
                log.warning("slack_home_refused", user=viewer.user_id, cause=str(refusal))
                self._viewers.pop(viewer.user_id, None)
            except ChatError as failure:
                viewer.due = viewer.looked + max(self._every, failure.retry_after or 0.0)
                log.info("slack_home_waits", cause=str(failure))
            except Exception:
                log.exception("slack_home_failed")

    async def _publish(self, viewer: _Viewer) -> None:
        ended = self._home.over(viewer.until)
        page = await self._home.page(Person("slack", viewer.user_id), None if ended else viewer.until)
        if viewer.looked >= viewer.answer_until:
            viewer.answer = None
        answer = (viewer.answer,) if viewer.answer is not None and page.member else ()
        if viewer.shown != (*answer, *page.same) and not self._told(viewer, page):
            await self._api.publish(viewer.user_id, home_blocks((*answer, *page.parts)))
            viewer.shown = (*answer, *page.same)
        if page.member:
            self._strangers.pop(viewer.user_id, None)
        else:
            self._strangers[viewer.user_id] = None
            while len(self._strangers) > MOST_STRANGERS:
                del self._strangers[next(iter(self._strangers))]
        if not page.member or (ended and self._home.over(viewer.until)):  # not opened again meanwhile
            self._viewers.pop(viewer.user_id, None)

    def _told(self, viewer: _Viewer, page: Page) -> bool:
        return not page.member and viewer.user_id in self._strangers
