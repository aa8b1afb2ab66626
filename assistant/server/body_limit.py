"""Refusing bodies above the limit of their address, before they are read into memory.

A declared length is refused at once; a body that streams is cut off where the limit is passed.
"""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import Request
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.server.problems import TOO_LARGE, problem


class BodyLimit:
    """At most `default` bytes, or what `limits` says for addresses that begin so."""

    def __init__(self, app: ASGIApp, default: int, limits: Mapping[str, int]) -> None:
        self.app, self._default, self._limits = app, default, dict(limits)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = self._limit(scope["path"])
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and int(declared) > limit:
            refusal = problem(Request(scope), 413, "too-large", TOO_LARGE)
            await refusal(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise HTTPException(413)
            return message

        await self.app(scope, counted, send)

    def _limit(self, path: str) -> int:
        fitting = [limit for prefix, limit in self._limits.items() if path.startswith(prefix)]
        return max(fitting, default=self._default)
