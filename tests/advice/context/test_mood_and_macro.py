"""Fear & Greed, USD/KRW and the Nasdaq: real shapes, and every way they are known to fail."""

from __future__ import annotations

import csv
import gzip
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.advice.context.outside import DEADLINE, HANGS, HTML, NOW, PATIENT, RECORDED, Outside, Reply, jsonly, question
from tests.advice.context.samples import CSV, DUNAMU, ER_API, FRANKFURTER_1, FRANKFURTER_2, MIDNIGHT, fng
from trader.advice.context import fear_greed, nasdaq, rates
from trader.advice.context.failed import SourceFailed
from trader.advice.context.fear_greed import FearGreed, word
from trader.advice.context.kept import Reading
from trader.advice.context.nasdaq import Nasdaq
from trader.advice.context.rates import Rated, UsdKrw
from trader.advice.context.web import Web
from trader.background import Background
from trader.model.advice import ContextItem, ItemStatus

OK, STALE, ABSENT = ItemStatus.OK, ItemStatus.STALE, ItemStatus.ABSENT


# ---------------------------------------------------------------- Fear & Greed


async def mood(world: Outside, web: Web, flights: Background, page: Reply, now: datetime = NOW) -> ContextItem:
    world.pages["/fng/"] = page
    source = FearGreed(web, f"{world.url}/fng/", flights, DEADLINE if page.hang else PATIENT)
    (item,) = (await source.look(question(), now)).items
    return item


async def test_fear_and_greed(world: Outside, web: Web, flights: Background) -> None:
    found = await mood(world, web, flights, jsonly(fng()))
    assert found.value == {"value": 47, "means": "neutral", "day_before": 44}
    assert (found.status, found.source, found.age_seconds) == (OK, "alternative.me", 3 * 3600 + 2)
    assert world.requests[0][1] == {"limit": "2", "format": "json"}


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (Reply("slow down", 429), "http 429"),
        (HTML, "not in the expected shape"),
        (jsonly(fng(error="something broke")), "the source reports an error"),
        (jsonly(fng("101")), "out of range"),
        (jsonly(fng("-1")), "out of range"),
        (jsonly(fng("high")), "not in the expected shape"),
        (jsonly(fng(at=NOW + timedelta(days=1))), "dated ahead"),
        (jsonly({"data": [], "metadata": {"error": None}}), "not in the expected shape"),
        (jsonly([]), "not in the expected shape"),
        (jsonly({"data": [{"value": None}], "metadata": {}}), "not in the expected shape"),
        (HANGS, "no answer in time"),
    ],
)
async def test_fear_and_greed_failing(world: Outside, web: Web, flights: Background, page: Reply, reason: str) -> None:
    found = await mood(world, web, flights, page)
    assert (found.status, found.value, found.reason) == (ABSENT, None, reason)


async def test_a_mood_of_two_days_ago_is_stale(world: Outside, web: Web, flights: Background) -> None:
    """It was for the 18th: 51 hours old at 03:00 on the 20th, more than 36. Not among the figures any more."""
    world.pages["/fng/"] = jsonly(fng(at=MIDNIGHT - timedelta(days=2)))
    finding = await FearGreed(web, f"{world.url}/fng/", flights, PATIENT).look(question(), NOW)
    (found,) = finding.items
    assert (found.status, found.age_seconds, found.reason) == (STALE, 51 * 3600 + 2, "nothing newer")
    assert finding.features == {}


async def test_a_mood_outlives_a_dead_service(world: Outside, web: Web, flights: Background) -> None:
    """It is a figure of the day: still good at 23:00, stale a day later, gone after four."""
    world.pages["/fng/"] = jsonly(fng())
    source = FearGreed(web, f"{world.url}/fng/", flights, PATIENT)
    await source.look(question(), NOW)
    world.pages["/fng/"] = Reply("", 500)
    seen = []
    for hours in (23, 37, 97):
        (item,) = (await source.look(question(), MIDNIGHT + timedelta(hours=hours))).items
        seen.append(item.status)
    assert seen == [OK, STALE, ABSENT]


async def test_the_mood_is_asked_for_again_when_a_new_one_is_due(world: Outside, web: Web, flights: Background) -> None:
    """`time_until_update` says 21 hours; at the latest after six."""
    world.pages["/fng/"] = jsonly(fng())
    source = FearGreed(web, f"{world.url}/fng/", flights, PATIENT)
    for hours in (0, 1, 5.9):
        await source.look(question(), NOW + timedelta(hours=hours))
    assert world.asked("/fng/") == 1
    await source.look(question(), NOW + timedelta(hours=6))
    await flights.close()
    assert world.asked("/fng/") <= 2


def test_the_publishers_words_on_eight_years() -> None:
    path = RECORDED / "macro" / "fear_greed_alternative_me_daily.csv.gz"
    if not path.exists():
        pytest.skip("the recorded index is not beside the project")
    with gzip.open(path, "rt") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 2500
    for row in rows:
        assert word(int(row["value"])) == row["value_classification"].lower()
        at = datetime.fromtimestamp(int(row["timestamp"]), UTC)
        reading = fear_greed.parse(json.dumps(fng(row["value"], at)).encode(), at + timedelta(hours=5))
        assert reading.value == (int(row["value"]), 44)


# ---------------------------------------------------------------- KRW per USD


@pytest.mark.parametrize(
    ("answer", "krw", "source", "as_of"),
    [
        (FRANKFURTER_2, "1462.35", "frankfurter.dev", datetime(2026, 11, 19, 15, tzinfo=UTC)),
        (FRANKFURTER_1, "1462.35", "frankfurter.dev", datetime(2026, 11, 19, 15, tzinfo=UTC)),
        ({**FRANKFURTER_2, "date": "2026-11-20"}, "1462.35", "frankfurter.dev", NOW),
        (ER_API, "1464.02", "exchangerate-api.com", MIDNIGHT),
        (DUNAMU, "1463.5", "dunamu", NOW.replace(microsecond=0)),
    ],
)
def test_a_rate_is_read_by_its_shape(answer: object, krw: str, source: str, as_of: datetime) -> None:
    assert rates.parse(json.dumps(answer).encode(), NOW) == Reading(Rated(Decimal(krw), source), as_of)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({**FRANKFURTER_2, "rate": 899.99}, "out of range"),
        ({**FRANKFURTER_2, "rate": 2000.01}, "out of range"),
        ({**FRANKFURTER_2, "rate": 0.00068}, "out of range"),  # the other way round
        ({**FRANKFURTER_2, "rate": float("nan")}, "out of range"),
        ({**FRANKFURTER_2, "rate": "many"}, "not in the expected shape"),
        ({**FRANKFURTER_2, "base": "EUR"}, "not in the expected shape"),
        ({**FRANKFURTER_2, "quote": "JPY"}, "not in the expected shape"),
        ({**FRANKFURTER_2, "date": "2026-11-22"}, "dated ahead"),
        ({"message": "not found"}, "not in the expected shape"),
        ({"result": "error", "error-type": "quota-reached"}, "the source reports an error"),
        ({**ER_API, "base_code": "EUR"}, "not in the expected shape"),
        ([], "not in the expected shape"),
        (None, "not in the expected shape"),
    ],
)
def test_what_is_no_rate(answer: object, reason: str) -> None:
    with pytest.raises(SourceFailed) as caught:
        rates.parse(json.dumps(answer).encode(), NOW)
    assert caught.value.reason == reason


def pair(world: Outside, web: Web, flights: Background) -> UsdKrw:
    hangs = any(page.hang for page in world.pages.values())
    return UsdKrw(web, (f"{world.url}/first", f"{world.url}/second"), flights, 2 * DEADLINE if hangs else PATIENT)


@pytest.mark.parametrize("first", [Reply("", 404), Reply("", 422), Reply("", 429), Reply("", 503), HTML, HANGS])
async def test_the_second_address_serves_when_the_first_does_not(
    world: Outside, web: Web, flights: Background, first: Reply
) -> None:
    """Also when the first one hangs: each gets its share of the time."""
    world.pages |= {"/first": first, "/second": jsonly(ER_API)}
    known = await pair(world, web, flights).get(NOW)
    assert (known.status, known.value) == (OK, Rated(Decimal("1464.02"), "exchangerate-api.com"))


async def test_without_any_rate_there_is_none(world: Outside, web: Web, flights: Background) -> None:
    world.pages |= {"/first": Reply("", 503), "/second": jsonly({"result": "error"})}
    known = await pair(world, web, flights).get(NOW)
    assert (known.status, known.value, known.reason) == (ABSENT, None, "http 503; the source reports an error")


async def test_a_rate_that_jumps_needs_a_second_opinion(world: Outside, web: Web, flights: Background) -> None:
    """1,462.35 was good; 1,550 is 6.0 % from it: refused while the other source says 1,464, believed when both say so
    (1,550 and 1,545 are 0.3 % apart)."""
    rate = pair(world, web, flights)
    world.pages |= {"/first": jsonly(FRANKFURTER_2), "/second": Reply("", 503)}
    await rate.get(NOW)
    world.pages["/first"] = jsonly({**FRANKFURTER_2, "rate": 1550})
    known = await settled(rate, flights, NOW + timedelta(hours=1))
    assert known.value == Rated(Decimal("1462.35"), "frankfurter.dev")
    world.pages["/second"] = jsonly(ER_API)
    known = await settled(rate, flights, NOW + timedelta(hours=2))
    assert known.value == Rated(Decimal("1464.02"), "exchangerate-api.com")
    world.pages["/second"] = jsonly({**ER_API, "rates": {"KRW": 1545}})
    known = await settled(rate, flights, NOW + timedelta(hours=4))
    assert known.value is not None
    assert known.value.krw == 1545


async def settled(rate: UsdKrw, flights: Background, now: datetime) -> Any:
    """A good rate is handed out while the next one is read: ask, let it land, look."""
    await rate.get(now)
    while flights.tasks:
        await flights.finish()
    return rate.peek(now)


async def test_a_rate_over_a_long_weekend(world: Outside, web: Web, flights: Background) -> None:
    """Thursday's fixing (the 19th, 15:00 UTC) is good until the 23rd at 15:00, then stale, after ten days gone."""
    world.pages["/first"] = jsonly(FRANKFURTER_2)
    rate = pair(world, web, flights)
    seen = []
    for day, hour in ((20, 3), (23, 14), (23, 16), (29, 14), (29, 16)):
        known = await settled(rate, flights, datetime(2026, 11, day, hour, tzinfo=UTC))
        seen.append(known.status)
    assert seen == [OK, OK, STALE, STALE, ABSENT]


def test_eight_years_of_rates_are_in_range_and_hardly_ever_jump() -> None:
    path = RECORDED / "macro" / "usdkrw_daily.csv.gz"
    if not path.exists():
        pytest.skip("the recorded rates are not beside the project")
    with gzip.open(path, "rt") as file:
        rows = [(row["date"], Decimal(row["usdkrw"])) for row in csv.DictReader(file)]
    last, doubted = None, []
    for day, krw in rows:
        now = datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(days=1)
        reading = rates.parse(json.dumps({**FRANKFURTER_2, "date": day, "rate": str(krw)}).encode(), now)
        if not rates.believable(krw, last, ()):
            doubted.append(day)
        last = reading
    assert doubted == ["2025-03-01"]  # the recording leaves out half a year before it


# ---------------------------------------------------------------- Nasdaq


async def index(world: Outside, web: Web, flights: Background, body: str, status: int = 200) -> ContextItem:
    world.pages["/graph.csv"] = Reply(body, status, kind="text/csv")
    source = Nasdaq(web, f"{world.url}/graph.csv?id=NASDAQ100", flights, PATIENT)
    (item,) = (await source.look(question(), NOW)).items
    return item


async def test_nasdaq(world: Outside, web: Web, flights: Background) -> None:
    """25,149 after 24,900 is +1.0 %; five sessions before it stood at 25,000: +0.596 %."""
    found = await index(world, web, flights, CSV)
    assert found.value == {"close": 25149, "change_1_session": 0.01, "change_5_sessions": 0.00596}
    assert (found.status, found.as_of) == (OK, datetime(2026, 11, 19, 21, tzinfo=UTC))
    assert world.requests[0][1] == {"id": "NASDAQ100", "cosd": "2026-11-04"}


def test_blanks_are_days_without_a_session() -> None:
    body = CSV.replace("24900.00", "").replace("25149.00", ".")
    reading = nasdaq.parse(b"\xef\xbb\xbf" + body.encode(), NOW)
    assert reading.value is not None
    assert (reading.value.close, reading.as_of) == (25300.0, datetime(2026, 11, 17, 21, tzinfo=UTC))


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (str(HTML.body), 200, "not in the expected shape"),
        ("", 200, "not in the expected shape"),
        ("observation_date,NASDAQ100\n2026-11-18,.\n2026-11-19,\n", 200, "no values"),
        ("observation_date,NASDAQ100\n", 200, "no values"),
        ("observation_date,NASDAQ100\n2026-11-18,-3\n", 200, "out of range"),
        ("observation_date,NASDAQ100\n2026-11-18,nan\n", 200, "out of range"),
        ("observation_date,NASDAQ100\n2026-11-18,1,2\n", 200, "not in the expected shape"),
        ("observation_date,NASDAQ100\n2026-12-18,25000\n", 200, "dated ahead"),
        ("", 503, "http 503"),
    ],
)
async def test_nasdaq_failing(
    world: Outside, web: Web, flights: Background, body: str, status: int, reason: str
) -> None:
    found = await index(world, web, flights, body, status)
    assert (found.status, found.value, found.reason) == (ABSENT, None, reason)


async def test_an_old_close_is_stale(world: Outside, web: Web, flights: Background) -> None:
    found = await index(world, web, flights, "observation_date,NASDAQ100\n2026-11-13,25200\n")
    assert (found.status, found.value) == (
        STALE,
        {"close": 25200, "change_1_session": None, "change_5_sessions": None},
    )
