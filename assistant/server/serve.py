"""Serving the application: refuse an unsafe or taken address first, then run until stopped."""

from __future__ import annotations

import errno
import logging
import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn

from assistant.server.app import create_app
from assistant.settings import Settings
from tools.errors import ToolError

SHUTDOWN_SECONDS = 10
"""How long open streams may take to end after a stop was asked for."""
BODY_SECONDS = 15


class AddressUnusable(ToolError):
    """The server cannot or must not listen there; the message says what to do."""


def check_address(settings: Settings) -> None:
    """Raise `AddressUnusable` unless the address is safe and free."""
    _refuse_open_access(settings)
    _listen(settings).close()


def serve(settings: Settings, announce: Callable[[str], None] = print) -> None:
    """Serve until interrupted; `announce` is told the address once requests are answered."""
    _refuse_open_access(settings)
    listener = _listen(settings)
    try:
        app = create_app(settings, warm=True)
        server = _Server(
            uvicorn.Config(
                app,
                log_level=logging.WARNING,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=SHUTDOWN_SECONDS,
                timeout_keep_alive=BODY_SECONDS,
                h11_max_incomplete_event_size=64 * 1024,
            ),
            lambda: announce(f"Serving on {address(settings, listener)}"),
        )
        with suppress(KeyboardInterrupt):  # the server has shut down by then
            server.run(sockets=[listener])
    finally:
        listener.close()


def address(settings: Settings, listener: socket.socket) -> str:
    """The address to open in a browser."""
    host = f"[{settings.host.strip('[]')}]" if ":" in settings.host else settings.host
    return f"http://{host}:{listener.getsockname()[1]}"


class _Server(uvicorn.Server):
    """Tells when it has started; the model and the records are open by then."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._tell()


def _refuse_open_access(settings: Settings) -> None:
    if settings.on_loopback or settings.auth_tokens:
        return
    raise AddressUnusable(
        f"The address {settings.host} can be reached by others, and nobody would have to sign in: "
        'set INVENTORY_AUTH_TOKENS (for example {"anna": "<a long random token>"}) or serve on '
        "127.0.0.1.",
        f"其他人可以访问地址 {settings.host}，而且无需登录：请设置 INVENTORY_AUTH_TOKENS"
        '（例如 {"anna": "<一段长随机令牌>"}），或改用 127.0.0.1。',
    )


def _listen(settings: Settings) -> socket.socket:
    host = settings.host.strip("[]")
    try:
        found = socket.getaddrinfo(host, settings.port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, place = found[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise _unusable(settings, error) from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise _unusable(settings, error) from error
    return listener


def _unusable(settings: Settings, error: OSError) -> AddressUnusable:
    place = f"{settings.host}:{settings.port}"
    if error.errno == errno.EADDRINUSE:
        return AddressUnusable(
            f"Port {settings.port} on {settings.host} is taken by another program: stop it, or "
            f"choose another port with INVENTORY_PORT or --port.",
            f"{settings.host} 的端口 {settings.port} 已被其他程序占用：请停止该程序，"
            "或用 INVENTORY_PORT 或 --port 另选端口。",
        )
    if error.errno == errno.EACCES:
        return AddressUnusable(
            f"Port {settings.port} needs more rights than this program has: choose one above 1023 "
            "with INVENTORY_PORT or --port.",
            f"端口 {settings.port} 需要更高权限：请用 INVENTORY_PORT 或 --port "
            "另选大于 1023 的端口。",
        )
    return AddressUnusable(
        f"The server cannot listen on {place} ({error.strerror}): check INVENTORY_HOST and "
        "INVENTORY_PORT.",
        f"服务器无法监听 {place}（{error.strerror}）：请检查 INVENTORY_HOST 和 INVENTORY_PORT。",
    )
