"""What every request and response has to hold to, whoever sends it.

Responses carry a strict Content-Security-Policy; requests are refused when they name a host that
is not ours (DNS rebinding) or come from another site's page (cross-site requests). It is plain
ASGI, so that streams are not buffered and the guard runs before any route.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.server.headers import HEADERS
from assistant.server.problems import Refused, tool_problem
from assistant.settings import Settings

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
LOOPBACK_NAMES = {"127.0.0.1", "localhost", "::1"}


class SecurityHeaders:
    """Adds `HEADERS` to every response; API answers are never cached."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith(("/api/", "/v1/", "/mcp")):
                    headers.setdefault("Cache-Control", "no-store")
                else:
                    headers.setdefault("Cache-Control", "no-cache")
            await send(message)

        await self.app(scope, receive, with_headers)


class SameSiteGuard:
    """Refuses foreign host names and changing requests from foreign pages with 403."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self._hosts: set[str] | None = None
        if settings.on_loopback or settings.allowed_hosts:
            self._hosts = LOOPBACK_NAMES | {host.lower() for host in settings.allowed_hosts}
            self._hosts.add(settings.host.strip("[]").lower())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            error = self._objection(scope["method"], Headers(scope=scope))
            if error is not None:
                await tool_problem(Request(scope), error)(scope, receive, send)
                return
        elif scope["type"] == "websocket":
            return  # none are served
        await self.app(scope, receive, send)

    def _objection(self, method: str, headers: Headers) -> Refused | None:
        host = headers.get("host", "")
        if self._hosts is not None and host_name(host) not in self._hosts:
            return Refused(
                "This server is not known under that host name; open it as http://127.0.0.1.",
                "本服务器不使用该主机名，请通过 http://127.0.0.1 打开。",
            )
        if method in SAFE_METHODS:
            return None
        origin = headers.get("origin")
        foreign = origin is not None and urlsplit(origin).netloc.lower() != host.lower()
        if foreign or headers.get("sec-fetch-site") in {"cross-site", "same-site"}:
            return Refused(
                "A page of another site may not change anything here.",
                "其他网站的页面不能在这里更改任何内容。",
            )
        return None


def host_name(host: str) -> str:
    """The name in a Host header, without port and brackets, in lower case."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""
