"""Parameters of a private request: from the query, a JSON body, or (old clients) a form body, and how each is hashed.

The order in which they came is kept, because the signature covers it (reference §2)."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from urllib.parse import parse_qsl, unquote

from aiohttp import web

from sandbox.errors import ApiError

_INTEGER = re.compile(r"[0-9]{1,9}")
_MAX_FIELDS = 1000


def invalid(message: str, name: str = "invalid_parameter") -> ApiError:
    """400 for a value that is not allowed."""
    return ApiError(400, name, message)


def missing(message: str) -> ApiError:
    """400 for a request that lacks something, or says two things at once."""
    return ApiError(400, "validation_error", message)


class Params:
    """Named text values in the order they came; an empty value counts as absent."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            values = self._values.setdefault(name, [])
            if value != "":
                values.append(value)

    def text(self, name: str) -> str | None:
        """One value, or None when it is absent.

        Raises:
            ApiError: it was given more than once.
        """
        values = self._values.get(name) or []
        if len(values) > 1:
            raise invalid(f"{name} was given more than once.")
        return values[0] if values else None

    def required(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            raise missing(f"{name} is missing.")
        return value

    def choice(self, name: str, allowed: Collection[str], default: str) -> str:
        value = self.text(name)
        if value is None:
            return default
        if value not in allowed:
            raise invalid(f"{name} must be one of {', '.join(sorted(allowed))}.")
        return value

    def integer(self, name: str, default: int, low: int, high: int) -> int:
        value = self.text(name)
        if value is None:
            return default
        if not _INTEGER.fullmatch(value) or not low <= int(value) <= high:
            raise invalid(f"{name} must be a whole number from {low} to {high}.")
        return int(value)

    def array(self, name: str, most: int) -> list[str]:
        """Values of `name[]`, in their order.

        Raises:
            ApiError: more than `most` were given.
        """
        values = [*self._values.get(f"{name}[]", []), *self._values.get(name, [])]
        if len(values) > most:
            raise invalid(f"{name} takes at most {most} values.")
        return values

    def comma_list(self, name: str, most: int) -> list[str]:
        """Values of a comma list."""
        value = self.text(name)
        values = [part.strip() for part in value.split(",")] if value else []
        if len(values) > most or "" in values:
            raise invalid(f"{name} takes 1 to {most} values with commas between them.")
        return values


async def read_params(request: web.Request, *, body_for_get: bool) -> tuple[Params, list[str]]:
    """The request's parameters, and the texts that its `query_hash` may be made of.

    Args:
        body_for_get: let GET and DELETE carry parameters in a body, as pyupbit does.
    Raises:
        ApiError: 400 for a body that cannot be read.
    """
    query = request.raw_path.partition("?")[2].partition("#")[0]
    body = await request.read()
    if request.method == "POST":
        if body:
            return _from_json(request, body)
    elif not query and body and body_for_get:
        if _is_form(request):
            return _from_form(body)
        return _from_json(request, body)
    return Params(_split(query)), [unquote(query)]


def _is_form(request: web.Request) -> bool:
    return request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data")


def _split(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError as error:
        raise invalid("There are too many parameters.") from error


def _from_form(body: bytes) -> tuple[Params, list[str]]:
    text = body.decode("utf-8", "replace")
    # pyupbit signs the encoded form with brackets restored; the documented way is to sign the decoded one.
    return Params(_split(text)), [unquote(text), text.replace("%5B%5D=", "[]=")]


class _Number(str):
    """A JSON number as it was written, so that the hash sees the same digits."""

    __slots__ = ()


class _Object(list[tuple[str, object]]):
    """A JSON object with its keys in order, repeated ones included."""


def _from_json(request: web.Request, body: bytes) -> tuple[Params, list[str]]:
    if _is_form(request):
        raise missing("Send the parameters as a JSON body.")
    try:
        content = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_Object,
            parse_float=_Number,
            parse_int=_Number,
            parse_constant=_Number,
        )
    except (ValueError, RecursionError) as error:
        raise missing("The body is not valid JSON.") from error
    if not isinstance(content, _Object):
        raise missing("The body must be a JSON object.")
    pairs = [pair for name, value in content for pair in _flat(name, value)]
    text = "&".join(f"{name}={value}" for name, value in pairs)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise missing("The body holds half a character.") from error
    # A client that builds the text with urlencode and then decodes it is left with "+" for each blank.
    return Params(pairs), [text, text.replace(" ", "+")]


def _flat(name: str, value: object) -> list[tuple[str, str]]:
    if value is None:
        return []
    if isinstance(value, bool):
        return [(name, "true" if value else "false")]
    if isinstance(value, str):
        return [(name, str(value))]
    if isinstance(value, list) and not isinstance(value, _Object):
        array = name if name.endswith("[]") else f"{name}[]"
        if all(isinstance(item, str) for item in value):
            return [(array, str(item)) for item in value]
    raise missing(f"{name} must be a text.")
