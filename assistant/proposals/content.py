"""What a person approves, as bytes: a proposal's hash covers everything that is shown of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from tools.data.schema import Proposal
from tools.facts import ProposalDraft


def shown_content(draft: ProposalDraft) -> dict[str, Any]:
    """The parts of a proposal that reach the page."""
    return {
        "kind": str(draft.kind),
        "title": {"en": draft.title.en, "zh": draft.title.zh},
        "payload": draft.payload,
        "quote": draft.quote,
        "span": list(draft.span) if draft.span else None,
        "sender": draft.sender,
        "certainty": draft.certainty,
    }


def content_hash(content: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON of `content`."""
    canonical = json.dumps(
        content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def stored_hash(proposal: Proposal) -> str:
    """The hash recomputed from the stored row, so that an altered row cannot be approved."""
    span = None
    if proposal.span_start is not None and proposal.span_end is not None:
        span = [proposal.span_start, proposal.span_end]
    return content_hash(
        {
            "kind": proposal.kind.value,
            "title": proposal.title,
            "payload": proposal.payload,
            "quote": proposal.quote,
            "span": span,
            "sender": proposal.sender,
            "certainty": proposal.certainty,
        }
    )
