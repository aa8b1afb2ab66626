"""Supplier messages: pasted, dropped, read, and listed."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.datastructures import UploadFile

from assistant.server import messages
from assistant.server.limits import MAX_SUPPLIER_TEXT
from assistant.server.mail import Mail, pasted, uploaded
from assistant.server.problems import TextModel
from assistant.server.reading import read_and_propose
from assistant.server.routes.orders import Party
from assistant.server.routes.proposals import ProposalShown
from assistant.server.state import Owner, Records, State
from tools.data.schema import utc_now
from tools.errors import InvalidInput

router = APIRouter(prefix="/api/messages", tags=["messages"])

MessageId = Annotated[int, Path(ge=1, le=2**31 - 1)]


class Pasted(BaseModel):
    """A message a planner pasted."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "text": "We will ship 600 of PO-10412 next week and the rest in January.",
                "sender": "sales@huaxin.example",
                "subject": "Re: PO-10412",
            }
        },
    )

    text: str = Field(min_length=1, max_length=MAX_SUPPLIER_TEXT)
    sender: str = Field(default="", max_length=200)
    subject: str = Field(default="", max_length=400)


class MessageListed(BaseModel):
    """One line of the inbox."""

    id: int
    status: str = Field(examples=["read"])
    received_at: str
    channel: str
    sender: str
    subject: str
    language: str
    error: str
    supplier: Party | None
    excerpt: str
    open_proposals: int


class MessageList(BaseModel):
    messages: list[MessageListed]
    count: int


class Highlight(BaseModel):
    """A value and where it stands in `body`, counted in code points."""

    start: int
    end: int
    text: str
    label: str = Field(examples=["quantity"])
    label_text: TextModel
    value_text: TextModel
    proposal_id: int | None


class Effect(BaseModel):
    """What the message does to the stock of one item at one place."""

    item: str
    location: str
    names: dict[str, dict[str, str]]
    worse: bool
    sentence: TextModel
    chart: dict[str, Any]


class Reading(BaseModel):
    """What was understood, and by whom: `rules` or a model."""

    reader: str = ""
    highlights: list[Highlight]
    notes: list[TextModel]
    impacts: list[Effect] = []


class MessageRead(MessageListed):
    body: str
    reading: Reading | None
    proposals: list[ProposalShown]


@router.get("", summary="Supplier messages, the newest first")
def list_messages(
    owner: Owner,
    engine: Records,
    status: Literal["new", "read", "done", "failed"] | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
) -> MessageList:
    return MessageList.model_validate(messages.list_messages(engine, status, limit))


@router.get("/{message_id}", summary="One message with what was read in it")
def get_message(message_id: MessageId, owner: Owner, engine: Records) -> MessageRead:
    return MessageRead.model_validate(messages.read_message(engine, message_id))


@router.post(
    "",
    status_code=201,
    summary="Paste or upload a message; it is read at once",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": Pasted.model_json_schema()},
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "properties": {"file": {"type": "string", "format": "binary"}},
                        "required": ["file"],
                    }
                },
            },
        }
    },
)
async def add_message(
    request: Request, response: Response, owner: Owner, state: State
) -> MessageRead:
    """201, or 200 when the same message was there before."""
    state.upload_limit.check(owner)
    mail = await _mail(request)
    message_id, is_new = await asyncio.to_thread(messages.store_message, state.engine, mail)
    if not is_new:
        response.status_code = 200
    shown = await asyncio.to_thread(messages.read_message, state.engine, message_id)
    if shown["reading"] is None:
        shown = await asyncio.to_thread(read_and_propose, state, message_id)
    return MessageRead.model_validate(shown)


@router.post("/{message_id}/read", summary="Read a message, or read it again")
def read_message(message_id: MessageId, owner: Owner, state: State) -> MessageRead:
    """What an earlier reading proposed and nobody decided on is replaced."""
    state.upload_limit.check(owner)
    return MessageRead.model_validate(read_and_propose(state, message_id))


async def _mail(request: Request) -> Mail:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        async with request.form(max_files=1, max_fields=10) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise InvalidInput("The form has no file.", "表单中没有文件。")
            content = await file.read()
        return await asyncio.to_thread(uploaded, file.filename or "message", content, utc_now())
    body = await _pasted(request, kind)
    return pasted(body.text, body.sender, body.subject, utc_now())


async def _pasted(request: Request, kind: str) -> Pasted:
    if kind != "application/json":
        raise InvalidInput(
            "Send the message as JSON or as a file in a form.", "请以 JSON 或表单文件发送消息。"
        )
    content: Any = await request.body()
    try:
        return Pasted.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "body"
        raise InvalidInput(f"{field}: {first['msg']}.", f"{field}：{first['msg']}。") from None
