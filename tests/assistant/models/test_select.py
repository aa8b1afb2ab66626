"""What code makes of the narrow model's answer; the model itself is a script here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from assistant.models.narrow import Decoded, Grammar
from assistant.models.render import Span
from assistant.models.select import select
from assistant.models.state import DialogueState


class Script:
    """Answers with a given text, and keeps the grammar it was asked to follow."""

    intent = None

    def __init__(self, text: str) -> None:
        self.text = text
        self.grammar = ""

    def answer(
        self,
        prompt: str,
        grammar: Grammar,
        prior: Mapping[str, float] | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Decoded:
        self.grammar = grammar(None)
        return Decoded(self.text, 1.0, 0.0, 0.0, len(prompt), 1, True)


AFTER_FORECAST = DialogueState(
    "forecast", {"item": "SCARF-1", "horizon": "next month"}, {"item": "SCARF-1"}, ()
)


def test_placeholders_become_the_planners_words() -> None:
    message = "how many wool scarfs online?"
    spans = [Span(9, 20, "item"), Span(21, 27, "location")]
    made = select(
        Script("stock_status\nitem: ITEM\nlocation: PLACE"), message, DialogueState(), spans
    )
    assert made.outcome == "stock_status"
    assert made.arguments == {"item": "wool scarfs", "location": "online"}


def test_again_keeps_what_was_not_named() -> None:
    made = select(Script("again\nhorizon: next week"), "and next week?", AFTER_FORECAST)
    assert made.outcome == "forecast"
    assert made.arguments == {"item": "SCARF-1", "horizon": "next week"}


def test_again_with_an_argument_of_another_tool_changes_the_tool() -> None:
    made = select(Script("again\nservice_level: 98%"), "and at 98%?", AFTER_FORECAST)
    assert made.outcome == "recommend_orders"
    assert made.arguments == {"item": "SCARF-1", "service_level": "98%"}


def test_it_is_what_the_conversation_is_about() -> None:
    made = select(
        Script("explain_order\nitem: it\nwithout: moq"), "without the moq?", AFTER_FORECAST
    )
    assert made.arguments == {"item": "SCARF-1", "without": "moq"}


@pytest.mark.parametrize(("words", "code"), [("第二个", "B"), ("最后一个", "C")])
def test_an_ordinal_points_into_the_last_list(words: str, code: str) -> None:
    state = DialogueState("recommend_orders", {}, {}, ("A", "B", "C"))
    shown = {"第二个": "second one", "最后一个": "last one"}[words]
    made = select(Script(f"explain_order\nitem: {shown}"), f"为什么订{words}", state)
    assert made.arguments == {"item": code}


def test_a_known_supplier_never_ends_up_as_item() -> None:
    made = select(
        Script("supplier_performance\nitem: VENDOR"), "is Huaxin any good", DialogueState(),
        [Span(3, 9, "supplier")],
    )  # fmt: skip
    assert made.arguments == {"supplier": "Huaxin"}


def test_a_name_passed_over_fills_the_empty_argument() -> None:
    made = select(Script("forecast"), "outlook green tea", DialogueState(), [Span(8, 17, "item")])
    assert made.arguments == {"item": "green tea"}


def test_invented_words_are_dropped() -> None:
    made = select(Script("forecast\nitem: purple kettle"), "what will sell", DialogueState())
    assert made.arguments == {}


def test_the_grammar_offers_it_only_when_there_is_something_to_point_at() -> None:
    first, later = Script("forecast"), Script("forecast")
    select(first, "why", DialogueState())
    select(later, "why", AFTER_FORECAST)
    assert '" it"' not in first.grammar
    assert '" it"' in later.grammar
    assert '"again"' not in first.grammar
    assert '"again"' in later.grammar
