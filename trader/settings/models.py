"""Language models: who is asked, what they may do, and what it may cost."""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel, SecretStr

from trader.model.advice import AiRole, AiUnavailable, JudgedAfter, MemoryUse, NewsShown, VoteRule
from trader.settings.fields import Words, fixed, tunable


class ModelSettings(BaseModel):
    ai_members: Words = fixed((), "who is asked: openai, anthropic, gemini, local; empty: nobody", "names", "models")
    openai_api_key: SecretStr = fixed(SecretStr(""), "for the member openai", "", "models")
    openai_base_url: str = fixed("https://api.openai.com/v1", "OpenAI's address", "URL", "models")
    openai_model: str = fixed("", "empty: the default of prices.toml", "name", "models")
    anthropic_api_key: SecretStr = fixed(SecretStr(""), "for the member anthropic", "", "models")
    anthropic_base_url: str = fixed("https://api.anthropic.com", "Anthropic's address", "URL", "models")
    anthropic_model: str = fixed("", "empty: the default of prices.toml", "name", "models")
    gemini_api_key: SecretStr = fixed(SecretStr(""), "for the member gemini", "", "models")
    gemini_base_url: str = fixed(
        "https://generativelanguage.googleapis.com/v1beta/openai/", "Gemini's OpenAI-like address", "URL", "models"
    )
    gemini_model: str = fixed("", "empty: the default of prices.toml", "name", "models")
    local_llm_base_url: str = fixed("", "an OpenAI-like server of one's own, for the member local", "URL", "models")
    local_llm_model: str = fixed("", "its model", "name", "models")
    ai_prices: Words = fixed((), "model=INPUT/OUTPUT where prices.toml has none", "USD per 1M tokens", "models")
    ai_usd_krw: Decimal = fixed(
        Decimal(1450), "KRW per USD for the bill while no rate is known", "KRW", "models", gt=500, lt=5000
    )
    ai_role: AiRole = tunable(
        AiRole.VETO, "off, adviser (never blocks), veto (must agree) or decider (proposes)", "", "models"
    )
    buy_votes: VoteRule = tunable(VoteRule.UNANIMOUS, "how votes on buys count", "", "models")
    sell_votes: VoteRule = tunable(VoteRule.MAJORITY, "how votes on a strategy's sells count", "", "models")
    vote_threshold: Decimal = tunable(
        Decimal("0.6"), "mean confidence that the average rule needs", "fraction", "models", ge=0, le=1
    )
    sell_of_answered: bool = tunable(False, "a majority of those who answered is enough for a sell", "yes/no", "models")
    ai_cooldown_candles: int = tunable(
        4, "candles without another question after a no", "count", "models", ge=0, le=500
    )
    ai_deadline_seconds: int = tunable(25, "an answer that takes longer is no vote", "seconds", "models", ge=3, le=120)
    ai_daily_krw: Decimal = tunable(Decimal(1000), "models may cost so much per Korean day", "KRW", "models", ge=0)
    ai_monthly_krw: Decimal = tunable(Decimal(20_000), "and so much per month", "KRW", "models", ge=0)
    ai_chat_daily_krw: Decimal = tunable(
        Decimal(100),
        "of that a day, for sentences the chat's rules do not understand; 0 = no model sees what people write",
        "KRW",
        "models",
        ge=0,
    )
    ai_cost_share: Decimal = tunable(
        Decimal("0.002"), "no question that may cost more of the order's value", "fraction", "models", ge=0, le=1
    )
    ai_max_share: Decimal = tunable(
        Decimal("0.9"), "most of the allotted money in one decision of the models", "fraction", "models", gt=0, lt=1
    )
    ai_unavailable: AiUnavailable = tunable(
        AiUnavailable.HOLD, "when models do not answer: hold, or rules (half the size)", "", "models"
    )
    ai_news: NewsShown = tunable(
        NewsShown.SORTED, "headlines: sorted (by the cheapest model; their words are not shown) or text", "", "models"
    )
    ai_memory: MemoryUse = tunable(
        MemoryUse.AUTO, "tell models what became of earlier decisions: on, off or auto (while it helps)", "", "models"
    )
    ai_horizon_candles: JudgedAfter = tunable(
        JudgedAfter.C12, "candles after which answers are judged: 1, 4, 12, 24 or 96", "count", "models"
    )

    @property
    def ai_horizon(self) -> int:
        return int(self.ai_horizon_candles)
