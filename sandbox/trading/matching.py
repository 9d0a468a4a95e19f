"""The matching engine: accepts orders, trades them against the public book, fills resting ones on public ticks.

In: checked `OrderRequest`s and ticks. Out: calls of `Settlement`, and public trades. Rules are in reference §8 to
§10. Own resting orders stand first in the queue at their price, which is the kindest assumption for fills and the
strictest for self-match prevention."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal, localcontext
from itertools import takewhile

from sandbox.clock import SandboxClock
from sandbox.errors import ApiError
from sandbox.rules import EXACT, floor_volume, quote_rules
from sandbox.trading.account import Account
from sandbox.trading.orders import Order, OrderRequest
from sandbox.trading.settlement import SHOWN_ON, MarketView, Settlement, limit_price
from sandbox.trading.stalls import Stall
from sandbox.values import Book, Hub, Level, Tick

ZERO = Decimal(0)


class Engine:
    """Owns every order of the account.

    Args:
        schedule: runs a callable a little later, after the answer to the request was made.
    """

    def __init__(
        self,
        account: Account,
        market: MarketView,
        clock: SandboxClock,
        hub: Hub,
        schedule: Callable[[Callable[[], None]], object],
    ) -> None:
        self.account = account
        self._market = market
        self._clock = clock
        self._schedule = schedule
        self._books = Settlement(account, market, clock, hub)
        self._printing = False
        self.stall_for: Callable[[Order], Stall | None] | None = None
        """Asked for every order that begins to trade, when set."""
        self._stalls: dict[str, Stall] = {}

    @property
    def orders(self) -> dict[str, Order]:
        """Every order ever accepted, by uuid, oldest first."""
        return self._books.orders

    @property
    def by_identifier(self) -> dict[str, Order]:
        return self._books.by_identifier

    @property
    def trades_count(self) -> int:
        """Fills of all orders."""
        return self._books.trades_count

    def open_orders(self) -> list[Order]:
        """Open orders, oldest first."""
        return list(self._books.open.values())

    # -- entering and leaving -------------------------------------------------------------------------------------

    def check(self, request: OrderRequest, replacing: Order | None = None) -> None:
        """Refuse what the exchange would refuse for its sums, funds or a thin book (reference §8, §10).

        Args:
            replacing: an order whose hold would be free by then.
        Raises:
            ApiError: 400 with the name of the broken rule.
        """
        with localcontext(EXACT):
            if request.identifier is not None and request.identifier in self.by_identifier:
                raise ApiError(400, "duplicated_identifier", "This identifier was used before.")
            book = self._market.book(request.market)
            self._check_total(request, book)
            self._check_funds(request, replacing)
            self._check_depth(request, book)

    def submit(self, request: OrderRequest, replacing: Order | None = None) -> Order:
        """Accept an order: hold its funds, announce it, and trade it a moment later.

        `replacing` is cancelled first, at once.

        Raises:
            ApiError: as `check`.
        """
        self.check(request, replacing)
        with localcontext(EXACT):
            if replacing is not None:
                self._books.finish(replacing, "cancel")
            order = self._new(request)
            self._books.accept(order)
            self._books.announce_assets(order.created_at)
        self._schedule(lambda: self.execute(order))
        return order

    def rehearse(self, request: OrderRequest) -> Order:
        """The order that `submit` would accept now; nothing is kept.

        Raises:
            ApiError: as `check`.
        """
        self.check(request)
        with localcontext(EXACT):
            return self._new(request)

    def request_cancel(self, order: Order) -> None:
        """Cancel a moment later, so that the answer still shows the order as it was."""
        self._schedule(lambda: self.cancel(order))

    def cancel(self, order: Order) -> None:
        """Take an open order off; a finished one is left alone."""
        if not order.is_open:
            return
        with localcontext(EXACT):
            self._books.finish(order, "cancel")
            self._books.announce_assets(self._clock.now())

    def transfer(self, currency: str, amount: Decimal) -> None:
        """Money or coins come in, or leave when `amount` is negative, as by a deposit or withdrawal in the app.

        Raises:
            ValueError: so much is not free; nothing changed.
        """
        with localcontext(EXACT):
            self.account.transfer(currency, amount)
            self._books.announce_assets(self._clock.now())

    # -- trading --------------------------------------------------------------------------------------------------

    def execute(self, order: Order) -> None:
        """Trade an accepted order against the book; a limit order's rest goes on the book."""
        if not order.is_open:
            return
        with localcontext(EXACT):
            if self._refuses_to_trade(order):
                self._books.finish(order, "cancel")
            else:
                stall = self.stall_for(order) if self.stall_for is not None else None
                if stall is None:
                    self._walk(order)
                    self._settle_rest(order)
                else:
                    self._walk_partly(order, stall)
            self._books.announce_assets(self._clock.now())

    def _walk_partly(self, order: Order, stall: Stall) -> None:
        """Trade a share, then stand still; a limit order that finds nothing rests and does so at its first trade."""
        self._walk(order, stall.keep(order))
        if not order.is_open:
            return
        self._stalls[order.uuid] = stall
        if order.fills or not _may_rest(order):
            self._begin_stall(order, stall)
        else:
            self._settle_rest(order)

    def _begin_stall(self, order: Order, stall: Stall) -> None:
        stall.begun = True
        stall.wait(lambda: self._resume(order))

    def _resume(self, order: Order) -> None:
        """Go on where the stall began; one that rests on the book just fills again."""
        self._stalls.pop(order.uuid, None)
        if not order.is_open or order.resting:
            return
        with localcontext(EXACT):
            self._walk(order)
            self._settle_rest(order)
            self._books.announce_assets(self._clock.now())

    def forget_stalls(self) -> None:
        """Orders that have not begun to stall never will."""
        self._stalls = {name: stall for name, stall in self._stalls.items() if stall.begun}

    def _fills_now(self, order: Order, volume: Decimal) -> Decimal:
        """What of a public trade's reach a resting order fills: all, unless it stalls."""
        stall = self._stalls.get(order.uuid)
        if stall is None:
            return volume
        if stall.begun:
            return ZERO
        allowed = (order.remaining_volume or ZERO) - stall.keep(order)
        self._begin_stall(order, stall)
        return min(volume, allowed)

    def _refuses_to_trade(self, order: Order) -> bool:
        """post_only must not take, fok must be filled whole."""
        match order.request.time_in_force:
            case "post_only":
                return next(self._offers(order), None) is not None
            case "fok":
                return not self._fillable(order)
            case _:
                return False

    def on_tick(self, tick: Tick) -> None:
        """Fill resting orders that a public trade reaches.

        At the order's price at most the tick's volume fills; a trade beyond it fills the order whole. Orders younger
        than the tick are passed over.
        """
        resting = self._books.resting.get(tick.market)
        if resting is None or self._printing:
            return
        touched = [*takewhile(lambda order: limit_price(order) >= tick.price, resting.bids)]
        touched += takewhile(lambda order: limit_price(order) <= tick.price, resting.asks)
        if not touched:
            return
        with localcontext(EXACT):
            available = floor_volume(tick.volume)
            for order in touched:
                if order.created_at > tick.at:
                    continue
                volume = order.remaining_volume or ZERO
                price = limit_price(order)
                if price == tick.price:
                    volume = min(volume, available)
                if volume and self._stalls:
                    volume = self._fills_now(order, volume)
                if price == tick.price:
                    available -= volume
                if volume:
                    self._books.fill(order, price, volume, tick.at, is_maker=True)
            self._books.announce_assets(tick.at)

    # -- checks ---------------------------------------------------------------------------------------------------

    def _check_total(self, request: OrderRequest, book: Book) -> None:
        rules = quote_rules(request.market)
        quote = request.market.split("-")[0]
        name = f"under_min_total_{request.side}"
        if request.price is not None:
            total = request.price if request.volume is None else request.price * request.volume
        else:
            name = "under_min_total_market_ask"
            best_bid = book.bids[0].price if book.bids else ZERO
            total = best_bid * (request.volume or ZERO)
        if total < rules.min_total:
            raise ApiError(400, name, f"The minimum order total is {rules.min_total} {quote}.")
        if total > rules.max_total:
            message = f"The maximum order total is {rules.max_total} {quote}."
            raise ApiError(400, f"over_krw_funds_{request.side}", message)

    def _check_funds(self, request: OrderRequest, replacing: Order | None) -> None:
        quote, base = request.market.split("-")
        currency = quote if request.side == "bid" else base
        free = self.account.free(currency)
        if replacing is not None:
            free += replacing.hold
        if free < _needed(request):
            raise ApiError(400, f"insufficient_funds_{request.side}", f"There is not enough free {currency}.")

    def _check_depth(self, request: OrderRequest, book: Book) -> None:
        """Market orders must fit into the 30 levels shown (reference §8); the name is a client's (§12)."""
        too_large = False
        if request.ord_type == "price":
            too_large = (request.price or ZERO) > sum((level.price * level.size for level in book.asks), ZERO)
        elif request.ord_type == "market":
            too_large = (request.volume or ZERO) > sum((level.size for level in book.bids), ZERO)
        if too_large:
            raise ApiError(400, "volume_too_large", "The order is larger than the order book.")

    def _new(self, request: OrderRequest) -> Order:
        rate = quote_rules(request.market).fee_rate
        hold = _needed(request)
        reserved = _bid_total(request) * rate if request.side == "bid" else ZERO
        left = (request.price or ZERO) if request.volume is None else ZERO
        serial = len(self.orders)
        return Order(str(uuid.uuid4()), request, self._clock.now(), serial, rate, reserved, hold, hold, left)

    # -- walking the book -----------------------------------------------------------------------------------------

    def _offers(self, order: Order) -> Iterator[tuple[Decimal, Decimal, Order | None]]:
        """What the order can trade with, best first: (price, volume, own order or None for the public).

        Own orders come first at equal prices. The caller may change or finish an own order it was handed.
        """
        buying = order.side == "bid"
        resting = self._books.resting.get(order.market)
        own = list(resting.side("ask" if buying else "bid")) if resting else []
        book = self._market.book(order.market)
        levels = list(book.asks if buying else book.bids)
        limit = order.request.price if order.request.ord_type == "limit" else None
        while own or levels:
            if own and (not levels or not _better(levels[0].price, limit_price(own[0]), buying)):
                maker: Order | None = own.pop(0)
                assert maker is not None
                price, volume = limit_price(maker), maker.remaining_volume or ZERO
            else:
                level: Level = levels.pop(0)
                maker, price, volume = None, level.price, floor_volume(level.size)
            if limit is not None and _better(limit, price, buying):
                return
            if volume > 0:
                yield price, volume, maker

    def _wanted(self, order: Order, price: Decimal, keep: Decimal = ZERO) -> Decimal:
        if order.by_sum:
            return floor_volume(max(ZERO, order.left - keep) / price)
        return max(ZERO, (order.remaining_volume or ZERO) - keep)

    def _walk(self, order: Order, keep: Decimal = ZERO) -> None:
        """Trade with what is offered until only `keep` is left of what the order wants."""
        best_price: Decimal | None = None
        for price, volume, maker in self._offers(order):
            wanted = self._wanted(order, price, keep)
            if not order.is_open or not wanted:
                return
            if order.request.ord_type == "best" and best_price is not None and price != best_price:
                return
            taken = min(volume, wanted)
            if maker is not None and order.request.smp_type != "none":
                self._prevent(order, maker, price, taken)
                continue
            best_price = price
            self._trade(order, maker, price, taken)

    def _trade(self, order: Order, maker: Order | None, price: Decimal, volume: Decimal) -> None:
        now = self._clock.now()
        if maker is not None:
            self._books.fill(maker, price, volume, now, is_maker=True)
        else:
            self._market.consume(order.market, SHOWN_ON["ask" if order.side == "bid" else "bid"], price, volume)
        self._books.fill(order, price, volume, now, is_maker=False)
        self._printing = True
        try:
            self._market.print_trade(order.market, price, volume, "BID" if order.side == "bid" else "ASK")
        finally:
            self._printing = False

    def _fillable(self, order: Order) -> bool:
        """Whether the order could be filled whole now; self-match prevention that would cut it counts as no."""
        missing = order.left if order.by_sum else order.remaining_volume or ZERO
        best_price: Decimal | None = None
        for price, volume, maker in self._offers(order):
            if maker is not None and order.request.smp_type != "none":
                if order.request.smp_type == "cancel_maker":
                    continue
                return False
            if order.request.ord_type == "best" and best_price is not None and price != best_price:
                return False
            best_price = price
            if (floor_volume(missing / price) if order.by_sum else missing) <= volume:
                return True
            missing -= volume * price if order.by_sum else volume
        return False

    def _settle_rest(self, order: Order) -> None:
        if not order.is_open:
            return
        if _may_rest(order):
            self._books.rest(order)
        else:
            self._books.finish(order, "cancel")

    # -- self-match prevention ------------------------------------------------------------------------------------

    def _prevent(self, taker: Order, maker: Order, price: Decimal, volume: Decimal) -> None:
        """Keep the account from trading with itself, in the taker's way (reference §8.3)."""
        smp_type = taker.request.smp_type
        if smp_type == "cancel_maker":
            self._books.cut(maker, maker.remaining_volume or ZERO, limit_price(maker))
        elif smp_type == "cancel_taker":
            self._books.cut(taker, self._wanted(taker, price), price)
            if taker.is_open:
                self._books.finish(taker, "cancel")
        else:
            self._books.cut(maker, volume, limit_price(maker))
            self._books.cut(taker, volume, price)


def _may_rest(order: Order) -> bool:
    return order.request.ord_type == "limit" and order.request.time_in_force in (None, "post_only")


def _better(first: Decimal, second: Decimal, buying: bool) -> bool:
    """Whether `first` is strictly the better offer for a buyer (lower) or a seller (higher)."""
    return first < second if buying else first > second


def _bid_total(request: OrderRequest) -> Decimal:
    price = request.price or ZERO
    return price if request.volume is None else EXACT.multiply(price, request.volume)


def _needed(request: OrderRequest) -> Decimal:
    """What the account must hold: sum plus fee for bids, volume for asks."""
    if request.side == "ask":
        return request.volume or ZERO
    rate = quote_rules(request.market).fee_rate
    return EXACT.multiply(_bid_total(request), EXACT.add(Decimal(1), rate))
