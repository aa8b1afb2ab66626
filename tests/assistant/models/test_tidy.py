"""Rules that complete, drop or find what the model pointed at."""

from __future__ import annotations

import pytest

from assistant.models.render import Span, render
from assistant.models.tidy import only_names, tidy


@pytest.mark.parametrize(
    ("outcome", "given", "message", "wanted"),
    [
        ("forecast", {"horizon": "May"}, "tea until May", {"horizon": "until May"}),
        ("sales_history", {"period": "九月"}, "魔方九月以来卖了几个", {"period": "九月以来"}),
        ("sales_history", {"period": "last week"}, "mugs last week", {"period": "last week"}),
        ("forecast", {"horizon": "未来"}, "钢笔未来四周的预测", {"horizon": "未来四周"}),
        ("forecast", {"horizon": "next"}, "hats, next 3 weeks", {"horizon": "next 3 weeks"}),
        ("forecast", {"horizon": "未来"}, "钢笔未来怎样", {}),
        ("anomalies", {"item": "strange"}, "anything strange lately", {}),
        ("anomalies", {"period": "最近"}, "最近有异常吗", {}),
        ("purchase_orders", {}, "12721那单到了没", {"order": "12721"}),
        ("purchase_orders", {}, "which orders are late", {}),
        ("concept", {"term": "是"}, "安全库存是什么", {"term": "安全库存"}),
    ],
)  # fmt: skip
def test_tidy(outcome: str, given: dict[str, str], message: str, wanted: dict[str, str]) -> None:
    assert tidy(outcome, given, message) == wanted


def test_a_message_of_names_only() -> None:
    assert only_names(render("and the scarf?", [Span(8, 13, "item")]))
    assert only_names(render("那围巾呢？", [Span(1, 3, "item")]))
    assert not only_names(render("why the scarf?", [Span(8, 13, "item")]))
    assert not only_names(render("and then?"))
