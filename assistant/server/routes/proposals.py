"""Proposals and the decisions on them: the only way from a conversation into the records."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.errors import NotFound
from assistant.proposals import decide
from assistant.proposals.shown import show_decision, show_proposal, show_proposals
from assistant.server.problems import TextModel
from assistant.server.state import Owner, Records
from tools.data.schema import Decision, Proposal, ProposalStatus

router = APIRouter(tags=["proposals"])

HASH = Field(pattern="^[0-9a-f]{64}$", description="`content_hash` of exactly what was shown")
ProposalId = Annotated[int, Path(ge=1, le=2**31 - 1)]


class Change(BaseModel):
    """One changed value in words."""

    field: str = Field(examples=["promised_on"])
    label: TextModel
    old: TextModel | None
    new: TextModel


class DecisionMade(BaseModel):
    """Who decided what, when, why, and what it changed."""

    action: str = Field(examples=["approve"])
    actor: str = Field(examples=["anna"])
    at: str = Field(examples=["2026-11-22T08:01:00Z"])
    reason: str
    effect: dict[str, Any]


class ProposalShown(BaseModel):
    """A consequential change with everything a person needs to decide on it."""

    id: int
    kind: str = Field(examples=["change_date"])
    status: str = Field(examples=["open"])
    created_at: str
    title: TextModel
    payload: dict[str, Any]
    content_hash: str
    quote: str
    span: list[int] | None
    sender: str
    certainty: str = Field(examples=["firm"])
    message_id: int | None
    conversation_id: str | None
    changes: list[Change]
    order: dict[str, Any] | None
    names: dict[str, dict[str, dict[str, str]]]
    decision: DecisionMade | None


class ProposalList(BaseModel):
    proposals: list[ProposalShown]


class DecisionListed(DecisionMade):
    id: int
    proposal_id: int
    kind: str
    title: TextModel
    shown_hash: str


class DecisionList(BaseModel):
    decisions: list[DecisionListed]


class Approval(BaseModel):
    """An approval of exactly what was shown."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"content_hash": "9c1f" * 16, "reason": ""}}
    )

    content_hash: str = HASH
    reason: str = Field(default="", max_length=2000)


class Revision(BaseModel):
    """Other values for a proposal; see `docs/api.md` for what each kind takes."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "content_hash": "9c1f" * 16,
                "changes": {"lines": [{"item": "SC-104", "quantity": 360}]},
            }
        },
    )

    content_hash: str = HASH
    changes: dict[str, Any]


@router.get("/api/proposals", summary="Proposals, the newest first")
def list_proposals(
    owner: Owner,
    engine: Records,
    status: Literal["open", "approved", "rejected", "superseded", "all"] = "open",
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
) -> ProposalList:
    found = select(Proposal).order_by(Proposal.id.desc()).limit(limit)
    if status != "all":
        found = found.where(Proposal.status == ProposalStatus(status))
    with Session(engine) as session:
        shown = show_proposals(session, session.scalars(found).all())
    return ProposalList.model_validate({"proposals": shown})


@router.get("/api/proposals/{proposal_id}", summary="One proposal")
def read_proposal(proposal_id: ProposalId, owner: Owner, engine: Records) -> ProposalShown:
    with Session(engine) as session:
        proposal = session.get(Proposal, proposal_id)
        if proposal is None:
            raise NotFound(
                f"There is no proposal {proposal_id}.", f"没有编号为 {proposal_id} 的提议。"
            )
        return ProposalShown.model_validate(show_proposal(session, proposal))


@router.post("/api/proposals/{proposal_id}/approve", summary="Approve what was shown")
def approve(
    proposal_id: ProposalId, body: Approval, owner: Owner, engine: Records
) -> ProposalShown:
    """Applied in one transaction; approving again returns the same decision."""
    decided = decide.approve(engine, proposal_id, body.content_hash, owner, body.reason)
    return ProposalShown.model_validate(decided)


@router.post("/api/proposals/{proposal_id}/reject", summary="Reject what was shown")
def reject(proposal_id: ProposalId, body: Approval, owner: Owner, engine: Records) -> ProposalShown:
    """Nothing changes but the proposal itself."""
    decided = decide.reject(engine, proposal_id, body.content_hash, owner, body.reason)
    return ProposalShown.model_validate(decided)


@router.post(
    "/api/proposals/{proposal_id}/revise",
    status_code=201,
    summary="Replace a proposal by one with other values",
)
def revise(proposal_id: ProposalId, body: Revision, owner: Owner, engine: Records) -> ProposalShown:
    """The new proposal has another hash: it has to be shown before it can be approved."""
    revised = decide.revise(engine, proposal_id, body.content_hash, body.changes)
    return ProposalShown.model_validate(revised)


@router.get("/api/decisions", summary="What was decided, the newest first")
def list_decisions(
    owner: Owner,
    engine: Records,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    before: Annotated[int | None, Query(ge=1)] = None,
) -> DecisionList:
    found = (
        select(Decision, Proposal)
        .join(Proposal, Decision.proposal_id == Proposal.id)
        .order_by(Decision.id.desc())
        .limit(limit)
    )
    if before is not None:
        found = found.where(Decision.id < before)
    with Session(engine) as session:
        listed = [
            {
                **show_decision(decision),
                "id": decision.id,
                "proposal_id": proposal.id,
                "kind": proposal.kind.value,
                "title": proposal.title,
                "shown_hash": decision.shown_hash,
            }
            for decision, proposal in session.execute(found)
        ]
    return DecisionList.model_validate({"decisions": listed})
