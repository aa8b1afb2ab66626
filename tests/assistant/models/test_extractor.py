"""The extractor's grammar and the reading of its answers."""

from __future__ import annotations

from assistant.models.extractor import clause_grammar, parse_readings
from tools.suppliers.messages.schema import EventKind


def test_a_role_takes_only_labels_of_its_kinds() -> None:
    grammar = clause_grammar({"A": "order", "B": "quantity", "C": "date"})
    assert '(" order=" ("A") ("," ("A"))*)?' in grammar
    assert '(" date=" ("C") ("," ("C"))*)?' in grammar
    assert '" price="' not in grammar


def test_several_events_of_a_clause() -> None:
    first, second = parse_readings("split firm order=A quantity=B date=C\nsplit firm date=D")
    assert first.kind is EventKind.SPLIT
    assert first.roles == {"order": ("A",), "quantity": ("B",), "date": ("C",)}
    assert second.roles == {"date": ("D",)}


def test_nothing_is_no_event() -> None:
    assert parse_readings("nothing") == []
