"""The extractor's prompt: a clause of a supplier's message with its candidates as labels.

    extract
     A:order: B:quantity ship C:date, the rest D:date
    >split firm order=A quantity=B date=C
    split firm date=D

Values stay in code; the model sees where a quantity or a date stands and says what it is for.
"""

from __future__ import annotations

from assistant.models.prompt import task
from assistant.models.render import Rendered


def clause_prompt(rendered: Rendered) -> str:
    """Everything before the reading."""
    return f"{task('extractor')}{rendered.text}\n>"
