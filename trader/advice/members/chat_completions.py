"""Gemini and local servers by chat.completions through OpenAI's client.

Gemini's layer refuses unknown fields, sends its errors as a list, and may spend everything on thinking and answer with
nothing. Local servers differ in what they know of schemas: the strict one is tried first, then plain JSON mode. Prose
is never searched for an answer."""

from __future__ import annotations

import json
from typing import Any

import openai

from trader.advice.members.faults import from_status, unreachable
from trader.advice.members.member import Fault, MemberSpec, ModelUnknown, Raw, tokens
from trader.advice.members.openai_responses import client
from trader.model.advice import MemberStatus, Prompt, Usage

_PLAIN: dict[str, Any] = {"type": "json_object"}
_STOPS = {"length": MemberStatus.TRUNCATED, "content_filter": MemberStatus.REFUSED}


class ChatCompletions:
    def __init__(self, spec: MemberSpec) -> None:
        self._spec = spec
        self._client = client(spec)
        self._completions, self._models = self._client.chat.completions, self._client.models  # loaded here
        self._knows_schemas = True

    async def call(self, prompt: Prompt, seconds: float) -> Raw:
        try:
            try:
                answer = await self._create(prompt, seconds)
            except openai.BadRequestError:
                if not self._knows_schemas or self._spec.name != "local":
                    raise
                self._knows_schemas = False  # remembered
                answer = await self._create(prompt, seconds)
            return _read(answer)
        except openai.APIStatusError as err:
            return from_status(
                err.status_code, _code(err), err.response.headers.get("retry-after"), err.request_id or ""
            )
        except openai.APITimeoutError:
            return Raw(MemberStatus.LATE, detail="time-out")
        except (openai.OpenAIError, json.JSONDecodeError, AttributeError, TypeError, ValueError) as err:
            return unreachable(err)

    async def _create(self, prompt: Prompt, seconds: float) -> Any:
        system, form = prompt.system, prompt.form
        if not self._knows_schemas:
            system = f"{system}\n\nThe schema:\n{form.text}"
        strict = {"name": form.name, "strict": True, "schema": form.schema}
        request: dict[str, Any] = {
            "model": self._spec.model,
            "messages": [{"role": "system", "content": system}, {"role": "user", "content": prompt.user}],
            "max_tokens": self._spec.max_output,
            "response_format": {"type": "json_schema", "json_schema": strict} if self._knows_schemas else _PLAIN,
            "timeout": seconds,
        }
        if self._spec.effort:
            request["reasoning_effort"] = self._spec.effort
        return await self._completions.create(**request)

    async def retires(self) -> str:
        try:
            await self._models.retrieve(self._spec.model, timeout=10)
        except openai.APIStatusError as err:
            raise ModelUnknown(f"http {err.status_code}") from err
        except openai.APIError:
            return ""
        return ""

    async def close(self) -> None:
        await self._client.close()


def _code(err: openai.APIStatusError) -> str:
    """Gemini wraps its error into a list, where the client does not look."""
    body = err.body
    if isinstance(body, list) and body and isinstance(body[0], dict):
        inner = body[0].get("error")
        return str(inner.get("status", ""))[:60].lower() if isinstance(inner, dict) else ""
    return err.code or ""


def _read(answer: Any) -> Raw:
    usage = _usage(answer.usage)
    request_id = str(getattr(answer, "_request_id", None) or "")
    if not answer.choices:
        return Raw(MemberStatus.ERROR, "", usage, request_id, "no choices", Fault.AGAIN)
    choice = answer.choices[0]
    text = choice.message.content or ""
    if getattr(choice.message, "refusal", None):
        return Raw(MemberStatus.REFUSED, usage=usage, request_id=request_id, detail="refusal")
    if choice.finish_reason in _STOPS:
        return Raw(_STOPS[choice.finish_reason], text, usage, request_id, choice.finish_reason)
    if not text.strip():
        return Raw(MemberStatus.INVALID, usage=usage, request_id=request_id, detail="empty")
    return Raw(MemberStatus.OK, text, usage, request_id)


def _usage(usage: Any) -> Usage:
    """Gemini leaves its thinking out of `completion_tokens`, and bills it: it stands in the total alone."""
    if usage is None:
        return Usage()
    given, made, total = tokens(usage.prompt_tokens), tokens(usage.completion_tokens), tokens(usage.total_tokens)
    if given is not None and made is not None and total is not None:
        made = max(made, total - given)
    return Usage(
        input=given or None,
        output=made,
        cache_read=tokens(getattr(usage.prompt_tokens_details, "cached_tokens", None)),
        thinking=tokens(getattr(usage.completion_tokens_details, "reasoning_tokens", None)),
    )
