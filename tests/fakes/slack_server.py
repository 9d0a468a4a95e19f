"""A local Slack: the Web API, Socket Mode and response addresses on loopback, for tests, demonstrations, benchmarks.

    async with SlackServer() as slack:
        await slack.linked()
        await slack.command("U1", "status")                 # U1 types /trader status
        message = await slack.next_message()                # what the app answered
        await slack.press("U1", message, "Approve")         # U1 presses a button
        slack.fail("chat.postMessage", 429, retry_after=2)  # the next call fails
        await slack.drop_links(); await slack.go_down(); await slack.come_back()

Checked as the real service does: tokens, Block Kit limits, one-time addresses of links, response addresses (five uses).
Every envelope's acknowledgement is kept with its time."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import WSMsgType, web

BOT_TOKEN = "xoxb-local-slack-bot-token"
APP_TOKEN = "xapp-local-slack-app-token"


@dataclass(slots=True)
class PostedMessage:
    """A message of the app as people see it now. `ephemeral` is seen by one person only."""

    ts: str
    channel: str
    text: str
    blocks: list[dict[str, Any]]
    ephemeral: bool = False
    thread: str = ""
    edits: int = 0
    broadcast: bool = False
    at: float = field(default_factory=time.monotonic)

    @property
    def shown(self) -> str:
        """All text of the blocks, without the buttons' labels."""
        return "\n".join(_texts([b for b in self.blocks if b.get("type") != "actions"]))

    @property
    def buttons(self) -> list[dict[str, Any]]:
        return [e for b in self.blocks if b.get("type") == "actions" for e in b["elements"]]

    @property
    def labels(self) -> list[str]:
        return [button["text"]["text"] for button in self.buttons]


@dataclass(slots=True)
class Home:
    """A person's Home tab as it was published last."""

    blocks: list[dict[str, Any]]
    view_id: str
    published: int = 1

    @property
    def shown(self) -> str:
        """All text of the blocks, without the buttons' labels."""
        return "\n".join(_texts([b for b in self.blocks if b.get("type") != "actions"]))

    @property
    def buttons(self) -> list[dict[str, Any]]:
        return [e for b in self.blocks if b.get("type") == "actions" for e in b["elements"]]

    @property
    def labels(self) -> list[str]:
        return [button["text"]["text"] for button in self.buttons]


@dataclass(slots=True)
class Call:
    method: str
    params: dict[str, Any]
    at: float


@dataclass(slots=True)
class Envelope:
    """`acknowledged_after`: seconds from sending to the latest acknowledgement; None while there is none."""

    envelope_id: str
    body: dict[str, Any]
    sent_at: float = 0.0
    acknowledged_after: float | None = None
    acknowledgements: int = 0


@dataclass(slots=True)
class _Fault:
    method: str
    status: int
    error: str
    retry_after: int | None
    times: int


class SlackError(Exception):
    def __init__(self, error: str, status: int = 200, retry_after: int | None = None) -> None:
        super().__init__(error)
        self.error = error
        self.status = status
        self.retry_after = retry_after


class SlackServer:
    """One workspace with one app. `messages` holds all that was posted, oldest first; `calls` every Web API call."""

    def __init__(self, bot_token: str = BOT_TOKEN, app_token: str = APP_TOKEN) -> None:
        self.bot_token = bot_token
        self.app_token = app_token
        self.messages: list[PostedMessage] = []
        self.calls: list[Call] = []
        self.envelopes: list[Envelope] = []
        self.files: list[dict[str, Any]] = []
        self.homes: dict[str, Home] = {}
        """What people's Home tabs show, by user id."""
        self.responded: Counter[str] = Counter()
        """How often each response address was used with success."""
        self.hang = False
        """True: requests are accepted and never answered."""
        self._ids = itertools.count(1)
        self._links: list[web.WebSocketResponse] = []
        self._tickets: set[str] = set()
        self._responses: dict[str, tuple[str, PostedMessage | None, int]] = {}
        self._uploads: dict[str, bytes] = {}
        self._names: dict[str, str] = {}
        self._faults: list[_Fault] = []
        self._deleted: set[str] = set()
        self._changed = asyncio.Condition()
        self._read = 0
        self._runner: web.AppRunner | None = None
        self._port = 0

    # ---- life

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> Self:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/api/{method}", self._serve)
        app.router.add_get("/link/{ticket}", self._serve_link)
        app.router.add_post("/respond/{key}", self._serve_response)
        app.router.add_post("/upload/{file_id}", self._serve_upload)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
        await self._runner.setup()
        await self.come_back()
        return self

    async def stop(self) -> None:
        await self.drop_links()
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
        self._links.clear()

    async def come_back(self) -> None:
        assert self._runner is not None
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await site.start()
        self._port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]

    # ---- links

    @property
    def links(self) -> int:
        return len(self._links)

    async def linked(self, timeout: float = 15.0) -> None:
        """Wait until the app has a Socket Mode connection."""
        await self.until(lambda: bool(self._links), timeout)

    @property
    def is_linked(self) -> bool:
        return bool(self._links)

    async def drop_links(self) -> None:
        """Close every connection without a word."""
        for link in list(self._links):
            await link.close()
        self._links.clear()

    async def ping(self) -> None:
        """A sign of life on every connection, as the real service gives it all the time."""
        for link in list(self._links):
            await link.ping()

    async def announce_refresh(self) -> None:
        """Tell the app that the present connection will be closed soon."""
        await self._links[-1].send_json({"type": "disconnect", "reason": "refresh_requested", "debug_info": {}})

    # ---- people

    async def command(
        self, user: str, text: str, *, channel: str = "C1", name: str = "kim", command: str = "/trader"
    ) -> Envelope:
        """A person types `/trader text`."""
        return await self.send(
            "slash_commands",
            {
                "command": command,
                "text": text,
                "user_id": user,
                "user_name": name,
                "channel_id": channel,
                "team_id": "T1",
                "team_domain": "local",
                "api_app_id": "A1",
                "is_enterprise_install": "false",
                "response_url": self._response_url(channel, None),
                "trigger_id": f"t{next(self._ids)}",
            },
            accepts_response_payload=True,
        )

    async def direct_message(self, user: str, text: str, *, age: float = 0.0, **fields: Any) -> Envelope:
        """A person writes to the app; `age` seconds ago."""
        event = {
            "type": "message",
            "channel_type": "im",
            "user": user,
            "text": text,
            "channel": f"D{user}",
            "ts": _ts(time.time() - age),
            **fields,
        }
        return await self.event(event, age=age)

    async def event(self, event: dict[str, Any], *, age: float = 0.0) -> Envelope:
        payload = {
            "type": "event_callback",
            "team_id": "T1",
            "api_app_id": "A1",
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": "T1",
                    "user_id": "UBOT",
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
            "event_id": f"Ev{next(self._ids)}",
            "event_time": int(time.time() - age),
            "event": event,
        }
        return await self.send("events_api", payload, retry_attempt=0, retry_reason="")

    async def open_home(self, user: str, *, tab: str = "home") -> Envelope:
        """A person opens the app's Home tab (or another one of it)."""
        event: dict[str, Any] = {"type": "app_home_opened", "user": user, "channel": f"D{user}", "tab": tab}
        if user in self.homes:
            event["view"] = self._view(user)
        return await self.event({**event, "event_ts": _ts(time.time())})

    async def press_home(self, user: str, label: str) -> Envelope:
        """A person presses the button with this label on their Home tab: there is no channel, no message, no response
        address."""
        home = self.homes[user]
        block, button = next(
            (b, e)
            for b in home.blocks
            if b.get("type") == "actions"
            for e in b["elements"]
            if e["text"]["text"] == label
        )
        return await self.send(
            "interactive",
            {
                "type": "block_actions",
                "api_app_id": "A1",
                "team": {"id": "T1", "domain": "local"},
                "enterprise": None,
                "is_enterprise_install": False,
                "user": {"id": user, "username": "kim", "name": "kim", "team_id": "T1"},
                "trigger_id": f"t{next(self._ids)}",
                "container": {"type": "view", "view_id": home.view_id},
                "view": self._view(user),
                "actions": [{**button, "block_id": block["block_id"], "action_ts": _ts(time.time())}],
            },
        )

    def _view(self, user: str) -> dict[str, Any]:
        home = self.homes[user]
        return {
            "id": home.view_id,
            "team_id": "T1",
            "type": "home",
            "blocks": home.blocks,
            "private_metadata": "",
            "callback_id": "",
            "state": {"values": {}},
            "hash": f"{home.published}.hash",
            "app_id": "A1",
            "bot_id": "B1",
        }

    async def press(self, user: str, message: PostedMessage, label: str, *, age: float = 0.0) -> Envelope:
        """A person presses the button with this label; `age` seconds ago."""
        button = next(b for b in message.buttons if b["text"]["text"] == label)
        return await self.send(
            "interactive",
            {
                "type": "block_actions",
                "api_app_id": "A1",
                "team": {"id": "T1", "domain": "local"},
                "enterprise": None,
                "is_enterprise_install": False,
                "user": {"id": user, "username": "kim", "team_id": "T1"},
                "channel": {"id": message.channel},
                "container": {"type": "message", "message_ts": message.ts, "channel_id": message.channel},
                "message": {
                    "ts": message.ts,
                    "text": message.text,
                    "blocks": message.blocks,
                    **({"thread_ts": message.thread} if message.thread else {}),
                },
                "response_url": self._response_url(message.channel, message),
                "actions": [{**button, "action_ts": _ts(time.time() - age)}],
            },
        )

    async def send(self, kind: str, payload: Any, **fields: Any) -> Envelope:
        """Any envelope, on the newest connection."""
        envelope_id = f"env-{next(self._ids)}"
        body = {
            "envelope_id": envelope_id,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": False,
            **fields,
        }
        envelope = Envelope(envelope_id, body)
        self.envelopes.append(envelope)
        await self.send_again(envelope)
        return envelope

    async def send_again(self, envelope: Envelope) -> None:
        """The same envelope once more, as after a missing acknowledgement."""
        envelope.sent_at = time.monotonic()
        await self._links[-1].send_json(envelope.body)

    async def send_raw(self, text: str) -> None:
        await self._links[-1].send_str(text)

    def delete(self, message: PostedMessage) -> None:
        """A person deletes a message of the app."""
        self._read -= self.messages.index(message) < self._read
        self.messages.remove(message)
        self._deleted.add(message.ts)

    # ---- faults

    def fail(
        self, method: str, status: int = 200, error: str = "", *, retry_after: int | None = None, times: int = 1
    ) -> None:
        """The next `times` calls of `method` (or `*`) fail."""
        self._faults.append(_Fault(method, status, error or _NAMES.get(status, "fatal_error"), retry_after, times))

    def mend(self) -> None:
        self._faults.clear()
        self.hang = False

    # ---- looking

    async def next_message(self, timeout: float = 5.0) -> PostedMessage:
        """The next message of the app that this method has not returned yet."""
        await self.until(lambda: len(self.messages) > self._read, timeout)
        self._read += 1
        return self.messages[self._read - 1]

    async def until(self, true: Callable[[], bool], timeout: float = 15.0) -> None:
        """Wait until something the app did makes `true()` true. TimeoutError."""
        async with asyncio.timeout(timeout), self._changed:
            await self._changed.wait_for(true)

    def called(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    # ---- the wire: Web API

    async def _serve(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        params = await _params(request)
        if self.hang:
            await asyncio.sleep(3600)
        self.calls.append(Call(method, params, time.monotonic()))
        try:
            token = request.headers.get("Authorization", "").removeprefix("Bearer ")
            if token != (self.app_token if method == "apps.connections.open" else self.bot_token):
                raise SlackError("invalid_auth")
            self._raise_fault(method)
            handler = getattr(self, f"_on_{method.replace('.', '_').lower()}", None)
            if handler is None:
                raise SlackError("unknown_method")
            result = handler(params)
        except SlackError as error:
            headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
            return web.json_response({"ok": False, "error": error.error}, status=error.status, headers=headers)
        finally:
            await self._notify()
        return web.json_response({"ok": True, **result})

    def _raise_fault(self, method: str) -> None:
        for fault in self._faults:
            if fault.method in (method, "*"):
                fault.times -= 1
                if fault.times <= 0:
                    self._faults.remove(fault)
                raise SlackError(fault.error, fault.status, fault.retry_after)

    def _on_auth_test(self, params: dict[str, Any]) -> dict[str, Any]:
        return {"url": self.url, "team": "local", "user": "trader", "team_id": "T1", "user_id": "UBOT", "bot_id": "B1"}

    def _on_apps_connections_open(self, params: dict[str, Any]) -> dict[str, Any]:
        ticket = f"ticket-{next(self._ids)}"
        self._tickets.add(ticket)
        return {"url": f"ws://127.0.0.1:{self._port}/link/{ticket}"}

    def _on_chat_postmessage(self, params: dict[str, Any]) -> dict[str, Any]:
        blocks = _checked_blocks(params)
        thread = params.get("thread_ts", "")
        if thread in self._deleted:
            raise SlackError("thread_not_found")
        ts = _ts(time.time() + next(self._ids) / 1_000_000)
        channel = params["channel"]
        where = f"D{channel}" if channel[:1] == "U" else channel
        message = PostedMessage(ts, where, params.get("text", ""), blocks, thread=thread)
        message.broadcast = params.get("reply_broadcast") in (True, "1", "true")
        self.messages.append(message)
        return {"channel": message.channel, "ts": ts, "message": {"text": message.text, "blocks": blocks}}

    def _on_chat_update(self, params: dict[str, Any]) -> dict[str, Any]:
        if str(params.get("channel", ""))[:1] == "U":
            raise SlackError("channel_not_found")
        for message in self.messages:
            if (message.ts, message.channel) == (params.get("ts"), params.get("channel")) and not message.ephemeral:
                message.text, message.blocks = params.get("text", ""), _checked_blocks(params)
                message.edits += 1
                return {"channel": message.channel, "ts": message.ts, "text": message.text}
        raise SlackError("message_not_found")

    def _on_views_publish(self, params: dict[str, Any]) -> dict[str, Any]:
        user, view = str(params.get("user_id", "")), params.get("view")
        view = json.loads(view) if isinstance(view, str) else view
        if user[:1] not in ("U", "W"):
            raise SlackError("invalid_arguments")
        if not isinstance(view, dict) or view.get("type") != "home":
            raise SlackError("invalid_arguments")
        blocks = _checked_view(view)
        known = self.homes.get(user)
        number = known.published + 1 if known is not None else 1
        view_id = known.view_id if known is not None else f"V{next(self._ids)}"
        self.homes[user] = Home(blocks, view_id, number)
        return {"view": self._view(user)}

    def _on_conversations_open(self, params: dict[str, Any]) -> dict[str, Any]:
        """The person's own conversation with the app."""
        user = str(params.get("users", ""))
        if user[:1] not in ("U", "W"):
            raise SlackError("user_not_found")
        return {"channel": {"id": f"D{user}"}}

    def _on_files_getuploadurlexternal(self, params: dict[str, Any]) -> dict[str, Any]:
        file_id = f"F{next(self._ids)}"
        self._names[file_id] = str(params["filename"])
        return {"file_id": file_id, "upload_url": f"{self.url}/upload/{file_id}"}

    def _on_files_completeuploadexternal(self, params: dict[str, Any]) -> dict[str, Any]:
        if str(params.get("channel_id", "C"))[:1] in ("U", "W"):  # not a person's id: their conversation's
            raise SlackError("channel_not_found")
        files = params["files"] if isinstance(params["files"], list) else json.loads(params["files"])
        for file in files:
            if file["id"] not in self._uploads:
                raise SlackError("file_not_found")
            found = {"name": self._names[file["id"]], "content": self._uploads[file["id"]]}
            self.files.append({**file, "channel": params.get("channel_id"), **found})
        return {"files": files}

    async def _serve_upload(self, request: web.Request) -> web.Response:
        self._uploads[request.match_info["file_id"]] = await request.read()
        return web.Response(text="OK")

    # ---- the wire: response addresses

    def _response_url(self, channel: str, message: PostedMessage | None) -> str:
        key = f"r{next(self._ids)}"
        self._responses[key] = (channel, message, 0)
        return f"{self.url}/respond/{key}"

    async def _serve_response(self, request: web.Request) -> web.Response:
        if self.hang:
            await asyncio.sleep(3600)
        channel, original, uses = self._responses[request.match_info["key"]]
        params = await request.json()
        self.calls.append(Call("response_url", params, time.monotonic()))
        try:
            self._raise_fault("response_url")
            if uses >= 5:
                raise SlackError("used_url", 404)
            blocks = _checked_blocks(params)
        except SlackError as error:
            headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
            return web.json_response(
                {"ok": False, "error": error.error}, status=max(error.status, 400), headers=headers
            )
        finally:
            await self._notify()
        self._responses[request.match_info["key"]] = (channel, original, uses + 1)
        self.responded[f"{self.url}{request.path}"] += 1
        if params.get("replace_original") and original is not None:
            original.text, original.blocks = params.get("text", ""), blocks
            original.edits += 1
        else:
            ephemeral = params.get("response_type") != "in_channel"
            posted = PostedMessage(_ts(time.time()), channel, params.get("text", ""), blocks, ephemeral=ephemeral)
            posted.thread = params.get("thread_ts", "")
            self.messages.append(posted)
        await self._notify()
        return web.json_response({"ok": True})

    # ---- the wire: Socket Mode

    async def _serve_link(self, request: web.Request) -> web.StreamResponse:
        ticket = request.match_info["ticket"]
        if ticket not in self._tickets:
            return web.Response(status=404)
        self._tickets.discard(ticket)
        link = web.WebSocketResponse()
        await link.prepare(request)
        await link.send_json(
            {"type": "hello", "num_connections": len(self._links) + 1, "connection_info": {"app_id": "A1"}}
        )
        self._links.append(link)
        await self._notify()
        async for message in link:
            if message.type is WSMsgType.TEXT:
                self._acknowledge(json.loads(message.data))
                await self._notify()
        if link in self._links:
            self._links.remove(link)
        await self._notify()
        return link

    def _acknowledge(self, body: dict[str, Any]) -> None:
        for envelope in self.envelopes:
            if envelope.envelope_id == body.get("envelope_id"):
                envelope.acknowledgements += 1
                envelope.acknowledged_after = time.monotonic() - envelope.sent_at

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()


_NAMES = {429: "ratelimited", 500: "internal_error", 503: "service_unavailable"}


def _checked_blocks(params: dict[str, Any]) -> list[dict[str, Any]]:
    """The limits of docs.slack.dev/reference/block-kit."""
    blocks = params.get("blocks") or []
    if isinstance(blocks, str):
        blocks = json.loads(blocks)
    if not blocks and not params.get("text"):
        raise SlackError("no_text")
    if len(blocks) > 50:
        raise SlackError("invalid_blocks")
    if sum(map(len, _texts(blocks))) > 13_200:
        raise SlackError("msg_blocks_too_long")
    for block in blocks:
        _check_block(block)
    return list(blocks)


def _checked_view(view: dict[str, Any]) -> list[dict[str, Any]]:
    """Of a Home tab: docs.slack.dev/reference/views/home-tab-views"""
    blocks = view.get("blocks")
    if set(view) - {"type", "blocks", "private_metadata", "callback_id", "external_id"}:
        raise SlackError("invalid_arguments")
    if not isinstance(blocks, list) or not 1 <= len(blocks) <= 100:
        raise SlackError("invalid_arguments")
    if len(json.dumps(view).encode()) > 250_000:
        raise SlackError("view_too_large")
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(ids) != len(set(ids)) or any(len(one) > 255 for one in ids):
        raise SlackError("invalid_arguments")
    for block in blocks:
        _check_block(block)
    return blocks


def _check_block(block: dict[str, Any]) -> None:
    kind = block.get("type")
    if kind not in ("header", "section", "rich_text", "actions", "divider", "context", "image"):
        raise SlackError("invalid_blocks")
    if kind == "header" and len(block["text"]["text"]) > 150:
        raise SlackError("invalid_blocks")
    if any(len(text) > 3000 for text in _texts([block])):
        raise SlackError("invalid_blocks")
    if kind == "actions":
        elements = block["elements"]
        if not 1 <= len(elements) <= 25 or len({e["action_id"] for e in elements}) != len(elements):
            raise SlackError("invalid_blocks")
        if any(len(e["text"]["text"]) > 75 or len(e["value"]) > 2000 for e in elements):
            raise SlackError("invalid_blocks")


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["text"]] if isinstance(value.get("text"), str) else []
        return own + [t for v in value.values() if not isinstance(v, str) for t in _texts(v)]
    if isinstance(value, list):
        return [t for item in value for t in _texts(item)]
    return []


async def _params(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        return {**request.query, **await request.json()}
    return {**request.query, **{k: v for k, v in (await request.post()).items() if isinstance(v, str)}}


def _ts(seconds: float) -> str:
    return f"{seconds:.6f}"
