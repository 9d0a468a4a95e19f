"""OpenAI by its Responses API. `create()` and a schema, not `parse()`: that one throws usage and text away when an
answer is cut off or wrong."""

from __future__ import annotations

import json
from typing import Any

import openai

from trader.advice.members.faults import from_status, unreachable
from trader.advice.members.member import MemberSpec, ModelUnknown, Raw, tokens
from trader.advice.members.web import connection
from trader.model.advice import MemberStatus, Prompt, Usage

_TRUNCATED = {"max_output_tokens": MemberStatus.TRUNCATED, "content_filter": MemberStatus.REFUSED}


def client(spec: MemberSpec) -> openai.AsyncOpenAI:
    """Key and address are given, and what the environment might add is shut out: a stray variable must not redirect
    traffic or bill another account. Retries are the panel's."""
    made = openai.AsyncOpenAI(api_key=spec.key, base_url=spec.base_url, http_client=connection(), max_retries=0)
    made.organization = made.project = None
    return made


class OpenAiResponses:
    def __init__(self, spec: MemberSpec) -> None:
        self._spec = spec
        self._client = client(spec)
        self._responses, self._models = self._client.responses, self._client.models  # loaded here, not by a call

    async def call(self, prompt: Prompt, seconds: float) -> Raw:
        form = {"type": "json_schema", "name": prompt.form.name, "strict": True, "schema": prompt.form.schema}
        request: dict[str, Any] = {
            "model": self._spec.model,
            "instructions": prompt.system,
            "input": prompt.user,
            "store": False,
            "max_output_tokens": self._spec.max_output,
            "text": {"verbosity": "low", "format": form},
            "timeout": seconds,
        }
        if self._spec.effort:
            request["reasoning"] = {"effort": self._spec.effort}
        try:
            answer = await self._responses.create(**request)
            return _read(answer)
        except openai.APIStatusError as err:
            return from_status(
                err.status_code, err.code or "", err.response.headers.get("retry-after"), err.request_id or ""
            )
        except openai.APITimeoutError:
            return Raw(MemberStatus.LATE, detail="time-out")
        except (openai.OpenAIError, json.JSONDecodeError, AttributeError, TypeError, ValueError) as err:
            return unreachable(err)

    async def retires(self) -> str:
        try:
            found = await self._models.retrieve(self._spec.model, timeout=10)
        except openai.APIStatusError as err:
            raise ModelUnknown(f"http {err.status_code}") from err
        except openai.APIError:
            return ""
        return str(found.shutdown_date or "")

    async def close(self) -> None:
        await self._client.close()


def _read(answer: Any) -> Raw:
    usage = _usage(answer.usage)
    request_id = str(getattr(answer, "_request_id", None) or "")
    parts = [part for item in answer.output if item.type == "message" for part in item.content]
    if any(part.type == "refusal" for part in parts):
        return Raw(MemberStatus.REFUSED, usage=usage, request_id=request_id, detail="refusal")
    if answer.status == "incomplete":
        why = answer.incomplete_details.reason if answer.incomplete_details else "incomplete"
        return Raw(
            _TRUNCATED.get(str(why), MemberStatus.TRUNCATED), answer.output_text, usage, request_id, str(why)[:80]
        )
    if answer.status != "completed":
        code = answer.error.code if answer.error else answer.status
        return Raw(MemberStatus.ERROR, usage=usage, request_id=request_id, detail=str(code)[:80])
    if not answer.output_text.strip():
        return Raw(MemberStatus.INVALID, usage=usage, request_id=request_id, detail="empty")
    return Raw(MemberStatus.OK, answer.output_text, usage, request_id)


def _usage(usage: Any) -> Usage:
    if usage is None:
        return Usage()
    given, made = usage.input_tokens_details, usage.output_tokens_details
    return Usage(
        input=tokens(usage.input_tokens) or None,
        output=tokens(usage.output_tokens),
        cache_read=tokens(getattr(given, "cached_tokens", None)),
        cache_write=tokens(getattr(given, "cache_write_tokens", None)),
        thinking=tokens(getattr(made, "reasoning_tokens", None)),
    )
