"""What models are worth, and what was learned, in words.  In: scores, lessons, flat text of events.  Pure.

Text that a model wrote is shown as such, in quotation marks, and never in the place of a figure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from chatbot.views import lines
from chatbot.views.plain import figure
from chatbot.wording import Words, figures
from trader.model.reflection import Lesson
from trader.reflection.judging import ENSEMBLE
from trader.reflection.scorecard import Pair, Score
from trader.reflection.statistics import ENOUGH

_FRACTIONS = ("_fraction", "_distance", "_premium", "_change", "change_24h", "change_30d", "macd_hist", "volatility")
"""Figures that are fractions, by the end of their names; they are shown in percent."""


ID_SHOWN = 6


def member_name(name: str, words: Words) -> str:
    return words("ai-ensemble") if name == ENSEMBLE else name


def score_lines(score: Score, words: Words, *, votes: bool = True) -> list[str]:
    """How good, how dear, and whether that is enough to judge by."""
    head = words("ai-score-head", name=member_name(score.name, words), n=score.n, calls=score.calls)
    said = [f"▸ {head}" if votes else f"▸ {head} · {words('ai-no-vote')}"]
    rate, interval = score.hit_rate, score.hit_interval
    if rate is not None and interval is not None:
        brier = words.unknown if score.brier is None else f"{score.brier:.3f}"
        said.append(
            "  "
            + words(
                "ai-score-hits",
                rate=_percent(rate),
                low=_percent(interval.low),
                high=_percent(interval.high),
                brier=brier,
                net=words.change(None if score.mean_net is None else Decimal(repr(round(score.mean_net, 6)))),
            )
        )
    said.append(
        "  "
        + words(
            "ai-score-value",
            value=words.krw_change(score.value_added),
            cost=words.fee(score.cost),
            p50=_seconds(score.latency_p50, words),
            p95=_seconds(score.latency_p95, words),
            failed=score.failed,
        )
    )
    said.append(f"  {verdict(score.n, score.value_added, words)}")
    return said


def verdict(n: int, value: Decimal, words: Words) -> str:
    """Below `ENOUGH` none is given."""
    if n < ENOUGH:
        return words("ai-too-few", n=n, enough=ENOUGH)
    return words("ai-worth-it" if value > 0 else "ai-not-worth-it")


def pair_line(pair: Pair, words: Words) -> str:
    share = _percent(pair.agreed / pair.n) if pair.n else words.unknown
    wrong = _percent(pair.both_wrong / pair.n) if pair.n else words.unknown
    return words("ai-pair", first=pair.first, second=pair.second, agreed=share, wrong=wrong, n=pair.n)


def _percent(share: float) -> str:
    return f"{share * 100:.0f}%"


def _seconds(seconds: float | None, words: Words) -> str:
    return words.unknown if seconds is None else words("span-seconds", n=f"{seconds:.1f}")


# ---------------------------------------------------------------- from events


def week_lines(data: Mapping[str, str], words: Words) -> list[str]:
    """One line a member, from an event's flat text."""
    return [_week_line(name, data, words) for name in data.get("members", "").split()]


def _week_line(name: str, data: Mapping[str, str], words: Words) -> str:
    n, hits = (int(data.get(f"{name}.{key}", "0")) for key in ("n", "hits"))
    value, cost = figure(data.get(f"{name}.value")), figure(data.get(f"{name}.cost"))
    return words(
        "ai-week-line",
        name=member_name(name, words),
        n=n,
        rate=_percent(hits / n) if n else "–",
        brier=data.get(f"{name}.brier") or "–",
        value=words.krw_change(value),
        cost=words.fee(cost),
        verdict=verdict(n, value or Decimal(0), words),
    )


def reflection_lines(data: Mapping[str, str], words: Words) -> list[str]:
    """What was expected, what the models said, what holding would have brought, what it teaches."""
    said = []
    if data.get("owner"):
        said.append(words("note-expected", why=lines.who_and_why(data["owner"], data.get("reason", ""), words)))
    if data.get("votes"):
        said.append(words("note-votes", votes=votes(data["votes"], words)))
    if data.get("exit"):
        said.append(words("note-left", why=lines.why_text(data["exit"], words)))
    if path := _horizons(data.get("path", ""), words):
        said.append(words("note-path", path=path))
    held = _horizons(data.get("holding", ""), words)
    said.append(words("note-holding", held=held) if held else words("note-holding-unknown"))
    if data.get("teaches"):
        said.append(teaching(data["teaches"], words))
    if data.get("text"):
        said.append(words("model-words", text=data["text"]))
    return said


def votes(text: str, words: Words) -> str:
    """`openai SELL 62 · gemini late` as people read it: `openai 매도 62% · gemini 늦음`."""
    return " · ".join(lines.vote(one.split(), words) for one in text.split(" · ") if one)


def _horizons(pairs: str, words: Words) -> str:
    """`1:0.002 4:-0.01` → `1봉 뒤 +0.2% · 4봉 뒤 -1%`."""
    found = (pair.partition(":") for pair in pairs.split())
    return " · ".join(words("note-after", candles=int(n), share=words.change(figure(net))) for n, _, net in found)


def teaching(code: str, words: Words) -> str:
    return words.first((f"teaches-{code}",), code)


# ---------------------------------------------------------------- lessons


def condition(words: Words, side: str, feature: str, op: str, level: str, market: str) -> str:
    """`매수: RSI(14) < 30`, for every market or one."""
    name = words.first((f"feature-{feature}",), feature)
    where = "" if not market else f" · {words.market(market)}"
    return (
        words(
            "lesson-condition",
            feature=name,
            op=op,
            level=_level(feature, level, words),
            side=words.first((f"side-{side}",), side),
        )
        + where
    )


def _level(feature: str, level: str, words: Words) -> str:
    amount = figure(level)
    return (level or words.unknown) if amount is None else feature_value(feature, amount, words)


def feature_value(feature: str, amount: Decimal, words: Words) -> str:
    """A figure of the moment in its own unit, in four digits."""
    if feature == "atr":
        return words.price(lines.rounded(amount))
    if feature.endswith(_FRACTIONS):
        return words.share(amount)
    return figures.quantity(Decimal(f"{amount:.4g}"))


def counts(words: Words, hits: str, n: str, other_hits: str, other_n: str) -> str:
    return words("lesson-counts", hits=hits, n=n, other_hits=other_hits, other_n=other_n)


def lesson_lines(lesson: Lesson, words: Words) -> list[str]:
    """The condition with its state, the counts, and the words of whoever proposed it."""
    pin = "📌 " if lesson.pinned else ""
    state = words(f"lesson-state-{lesson.state.value}")
    head = condition(words, lesson.side, lesson.feature, lesson.op, f"{lesson.value:g}", lesson.market)
    counted = counts(words, str(lesson.hits), str(lesson.n), str(lesson.other_hits), str(lesson.other_n))
    low, high = (f"{edge * 100:+.0f}" for edge in (lesson.low, lesson.high))
    said = [
        f"{pin}{head} – {state} · {lesson.lesson_id[:ID_SHOWN]}",
        f"  {counted} · {words('lesson-interval', low=low, high=high)}",
    ]
    if lesson.text:
        key = "model-words" if lesson.origin == "model" else "lesson-words"
        said.append(f"  {words(key, text=lesson.text)}")
    return said
