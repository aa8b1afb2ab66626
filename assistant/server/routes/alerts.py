"""What looks wrong, and what planners say about it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from assistant.server import alerts
from assistant.server.company import base_currency
from assistant.server.problems import TextModel
from assistant.server.state import Owner, Records

router = APIRouter(prefix="/api/alerts", tags=["alerts"])


class MoneyShown(BaseModel):
    """An amount with its words."""

    value: float
    currency: str = Field(examples=["USD"])
    text: TextModel


class AlertShown(BaseModel):
    """One incident with its evidence."""

    id: int
    kind: str = Field(examples=["phantom_stock"])
    family: str = Field(examples=["stock"])
    status: str
    item: str | None
    location: str | None
    supplier: str | None
    names: dict[str, dict[str, dict[str, str]]]
    starts_on: str
    ends_on: str
    score: float
    direction: str
    money: MoneyShown | None
    sentence: TextModel
    evidence: dict[str, Any]
    created_at: str
    question: TextModel


class AlertList(BaseModel):
    alerts: list[AlertShown]


class Feedback(BaseModel):
    """What a planner says of an alert."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"verdict": "expected", "note": "Trade fair that week."}},
    )

    verdict: Literal["right", "wrong", "expected", "snooze", "reopen"]
    note: str = Field(default="", max_length=1000)


@router.get("", summary="What looks wrong, the most money at stake first")
def list_alerts(
    owner: Owner,
    engine: Records,
    status: Literal["open", "confirmed", "wrong", "expected", "snoozed", "closed", "all"] = "open",
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
) -> AlertList:
    found = alerts.list_alerts(engine, status, limit, base_currency(engine))
    return AlertList.model_validate({"alerts": found})


@router.post("/{alert_id}/feedback", summary="Say whether an alert was right")
def give_feedback(
    alert_id: Annotated[int, Path(ge=1, le=2**31 - 1)],
    body: Feedback,
    owner: Owner,
    engine: Records,
) -> AlertShown:
    judged = alerts.judge(engine, alert_id, body.verdict, body.note, owner, base_currency(engine))
    return AlertShown.model_validate(judged)
