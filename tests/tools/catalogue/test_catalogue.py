"""Names, parts of names, spelling mistakes and ambiguity, in both languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.data.catalogue import Catalogue
from tools.data.entities import Entity
from tools.errors import AmbiguousEntity, UnknownEntity

ITEMS = [
    Entity("item", "SC-01", {"en": "Wool scarf", "zh": "羊毛围巾"}),
    Entity("item", "SC-02", {"en": "Kids wool scarf", "zh": "儿童羊毛围巾"}),
    Entity("item", "TH-1", {"en": "Insulated bottle 500 ml", "zh": "保温杯500毫升"}),
    Entity("item", "85123A", {"en": "WHITE HANGING HEART T-LIGHT HOLDER"}),
]
OTHERS = [
    Entity("supplier", "S1", {"en": "Shenzhen Huaxin Electronics", "zh": "深圳华信电子有限公司"}),
    Entity("location", "MAIN", {"en": "Main warehouse", "zh": "中心仓库"}),
    Entity("location", "WEB", {"en": "Online channel", "zh": "线上渠道"}),
    Entity("category", "scarves", {"en": "Scarves", "zh": "围巾"}),
    Entity("order", "PO-2026-0142"),
]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue(
        [*ITEMS, *OTHERS],
        {"SC-01": "scarves", "SC-02": "scarves", "TH-1": "bottles"},
        {"MAIN": "warehouse", "WEB": "online"},
    )


@pytest.mark.parametrize(
    ("mention", "kind", "code"),
    [
        ("the wool scarf", "item", "SC-01"),
        ("Wool Scarves", "item", "SC-01"),
        ("wool scraf", "item", "SC-01"),
        ("羊毛围巾", "item", "SC-01"),
        ("那个保温杯", "item", "TH-1"),
        ("ｓｃ－０２", "item", "SC-02"),
        ("hanging heart holder", "item", "85123A"),
        ("huaxin", "supplier", "S1"),
        ("华信", "supplier", "S1"),
        ("华信电子", "supplier", "S1"),
        ("仓库", "location", "MAIN"),
        ("online", "location", "WEB"),
        ("142", "order", "PO-2026-0142"),
        ("po 2026 142", "order", "PO-2026-0142"),
    ],
)
def test_a_mention_resolves(catalogue: Catalogue, mention: str, kind: str, code: str) -> None:
    assert catalogue.resolve(mention, kind).code == code  # type: ignore[arg-type]


def test_several_fits_are_asked_back(catalogue: Catalogue) -> None:
    with pytest.raises(AmbiguousEntity) as caught:
        catalogue.resolve("scarf", "item")
    assert [entity.code for entity in caught.value.candidates] == ["SC-01", "SC-02"]
    assert "羊毛围巾（SC-01）" in caught.value.text("zh")


def test_nothing_fits(catalogue: Catalogue) -> None:
    with pytest.raises(UnknownEntity, match="no item “gloves”"):
        catalogue.resolve("gloves", "item")


def test_a_wrong_code_is_not_taken_for_its_neighbour(catalogue: Catalogue) -> None:
    with pytest.raises(UnknownEntity) as caught:
        catalogue.resolve("SC-09", "item")
    assert {entity.code for entity in caught.value.candidates} >= {"SC-01", "SC-02"}


def test_a_category_covers_its_items(catalogue: Catalogue) -> None:
    assert catalogue.item_scope("围巾").items == ("SC-01", "SC-02")
    assert catalogue.item_scope("kids wool scarf").items == ("SC-02",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("how many wool scraf at the warehouse?", [("wool scraf", "SC-01"), ("warehouse", "MAIN")]),
        ("那围巾呢？华信什么时候到", [("围巾", "scarves"), ("华信", "S1")]),
        ("is PO-2026-0142 late", [("PO-2026-0142", "PO-2026-0142")]),
        ("85123a online, last month", [("85123a", "85123A"), ("online", "WEB")]),
        ("what should we order this week?", []),
    ],
)
def test_mentions(catalogue: Catalogue, text: str, expected: list[tuple[str, str]]) -> None:
    found = catalogue.mentions(text)
    assert [(m.text, m.entities[0].code) for m in found] == expected


@given(st.text(max_size=80))
def test_mentions_are_spans_of_any_text(text: str) -> None:
    catalogue = Catalogue([*ITEMS, *OTHERS], {}, {"MAIN": "warehouse"})
    end = 0
    for mention in catalogue.mentions(text):
        assert text[mention.start : mention.end] == mention.text
        assert mention.start >= end
        end = mention.end
