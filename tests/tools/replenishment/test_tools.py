"""The three tools on a small company: figures, drafts, bad input, both languages."""

from __future__ import annotations

import re
from typing import Any

import jinja2
import pytest

from prompts import __file__ as prompts_file  # the folder of the answer patterns
from tools.arguments import ExplainOrder, RecommendOrders, WhatIf
from tools.errors import InvalidInput, NoData, ToolError
from tools.facts import Fact, ToolResult
from tools.replenishment.company import load_company
from tools.replenishment.tool import SPECS
from tools.spec import ToolContext

from .conftest import make_context

RUN = {spec.name: spec.run for spec in SPECS}


class Slot:
    """What a pattern sees of a fact, printed as a mark."""

    def __init__(self, fact: Fact) -> None:
        self.value = fact.value

    def __str__(self) -> str:
        return "⟦⟧"


class Slots(dict[str, Any]):
    def __getattr__(self, key: str) -> Any:
        return self.get(key, "")


def rendered(result: ToolResult, language: str) -> str:
    """The pattern with every fact replaced by a mark: no other figure may appear."""
    folder = re.sub(r"__init__\.py$", "", str(prompts_file))
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(f"{folder}answers/{language}"),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    values = {
        key: value(language) if hasattr(value, "en") else value
        for key, value in result.values.items()
    }
    names = dict.fromkeys(result.focus, "NAME")
    slots = Slots({key: Slot(fact) for key, fact in result.slots().items()})
    return environment.get_template(f"{result.pattern}.j2").render(f=slots, v=values, names=names)


def check(result: ToolResult) -> dict[str, Any]:
    """Rendered without digits in both languages; returns the facts' values."""
    for language in ("en", "zh"):
        text = rendered(result, language)
        assert text.strip()
        assert not re.search(r"\d", re.sub(r"[A-Z]+\d*", "", text)), text
    return {key: fact.value for key, fact in result.slots().items()}


def test_every_problem_is_either_solved_or_listed_with_its_reason(context: ToolContext) -> None:
    company = load_company(context.engine)
    assert set(company.needs) == {("SCARF", "WH"), ("MUG", "WH"), ("GLOVE", "WH"), ("RARE", "WH")}
    assert {(s.item, s.reason) for s in company.skipped} == {
        ("ORPHAN", "no_supplier"),
        ("YUAN", "no_exchange_rate"),
    }
    mug = company.needs["MUG", "WH"].futures
    assert mug.available == 13  # the shop's stock is pooled into the warehouse that refills it
    assert mug.demand.mean() == pytest.approx(3.0, abs=0.25)
    scarf = company.needs["SCARF", "WH"]
    assert scarf.futures.available == 15  # reserved units are not available
    assert scarf.futures.receipts.sum(axis=1) == pytest.approx(60)
    slow = next(offer for offer in scarf.offers if offer.supplier == "SLOW")
    # ten receipts, four of them six days late, beside six receipts' worth of the promise
    assert slow.lead_time.mean == pytest.approx(20 + 6 * 4 / 16)


def test_recommendation_lists_lines_and_drafts_by_supplier(context: ToolContext) -> None:
    result = RUN["recommend_orders"](context, RecommendOrders())
    found = check(result)
    rows = {row["item"]: row for row in result.tables[0].rows}
    assert set(rows) == {"SCARF", "MUG"}
    assert rows["MUG"]["quantity"] % 24 == 0
    assert rows["MUG"]["quantity"] >= 100
    assert found["cost"] == pytest.approx(sum(row["cost"] for row in rows.values()))
    assert found["lines"] == 2
    ordered = {
        (line["item"], line["quantity"]) for d in result.proposals for line in d.payload["lines"]
    }
    assert ordered == {(item, row["quantity"]) for item, row in rows.items()}
    assert all(draft.kind == "create_order" for draft in result.proposals)
    left = {row["item"] for row in result.tables[1].rows}
    assert {"ORPHAN", "YUAN", "RARE"} <= left


def test_the_quick_supplier_is_taken_when_stock_runs_out_first(context: ToolContext) -> None:
    result = RUN["recommend_orders"](context, RecommendOrders(item="wool scarf"))
    found = check(result)
    assert result.focus["item"] == "SCARF"
    assert result.values["choice"] == "faster"
    assert found["order_quantity"] % 12 == 0
    assert result.charts[0].key == "stock"


def test_higher_service_orders_more_and_a_budget_less(context: ToolContext) -> None:
    def cost(**words: str) -> float:
        result = RUN["recommend_orders"](context, RecommendOrders(**words))
        return float(check(result)["cost"])

    usual = cost()
    assert cost(service_level="99 %") > usual
    assert cost(service_level="九成") <= usual
    assert cost(budget="300") <= 300 < usual


def test_nothing_to_order_says_when_to_look_again(context: ToolContext) -> None:
    result = RUN["recommend_orders"](context, RecommendOrders(item="ski glove"))
    found = check(result)
    assert result.values["any"] is False
    assert found["next_order_by"] > context.today


def test_the_shop_is_refilled_from_the_warehouse(context: ToolContext) -> None:
    result = RUN["recommend_orders"](context, RecommendOrders(item="coffee mug", location="shop"))
    check(result)
    assert result.proposals[0].payload["location"] == "WH"
    assert result.values["refilled"].en == "Warehouse"


def test_explanation_adds_up_and_rules_can_be_removed(context: ToolContext) -> None:
    result = RUN["explain_order"](context, ExplainOrder(item="coffee mug"))
    found = check(result)
    total = sum(row["units"] for row in result.tables[0].rows)
    assert total == pytest.approx(found["order_quantity"], abs=0.5)
    assert result.values["pack_splits_minimum"]
    bare = RUN["explain_order"](context, ExplainOrder(item="coffee mug", without="moq"))
    facts = check(bare)
    assert facts["without_quantity"] < facts["order_quantity"]
    for rule in ("pack", "price_break", "lead_time_spread", "promotion", "budget"):
        check(RUN["explain_order"](context, ExplainOrder(item="coffee mug", without=rule)))


def test_a_promotion_adds_to_the_order(context: ToolContext) -> None:
    result = RUN["explain_order"](context, ExplainOrder(item="coffee mug", without="promotion"))
    found = check(result)
    assert found["promotion_days"] == 21
    assert found["uplift"] > 0


def test_explaining_a_line_that_the_budget_cut(context: ToolContext) -> None:
    listed = RUN["recommend_orders"](context, RecommendOrders(budget="450"))
    last = ToolResult(
        tool=listed.tool,
        pattern=listed.pattern,
        facts=listed.facts,
        focus=listed.focus,
        values={"arguments": {"budget": "450"}},
    )
    after = make_context(context.engine, last)
    result = RUN["explain_order"](after, ExplainOrder(item="wool scarf", without="budget"))
    found = check(result)
    assert found["asked_budget"] == 450
    assert result.values["applies"]


def test_what_if_changes_move_in_the_right_direction(context: ToolContext) -> None:
    def run(**words: str) -> dict[str, Any]:
        return check(RUN["what_if"](context, WhatIf(item="wool scarf", **words)))

    more = run(demand_change="doubles")
    assert more["lost_after"] > more["lost_before"]
    assert more["new_quantity"] > more["order_quantity"]
    late = run(delay="2 weeks late")
    assert late["lost_after"] >= late["lost_before"]
    tried = run(quantity="24")
    assert tried["new_quantity"] == 24
    assert run(service_level="99 %")["new_quantity"] >= more["order_quantity"]


def test_half_of_that_refers_to_the_last_answer(context: ToolContext) -> None:
    last = RUN["recommend_orders"](context, RecommendOrders(item="wool scarf"))
    after = make_context(context.engine, last)
    result = RUN["what_if"](after, WhatIf(quantity="half of that"))
    found = check(result)
    assert found["new_quantity"] == pytest.approx(found["order_quantity"] / 2, abs=12)
    assert result.proposals[0].payload["lines"][0]["quantity"] == found["new_quantity"]
    with pytest.raises(InvalidInput, match="none was named"):
        RUN["what_if"](context, WhatIf(item="wool scarf", quantity="half of that"))


def test_a_supplier_delay_is_told_over_all_its_items(context: ToolContext) -> None:
    result = RUN["what_if"](context, WhatIf(supplier="Quick Works", delay="晚十天"))
    found = check(result)
    assert result.pattern == "what_if_many"
    assert found["places"] == 4
    assert found["lost_money"] >= 0


@pytest.mark.parametrize(
    ("tool", "words", "error"),
    [
        ("recommend_orders", {"service_level": "150 %"}, InvalidInput),
        ("recommend_orders", {"service_level": "0"}, InvalidInput),
        ("recommend_orders", {"service_level": "100 %"}, InvalidInput),
        ("recommend_orders", {"budget": "0"}, InvalidInput),
        ("recommend_orders", {"budget": "1 dollar"}, InvalidInput),
        ("recommend_orders", {"budget": "20k EUR"}, InvalidInput),
        ("recommend_orders", {"item": "brass hook"}, NoData),
        ("recommend_orders", {"item": "tea tray"}, NoData),
        ("recommend_orders", {"item": "flying carpet"}, InvalidInput),
        ("explain_order", {}, InvalidInput),
        ("what_if", {"item": "coffee mug"}, InvalidInput),
        ("what_if", {"quantity": "600"}, InvalidInput),
    ],
)
def test_bad_input_is_one_sentence_in_both_languages(
    context: ToolContext, tool: str, words: dict[str, str], error: type[ToolError]
) -> None:
    arguments = {
        "recommend_orders": RecommendOrders,
        "explain_order": ExplainOrder,
        "what_if": WhatIf,
    }[tool](**words)
    with pytest.raises(error) as caught:
        RUN[tool](context, arguments)
    text = caught.value.text
    assert text.en != text.zh
    assert text.en.rstrip().endswith((".", "?"))


def test_percent_meant_as_a_number_is_understood(context: ToolContext) -> None:
    result = RUN["recommend_orders"](context, RecommendOrders(service_level="95"))
    assert check(result)["service_level"] == 0.95
