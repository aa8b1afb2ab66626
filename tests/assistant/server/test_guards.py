"""Host names, origins, headers, sign-in and limits, on an application of one route each."""

from __future__ import annotations

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import settings as unhurried
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from assistant.server.auth import COOKIE, SESSION_SECONDS, Authentication
from assistant.server.problems import TooManyRequests, install_problems
from assistant.server.rate_limit import RateLimit
from assistant.server.security import SameSiteGuard, SecurityHeaders, host_name
from assistant.settings import Settings

TOKENS = {"anna": SecretStr("a" * 20), "bob": SecretStr("b" * 20)}
PAGE = {"X-Requested-With": "inventory-assistant"}


def settings(**values: object) -> Settings:
    return Settings(_env_file=None, **values)  # type: ignore[arg-type]


def application(chosen: Settings, authentication: Authentication | None = None) -> FastAPI:
    app = FastAPI()
    checks = authentication or Authentication(chosen)

    @app.get("/api/who")
    @app.post("/api/who")
    def who(request: Request) -> str:
        return checks.owner(request)

    @app.post("/api/session")
    def sign_in(request: Request, response: Response, token: str) -> str:
        return checks.sign_in(request, response, token)

    install_problems(app)
    app.add_middleware(SameSiteGuard, settings=chosen)
    app.add_middleware(SecurityHeaders)
    return app


def client(chosen: Settings, base_url: str = "http://127.0.0.1:8000") -> TestClient:
    return TestClient(application(chosen), base_url=base_url)


def test_local_planner_needs_no_token() -> None:
    assert client(settings()).get("/api/who").json() == "planner"
    assert client(settings(), "http://localhost:8000").post("/api/who").json() == "planner"
    assert client(settings(), "http://[::1]:8000").get("/api/who").json() == "planner"


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8000", "", "]["]
)
def test_other_host_names_are_refused(host: str) -> None:
    refused = client(settings()).get("/api/who", headers={"Host": host})
    assert refused.status_code == 403
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["type"] == "/problems/refused"
    assert "frame-ancestors 'none'" in refused.headers["content-security-policy"]


def test_allowed_host_names_are_served() -> None:
    chosen = settings(allowed_hosts=["stock.example"])
    assert client(chosen, "http://stock.example").get("/api/who").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Origin": "http://127.0.0.1:8000.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_pages_of_other_sites_change_nothing(headers: dict[str, str]) -> None:
    assert client(settings()).post("/api/who", headers=headers).status_code == 403


def test_own_page_may_change_things() -> None:
    headers = {"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-origin"}
    assert client(settings()).post("/api/who", headers=headers).status_code == 200


def test_every_response_carries_the_policy() -> None:
    response = client(settings()).get("/nothing/here")
    assert response.status_code == 404
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'self'")
    assert "unsafe" not in policy
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"


def test_tokens_are_needed_when_configured() -> None:
    asking = client(settings(auth_tokens=TOKENS))
    refused = asking.get("/api/who")
    assert refused.status_code == 401
    assert refused.json()["type"] == "/problems/sign-in-required"
    for header in ["Bearer " + "a" * 19, "Bearer", "Basic " + "a" * 20, "Bearer " + "ä" * 20]:
        sent = {"Authorization": header.encode()}
        assert asking.get("/api/who", headers=sent).status_code == 401
    bearer = {"Authorization": "Bearer " + "a" * 20}
    assert asking.get("/api/who", headers=bearer).json() == "anna"
    assert asking.post("/api/who", headers=bearer).json() == "anna"


def test_session_cookie_is_bound_to_its_planner_and_page() -> None:
    asking = client(settings(auth_tokens=TOKENS))
    assert asking.post("/api/session", params={"token": "x" * 20}).status_code == 401
    signed_in = asking.post("/api/session", params={"token": "b" * 20})
    cookie = signed_in.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "b" * 20 not in cookie
    assert asking.get("/api/who").json() == "bob"
    assert asking.post("/api/who").status_code == 403
    assert asking.post("/api/who", headers=PAGE).json() == "bob"


def test_session_ends_with_time_and_with_the_token() -> None:
    now = [1000.0]
    chosen = settings(auth_tokens=TOKENS)
    checks = Authentication(chosen, clock=lambda: now[0])
    asking = TestClient(application(chosen, checks), base_url="http://127.0.0.1:8000")
    asking.post("/api/session", params={"token": "b" * 20})
    assert asking.get("/api/who").json() == "bob"
    now[0] += SESSION_SECONDS + 1
    assert asking.get("/api/who").status_code == 401
    now[0] -= SESSION_SECONDS
    changed = settings(auth_tokens={"bob": SecretStr("c" * 20)})
    other = TestClient(
        application(changed, Authentication(changed, clock=lambda: now[0])),
        base_url="http://127.0.0.1:8000",
        cookies=dict(asking.cookies),
    )
    assert other.get("/api/who").status_code == 401


@unhurried(deadline=None)
@given(st.text(alphabet=st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=200))
def test_forged_cookies_are_nobody(cookie: str) -> None:
    checks = Authentication(settings(auth_tokens=TOKENS))
    assert checks._owner_of_cookie(cookie) is None


def test_altered_cookie_is_nobody() -> None:
    checks = Authentication(settings(auth_tokens=TOKENS), clock=lambda: 0.0)
    cookie = checks._cookie("bob", 100)
    assert checks._owner_of_cookie(cookie) == "bob"
    for position in range(len(cookie)):
        other = "A" if cookie[position] != "A" else "B"
        altered = cookie[:position] + other + cookie[position + 1 :]
        assert checks._owner_of_cookie(altered) in {None}


def test_guessing_tokens_is_slowed_down() -> None:
    asking = client(settings(auth_tokens=TOKENS))
    answers = [
        asking.post("/api/session", params={"token": str(guess)}).status_code for guess in range(12)
    ]
    assert answers == [401] * 10 + [429] * 2
    assert COOKIE not in asking.cookies


def test_rate_limit_forgets_old_calls() -> None:
    now = [0.0]
    limit = RateLimit(times=2, seconds=10.0, clock=lambda: now[0])
    limit.check("anna")
    limit.check("anna")
    with pytest.raises(TooManyRequests) as refused:
        limit.check("anna")
    assert refused.value.seconds == 10
    limit.check("bob")
    now[0] = 10.5
    limit.check("anna")


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("localhost:8000", "localhost"),
        ("[::1]:8000", "::1"),
        ("EVIL.example", "evil.example"),
        ("user@127.0.0.1", "127.0.0.1"),
        ("[", ""),
    ],
)
def test_host_names(header: str, name: str) -> None:
    assert host_name(header) == name


def test_weak_tokens_are_refused() -> None:
    with pytest.raises(ValidationError, match="shorter than 16 characters"):
        settings(auth_tokens={"anna": SecretStr("secret")})


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.5", False),
        ("stock.example", False),
    ],
)
def test_loopback_addresses(host: str, local: bool) -> None:
    assert settings(host=host).on_loopback is local
