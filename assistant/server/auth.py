"""Who is asking: the one local planner, or a planner with an access token.

Without tokens only loopback is served and everybody there is `planner`. With tokens a request
carries `Authorization: Bearer`, or the cookie of a sign-in: name, expiry and an HMAC keyed by the
planner's token, so that there is nothing to store and a changed token ends its sessions.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request, Response

from assistant.server.problems import Refused, SignInRequired
from assistant.server.rate_limit import RateLimit
from assistant.server.security import SAFE_METHODS
from assistant.settings import Settings

LOCAL_OWNER = "planner"
COOKIE = "inventory_session"
SESSION_SECONDS = 7 * 24 * 3600
PAGE_HEADER = "x-requested-with"
PAGE_HEADER_VALUE = "inventory-assistant"


@dataclass
class Authentication:
    """Checks requests against the configured tokens."""

    settings: Settings
    clock: Callable[[], float] = time.time

    def __post_init__(self) -> None:
        self._attempts = RateLimit(times=10, seconds=60.0)

    @property
    def required(self) -> bool:
        return bool(self.settings.auth_tokens)

    def owner(self, request: Request) -> str:
        """Name of the planner; raises `SignInRequired`, or `Refused` for a forged page request."""
        if not self.required:
            return LOCAL_OWNER
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            owner = self._owner_of(token.strip())
            if owner is not None:
                return owner
        elif (owner := self._owner_of_cookie(request.cookies.get(COOKIE, ""))) is not None:
            self._check_page(request)
            return owner
        raise SignInRequired("Sign in with your access token.", "请用访问令牌登录。")

    def signed_in(self, request: Request) -> str | None:
        """`owner`, or None where that would be refused."""
        try:
            return self.owner(request)
        except Refused:
            return None

    def sign_in(self, request: Request, response: Response, token: str) -> str:
        """Set the session cookie for the token's planner."""
        client = request.client.host if request.client else ""
        self._attempts.check(client)
        owner = self._owner_of(token)
        if owner is None:
            raise SignInRequired("That access token is not known.", "访问令牌无效。")
        expires = int(self.clock()) + SESSION_SECONDS
        response.set_cookie(
            COOKIE,
            self._cookie(owner, expires),
            max_age=SESSION_SECONDS,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
            path="/",
        )
        return owner

    def _owner_of(self, token: str) -> str | None:
        """Every token is compared, in constant time, so that timing tells nothing."""
        found = None
        for name, secret in self.settings.auth_tokens.items():
            if hmac.compare_digest(secret.get_secret_value().encode(), token.encode()):
                found = name
        return found

    def _cookie(self, owner: str, expires: int) -> str:
        secret = self.settings.auth_tokens[owner].get_secret_value().encode()
        message = f"{owner}|{expires}".encode()
        seal = hmac.new(secret, b"session|" + message, hashlib.sha256).digest()
        return base64.urlsafe_b64encode(seal + message).decode()

    def _owner_of_cookie(self, cookie: str) -> str | None:
        try:
            message = base64.urlsafe_b64decode(cookie.encode())[32:].decode()
            owner, _, expiry = message.rpartition("|")
            expires = int(expiry)
        except (binascii.Error, ValueError):
            return None
        if owner not in self.settings.auth_tokens or expires < self.clock():
            return None
        genuine = hmac.compare_digest(self._cookie(owner, expires).encode(), cookie.encode())
        return owner if genuine else None

    @staticmethod
    def _check_page(request: Request) -> None:
        """A cookie alone changes nothing: only the page's own script can set this header."""
        header = request.headers.get(PAGE_HEADER, "")
        if request.method not in SAFE_METHODS and header != PAGE_HEADER_VALUE:
            raise Refused(
                f"Requests that change something need the header X-Requested-With: "
                f"{PAGE_HEADER_VALUE}.",
                f"更改数据的请求需要请求头 X-Requested-With: {PAGE_HEADER_VALUE}。",
            )
