"""C5: all that people read is in both catalogues, nothing missing, nothing left over; figures read naturally."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from chatbot import failures, notices
from chatbot.commands import REGISTRY
from chatbot.commands.helping import GROUPS
from chatbot.drill import compare, judging
from chatbot.drill import report as drill_report
from chatbot.notices.details import DETAILS
from chatbot.notify.rules import Group, Profile
from chatbot.outbox import digest
from chatbot.outbox.trades import Stage
from chatbot.people.access import Role
from chatbot.people.people import CHANGES, FROZEN
from chatbot.slots.ai import VOTES
from chatbot.slots.views import CHANGED, KINDS, LEVELS, groups
from chatbot.views import ai_card, exports
from chatbot.views.outcome_words import OUTCOMES
from chatbot.views.reasons import reason_text
from chatbot.wording import LANGUAGES, Words, figures
from chatbot.wording.catalogue import variables
from sandbox.market.rows import CAUTIONS
from storage.engine import SQLITE_WORDS
from tests.signals.rows import from_closes
from trader import errors
from trader.advice.context.premium import COIN, KIMCHI, RATE, TETHER
from trader.advice.rules import CODES as PREMIUM
from trader.approval.tickets import REFUSALS
from trader.desk.lookups import Exported
from trader.exchange.upbit.errors import BY_NAME
from trader.exchange.upbit.streams import LOSSES
from trader.execution.lifecycle import OWN_COINS_SOLD
from trader.guard.levels import EXIT_CODES
from trader.ledger.accounting import TAKEN_OUT
from trader.loosening import FREE, GUARDED, WAITING, loosens, waits
from trader.market.collector import CollectFailed
from trader.market.screener import Ranking
from trader.model.advice import AiRole, ItemStatus, MemberStatus, Stance, Verdict, VoteRule
from trader.model.difference import DifferenceState
from trader.model.events import EventKind
from trader.model.features import FEATURES
from trader.model.limits import SilencePolicy
from trader.model.market import Timeframe
from trader.model.mode import Mode
from trader.model.order import OrderState, Reason, Side
from trader.model.portfolio import TradingState
from trader.model.reflection import LessonState
from trader.model.signal import Action
from trader.reconcile.reconciler import NOT_YET, OUTAGE
from trader.reflection.diary import Teaching
from trader.reflection.lessons import AGE, REFUTED
from trader.risk.reasons import REASONS
from trader.settings import Settings
from trader.settings.fields import field_extra
from trader.signals import params, registry
from trader.signals.evaluate import reason_codes
from trader.state import RECONCILE
from trader.tuning import tunable_keys

ROOT = Path(__file__).parents[2]
KEYS = set(variables("ko"))

CHECKS = (
    "stream-public",
    "stream-private",
    "orders-unresolved",
    "guard",
    "storage",
    "outbox",
    "outbox-held",
    "disk",
    "memory",
)
JOURNAL = ("error", "no-candles", "warming-up", "stale-candles", "holding", "asked")
STAGES = ("market", "signal", "risk", "advice", "approval", "execution", "done")
CAUSES = ("manual", "panic", "failsafe", "pause-over", "never-appeared-at-the-venue", "not-tried")
FOLLOWED = ("surfaced-late", "open-after-all", OWN_COINS_SOLD)
"""What the executor notes of an order besides the causes of errors."""
ITEMS = (
    *("order_book", "funding", "fear_greed", "nasdaq100", "news", "pattern_risk"),
    *(KIMCHI, TETHER, COIN, RATE, *(f"c:{timeframe.value}" for timeframe in Timeframe)),
)
MEMBER_CHANGES = ("demoted", "restored", "retiring", "retired", "unknown", "off")
COMPARED = (NOT_YET, OUTAGE, TAKEN_OUT)


def dashed(code: str) -> str:
    return code.replace("_", "-").replace(" ", "-")


def strategies_figures() -> set[str]:
    """What strategies name behind their signals."""
    candles = from_closes([float(close) for close in range(100, 400)])
    return {name for strategy in registry.names() for name in registry.get(strategy).details(candles)} | {"score"}


def errors_told() -> set[str]:
    """Causes of errors: the venue's own names, our kinds of them, and why a stream was lost."""
    ours = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.VenueError)]
    more = (errors.OrderPending, errors.StorageFailed, errors.LedgerMismatch, CollectFailed, TimeoutError)
    kinds = {re.sub(r"(?<=[a-z])(?=[A-Z])", "-", kind.__name__).lower() for kind in (*ours, *more)}
    stored = [name for _, name, _ in SQLITE_WORDS]
    return kinds | {dashed(name) for name in (*BY_NAME, "too_many_requests", *LOSSES, *stored)}


def jobs() -> set[str]:
    """Names given to the timetable, and what is told to work again like one of them."""
    added = re.compile(r'\.add(?:_machine)?\(\s*"([a-z-]+)"')
    files = (ROOT / "trader" / "service.py", ROOT / "trader" / "learning.py", ROOT / "chatbot" / "running" / "app.py")
    return {"storage"} | {name for path in files for name in added.findall(path.read_text(encoding="utf-8"))}


def families() -> set[str]:
    """Keys that are put together from the codes of other parts."""
    commands = REGISTRY.all()
    details = {key for rows in DETAILS.values() for key, _ in rows}
    found = {f"{kind}-{c.name}" for c in commands for kind in ("help", "example")}
    found |= {f"arg-{p.slot.label}" for c in commands for p in c.parameters}
    found |= {f"access-{what}" for what in CHANGES} | {f"cause-{FROZEN}"}
    found |= {f"group-{group}" for group in GROUPS} | {f"role-{role.name.lower()}" for role in Role}
    found |= {
        f"by-{by}"
        for by in (
            "clock",
            "start",
            "guard",
            "panic",
            "rule",
            "silence",
            "console",
            "shell",
            "storage",
            "file",
            "failsafe",
        )
    }
    found |= {f"feature-{name}" for name in FEATURES} | {f"teaches-{code.value}" for code in Teaching}
    found |= {f"lesson-state-{state.value}" for state in LessonState} | {f"lesson-why-{why}" for why in (AGE, REFUTED)}
    found |= {f"detail-ai-{change}" for change in MEMBER_CHANGES}
    found |= {f"vote-rule-{rule.value}" for rule in VoteRule} | {f"ai-row-{name}" for name in ai_card._ROWS}
    found |= {f"item-{dashed(name.replace(':', '-'))}" for name in ITEMS}
    found |= {f"ai-items-{status.value}" for status in ItemStatus} | {f"button-vote-{key}" for key in VOTES[:4]}
    found |= {f"lesson-{action}-done" for action in ("pin", "unpin", "veto", "edit")}
    found |= {f"verdict-{verdict.value}" for verdict in Verdict} | {f"ai-role-{role.value}" for role in AiRole}
    found |= {f"channel-{channel}" for channel in ("telegram", "slack")}
    found |= {f"mode-{m.value}" for m in Mode} | {f"state-{s.value}" for s in TradingState}
    found |= {f"side-{s.value}" for s in Side} | {f"order-state-{s.value}" for s in OrderState}
    found |= {f"cause-{dashed(code)}" for code in (*CAUSES, *FOLLOWED, *EXIT_CODES, *reason_codes(), *PREMIUM) if code}
    found |= {f"cause-{cause}" for cause in errors_told()}
    found |= {
        "stream-public",
        "stream-private",
        "where-exit",
        "where-guard",
        "where-exchange",
        "where-chat-telegram",
        "where-chat-slack",
        "where-markets",
        "where-order",
        "where-service",
        "where-storage",
        "where-stream",
    }
    found |= {f"outcome-{outcome}" for outcome in (*OUTCOMES.values(), "failed")}
    found |= {f"answer-{a}" for a in ("approved", "half", "rejected", "denied", "replaced", *DifferenceState)}
    found |= {f"cause-{dashed(cause)}" for cause in COMPARED} | {f"adopted-{kind}" for kind in ("short", "extra")}
    found |= {f"{kind}-{RECONCILE}" for kind in ("by", "where")}
    found |= {f"button-pnl-{p}" for p in ("day", "week", "month")}
    found |= {f"cancel-{o}" for o in ("cancelled", "ended", "failed")}
    found |= {f"reason-{dashed(code)}" for code in (*REASONS, *PREMIUM, "dust", "not_sold", "venue_away")}
    found |= {f"denied-{dashed(code)}" for code in (*REASONS, *PREMIUM, "dust")}
    found |= {f"refused-{dashed(code)}" for code in REFUSALS} | {f"card-silence-{p}" for p in SilencePolicy}
    found |= {f"cause-{code}" for code in ("unreached", "price-moved", "stale-quote")} | {"card-stop", "card-take"}
    found |= {f"figure-{dashed(name)}" for name in strategies_figures()} | {"where-silence"}
    found |= {f"vote-{dashed(said.lower())}" for said in (*Stance, *MemberStatus) if said != MemberStatus.OK}
    found |= {f"stage-{stage}" for stage in STAGES} | {f"span-{u}" for u in ("days", "hours", "minutes", "seconds")}
    found |= {f"pass-{dashed(code)}" for code in (*JOURNAL, *Action, *OrderState)}
    found |= {f"count-{code}" for code in ("error", "warming-up")}
    found |= {"origin-default", "origin-environment", "value-yes", "value-no"}
    found |= {f"csv-{name}" for columns in exports.COLUMNS.values() for name, _ in columns}
    found |= {f"export-{what}" for what in Exported} | {f"export-{what}-what" for what in Exported}
    found |= {"booking-adopted", "booking-taken-out"} | {f"ranking-{ranking}" for ranking in Ranking}
    found |= {f"level-{level}" for level in LEVELS} | {f"trail-{kind}" for kind in KINDS}
    found |= {f"setting-group-{group}" for group in (*groups(), CHANGED)}
    found |= {f"caution-{dashed(name.lower())}" for name in CAUTIONS}
    found |= {f"health-{c}" for c in (*CHECKS, *(f"job-{j}" for j in jobs()), "chat-telegram", "chat-slack")}
    found |= {f"setting-{key}" for key in tunable_keys()}
    found |= {f"strategy-{name}" for name in registry.names()}
    found |= {f"param-{n}-{s.name}" for n in registry.names() for s in params.specs(registry.get(n))}
    found |= {f"notice-{dashed(kind.value)}" for kind in EventKind if kind is not EventKind.PROPOSAL}
    found |= {f"step-{dashed(kind.value)}" for kind in notices.STEPS}
    found |= {f"trade-{stage.value}" for stage in Stage}
    found |= {f"digest-group-{name}" for name in (*digest.GROUPS, digest.OTHERS)}
    found |= {f"alert-price-{way}" for way in ("above", "at-least", "below", "at-most")}
    found |= {f"alert-move-{way}" for way in ("above", "below", "either")} | {"alert-sma-above", "alert-sma-below"}
    found |= {f"alert-{kind}" for kind in ("rsi", "volume")}
    found |= {f"notify-group-{group}" for group in Group}
    found |= {"notify-change-profile", "notify-change-quiet"}
    found |= {f"notify-value-{value}" for value in ("on", "off", "default")}
    found |= {key for profile in Profile for key in (f"notify-{profile}", f"notify-is-{profile}")}
    found |= {f"detail-{key}" for key in details} | {f"{action}-ask" for action in ("start", "resume")}
    found |= {f"drill-{kind}-{dashed(c.name)}" for kind in ("check", "hint") for c in judging.CHECKS}
    found |= {f"drill-defect-{dashed(kind)}" for kind in compare.KINDS}
    found |= {f"drill-step-{step.value}" for step in judging.Step} | {
        f"drill-facts-{s.value}" for s in drill_report.FACTS
    }
    return found | {f"error-{key}" for key in input_errors()}


def sources(*folders: str) -> Iterator[ast.AST]:
    for folder in folders:
        for path in (ROOT / folder).rglob("*.py"):
            yield from ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def texts(node: ast.AST) -> set[str]:
    return {n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def input_errors() -> set[str]:
    """Every key a UserInputError is raised with, also where it is handed to a helper of `amounts`."""
    found: set[str] = set()
    for node in sources("trader", "chatbot"):
        if isinstance(node, ast.Call) and called(node) in ("UserInputError", "Contradiction") and node.args:
            found |= texts(node.args[0])
        if isinstance(node, ast.Call) and called(node) == "_tight":
            found |= texts(node.args[1])
    return found


def said() -> set[str]:
    """Keys written out in a call of `words(…)`."""
    found: set[str] = set()
    for node in sources("chatbot"):
        if isinstance(node, ast.Call) and called(node) in ("words", "_words") and node.args:
            first = node.args[0]
            options = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
            found |= {o.value for o in options if isinstance(o, ast.Constant) and isinstance(o.value, str)}
    return found - {""}


def written() -> set[str]:
    """Every text in the sources of the chat."""
    return {n.value for n in sources("chatbot") if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def test_both_languages_have_the_same_keys() -> None:
    assert set(variables("ko")) == set(variables("en"))


def test_parameters_that_contradict_each_other_are_named() -> None:
    with pytest.raises(errors.UserInputError) as caught:
        registry.get("sma_cross", {"fast": "60"})
    said = failures.input_error(caught.value, Words("ko"))
    assert said == "fast(60)는 slow(48)보다 작아야 합니다."


def test_no_key_is_missing() -> None:
    assert (said() | families()) - KEYS == set()


def test_no_key_is_left_over() -> None:
    assert KEYS - written() - families() == set()


@pytest.mark.parametrize(
    ("krw", "ko", "en"),
    [
        (0, "0", "0"),
        (-9_999_999, "-9,999,999", "-9,999,999"),
        (12_345_678, "1,235만", "12.35M"),
        (99_999_999, "1.00억", "100.0M"),
        (123_456_789_012, "1,235억", "123.5B"),
        (1_234_567_890_123, "1.23조", "1.23T"),
    ],
)
def test_a_long_sum_is_told_in_four_figures(krw: int, ko: str, en: str) -> None:
    assert (Words("ko").brief(Decimal(krw)), Words("en").brief(Decimal(krw))) == (ko, en)


def test_every_reason_is_told_with_its_figures() -> None:
    """Whatever the gate's reasons carry is what their sentence needs."""
    for code, figure_names in REASONS.items():
        for language in LANGUAGES:
            assert variables(language)[f"reason-{dashed(code)}"] <= set(figure_names), code


def test_a_reason_shows_each_figure_in_its_unit() -> None:
    words = Words("ko")
    daily = Reason("max_daily_loss", {"loss": "312000", "limit": "300000"})
    assert reason_text(daily, words) == "하루 손실 한도: 312,000원 / 300,000원"
    assert reason_text(Reason("max_positions", {"open": "5", "limit": "5"}), words) == "포지션 수 한도: 5 / 5"
    assert reason_text(Reason("cooldown", {"seconds_left": "90"}), words) == "매도 후 대기 중: 1분 30초 남음"
    rejected, unanswered = (
        Reason("declined", {"how": how, "seconds_left": "90"}) for how in ("rejected", "unanswered")
    )
    assert reason_text(rejected, words) == "전략의 제안이 거절되었습니다: 1분 30초 뒤에야 다시 묻습니다"
    assert reason_text(unanswered, words) == "전략의 제안에 답이 없었습니다: 1분 30초 뒤에야 다시 묻습니다"
    assert reason_text(Reason("below_minimum", {"detail": "x"}), words) == "최소 주문 금액 미만"
    assert reason_text(Reason("brand_new", {"a": "1"}), words) == "brand_new a=1"


def test_no_isolation_marks_and_no_unresolved_names() -> None:
    for language in LANGUAGES:
        words = Words(language)
        for key, names in variables(language).items():
            text = words(key, **dict.fromkeys(names, "1"))
            assert text.strip(), key
            assert not set(text) & set("\u2066\u2067\u2068\u2069{}"), key


def test_a_missing_parameter_is_an_error_in_our_code_and_unknown_in_what_others_send() -> None:
    words = Words("ko")
    with pytest.raises(ValueError, match="krw"):
        words("krw")
    assert words.lenient("krw", {}) == "알 수 없음원"


@pytest.mark.parametrize(
    ("amount", "shown", "short"),
    [
        ("1234567.4", "1,234,567", "123만 4,567"),
        ("125000000", "125,000,000", "1억 2,500만"),
        ("50000", "50,000", "5만"),
        ("9999", "9,999", "9,999"),
        ("0", "0", "0"),
        ("-1500", "-1,500", "-1,500"),
        ("-0.3", "0", "0"),
    ],
)
def test_sums(amount: str, shown: str, short: str) -> None:
    assert figures.amount(Decimal(amount)) == shown
    assert figures.short_krw(Decimal(amount)) == short


def test_quantities_prices_and_percents() -> None:
    assert figures.quantity(Decimal("0.01000000")) == "0.01"
    assert figures.quantity(Decimal("1E+3")) == "1,000"
    assert figures.price(Decimal("95123000")) == "95,123,000"
    assert figures.price(Decimal("0.1230")) == "0.123"
    assert figures.percent(Decimal("0.05")) == "5%"
    assert figures.percent(Decimal("0.0015")) == "0.15%"
    assert figures.signed_percent(Decimal("0.01234")) == "+1.23%"
    assert figures.signed_percent(Decimal("-0.00001")) == "0%"
    assert figures.signed(Decimal(1234)) == "+1,234"


def test_time_is_seouls() -> None:
    evening = datetime(2026, 10, 5, 15, 30, tzinfo=UTC)  # 00:30 on the 6th in Seoul
    assert figures.seoul(evening, evening) == "00:30:00"
    assert figures.seoul(evening, datetime(2026, 10, 5, 14, 0, tzinfo=UTC)) == "10-06 00:30"
    assert figures.seoul(evening) == "2026-10-06 00:30"


def test_spans_in_words() -> None:
    korean = Words("ko")
    assert korean.span(7530) == "2시간 5분"
    assert korean.span(0) == "0초"
    assert korean.span(90061) == "1일 1시간"
    assert Words("en").span(3605) == "1h"


def test_the_unknown_is_never_shown_as_zero() -> None:
    words = Words("ko")
    for shown in (words.krw(None), words.quantity(None), words.share(None), words.span(None), words.moment(None)):
        assert shown == "알 수 없음"


def test_every_changeable_setting_is_known_to_be_a_guard_or_not() -> None:
    assert set(tunable_keys()) == GUARDED | FREE
    assert not GUARDED & FREE


def test_limits_and_exits_wait_when_they_are_loosened() -> None:
    groups = {key: field_extra(Settings.model_fields[key])["group"] for key in tunable_keys()}
    assert {key for key, group in groups.items() if group in ("limits", "exits")} == WAITING
    assert waits("max_order_krw", "1", "2")
    assert not waits("max_order_krw", "2", "1")
    assert not waits("approval", "ask-all", "auto")


@pytest.mark.parametrize(
    ("key", "old", "new", "looser"),
    [
        ("max_order_krw", "1000000", "2000000", True),
        ("max_order_krw", "1000000", "500000", False),
        ("cooldown_seconds", "300", "60", True),
        ("declined_seconds", "3600", "0", True),
        ("stop_fraction", "0.02", "0.03", True),
        ("stop_fraction", "0.02", "0.01", False),
        ("stop_fraction", "0.02", "0", True),
        ("stop_fraction", "0", "0.05", False),
        ("take_fraction", "0.03", "0.05", False),
        ("take_fraction", "0.03", "0", True),
        ("approval", "ask-all", "auto", True),
        ("approval", "auto", "ask-above", False),
        ("buy_on_warning", "no", "yes", True),
        ("timeframe", "15m", "1m", False),
        ("max_positions", "5", "many", True),
        ("max_stops_in_a_row", "5", "0", True),
        ("max_stops_in_a_row", "0", "9", False),
        ("volatility_block_fraction", "0.05", "0.1", True),
        ("volatility_window_seconds", "180", "60", True),
        ("stop_breaker_seconds", "3600", "60", True),
        ("breakeven_fraction", "0.01", "0.005", False),
        ("raise_delay_seconds", "600", "0", True),
        ("max_exposure", "0.8", "1", True),
    ],
)
def test_what_loosens(key: str, old: str, new: str, looser: bool) -> None:
    assert loosens(key, old, new) is looser
