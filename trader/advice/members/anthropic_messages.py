"""Anthropic by its Messages API, with a schema in `output_config`."""

from __future__ import annotations

import json
from typing import Any

import anthropic

from trader.advice.members.faults import from_status, unreachable
from trader.advice.members.member import MemberSpec, ModelUnknown, Raw, tokens
from trader.advice.members.web import connection
from trader.model.advice import MemberStatus, Prompt, Usage

_STOPS = {
    "refusal": MemberStatus.REFUSED,
    "max_tokens": MemberStatus.TRUNCATED,
    "model_context_window_exceeded": MemberStatus.TOO_LONG,
}


class AnthropicMessages:
    def __init__(self, spec: MemberSpec) -> None:
        self._spec = spec
        # Given explicitly, so that neither the environment nor a profile on disk redirects traffic. No retries: the
        # client would sleep for as long as a server asks it to.
        self._client = anthropic.AsyncAnthropic(
            api_key=spec.key, base_url=spec.base_url, http_client=connection(), max_retries=0
        )
        self._messages, self._models = self._client.messages, self._client.models  # loaded here, not by a call

    async def call(self, prompt: Prompt, seconds: float) -> Raw:
        config: dict[str, Any] = {"format": {"type": "json_schema", "schema": prompt.form.schema}}
        if self._spec.effort:
            config["effort"] = self._spec.effort
        request: dict[str, Any] = {
            "model": self._spec.model,
            "max_tokens": self._spec.max_output,
            "system": prompt.system,
            "messages": [{"role": "user", "content": prompt.user}],
            "output_config": config,
            "timeout": seconds,
        }
        try:
            answer = await self._messages.create(**request)
            return _read(answer)
        except anthropic.APIStatusError as err:
            code = err.error_code or (err.type or "")
            return from_status(
                err.status_code, str(code), err.response.headers.get("retry-after"), err.request_id or ""
            )
        except anthropic.APITimeoutError:
            return Raw(MemberStatus.LATE, detail="time-out")
        except (anthropic.AnthropicError, json.JSONDecodeError, AttributeError, TypeError, ValueError) as err:
            return unreachable(err)

    async def retires(self) -> str:
        try:
            found = await self._models.retrieve(self._spec.model, timeout=10)
        except anthropic.APIStatusError as err:
            raise ModelUnknown(f"http {err.status_code}") from err
        except anthropic.APIError:
            return ""
        if found.lifecycle == "retired":
            return "retired"
        return found.retires_at.date().isoformat() if found.retires_at else ""

    async def close(self) -> None:
        await self._client.close()


def _read(answer: Any) -> Raw:
    usage = _usage(answer.usage)
    request_id = str(getattr(answer, "_request_id", None) or "")
    text = "".join(block.text for block in answer.content if block.type == "text")
    if answer.stop_reason in _STOPS:
        return Raw(_STOPS[answer.stop_reason], text, usage, request_id, answer.stop_reason)
    if answer.stop_reason != "end_turn":
        return Raw(MemberStatus.ERROR, text, usage, request_id, str(answer.stop_reason)[:80])
    if not text.strip():
        return Raw(MemberStatus.INVALID, usage=usage, request_id=request_id, detail="empty")
    return Raw(MemberStatus.OK, text, usage, request_id)


def _usage(usage: Any) -> Usage:
    """`input_tokens` leaves the cache out; ours includes it."""
    fresh = tokens(usage.input_tokens)
    read, written = tokens(usage.cache_read_input_tokens) or 0, tokens(usage.cache_creation_input_tokens) or 0
    return Usage(
        input=None if fresh is None else (fresh + read + written) or None,
        output=tokens(usage.output_tokens),
        cache_read=read,
        cache_write=written,
        thinking=tokens(getattr(usage.output_tokens_details, "thinking_tokens", None)),
    )
