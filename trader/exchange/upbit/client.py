"""Upbit as `ports.Exchange`. In: the port's calls.  Out: the port's values and errors.

The same code speaks to Upbit and to the local exchange: the address decides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from trader.clock import Clock
from trader.errors import NotFound
from trader.exchange.upbit import ticks
from trader.exchange.upbit.limits import Limits
from trader.exchange.upbit.orders import Account, KeyRights
from trader.exchange.upbit.quotation import QUOTES, Quotation
from trader.exchange.upbit.rest import ANSWER_SECONDS, READ_DEADLINE_SECONDS, Rest
from trader.model.market import Candle, Market, MarketInfo, OrderBook, Quote, Ticker, Timeframe
from trader.model.order import OrderRequest, VenueOrder
from trader.model.portfolio import Balance
from trader.model.rules import TradingRules

RULES_LIFE = timedelta(hours=1)
WARM_MARKET = Market("KRW", "BTC")


class UpbitExchange:
    """Implements `ports.Exchange`; errors and promises are written there."""

    def __init__(
        self,
        rest_url: str,
        access_key: str,
        secret_key: str,
        clock: Clock,
        *,
        limits: Limits | None = None,
        answer_seconds: float = ANSWER_SECONDS,
        deadline_seconds: float = READ_DEADLINE_SECONDS,
    ) -> None:
        """
        Args:
            rest_url: `https://api.upbit.com` or a local exchange's address, without `/v1`.
            access_key, secret_key: empty strings where only public reads are wanted.
            clock: decides which candle is closed and how old the cached rules are.
            answer_seconds: how long one answer is waited for.
            deadline_seconds: how long a read is tried again.
        """
        self._rest = Rest(
            rest_url,
            access_key,
            secret_key,
            limits=limits,
            answer_seconds=answer_seconds,
            deadline_seconds=deadline_seconds,
        )
        self._clock = clock
        self._quotation = Quotation(self._rest, clock)
        self._account = Account(self._rest)
        self._rules: dict[Market, TradingRules] = {}

    async def markets(self) -> list[MarketInfo]:
        return await self._quotation.markets()

    async def rules(self, market: Market) -> TradingRules:
        now = self._clock.now()
        cached = self._rules.get(market)
        if cached is not None and cached.as_of is not None and now - cached.as_of < RULES_LIFE:
            return cached
        rules = await self._read_rules(market, now)
        self._rules[market] = rules
        return rules

    async def _read_rules(self, market: Market, now: datetime) -> TradingRules:
        if market.quote not in QUOTES:
            raise NotFound(f"Upbit has no market {market.code}", name="notfoundmarket")
        chance = await self._account.chance(market)
        price, tick = await self._present_tick(market)
        return TradingRules(
            market=market,
            ticks=ticks.in_force(market, price, tick),
            min_notional=max(chance.market.bid.min_total, chance.market.ask.min_total),
            max_notional=chance.market.max_total,
            bid_fee_rate=chance.bid_fee,
            ask_fee_rate=chance.ask_fee,
            active=chance.market.state == "active",
            as_of=now,
        )

    async def _present_tick(self, market: Market) -> tuple[Decimal | None, Decimal | None]:
        """(last price, the venue's tick there); (None, None) where the venue says neither: the table stands alone."""
        try:
            return await self._quotation.last_price(market), await self._quotation.venue_tick(market)
        except NotFound:
            return None, None

    async def candles(
        self, market: Market, timeframe: Timeframe, *, count: int, until: datetime | None = None
    ) -> list[Candle]:
        return await self._quotation.candles(market, timeframe, count=count, until=until)

    async def quotes(self, markets: Sequence[Market]) -> list[Quote]:
        return await self._quotation.quotes(markets)

    async def tickers(self, quote: str) -> list[Ticker]:
        return await self._quotation.tickers(quote)

    async def order_book(self, market: Market) -> OrderBook:
        return await self._quotation.order_book(market)

    async def balances(self) -> dict[str, Balance]:
        return await self._account.balances()

    async def submit(self, request: OrderRequest) -> VenueOrder:
        return await self._account.submit(request)

    async def find(self, *, client_order_id: str | None = None, venue_id: str | None = None) -> VenueOrder | None:
        return await self._account.find(client_order_id=client_order_id, venue_id=venue_id)

    async def find_many(self, client_order_ids: Sequence[str]) -> list[VenueOrder]:
        return await self._account.find_many(client_order_ids)

    async def open_orders(self, market: Market | None = None) -> list[VenueOrder]:
        return await self._account.open_orders(market)

    async def cancel(self, *, client_order_id: str | None = None, venue_id: str | None = None) -> None:
        await self._account.cancel(client_order_id=client_order_id, venue_id=venue_id)

    async def key_rights(self) -> KeyRights:
        """What the key may do; for the doctor and before live trading. VenueForbidden: it does not work at all."""
        return await self._account.key_rights()

    async def warm(self) -> None:
        """Open a connection ahead of need, so that the next order pays no handshake. Idle ones last
        `rest.KEEP_ALIVE_SECONDS`: call it at the start and every 20 seconds of quiet."""
        await self._quotation.venue_tick(WARM_MARKET)

    async def close(self) -> None:
        await self._rest.close()
