"""Kimchi, tether and coin premium by hand-worked numbers, on recorded days, and with each of their parts missing."""

from __future__ import annotations

import csv
import gzip
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.advice.context.outside import DEADLINE, HANGS, HTML, NOW, PATIENT, RECORDED, Outside, Reply, jsonly, question
from tests.advice.context.venue import USDT, Venue, any_of
from tests.examples import BTC
from trader.advice.context.binance import Binance
from trader.advice.context.finding import Finding
from trader.advice.context.premium import Premium, Premiums, Priced, premiums
from trader.advice.context.rates import UsdKrw
from trader.advice.context.web import Web
from trader.background import Background
from trader.model.advice import ContextItem, ItemStatus
from trader.model.market import Market

D = Decimal
OK, STALE, ABSENT = ItemStatus.OK, ItemStatus.STALE, ItemStatus.ABSENT
TICKER = "/api/v3/ticker/price"
RATE = {"date": "2026-11-19", "base": "USD", "quote": "KRW", "rate": 1450}


def at(price: str, seconds: float = 0) -> Priced:
    return Priced(D(price), NOW + timedelta(seconds=seconds))


# ---------------------------------------------------------------- the formulas


def test_by_hand() -> None:
    """BTC 141,375,000 KRW here, 93,750 USDT there, 1,450 KRW a dollar, 1,479 a USDT.
    93,750 × 1,450 = 135,937,500 → kp 4 %. 1,479 ÷ 1,450 → tp 2 %. 93,750 × 1,479 = 138,656,250 → kx 1.9608 %.
    (1 + 0.019608)(1 + 0.02) = 1.04."""
    found = premiums(at("141375000"), at("1479"), at("93750"), D(1450))
    assert found.kp == D("0.04")
    assert found.tp == D("0.02")
    assert found.kx is not None
    assert round(found.kx, 6) == D("0.019608")
    assert round((1 + found.kx) * (1 + found.tp), 12) == 1 + found.kp


def test_the_price_of_a_usdt_is_no_exchange_rate() -> None:
    """In a market 20 % dearer than the world, with KRW-USDT as dear as everything else, kx sees nothing of it."""
    found = premiums(at("163125000"), at("1740"), at("93750"), D(1450))
    assert (found.kp, found.tp, found.kx) == (D("0.2"), D("0.2"), D(0))


@pytest.mark.parametrize(
    ("upbit", "usdt", "world", "rate", "expected"),
    [
        (None, "1479", "93750", "1450", (False, True, False)),
        ("141375000", None, "93750", "1450", (True, False, False)),
        ("141375000", "1479", None, "1450", (False, True, False)),
        ("141375000", "1479", "93750", None, (False, False, True)),
        ("300000000", "1479", "93750", "1450", (False, True, False)),  # twice the world's price: another coin
        ("60000000", "1479", "93750", "1450", (False, True, False)),
    ],
)
def test_what_is_missing_is_unknown(
    upbit: str | None, usdt: str | None, world: str | None, rate: str | None, expected: tuple[bool, bool, bool]
) -> None:
    found = premiums(*(at(text) if text else None for text in (upbit, usdt, world)), D(rate) if rate else None)
    assert tuple(one is not None for one in (found.kp, found.tp, found.kx)) == expected


def test_prices_of_two_moments_are_not_compared() -> None:
    assert premiums(at("141375000"), None, at("93750", -10), D(1450)).kp == D("0.04")
    assert premiums(at("141375000"), None, at("93750", -11), D(1450)) == Premiums(None, None, None)


def test_the_premium_of_april_2021() -> None:
    """Hourly closes of Upbit and Binance and the bank rate of the day before: the month's mean was 12.3 %."""
    candles = pytest.importorskip("pyarrow.parquet")
    folder = RECORDED / "candles"
    files = [folder / "upbit_1h_KRW-BTC_ETH_XRP.parquet", folder / "binance_1h_BTCUSDT_from1m.parquet"]
    rates_file = RECORDED / "macro" / "usdkrw_daily.csv.gz"
    if not all(path.exists() for path in (*files, rates_file)):
        pytest.skip("the recorded candles are not beside the project")
    start, end = datetime(2021, 4, 1, tzinfo=UTC), datetime(2021, 5, 1, tzinfo=UTC)
    closes = []
    for path, market in zip(files, ("KRW-BTC", "BTCUSDT"), strict=True):
        span = [("market", "==", market), ("ts_utc", ">=", start), ("ts_utc", "<", end)]
        table = candles.read_table(path, columns=["ts_utc", "close"], filters=span).to_pydict()
        closes.append(dict(zip(table["ts_utc"], table["close"], strict=True)))
    with gzip.open(rates_file, "rt") as file:
        rates = {row["date"]: D(row["usdkrw"]) for row in csv.DictReader(file)}
    found, rate = [], D(1130)
    for hour in sorted(closes[0].keys() & closes[1].keys()):
        rate = rates.get((hour - timedelta(days=1)).date().isoformat(), rate)
        here, there = (Priced(D(str(column[hour])), hour) for column in closes)
        kp = premiums(here, None, there, rate).kp
        assert kp is not None
        found.append(kp)
    assert len(found) > 700
    assert round(sum(found) / len(found), 3) == D("0.123")


# ---------------------------------------------------------------- the source


class House:
    """Venue, Binance and bank as a test wants them."""

    def __init__(self, world: Outside, web: Web, flights: Background, deadline: float = PATIENT) -> None:
        self.world, self.venue = world, Venue()
        world.pages |= {TICKER: jsonly({"symbol": "BTCUSDT", "price": "93750.00"}), "/fx": jsonly(RATE)}
        binance = Binance(web, world.url, flights, deadline)
        self.source = Premium(
            self.venue.port, binance, UsdKrw(web, [f"{world.url}/fx"], flights, deadline), flights, deadline
        )

    async def look(self, seconds: float = 0, market: Market = BTC) -> Finding:
        return await self.source.look(question(market), NOW + timedelta(seconds=seconds))

    async def item(self, name: str = "kimchi_premium", seconds: float = 0, market: Market = BTC) -> ContextItem:
        found: ContextItem = any_of((await self.look(seconds, market)).items, name)
        return found


@pytest.fixture
def house(world: Outside, web: Web, flights: Background) -> House:
    return House(world, web, flights)


async def test_the_items(house: House) -> None:
    """140,000,000 ÷ (93,750 × 1,450) = 1.02989; 1,480 ÷ 1,450 = 1.02069; 140,000,000 ÷ (93,750 × 1,480) = 1.00901."""
    finding = await house.look()
    assert [(one.name, one.status, one.value) for one in finding.items] == [
        ("kimchi_premium", OK, 0.02989),
        ("tether_premium", OK, 0.02069),
        ("coin_premium", OK, 0.00901),
        ("usd_krw", OK, 1450),
    ]
    assert finding.features == {"kimchi_premium": 0.02989, "tether_premium": 0.02069, "coin_premium": 0.00901}


async def test_the_tether_itself(house: House) -> None:
    """A USDT is a USDT in the world too: kp is tp, and there is nothing special to the coin; nobody is asked for it."""
    found = {one.name: one.value for one in (await house.look(market=USDT)).items}
    assert (found["kimchi_premium"], found["tether_premium"], found["coin_premium"]) == (0.02069, 0.02069, 0.0)
    assert house.world.asked(TICKER) == 0


async def test_other_quotes_have_none(house: House) -> None:
    assert {one.status for one in (await house.look(market=Market("BTC", "ETH"))).items} == {ABSENT}


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (Reply("blocked for legal reasons", 451), "binance: http 451"),
        (Reply("<html>WAF</html>", 403), "binance: http 403"),
        (jsonly({"code": -1003, "msg": "banned"}, 418, Retry_After="120"), "binance: http 418"),
        (jsonly({"code": -1003}, 429, Retry_After="7"), "binance: http 429"),
        (jsonly({"code": -1121, "msg": "Invalid symbol."}, 400), "binance: not listed"),
        (jsonly({"code": -1100, "msg": "Illegal"}, 400), "binance: http 400"),
        (Reply("nope", 400), "binance: not in the expected shape"),
        (HTML, "binance: not in the expected shape"),
        (jsonly({"symbol": "ETHUSDT", "price": "3000"}), "binance: another symbol"),
        (jsonly({"symbol": "BTCUSDT", "price": "0.00"}), "binance: out of range"),
        (jsonly({"symbol": "BTCUSDT", "price": "NaN"}), "binance: out of range"),
        (jsonly({"symbol": "BTCUSDT", "price": None}), "binance: not in the expected shape"),
        (jsonly([]), "binance: not in the expected shape"),
    ],
)
async def test_without_the_worlds_price(house: House, page: Reply, reason: str) -> None:
    """kp and kx are unknown, tp needs no Binance."""
    house.world.pages[TICKER] = page
    found = {one.name: one for one in (await house.look()).items}
    for name in ("kimchi_premium", "coin_premium"):
        assert (found[name].status, found[name].value, found[name].reason) == (ABSENT, None, reason)
    assert found["tether_premium"].status is OK


async def test_a_hanging_binance_costs_the_deadline_once(world: Outside, web: Web, flights: Background) -> None:
    house = House(world, web, flights, DEADLINE)
    world.pages[TICKER] = HANGS
    assert (await house.item()).reason == "binance: no answer in time"
    await house.look(6)
    assert world.asked(TICKER) == 1


async def test_a_ban_is_waited_out_for_every_coin(house: House) -> None:
    house.world.pages[TICKER] = jsonly({"code": -1003}, 418, Retry_After="600")
    house.venue.prices[Market("KRW", "ETH")] = D(5_000_000)
    await house.look()
    for seconds in (60, 300, 599):
        await house.look(seconds)
        await house.look(seconds, Market("KRW", "ETH"))
    assert house.world.asked(TICKER) == 1
    await house.look(600)
    assert house.world.asked(TICKER) == 2


async def test_a_coin_not_listed_there_is_asked_for_once_a_day(house: House) -> None:
    house.world.pages[TICKER] = jsonly({"code": -1121, "msg": "Invalid symbol."}, 400)
    for hours in (0, 1, 23):
        assert (await house.item(seconds=hours * 3600)).reason == "binance: not listed"
    assert house.world.asked(TICKER) == 1


async def test_without_a_rate_only_the_coins_own_premium_is_known(house: House) -> None:
    house.world.pages["/fx"] = jsonly({**RATE, "rate": 2500})
    found = {one.name: one for one in (await house.look()).items}
    assert [found[name].status for name in found] == [ABSENT, ABSENT, OK, ABSENT]
    assert found["kimchi_premium"].reason == "usd_krw: out of range"


async def test_an_old_rate_makes_an_old_premium(house: House) -> None:
    """Fixed on the 13th, seven days ago: shown as stale, and not among the figures."""
    house.world.pages["/fx"] = jsonly({**RATE, "date": "2026-11-13"})
    finding = await house.look()
    found = {one.name: one for one in finding.items}
    assert (found["kimchi_premium"].status, found["kimchi_premium"].value) == (STALE, 0.02989)
    assert found["kimchi_premium"].reason == "usd_krw: nothing newer"
    assert found["coin_premium"].status is OK
    assert finding.features == {"coin_premium": 0.00901}


async def test_without_krw_usdt_the_kimchi_premium_stands(house: House) -> None:
    del house.venue.prices[USDT]
    found = {one.name: one for one in (await house.look()).items}
    assert [found[name].status for name in found] == [OK, ABSENT, ABSENT, OK]
    assert found["tether_premium"].reason == "no KRW-USDT price"


async def test_the_last_premium_is_shown_for_ten_minutes(house: House) -> None:
    """Binance falls silent; after half a minute its price is no longer of this moment."""
    await house.look()
    house.world.pages[TICKER] = Reply("", 500)
    item = await house.item(seconds=60)
    assert (item.status, item.value, item.age_seconds) == (STALE, 0.02989, 60)
    assert item.reason == "binance: http 500"
    assert (await house.item(seconds=600)).status is STALE
    assert (await house.item(seconds=601)).status is ABSENT


async def test_without_the_venue_there_is_no_premium(house: House) -> None:
    house.venue.away = True
    assert (await house.item()).reason == "upbit: VenueUnreachable"


async def test_another_coin_of_the_same_name(house: House) -> None:
    house.world.pages[TICKER] = jsonly({"symbol": "BTCUSDT", "price": "9.3"})
    assert (await house.item()).reason == "implausible"


async def test_nothing_is_asked_twice_within_five_seconds(house: House) -> None:
    for seconds in (0, 1, 4.9):
        await house.look(seconds)
    assert (house.world.asked(TICKER), house.world.asked("/fx"), house.venue.asked) == (1, 1, ["quotes"])
