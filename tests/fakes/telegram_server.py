"""A local Telegram: the Bot API's wire format on loopback, for tests, demonstrations and benchmarks.

    async with TelegramServer() as telegram:
        telegram.say(42, "/status")                      # user 42 types in the private chat
        message = await telegram.next_message()          # what the bot answered
        telegram.press(42, message, "Approve")           # the user taps a button
        telegram.fail("sendMessage", 429, retry_after=2) # the next call fails
        await telegram.go_down(); await telegram.come_back()

Checked as the real service does: token, HTML entities, lengths in UTF-16 units, callback data, unchanged edits, one
poller at a time, offsets. Times are the machine's unless given."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Self

from aiohttp import web

TOKEN = "7000000001:LOCAL-telegram-token-for-tests-0123456"


@dataclass(slots=True)
class SentMessage:
    """A message of the bot as a person sees it now. `html` is its source, `text` what is shown."""

    message_id: int
    chat_id: int
    html: str
    text: str
    entities: list[dict[str, Any]]
    keyboard: list[list[dict[str, str]]]
    photo: bytes = b""
    document: tuple[str, bytes] | None = None
    """Name and content."""
    reply_to: int | None = None
    topic: int | None = None
    edits: int = 0
    quiet: bool = False
    at: float = field(default_factory=time.monotonic)

    @property
    def labels(self) -> list[str]:
        return [button["text"] for row in self.keyboard for button in row]


@dataclass(slots=True)
class Call:
    method: str
    params: dict[str, Any]
    at: float


@dataclass(slots=True)
class _Fault:
    method: str
    status: int
    description: str
    retry_after: int | None
    times: int


class TelegramError(Exception):
    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters


class TelegramServer:
    """One bot's Telegram. `messages` holds all that the bot sent, oldest first; `calls` every request but polls."""

    def __init__(self, token: str = TOKEN, username: str = "LocalTraderBot") -> None:
        self.token = token
        self.username = username
        self.bot_id = int(token.partition(":")[0])
        self.messages: list[SentMessage] = []
        self.calls: list[Call] = []
        self.menus: dict[str, list[dict[str, str]]] = {}
        self.answered_presses: list[str] = []
        self.polls = 0
        self.hang = False
        """True: requests are accepted and never answered."""
        self.conflict = False
        """True: another process is polling all the time."""
        self.stalled = 0
        """Calls that were begun and not answered (`stall`)."""
        self._stalls: set[str] = set()
        self._updates: deque[dict[str, Any]] = deque()
        self._update_ids = itertools.count(500_000)
        self._message_ids = itertools.count(1)
        self._faults: list[_Fault] = []
        self._moved: dict[int, int] = {}
        self._deleted: set[tuple[int, int]] = set()
        self._changed = asyncio.Condition()
        self._poller: asyncio.Future[None] | None = None
        self._read = 0
        self._runner: web.AppRunner | None = None
        self._port = 0

    # ---- life

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> Self:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
        await self._runner.setup()
        await self.come_back()
        return self

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def go_down(self) -> None:
        """Refuse connections and cut those that are open."""
        assert self._runner is not None
        for site in list(self._runner.sites):
            await site.stop()
        if self._runner.server is not None:
            await self._runner.server.shutdown(0.01)  # type: ignore[attr-defined]

    async def come_back(self) -> None:
        assert self._runner is not None
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await site.start()
        self._port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]

    # ---- people

    def say(
        self, user_id: int, text: str, *, chat_id: int | None = None, age: float = 0.0, name: str = "Kim", **fields: Any
    ) -> int:
        """A person types; `age` seconds ago, in a group when `chat_id` is given. Returns the update id."""
        return self.inject(
            {
                "message": {
                    "message_id": next(self._message_ids),
                    "from": {"id": user_id, "is_bot": False, "first_name": name, "language_code": "ko"},
                    "chat": _chat(chat_id or user_id),
                    "date": int(time.time() - age),
                    "text": text,
                    **fields,
                }
            }
        )

    def press(self, user_id: int, message: SentMessage, label: str, *, name: str = "Kim") -> str:
        """A person taps the button with this label. Returns the query's id."""
        data = next(b["callback_data"] for row in message.keyboard for b in row if b["text"] == label)
        return self.press_data(user_id, message, data, name=name)

    def press_data(self, user_id: int, message: SentMessage, data: str, *, name: str = "Kim") -> str:
        query_id = str(900_000 + next(self._update_ids))
        self.inject(
            {
                "callback_query": {
                    "id": query_id,
                    "from": {"id": user_id, "is_bot": False, "first_name": name},
                    "chat_instance": "1",
                    "message": self._message_json(message),
                    "data": data,
                }
            }
        )
        return query_id

    def inject(self, update: dict[str, Any]) -> int:
        """Any update; it gets the next id unless it carries one."""
        update = {"update_id": next(self._update_ids), **update}
        self._updates.append(update)
        self._notify()
        return int(update["update_id"]) if isinstance(update["update_id"], int) else -1

    def swap(self) -> None:
        """The two newest updates that were not confirmed change places."""
        if len(self._updates) > 1:
            self._updates[-1], self._updates[-2] = self._updates[-2], self._updates[-1]

    def delete(self, message: SentMessage) -> None:
        """A person deletes a message of the bot."""
        self._read -= self.messages.index(message) < self._read
        self.messages.remove(message)
        self._deleted.add((message.chat_id, message.message_id))

    def inject_text(self, extra: str) -> int:
        """An update with a field whose value is `extra`, sent as it is: it may be JSON that no parser takes apart."""
        number = next(self._update_ids)
        self._updates.append({"update_id": number, "message": {_AS_IT_IS: extra}})
        self._notify()
        return number

    @property
    def unconfirmed(self) -> int:
        """Updates the bot has not confirmed yet."""
        return len(self._updates)

    # ---- faults

    def fail(
        self, method: str, status: int, description: str = "", *, retry_after: int | None = None, times: int = 1
    ) -> None:
        """The next `times` calls of `method` (or `*`) fail with this status."""
        self._faults.append(_Fault(method, status, description or _PHRASES.get(status, ""), retry_after, times))

    def stall(self, method: str) -> None:
        """Calls of `method` are not answered until `mend`, and come to nothing."""
        self._stalls.add(method)

    def migrate(self, group: int, supergroup: int) -> None:
        """The group became a supergroup with another id: sending to the old one is refused with the new one's."""
        self._moved[group] = supergroup

    def mend(self) -> None:
        """Take all faults back."""
        self._faults.clear()
        self._stalls.clear()
        self.hang = self.conflict = False

    # ---- looking

    async def next_message(self, timeout: float = 5.0) -> SentMessage:
        """The next message of the bot that this method has not returned yet."""
        await self.until(lambda: len(self.messages) > self._read, timeout)
        self._read += 1
        return self.messages[self._read - 1]

    async def until(self, true: Callable[[], bool], timeout: float = 15.0) -> None:
        """Wait until something the bot did makes `true()` true. TimeoutError."""
        async with asyncio.timeout(timeout), self._changed:
            await self._changed.wait_for(true)

    def called(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    # ---- the wire

    async def _serve(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        params = await _params(request)
        if self.hang:
            await asyncio.sleep(3600)
        try:
            if request.match_info["token"] != self.token:
                raise TelegramError(401, "Unauthorized")
            if method != "getUpdates":
                self.calls.append(Call(method, params, time.monotonic()))
            await self._stall(method)
            self._raise_fault(method)
            handler = getattr(self, f"_on_{method.lower()}", None)
            if handler is None:
                raise TelegramError(404, "Not Found")
            result = await handler(params)
        except TelegramError as error:
            body: dict[str, Any] = {"ok": False, "error_code": error.status, "description": error.description}
            if error.parameters:
                body["parameters"] = error.parameters
            return web.json_response(body, status=error.status)
        finally:
            self._notify()
        return web.Response(text=_written({"ok": True, "result": result}), content_type="application/json")

    async def _stall(self, method: str) -> None:
        if method not in self._stalls:
            return
        self.stalled += 1
        self._notify()
        while method in self._stalls:  # noqa: ASYNC110 (mended from outside the loop's own events)
            await asyncio.sleep(0.01)
        raise TelegramError(500, "Internal Server Error")

    def _raise_fault(self, method: str) -> None:
        for fault in self._faults:
            if fault.method in (method, "*"):
                fault.times -= 1
                if fault.times <= 0:
                    self._faults.remove(fault)
                wait = {} if fault.retry_after is None else {"retry_after": fault.retry_after}
                raise TelegramError(fault.status, fault.description, **wait)

    async def _on_getme(self, params: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": self.bot_id,
            "is_bot": True,
            "first_name": "Trader",
            "username": self.username,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }

    async def _on_deletewebhook(self, params: dict[str, Any]) -> bool:
        return True

    async def _on_getupdates(self, params: dict[str, Any]) -> list[dict[str, Any]]:
        self.polls += 1
        if self.conflict:
            raise TelegramError(409, _CONFLICT)
        if self._poller is not None and not self._poller.done():
            self._poller.set_exception(TelegramError(409, _CONFLICT))
            self._poller.exception()  # a poller that was killed asks no more what became of it
        mine = self._poller = asyncio.get_running_loop().create_future()
        if (offset := params.get("offset")) is not None:
            while self._updates and _id(self._updates[0]) < int(offset):
                self._updates.popleft()
        allowed = params.get("allowed_updates")
        deadline = time.monotonic() + float(params.get("timeout") or 0)
        while True:
            most = int(params.get("limit") or 100)
            batch = [u for u in self._updates if not allowed or any(kind in u for kind in allowed) or len(u) < 2][:most]
            left = deadline - time.monotonic()
            if batch or left <= 0:
                if not mine.done():
                    mine.set_result(None)
                return batch
            waiting = asyncio.create_task(self._wait_changed())
            await asyncio.wait({waiting, mine}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            if mine.done():
                mine.result()

    async def _wait_changed(self) -> None:
        async with self._changed:
            await self._changed.wait()

    async def _on_sendmessage(self, params: dict[str, Any]) -> dict[str, Any]:
        source = str(params.get("text") or "")
        text, entities = self._parsed(source, params)
        if not text.strip():
            raise TelegramError(400, "Bad Request: message text is empty")
        if _units(text) > 4096:
            raise TelegramError(400, "Bad Request: message is too long")
        return self._store(params, source, text, entities)

    async def _on_sendphoto(self, params: dict[str, Any]) -> dict[str, Any]:
        source = str(params.get("caption") or "")
        text, entities = self._parsed(source, params)
        if _units(text) > 1024:
            raise TelegramError(400, "Bad Request: message caption is too long")
        photo = params.get("photo")
        if not isinstance(photo, bytes) or not photo.startswith(b"\x89PNG"):
            raise TelegramError(400, "Bad Request: IMAGE_PROCESS_FAILED")
        return self._store(params, source, text, entities, photo)

    async def _on_senddocument(self, params: dict[str, Any]) -> dict[str, Any]:
        source = str(params.get("caption") or "")
        text, entities = self._parsed(source, params)
        if _units(text) > 1024:
            raise TelegramError(400, "Bad Request: message caption is too long")
        content, name = params.get("document"), params.get("document.name")
        if not isinstance(content, bytes) or not content or not name:
            raise TelegramError(400, "Bad Request: file must be non-empty")
        return self._store(params, source, text, entities, document=(str(name), content))

    async def _on_editmessagetext(self, params: dict[str, Any]) -> dict[str, Any]:
        message = self._find(params)
        source = str(params.get("text") or "")
        text, entities = self._parsed(source, params)
        if _units(text) > 4096 or not text.strip():
            raise TelegramError(400, "Bad Request: message is too long or empty")
        if message.photo or message.document:
            raise TelegramError(400, "Bad Request: there is no text in the message to edit")
        keyboard = _keyboard(params)
        if (text, entities, keyboard) == (message.text, message.entities, message.keyboard):
            raise TelegramError(400, _NOT_MODIFIED)
        message.html, message.text, message.entities, message.keyboard = source, text, entities, keyboard
        message.edits += 1
        return self._message_json(message)

    async def _on_editmessagecaption(self, params: dict[str, Any]) -> dict[str, Any]:
        message = self._find(params)
        source = str(params.get("caption") or "")
        text, entities = self._parsed(source, params)
        if not message.photo:
            raise TelegramError(400, "Bad Request: there is no caption in the message to edit")
        if _units(text) > 1024:
            raise TelegramError(400, "Bad Request: message caption is too long")
        keyboard = _keyboard(params)
        if (text, entities, keyboard) == (message.text, message.entities, message.keyboard):
            raise TelegramError(400, _NOT_MODIFIED)
        message.html, message.text, message.entities, message.keyboard = source, text, entities, keyboard
        message.edits += 1
        return self._message_json(message)

    async def _on_editmessagereplymarkup(self, params: dict[str, Any]) -> dict[str, Any]:
        message, keyboard = self._find(params), _keyboard(params)
        if keyboard == message.keyboard:
            raise TelegramError(400, _NOT_MODIFIED)
        message.keyboard = keyboard
        message.edits += 1
        return self._message_json(message)

    async def _on_answercallbackquery(self, params: dict[str, Any]) -> bool:
        self.answered_presses.append(str(params.get("callback_query_id")))
        return True

    async def _on_sendchataction(self, params: dict[str, Any]) -> bool:
        return True

    async def _on_setmycommands(self, params: dict[str, Any]) -> bool:
        commands = params["commands"]
        for command in commands:
            name = command["command"]
            if not (1 <= len(name) <= 32 and name.isascii() and name.replace("_", "a").isalnum() and name.islower()):
                raise TelegramError(400, "Bad Request: BOT_COMMAND_INVALID")
            if not 1 <= len(command["description"]) <= 256:
                raise TelegramError(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
        self.menus[str(params.get("language_code") or "")] = commands
        return True

    # ---- messages

    def _store(
        self,
        params: dict[str, Any],
        source: str,
        text: str,
        entities: list[dict[str, Any]],
        photo: bytes = b"",
        document: tuple[str, bytes] | None = None,
    ) -> dict[str, Any]:
        reply = params.get("reply_parameters") or {}
        if (moved := self._moved.get(int(params["chat_id"]))) is not None:
            raise TelegramError(
                400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=moved
            )
        answered = reply.get("message_id")
        if (int(params["chat_id"]), answered) in self._deleted:
            if not reply.get("allow_sending_without_reply"):
                raise TelegramError(400, "Bad Request: message to be replied not found")
            answered = None
        message = SentMessage(
            next(self._message_ids),
            int(params["chat_id"]),
            source,
            text,
            entities,
            _keyboard(params),
            photo,
            document,
            answered,
            int(params["message_thread_id"]) if params.get("message_thread_id") else None,
            quiet=params.get("disable_notification") in (True, "true"),
        )
        self.messages.append(message)
        return self._message_json(message)

    def _find(self, params: dict[str, Any]) -> SentMessage:
        for message in self.messages:
            if (message.chat_id, message.message_id) == (int(params["chat_id"]), int(params["message_id"])):
                return message
        raise TelegramError(400, "Bad Request: message to edit not found")

    def _message_json(self, message: SentMessage) -> dict[str, Any]:
        body: dict[str, Any] = {
            "message_id": message.message_id,
            "from": {"id": self.bot_id, "is_bot": True, "first_name": "Trader", "username": self.username},
            "chat": _chat(message.chat_id),
            "date": int(time.time()),
        }
        if message.photo:
            body |= {"photo": [{"file_id": "p", "file_unique_id": "p", "width": 1, "height": 1}]}
            body |= {"caption": message.text, "caption_entities": message.entities}
        elif message.document:
            name, content = message.document
            body["document"] = {"file_id": "d", "file_unique_id": "d", "file_name": name, "file_size": len(content)}
            body |= {"caption": message.text, "caption_entities": message.entities}
        else:
            body |= {"text": message.text, "entities": message.entities}
        if message.keyboard:
            body["reply_markup"] = {"inline_keyboard": message.keyboard}
        return body

    def _parsed(self, source: str, params: dict[str, Any]) -> tuple[str, list[dict[str, Any]]]:
        if params.get("parse_mode") == "HTML":
            return _parse_html(source)
        return source, list(params.get("entities") or params.get("caption_entities") or [])

    def _notify(self) -> None:
        async def wake() -> None:
            async with self._changed:
                self._changed.notify_all()

        task = asyncio.get_running_loop().create_task(wake())
        _tasks.add(task)
        task.add_done_callback(_tasks.discard)


_tasks: set[asyncio.Task[None]] = set()
_PHRASES = {
    429: "Too Many Requests: retry later",
    500: "Internal Server Error",
    502: "Bad Gateway",
    403: "Forbidden: bot was blocked by the user",
}
_CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
_NOT_MODIFIED = "Bad Request: message is not modified: specified new message content and reply markup are the same"
_TAGS = {"b": "bold", "i": "italic", "u": "underline", "s": "strikethrough", "code": "code", "pre": "pre"}


_AS_IT_IS = "as it is"


def _written(answer: dict[str, Any]) -> str:
    """JSON; what is to go out as it is stands in it unquoted."""
    text = json.dumps(answer)
    for update in answer["result"] if isinstance(answer["result"], list) else []:
        message = update.get("message") if isinstance(update, dict) else None
        if isinstance(message, dict) and _AS_IT_IS in message:
            text = text.replace(json.dumps(message[_AS_IT_IS]), message[_AS_IT_IS], 1)
    return text


class _Entities(HTMLParser):
    """The part of Telegram's HTML that is in use: the tags above, and nothing that is not closed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.found: list[dict[str, Any]] = []
        self._open: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _TAGS:
            raise TelegramError(400, f'Bad Request: can\'t parse entities: Unsupported start tag "{tag}"')
        self._open.append((tag, _units(self.text)))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1][0] != tag:
            raise TelegramError(400, f'Bad Request: can\'t parse entities: Unexpected end tag "{tag}"')
        _, start = self._open.pop()
        self.found.append({"type": _TAGS[tag], "offset": start, "length": _units(self.text) - start})

    def handle_data(self, data: str) -> None:
        self.text += data

    def finish(self) -> None:
        self.close()
        if self._open:
            raise TelegramError(400, f"Bad Request: can't parse entities: Can't find end tag of {self._open[-1][0]}")


def _parse_html(source: str) -> tuple[str, list[dict[str, Any]]]:
    parser = _Entities()
    parser.feed(source)
    parser.finish()
    return parser.text, parser.found


def _keyboard(params: dict[str, Any]) -> list[list[dict[str, str]]]:
    markup = params.get("reply_markup")
    rows = markup.get("inline_keyboard", []) if isinstance(markup, dict) else []
    for button in (button for row in rows for button in row):
        if not 1 <= len(button["callback_data"].encode()) <= 64:
            raise TelegramError(400, "Bad Request: BUTTON_DATA_INVALID")
    return list(rows)


async def _params(request: web.Request) -> dict[str, Any]:
    """From the query, a form, a multipart form or JSON; nested values are JSON text in the first three."""
    raw: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        return {**raw, **await request.json()}
    for name, value in (await request.post()).items():
        raw[name] = value.file.read() if isinstance(value, web.FileField) else value
        if isinstance(value, web.FileField):
            raw[f"{name}.name"] = value.filename
    for name in ("reply_markup", "reply_parameters", "entities", "commands", "allowed_updates", "caption_entities"):
        if isinstance(raw.get(name), str):
            raw[name] = json.loads(raw[name])
    return raw


def _chat(chat_id: int) -> dict[str, Any]:
    return {"id": chat_id, "type": "private" if chat_id > 0 else "supergroup"}


def _id(update: dict[str, Any]) -> int:
    value = update.get("update_id")
    return value if isinstance(value, int) else 0


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
