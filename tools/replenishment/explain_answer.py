"""The answer to "why this quantity": each cause in units and money; the order without a rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tools.arguments import ExplainOrder
from tools.data import frames
from tools.errors import InvalidInput
from tools.facts import Chart, Column, Fact, Series, Source, Table, ToolResult
from tools.replenishment.budget import buy_down
from tools.replenishment.explain import Component, components, without_rule
from tools.replenishment.order_lines import order_by, order_table
from tools.replenishment.promotion_effect import without_promotion
from tools.replenishment.recommend_answer import all_names, recommendations
from tools.replenishment.request import (
    Selection,
    day_after,
    fact,
    read_budget,
    read_service_level,
    select_needs,
)
from tools.replenishment.sizing import Recommendation, recommend, worth
from tools.spec import ToolContext
from tools.text import Text

TOOL = "explain_order"

LABELS: Mapping[str, Text] = {
    "demand": Text("Demand until the next order arrives", "下次到货前的需求"),
    "available": Text("Stock and orders that cover it", "已有库存与在途"),
    "lost_before": Text("Lost before this order can arrive", "本单到货前已无法满足"),
    "demand_buffer": Text("Buffer for uncertain demand", "需求不确定的缓冲"),
    "lead_time_spread": Text("Buffer for uncertain delivery", "交期波动的缓冲"),
    "pack": Text("Whole packs", "整包装"),
    "moq": Text("Supplier's minimum", "起订量"),
    "price_break": Text("Price break", "价格折扣档"),
    "cap": Text("Capacity or shelf life", "产能或保质期"),
    "budget": Text("Budget", "预算"),
}


def explain_order(context: ToolContext, arguments: ExplainOrder) -> ToolResult:
    """Decompose one line's quantity, or solve it again without one rule."""
    item = arguments.item or _last(context, "item")
    if not item:
        raise InvalidInput(
            "Which item's order should be explained? Name an item.",
            "请说明要解释哪个商品的订货量。",
        )
    asked = _earlier_arguments(context)
    level = read_service_level(asked.get("service_level"))
    location = arguments.location or (None if arguments.item else _last(context, "location"))
    selection = select_needs(context, item, location, None, level)
    line = _line_in_question(context, selection, asked.get("budget"))
    names = all_names(context)
    unit = str(frames.items(context.engine)["unit"].get(line.need.item, "pcs") or "pcs")
    parts = components(line)
    about = {"item": line.need.item, "location": line.need.location}
    values: dict[str, Any] = {
        "ordered": line.quantity > 0,
        "outcome": line.outcome,
        "binding": line.binding,
        "without": arguments.without,
        "choice": line.choice,
        "location": names["location"].get(line.need.location, Text("", "")),
        "supplier": names["supplier"].get(line.offer.supplier, Text("", "")),
        "item": names["item"].get(line.need.item, Text("", "")),
        "several": len(selection.needs) > 1,
        "pack_splits_minimum": line.binding == "moq" and not line.offer.pack_divides_minimum,
    }
    facts = _facts(context, selection, line, parts, unit, about)
    if budget := read_budget(asked.get("budget"), selection.company):
        facts.append(fact("asked_budget", budget, selection.currency))
    if arguments.without != "none":
        more, changed = _without(context, selection, line, arguments.without, unit, asked)
        facts += more
        values.update(changed)
    units = {line.need.item: unit}
    tables = [_component_table(parts, unit, selection.currency)]
    if line.quantity > 0:
        tables.append(order_table([line], names, units, context.today, selection.currency))
    return ToolResult(
        tool=TOOL,
        pattern="explain_order" if arguments.without == "none" else "explain_order_without",
        facts=facts,
        tables=tables,
        charts=[_component_chart(parts, unit)],
        values=values,
        focus={**about, **selection.focus},
    )


def _last(context: ToolContext, kind: str) -> str | None:
    return context.last.focus.get(kind) if context.last else None


def _earlier_arguments(context: ToolContext) -> Mapping[str, Any]:
    """Budget and service level of the recommendation that is being explained."""
    last = context.last
    if last is None or last.tool not in ("recommend_orders", "explain_order", "what_if"):
        return {}
    arguments = dict(last.values.get("arguments", {}))
    for entry in last.facts:
        # an explanation passes on what it was asked under, for the next "and without …?"
        if entry.key == "asked_budget":
            arguments.setdefault("budget", f"{entry.value} {entry.unit}")
        elif entry.key == "service_level":
            arguments.setdefault("service_level", str(entry.value))
    return arguments


def _line_in_question(
    context: ToolContext, selection: Selection, budget_text: str | None
) -> Recommendation:
    """The largest line of the item, cut by the budget of the list it was in."""
    lines = recommendations(selection)
    line = max(lines, key=lambda entry: (entry.quantity > 0, entry.cost))
    if budget_text and line.quantity > 0:
        everything = recommendations(select_needs(context))
        budget = read_budget(budget_text, selection.company)
        for entry in buy_down(everything, budget or 0.0).lines:
            if (entry.need.item, entry.need.location) == (line.need.item, line.need.location):
                return entry
    return line


def _facts(
    context: ToolContext,
    selection: Selection,
    line: Recommendation,
    parts: Sequence[Component],
    unit: str,
    about: dict[str, str],
) -> list[Fact]:
    money = selection.currency
    steps = Source("components", about)
    lead_time = line.offer.lead_time
    gain = worth(line.need, line.chosen, line.quantity) if line.chosen else None
    facts = [
        fact("order_quantity", line.quantity, unit, about, source=Source("orders", about)),
        fact("order_cost", line.cost, money, about, source=Source("orders", about)),
        fact("service_level", line.need.service_level, "%", about),
        fact("lead_time", lead_time.mean, "days", about, source=Source("receipts")),
        fact("lead_time_spread_days", lead_time.sd, "days", about, source=Source("receipts")),
        fact("receipts", lead_time.receipts, "receipts", about, source=Source("receipts")),
        fact("order_by", order_by(line, context.today), "date", about),
        fact("arrives_on", day_after(context.today, lead_time.mean), "date", about),
        fact("minimum", line.offer.moq, unit, about, source=Source("supply_terms", about)),
        fact("pack_size", line.offer.pack_size, unit, about, source=Source("supply_terms", about)),
        fact("places", len(selection.needs), "locations"),
    ]
    if gain is not None and line.quantity > 0:
        facts.append(fact("gain", gain.value, money, about))
    for part in parts:
        facts.append(fact(part.key, round(abs(part.units)), unit, about, source=steps))
        facts.append(fact(f"{part.key}_money", abs(part.money), money, about, source=steps))
    return facts


def _without(
    context: ToolContext,
    selection: Selection,
    line: Recommendation,
    rule: str,
    unit: str,
    asked: Mapping[str, Any],
) -> tuple[list[Fact], dict[str, Any]]:
    """What the order would be without the rule, and the difference it makes."""
    need, money = line.need, selection.currency
    about = {"item": need.item, "location": need.location}
    facts: list[Fact] = []
    values: dict[str, Any] = {"applies": True}
    if rule == "promotion":
        futures, days, uplift = without_promotion(
            context.engine, need.futures, need.item, need.location, context.today
        )
        other = recommend(replace(need, futures=futures))
        facts += [fact("promotion_days", days, "days"), fact("uplift", uplift - 1.0, "%")]
        values["applies"] = days > 0
    elif rule == "budget":
        other = recommend(need)
        values["applies"] = bool(asked.get("budget"))
    else:
        other = without_rule(need, rule)
    quantity = other.quantity
    cost = other.cost if other.chosen else 0.0
    gain = worth(other.need, other.chosen, quantity).value if other.chosen and quantity else 0.0
    here = worth(need, line.chosen, line.quantity).value if line.chosen and line.quantity else 0.0
    facts += [
        fact("without_quantity", quantity, unit, about),
        fact("without_cost", cost, money, about),
        fact("without_gain", gain, money, about),
        fact("difference", abs(line.quantity - quantity), unit, about),
        fact("difference_cost", abs(line.cost - cost), money, about),
        fact("difference_gain", abs(gain - here), money, about),
    ]
    values["changes"] = abs(quantity - line.quantity) > 1e-9
    values["less"] = quantity < line.quantity
    values["better"] = gain > here
    return facts, values


def _component_table(parts: Sequence[Component], unit: str, currency: str) -> Table:
    rows = [
        {
            "cause": {"en": LABELS[part.key].en, "zh": LABELS[part.key].zh},
            "units": round(part.units, 1),
            "money": round(part.money, 2),
        }
        for part in parts
        if abs(part.units) > 1e-9
    ]
    return Table(
        "components",
        Text("Why this quantity", "数量的构成"),
        [
            Column("cause", Text("Cause", "原因")),
            Column("units", Text("Units", "数量"), "number", unit),
            Column("money", Text("Money", "金额"), "money", currency),
        ],
        rows,
    )


def _component_chart(parts: Sequence[Component], unit: str) -> Chart:
    shown = [part for part in parts if abs(part.units) > 1e-9]
    return Chart(
        "components",
        "bar",
        Text("What makes up the quantity", "订货量的构成"),
        [LABELS[part.key].en for part in shown],
        [Series("units", Text("Units", "数量"), [round(p.units, 1) for p in shown], "bar")],
        unit,
    )
