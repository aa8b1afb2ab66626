"""Every failure as RFC 9457 problem details, with the sentence to show in both languages.

Nothing else leaves the server as an error: not a stack trace, not the framework's own JSON, not an
empty body.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from assistant.errors import NotFound
from assistant.server.headers import HEADERS
from tools.errors import (
    AmbiguousEntity,
    ImportRejected,
    InvalidInput,
    NoData,
    RecordConflict,
    ToolError,
    UnknownEntity,
)
from tools.text import Text

MEDIA_TYPE = "application/problem+json"
logger = logging.getLogger(__name__)


class TextModel(BaseModel):
    """The same words in English and Chinese."""

    en: str
    zh: str


class FieldError(BaseModel):
    """One part of the request that was not accepted."""

    field: str
    message: str


class Problem(BaseModel):
    """RFC 9457 problem details; `text` is what to show a planner."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "/problems/record-conflict",
                "title": "Conflict",
                "status": 409,
                "detail": "anna has already approved this proposal.",
                "text": {
                    "en": "anna has already approved this proposal.",
                    "zh": "anna 已批准该提议。",
                },
                "instance": "/api/proposals/17/reject",
            }
        }
    )

    type: str
    title: str
    status: int
    detail: str
    text: TextModel
    instance: str
    errors: list[FieldError] | None = None


class Refused(ToolError):
    """A request that this server does not serve, however it is written."""

    status = 403
    name = "refused"


class SignInRequired(Refused):
    status = 401
    name = "sign-in-required"


class TooManyRequests(Refused):
    """Comes with the number of seconds after which to try again."""

    status = 429
    name = "too-many-requests"

    def __init__(self, seconds: int) -> None:
        super().__init__(
            f"Too many requests; try again in {seconds} s.",
            f"请求过于频繁，请 {seconds} 秒后再试。",
        )
        self.seconds = seconds


_BY_ERROR: list[tuple[type[ToolError], int, str]] = [
    (NotFound, 404, "not-found"),
    (RecordConflict, 409, "record-conflict"),
    (ImportRejected, 422, "import-rejected"),
    (UnknownEntity, 422, "unknown-entity"),
    (AmbiguousEntity, 422, "ambiguous-entity"),
    (InvalidInput, 422, "invalid-input"),
    (NoData, 422, "no-data"),
]

TOO_LARGE = Text("What was sent is larger than allowed here.", "发送的内容超过了允许的大小。")

_BY_STATUS: dict[int, tuple[str, Text]] = {
    400: ("invalid-input", Text("The request cannot be read.", "无法读取该请求。")),
    404: ("not-found", Text("There is nothing at this address.", "该地址没有内容。")),
    405: (
        "method-not-allowed",
        Text("This address does not take that method.", "该地址不支持此方法。"),
    ),
    413: ("too-large", TOO_LARGE),
    415: (
        "unsupported-media-type",
        Text("This kind of content is not read here.", "这里不支持此类内容。"),
    ),
}
_INTERNAL = Text(
    "Something went wrong on the server and nothing was changed; please try again.",
    "服务器出错，没有更改任何数据，请重试。",
)
_INVALID = Text(
    "The request is not as this address expects it; see the listed fields.",
    "请求格式不正确，请查看所列字段。",
)
_BUSY = Text(
    "The database is busy with another program; try again in a moment.",
    "数据库正被其他程序占用，请稍后再试。",
)


def problem(
    request: Request,
    status: int,
    name: str,
    text: Text,
    *,
    errors: list[dict[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The response for one failure."""
    content: dict[str, Any] = {
        "type": f"/problems/{name}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": text.en,
        "text": {"en": text.en, "zh": text.zh},
        "instance": request.url.path,
    }
    if errors is not None:
        content["errors"] = errors
    return JSONResponse(
        content, status, headers=dict(headers) if headers else None, media_type=MEDIA_TYPE
    )


def tool_problem(request: Request, error: ToolError) -> JSONResponse:
    """The response for an error that is meant to be read by a planner."""
    if isinstance(error, Refused):
        headers = {}
        if isinstance(error, TooManyRequests):
            headers["Retry-After"] = str(error.seconds)
        if isinstance(error, SignInRequired):
            headers["WWW-Authenticate"] = "Bearer"
        return problem(request, error.status, error.name, error.text, headers=headers)
    status, name = next(
        ((status, name) for kind, status, name in _BY_ERROR if isinstance(error, kind)),
        (422, "invalid-input"),
    )
    return problem(request, status, name, error.text)


def install_problems(app: FastAPI) -> None:
    """Turn every error of `app` into problem details."""

    @app.exception_handler(ToolError)
    async def on_tool_error(request: Request, error: ToolError) -> JSONResponse:
        return tool_problem(request, error)

    @app.exception_handler(RequestValidationError)
    async def on_validation_error(request: Request, error: RequestValidationError) -> JSONResponse:
        errors = [
            {"field": ".".join(str(part) for part in found["loc"]), "message": str(found["msg"])}
            for found in error.errors()[:50]
        ]
        return problem(request, 422, "invalid-input", _INVALID, errors=errors)

    @app.exception_handler(HTTPException)
    async def on_http_error(request: Request, error: HTTPException) -> JSONResponse:
        name, text = _BY_STATUS.get(
            error.status_code, ("refused", Text(str(error.detail), str(error.detail)))
        )
        return problem(request, error.status_code, name, text, headers=error.headers)

    @app.exception_handler(OperationalError)
    async def on_busy(request: Request, error: OperationalError) -> JSONResponse:
        if "locked" not in str(error.orig):
            return await on_defect(request, error)
        return problem(request, 503, "busy", _BUSY, headers={"Retry-After": "2"})

    @app.exception_handler(Exception)
    async def on_defect(request: Request, error: Exception) -> JSONResponse:
        logger.error("%s %s failed", request.method, request.url.path, exc_info=error)
        # the framework answers a defect outside all middleware
        return problem(request, 500, "internal-error", _INTERNAL, headers=HEADERS)
