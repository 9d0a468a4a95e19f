"""What a trade would leave of the limits and put at stake, for who is asked.  In: Case.  Out: Outlook.  Pure."""

from __future__ import annotations

from decimal import Decimal

from trader.model.order import ZERO, Outlook, Side
from trader.risk.case import Case
from trader.risk.entries import planned_stop

ONE = Decimal(1)


def outlook(case: Case) -> Outlook:
    """At the price of now; fees of both ways are in what it comes to."""
    portfolio, limits = case.portfolio, case.limits
    buying = case.intent.side is Side.BUY
    exposed = portfolio.exposed + (case.notional if buying else -case.notional)
    exposure = max(exposed, ZERO) / portfolio.equity if portfolio.equity > 0 else ZERO
    if not buying:
        return Outlook(exposure, limits.max_exposure, result=_result(case))
    stop, take = planned_stop(case), case.intent.exits.take
    spent = portfolio.today.spent + portfolio.buying + case.notional + case.fee
    return Outlook(
        exposure,
        limits.max_exposure,
        entries_left=max(0, limits.max_entries_per_day - portfolio.today.entries - 1),
        spend_left=max(ZERO, limits.max_daily_spend - spent),
        stop=stop,
        at_stop=None if stop is None else _sold_at(case, stop),
        take=take,
        at_take=None if take is None else _sold_at(case, take),
    )


def _sold_at(case: Case, level: Decimal) -> Decimal | None:
    """KRW won or lost when what is bought now is sold at `level`; None without a price."""
    if case.price <= 0:
        return None
    proceeds = case.notional / case.price * level
    return proceeds * (ONE - case.rules.ask_fee_rate) - case.notional - case.fee


def _result(case: Case) -> Decimal | None:
    """KRW a sale at the price of now brings against what the quantity cost."""
    if case.position is None:
        return None
    return case.notional - case.fee - (case.intent.quantity or ZERO) * case.position.average_cost
