"""The composition root: the only file that knows every package.

Settings → memory → venue → trader → front ends, and back in reverse order. Chat is started after the trader and may be
down for as long as it likes: trading does not wait for it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable

import structlog

from chatbot import process
from chatbot.access import Access
from chatbot.bot_claim import BotClaims
from chatbot.coins import Coins
from chatbot.console.printer import Printer
from chatbot.console.reader import ConsoleReader
from chatbot.control import ControlSocket
from chatbot.data_dir import SOCKET, Claim, make_data_dir
from chatbot.delivery import ChatError
from chatbot.dispatch import Dispatcher
from chatbot.frontend import FrontEnd
from chatbot.languages import Languages
from chatbot.notices import notice
from chatbot.outbox import OutboxSender
from chatbot.routes import routes
from chatbot.venue import Venue, open_venue
from storage.claim import BooksTaken, DatabaseClaim, claim_database
from storage.sql import open_storage
from trader.errors import SettingsError, StorageFailed, UserInputError
from trader.exchange.upbit.client import UpbitExchange
from trader.exchange.upbit.history import UpbitHistory
from trader.exchange.upbit.streams import UpbitStreams
from trader.model.events import Event
from trader.model.views import HealthCheck
from trader.ports import Storage
from trader.service import Trader, World
from trader.settings import Settings
from trader.signals.registry import strategy_class

log = structlog.get_logger(__name__)

GOODBYE_SECONDS = 1.5
BUSY_SECONDS = 2.0
"""Another program's lock on the books is waited for so long; the guard's exits wait with it."""


class App:
    """A running service. Made by `App.start`, ended by `stop`."""

    def __init__(
        self, settings: Settings, storage: Storage, venue: Venue, exchange: UpbitExchange, trader: Trader
    ) -> None:
        self.settings = settings
        self.storage = storage
        self.venue = venue
        self.trader = trader
        self._exchange = exchange
        self._fronts: list[FrontEnd] = []
        self._senders: list[OutboxSender] = []
        self._control: ControlSocket | None = None
        self._opened = contextlib.AsyncExitStack()
        self._books: DatabaseClaim
        self.dispatcher: Dispatcher
        self.languages: Languages
        self.access = Access.from_settings(settings)

    @classmethod
    async def start(cls, settings: Settings, *, on_trouble: Callable[[str], None] | None = None) -> App:
        """Raises SettingsError, StorageFailed or OSError with the reason why it cannot start at all; what was opened
        until then is closed again."""
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
            storage.clock = venue.clock
            exchange = UpbitExchange(venue.rest_url, venue.access_key, venue.secret_key, venue.clock)
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
        world = World(
            settings=settings,
            exchange=exchange,
            streams=UpbitStreams(venue.ws_url, venue.access_key, venue.secret_key),
            storage=storage,
            clock=venue.clock,
            routes=routes(settings),
            history=UpbitHistory(venue.rest_url, venue.clock).download,
            resync_clock=venue.resync,
        )
        return cls(settings, storage, venue, exchange, await Trader.create(world))

    async def _talk(self, on_trouble: Callable[[str], None] | None) -> None:
        """The parts of the chat that need no network."""
        desk, clock = self.trader.desk, self.venue.clock
        coins = Coins(desk.market_infos)
        self.languages = await Languages.load(self.settings.language, coins, self.storage)
        self.dispatcher = Dispatcher(
            desk,
            self.access,
            clock,
            mode=self.settings.mode,
            languages=self.languages,
            secrets=secrets(self.settings, self.venue),
        )
        self._control = ControlSocket(self.settings.data_dir / SOCKET, self.dispatcher)
        await self._control.start()
        self._on_trouble = on_trouble

    async def _start_fronts(self) -> None:
        """Each in the background: a chat service that is down, or a wrong token, delays nothing."""
        self._fronts = front_ends(self)
        for front in self._fronts:
            sender = OutboxSender(self.storage, self.venue.clock, front.channel, front.send, self.languages.words())
            self._senders.append(sender)
            await sender.start()
            await front.start()
            self.trader.health.extra.append(lambda front=front: _front_check(front))  # type: ignore[misc]
        self.trader.chronicle.on_event(lambda event: self._nudge())
        self.trader.books.tell_directly.append(self._tell_directly)
        self.trader.timetable.add_machine("outbox", self._deliver, 5)
        self.trader.timetable.add_machine("connection", self._exchange.warm, 20)
        self.trader.timetable.add_machine("books-lock", self._hold_books, 30)

    def _nudge(self) -> None:
        for sender in self._senders:
            sender.nudge()

    async def _deliver(self) -> None:
        self._nudge()

    async def _hold_books(self) -> None:
        """The lock on a database server is lost with its connection. Who finds that somebody else has taken it leaves:
        the other one guards what stands in these books."""
        try:
            await asyncio.to_thread(self._books.check)
        except BooksTaken as err:
            log.critical("books_taken", error=str(err))
            signal.raise_signal(signal.SIGTERM)

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
        await asyncio.gather(*(front.stop() for front in self._fronts))
        await asyncio.gather(*(sender.stop() for sender in self._senders))
        if self._control is not None:
            await self._control.stop()
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
                on_trouble=app._on_trouble,
            )
        )
    if settings.slack_bot_token.get_secret_value():
        from chatbot.slack.frontend import SlackFrontEnd

        fronts.append(
            SlackFrontEnd(
                settings.slack_bot_token.get_secret_value(),
                settings.slack_app_token.get_secret_value(),
                settings.slack_api_url,
                app.dispatcher,
                app.access,
                app.languages,
                on_trouble=app._on_trouble,
            )
        )
    return fronts


def secrets(settings: Settings, venue: Venue) -> list[str]:
    """What must never appear in an outgoing text."""
    tokens = (settings.telegram_bot_token, settings.slack_bot_token, settings.slack_app_token)
    return [token.get_secret_value() for token in tokens] + [venue.access_key, venue.secret_key]


def _front_check(front: FrontEnd) -> HealthCheck:
    return HealthCheck(f"chat-{front.channel}", front.connected, front.fault)
