"""The words of the OpenAPI description that no single route owns."""

from __future__ import annotations

from typing import Any

from assistant.server.problems import MEDIA_TYPE, Problem

DESCRIPTION = """
The interface of the page, open to other programs. A *text* is an object with `en` and `zh`; days
are ISO dates, instants ISO 8601 in UTC. Every error is `application/problem+json` (RFC 9457) with
the sentence to show under `text`. Requests that change something and carry the session cookie need
the header `X-Requested-With: inventory-assistant`; programs send `Authorization: Bearer` instead.
`docs/api.md` describes each object at length.
"""

TAGS = [
    {"name": "session", "description": "Who is signed in."},
    {"name": "overview", "description": "What needs a decision today."},
    {"name": "chat", "description": "Questions and streamed answers."},
    {"name": "conversations", "description": "What was asked and shown."},
    {"name": "messages", "description": "Supplier messages and what was read in them."},
    {"name": "proposals", "description": "Consequential changes and the decisions on them."},
    {"name": "orders", "description": "Purchase orders, their exports and mail drafts."},
    {"name": "tables", "description": "Shown tables as files."},
    {"name": "imports", "description": "Files into records: a dry run, then a commit."},
    {"name": "alerts", "description": "What looks wrong, and what planners say about it."},
    {"name": "completions", "description": "The agent in OpenAI's format."},
    {"name": "tools", "description": "The closed list of tools, for other programs."},
]

PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {
        "description": description,
        "model": Problem,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for status, description in {
        401: "Tokens are configured and none was given",
        403: "Another site's page, or an unknown host name",
        404: "No such thing, or it is somebody else's",
        409: "The records are no longer what was shown",
        413: "The body is too large",
        422: "What is asked cannot be done as written",
        429: "Too many requests",
    }.items()
}
