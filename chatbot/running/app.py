"""The composition root: the only file that knows every package.

Settings → memory → venue → trader → front ends, and back in reverse order. Chat is started after the trader and may be
down for as long as it likes: trading does not wait for it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable
from decimal import Decimal
from functools import partial

import structlog

from chatbot.coins import Coins
from chatbot.console.printer import Printer
from chatbot.console.reader import ConsoleReader
from chatbot.delivery import CONFLICT, ChatError
from chatbot.dispatch import Dispatcher
from chatbot.drill.drills import Drills
from chatbot.frontend import FrontEnd, Send
from chatbot.home import Home
from chatbot.language.pointing import Pointer
from chatbot.languages import Languages
from chatbot.live_status import LiveStatus
from chatbot.notices import notice
from chatbot.notify.keeper import Notify
from chatbot.outbox import PostOffice
from chatbot.people.access import Access
from chatbot.people.people import FROZEN, People
from chatbot.people.routes import channels, refuges, routes
from chatbot.reply import Reply
from chatbot.running import process
from chatbot.running.bot_claim import BotClaims
from chatbot.running.control import ControlSocket
from chatbot.running.data_dir import SOCKET, SPARE, Claim, make_data_dir
from chatbot.running.venue import Venue, open_venue
from chatbot.scrub import outgoing, secrets_of
from storage.claim import BooksTaken, DatabaseClaim, claim_database
from storage.spare_file import open_spare
from storage.sql import open_storage
from trader.background import Background
from trader.chronicle import Route
from trader.errors import SettingsError, StorageFailed, UserInputError
from trader.exchange.upbit.client import UpbitExchange
from trader.exchange.upbit.history import UpbitHistory
from trader.exchange.upbit.streams import UpbitStreams
from trader.model.events import Event, EventKind, OutboxMessage, Severity
from trader.model.market import Market
from trader.model.portfolio import TradingState
from trader.model.views import HealthCheck
from trader.parts import World
from trader.ports import Storage
from trader.service import Trader
from trader.settings import Settings
from trader.signals.registry import strategy_class

log = structlog.get_logger(__name__)

GOODBYE_SECONDS = 1.5
BUSY_SECONDS = 2.0
"""Another program's lock on the books is waited for so long; the guard's exits wait with it."""


class App:
    """A running service. Made by `App.start`, ended by `stop`."""

    def __init__(
        self,
        settings: Settings,
        storage: Storage,
        venue: Venue,
        exchange: UpbitExchange,
        trader: Trader,
        access: Access,
        languages: Languages,
    ) -> None:
        self.settings = settings
        self.storage = storage
        self.venue = venue
        self.trader = trader
        self._exchange = exchange
        self._fronts: list[FrontEnd] = []
        self._telling = Background()
        self.notify = Notify(trader.chronicle, access, channels(settings))
        self.live_status = LiveStatus(trader.desk, access, languages, venue.clock)
        self._office = PostOffice(
            storage,
            venue.clock,
            self._bid,
            lambda: refuges(settings, access),
            self.notify.quiet_until,
            trader.desk.ticket_chart,
            self.live_status.of,
        )
        trader.flow.held_back = self._held_back
        trader.health.quiet = lambda place: self.notify.quiet_until(place, venue.clock.now()) is not None
        self._control: ControlSocket | None = None
        self._drills = Drills(settings.data_dir, trader.chronicle)
        self._opened = contextlib.AsyncExitStack()
        self._books: DatabaseClaim
        self.languages = languages
        self.access = access
        self.people = People(access, trader.chronicle, self._freeze)
        self.people.on_change(self._reroute)
        self.dispatcher = Dispatcher(
            trader.desk,
            self.people,
            venue.clock,
            mode=settings.mode,
            languages=languages,
            drills=self._drills,
            notify=self.notify,
            selector=Pointer(trader.desk.ai_sentence) if settings.ai_members else None,
        )

    @classmethod
    async def start(cls, settings: Settings, *, on_trouble: Callable[[str], None] | None = None) -> App:
        """Raises SettingsError, StorageFailed or OSError with the reason why it cannot start at all; what was opened
        until then is closed again."""
        outgoing.learn(secrets_of(settings))
        check_strategy(settings)
        make_data_dir(settings.data_dir)
        async with contextlib.AsyncExitStack() as opened:
            opened.callback(Claim(settings.data_dir).release)
            books = await asyncio.to_thread(claim_database, settings.storage_url)
            opened.callback(books.release)
            opened.callback(BotClaims(settings).release)
            storage = await open_storage(settings.storage_url, busy_seconds=BUSY_SECONDS)
            opened.push_async_callback(storage.close)
            venue = await open_venue(settings, storage)
            opened.push_async_callback(venue.close)
            outgoing.learn((venue.access_key, venue.secret_key))
            storage.clock = venue.clock
            exchange = UpbitExchange(
                venue.rest_url, venue.access_key, venue.secret_key, venue.clock, limits=venue.limits
            )
            opened.push_async_callback(exchange.close)
            app = await cls._assemble(settings, storage, venue, exchange)
            app._books = books
            opened.push_async_callback(app._end)
            await app._talk(on_trouble)
            await app.trader.start()
            await app._start_fronts()
            app._opened = opened.pop_all()
            return app

    @classmethod
    async def _assemble(cls, settings: Settings, storage: Storage, venue: Venue, exchange: UpbitExchange) -> App:
        access = Access.from_settings(settings, await storage.read(lambda records: records.people.all()))
        world = World(
            settings=settings,
            exchange=exchange,
            streams=UpbitStreams(venue.ws_url, venue.access_key, venue.secret_key),
            storage=storage,
            clock=venue.clock,
            routes=routes(settings, access),
            spare=await asyncio.to_thread(open_spare, settings.data_dir / SPARE),
            history=UpbitHistory(venue.rest_url, venue.clock).download,
            resync_clock=venue.resync,
        )
        trader = await Trader.create(world)
        languages = await Languages.load(settings.language, Coins(trader.desk.market_infos), storage)
        return cls(settings, storage, venue, exchange, trader, access, languages)

    async def _talk(self, on_trouble: Callable[[str], None] | None) -> None:
        """The parts of the chat that need no network."""
        await self.notify.load()
        self.trader.chronicle.router = self.notify.routes
        self._control = ControlSocket(self.settings.data_dir / SOCKET, self.dispatcher)
        await self._control.start()
        self._on_trouble = on_trouble

    async def _start_fronts(self) -> None:
        """Each in the background: a chat service that is down, or a wrong token, delays nothing."""
        self._fronts = front_ends(self)
        for front in self._fronts:
            await self._office.open(
                front.channel, self._sending(front), partial(self.languages.of_place, front.channel)
            )
            await front.start()
            self.trader.health.extra.append(lambda front=front: _front_check(front))  # type: ignore[misc]
        self.trader.chronicle.on_event(lambda event: self._office.nudge())
        self.trader.books.tell_directly.append(self._tell_directly)
        self.trader.timetable.add_machine("outbox", self._office.tend, 5)
        self.trader.timetable.add_machine("connection", self._exchange.warm, 20)
        self.trader.timetable.add_machine("books-lock", self._hold_books, 30)

    async def _freeze(self, by: str) -> None:
        """Entries stop until an owner resumes."""
        await self.trader.state.set(TradingState.REDUCING, by, reason=FROZEN)

    def _reroute(self) -> None:
        """Somebody came or was shut out: who is told from now on."""
        self.trader.chronicle.routes = tuple(routes(self.settings, self.access))

    def _held_back(self, message: OutboxMessage) -> bool:
        place = Route(message.channel, message.target)
        return self.notify.quiet_until(place, message.created_at) is not None

    def _bid(self, market: str) -> Decimal | None:
        quote = self.trader.quotes.quote(Market.parse(market)) if market else None
        return quote.bid if quote is not None else None

    async def _hold_books(self) -> None:
        """The lock on a database server is lost with its connection. Who finds that somebody else has taken it leaves:
        the other one guards what stands in these books."""
        try:
            await asyncio.to_thread(self._books.check)
        except BooksTaken as err:
            log.critical("books_taken", error=str(err))
            signal.raise_signal(signal.SIGTERM)

    def _sending(self, front: FrontEnd) -> Send:
        """As the front end sends; what was on its way to somebody who has been shut out meanwhile goes nowhere."""

        async def send(target: str, reply: Reply, *, edit: str = "", thread: str = "") -> str:
            person = self.access.known(f"{front.channel}:{target}")
            if person is not None and person.revoked:
                log.info("not_sent_to_revoked", person=person.key)
                return ""
            return await front.send(target, reply, edit=edit, thread=thread)

        return send

    def _explaining(self, channel: str) -> Callable[[str], None]:
        """What is wrong with a channel is said at the terminal. That somebody else takes away its commands is sent to
        people too: messages still leave."""

        def explain(text: str) -> None:
            if self._on_trouble is not None:
                self._on_trouble(text)
            if any(front.channel == channel and front.fault == CONFLICT for front in self._fronts):
                self._telling.start(self._tell_conflict(channel, text))

        return explain

    async def _tell_conflict(self, channel: str, text: str) -> None:
        data = {"where": f"chat-{channel}", "message": text, "count": "1"}
        await self.trader.chronicle.tell_or_log(EventKind.ERROR, severity=Severity.WARNING, data=data)

    async def _tell_directly(self, event: Event) -> None:
        """Past the outbox, which stands in the books that cannot be written."""
        reply = notice(event, self.languages.words())
        if reply is None:
            return
        for front in self._fronts:
            for route in self.trader.chronicle.routes:
                if route.channel == front.channel:
                    try:
                        await front.send(route.target, reply)
                    except ChatError as err:
                        log.error("not_told_directly", channel=route.channel, target=route.target, error=str(err))

    def print_notices(self, printer: Printer) -> None:
        """Say on the terminal what is pushed to the phone."""
        self.trader.chronicle.on_event(printer.event)

    async def talk(self, printer: Printer) -> None:
        """With the person at the terminal, until the end of the input."""
        await ConsoleReader(self.dispatcher, printer).run()

    async def stop(self, reason: str = "asked") -> None:
        """Say so, then front ends first and books last; each is tried whatever the one before did."""
        await self._say_goodbye(reason)
        await self._opened.aclose()

    async def _end(self) -> None:
        """Nobody talks any more, then nobody trades."""
        await self._drills.close()
        await self._telling.finish()
        await asyncio.gather(*(front.stop() for front in self._fronts))
        await self._office.close()
        if self._control is not None:
            await self._control.stop()
        await self.dispatcher.close()
        await self.trader.stop()

    async def _say_goodbye(self, reason: str) -> None:
        """A last message, given a moment to leave; it stays in the outbox for the next start if it cannot."""
        try:
            await self.trader.say_stopped(reason)
            async with asyncio.timeout(GOODBYE_SECONDS):
                while any(front.connected for front in self._fronts) and await self._waiting():  # noqa: ASYNC110
                    await asyncio.sleep(0.05)  # what is waited for are rows, which wake nobody
        except (StorageFailed, TimeoutError) as err:
            log.warning("goodbye_not_delivered", error=str(err) or "timeout")

    async def _waiting(self) -> int:
        return await self.storage.read(lambda records: records.outbox.pending_count())


def check_strategy(settings: Settings) -> None:
    """Raises SettingsError: there is no such strategy."""
    try:
        strategy_class(settings.strategy)
    except UserInputError as err:
        raise SettingsError(f"STRATEGY={settings.strategy} does not exist; known: {err.params['names']}") from err


def front_ends(app: App) -> list[FrontEnd]:
    """Those with credentials. Their libraries are imported here, because they are large."""
    settings, fronts = app.settings, list[FrontEnd]()
    token = settings.telegram_bot_token.get_secret_value()
    if token:
        with process.without("cryptography"):  # for Telegram's passports
            from chatbot.telegram.frontend import TelegramFrontEnd

        fronts.append(
            TelegramFrontEnd(
                token,
                settings.telegram_api_url,
                app.dispatcher,
                app.storage,
                app.access,
                app.languages,
                on_trouble=app._explaining("telegram"),
                asked=app._office.asked("telegram"),
            )
        )
    if settings.slack_bot_token.get_secret_value():
        from chatbot.slack.frontend import SlackFrontEnd

        slack = SlackFrontEnd(
            settings.slack_bot_token.get_secret_value(),
            settings.slack_app_token.get_secret_value(),
            settings.slack_api_url,
            app.dispatcher,
            app.storage,
            app.access,
            app.languages,
            on_trouble=app._explaining("slack"),
            asked=app._office.asked("slack"),
            home=Home(app.trader.desk, app.live_status, app.access, app.languages, app.venue.clock),
        )
        app.trader.chronicle.on_event(lambda event: slack.happened())
        app.people.on_change(slack.people_changed)
        fronts.append(slack)
    return fronts


def _front_check(front: FrontEnd) -> HealthCheck:
    return HealthCheck(f"chat-{front.channel}", front.connected, front.fault)
