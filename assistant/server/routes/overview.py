"""The first thing a planner sees."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from assistant.server.overview import read_overview
from assistant.server.problems import TextModel
from assistant.server.routes.alerts import MoneyShown
from assistant.server.state import Owner, Records

router = APIRouter(tags=["overview"])


class Link(BaseModel):
    """Where a row leads when it has no question."""

    kind: Literal["item", "order", "alert", "proposal", "message"]
    id: str | int


class Row(BaseModel):
    """One thing to look at."""

    title: TextModel
    detail: TextModel
    money: MoneyShown | None
    question: TextModel | None
    link: Link


class Section(BaseModel):
    """One kind of thing to look at; `count` is the whole number, `rows` the first eight."""

    key: str = Field(examples=["at_risk"])
    title: TextModel
    count: int
    money: MoneyShown | None
    question: TextModel | None
    rows: list[Row]


class OverviewRead(BaseModel):
    """What needs a decision today."""

    planning_day: str
    planning_day_text: TextModel
    data_version: int
    company: str
    currency: str
    sections: list[Section]
    suggestions: list[TextModel]


@router.get("/api/overview", summary="What needs a decision today")
def get_overview(owner: Owner, engine: Records) -> OverviewRead:
    return OverviewRead.model_validate(read_overview(engine))
