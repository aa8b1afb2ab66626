"""The answer to "what should I order": ranked lines, the budget, drafts to approve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tools.arguments import RecommendOrders
from tools.data import frames
from tools.errors import InvalidInput
from tools.facts import Fact, Source, ToolResult
from tools.replenishment.budget import Purchase, buy_down, return_on_money
from tools.replenishment.order_lines import (
    Names,
    draft_orders,
    left_out_table,
    name_texts,
    order_by,
    order_table,
    reason,
    spending_chart,
)
from tools.replenishment.request import (
    Selection,
    day_after,
    fact,
    read_budget,
    read_service_level,
    select_needs,
)
from tools.replenishment.sizing import Recommendation, Rules, Worth, recommend, worth
from tools.replenishment.stock_chart import stock_chart
from tools.spec import ToolContext
from tools.text import Text

TOOL = "recommend_orders"
ORDERS = Source("orders", note=Text("Sum over the recommended lines", "建议订货各行之和"))


def recommend_orders(context: ToolContext, arguments: RecommendOrders) -> ToolResult:
    """Lines worth ordering today, best return first, within the budget when one is given."""
    level = read_service_level(arguments.service_level)
    selection = select_needs(context, arguments.item, arguments.location, arguments.supplier, level)
    budget = read_budget(arguments.budget, selection.company)
    lines = recommendations(selection)
    purchase = None
    if budget is not None and any(line.quantity > 0 for line in lines):
        purchase = buy_down(lines, budget)
        wanted = list(purchase.lines)
    else:
        wanted = sorted(
            (li for li in lines if li.quantity > 0), key=lambda li: -return_on_money(li)
        )
    bought = [line for line in wanted if line.quantity > 0]
    names = all_names(context)
    values = _values(context, selection, lines, bought, names)
    facts = _facts(context, selection, lines, bought, purchase, budget)
    units = {str(k): str(v) for k, v in frames.items(context.engine)["unit"].items()}
    tables, charts = [], []
    if bought:
        tables.append(order_table(bought, names, units, context.today, selection.currency))
    left = _left_out(selection, lines, wanted)
    if left:
        tables.append(left_out_table(left, names))
    if selection.one_item:
        charts.append(stock_chart(bought[0] if bought else lines[0], context.today, units))
    elif len(bought) > 1:
        charts.append(spending_chart(bought, names, selection.currency, budget))
    return ToolResult(
        tool=TOOL,
        pattern="recommend_orders_item" if selection.one_item else "recommend_orders",
        facts=facts,
        tables=tables,
        charts=charts,
        values=values,
        proposals=draft_orders(bought, names, context.today),
        focus=_focus(selection, bought),
    )


def recommendations(selection: Selection, rules: Rules | None = None) -> list[Recommendation]:
    """One recommendation per selected problem; with a supplier named, only its lines."""
    supplier = selection.focus.get("supplier")
    lines = []
    for need in selection.needs:
        judged = rules or Rules(money=need.item not in selection.company.missing_price)
        line = recommend(need, judged)
        if supplier is None or (line.chosen is not None and line.offer.supplier == supplier):
            lines.append(line)
    if not lines:
        raise InvalidInput(
            f"No item would be bought from {supplier} today: other suppliers deliver the same "
            "items cheaper in time; ask without naming the supplier.",
            f"今天没有商品适合向 {supplier} 订购：其他供应商更便宜且及时；请不指定供应商再问。",
        )
    return lines


def all_names(context: ToolContext) -> dict[str, Names]:
    """Names of items, locations and suppliers by code."""
    engine = context.engine
    return {
        "item": name_texts(frames.items(engine)),
        "location": name_texts(frames.locations(engine)),
        "supplier": name_texts(frames.suppliers(engine)),
    }


def total_worth(lines: Sequence[Recommendation]) -> Worth:
    """Expected consequence of all lines together."""
    parts = [worth(line.need, line.chosen, line.quantity) for line in lines if line.chosen]
    return Worth(
        *(
            sum(getattr(part, name) for part in parts)
            for name in (
                "saved_units",
                "margin_saved",
                "holding_cost",
                "spoilage_cost",
                "purchase_saving",
            )
        )
    )


def _facts(
    context: ToolContext,
    selection: Selection,
    lines: Sequence[Recommendation],
    bought: Sequence[Recommendation],
    purchase: Purchase | None,
    budget: float | None,
) -> list[Fact]:
    money, about = selection.currency, selection.focus
    facts = [
        fact("service_level", selection.needs[0].service_level, "%", about),
        fact("left_out", sum(li.outcome in ("not_worth_it", "spoils") for li in lines), "lines"),
        fact("skipped", len(selection.skipped), "lines"),
    ]
    if budget is not None:
        facts.append(fact("budget", budget, money))
    soonest = min(lines, key=lambda line: line.last_order_day)
    if not bought:
        next_day = day_after(context.today, max(soonest.last_order_day, 0))
        free = sum(line.need.futures.available for line in lines)
        facts.append(fact("next_order_by", next_day, "date", {"item": soonest.need.item}))
        facts.append(fact("available", free, _unit(context, selection), about))
        return facts
    gain = total_worth(bought)
    urgent = [line for line in bought if line.last_order_day < 0]
    top = bought[0]
    top_about = {"item": top.need.item, "location": top.need.location}
    top_source = Source("orders", top_about)
    unit = _unit(context, selection, top.need.item)
    facts += [
        fact("lines", len(bought), "lines", about, source=ORDERS),
        fact("suppliers", len({line.offer.supplier for line in bought}), "suppliers", about),
        fact("cost", sum(line.cost for line in bought), money, about, source=ORDERS),
        fact("gain", gain.value, money, about, source=ORDERS),
        fact("margin_saved", gain.margin_saved, money, about, source=ORDERS),
        fact("holding_cost", gain.holding_cost, money, about, source=ORDERS),
        fact("urgent", len(urgent), "lines", about, source=ORDERS),
        fact("top_quantity", top.quantity, unit, top_about, source=top_source),
        fact("top_cost", top.cost, money, top_about, source=top_source),
        fact("order_by", min(order_by(li, context.today) for li in bought), "date", about),
        fact(
            "arrives_on",
            day_after(context.today, top.offer.lead_time.mean),
            "date",
            top_about,
            source=top_source,
        ),
    ]
    if selection.one_item:
        quantity = sum(line.quantity for line in bought)
        facts.append(fact("order_quantity", quantity, unit, about, source=ORDERS))
        facts.append(fact("saved_units", gain.saved_units, unit, about, source=ORDERS))
        facts.append(fact("places", len(bought), "locations", about))
    if purchase is not None and purchase.next_rate is not None:
        cut = sum(line.quantity <= 0 or line.binding == "budget" for line in purchase.lines)
        facts.append(fact("cut", cut, "lines", about))
        facts.append(fact("next_return", purchase.next_rate, "%", about))
    return facts


def _values(
    context: ToolContext,
    selection: Selection,
    lines: Sequence[Recommendation],
    bought: Sequence[Recommendation],
    names: dict[str, Names],
) -> dict[str, Any]:
    top = bought[0] if bought else lines[0]
    offer = top.chosen.offer if top.chosen else None
    codes = {"location": top.need.location, "supplier": offer.supplier if offer else ""}
    return {
        "any": bool(bought),
        "one_place": len({line.need.location for line in bought}) == 1,
        "outcome": top.outcome,
        "choice": top.choice,
        "reason": reason(top),
        "urgent": any(line.last_order_day < 0 for line in bought),
        "top_item": names["item"].get(top.need.item, Text(top.need.item, top.need.item)),
        "top_location": names["location"].get(codes["location"], Text("", "")),
        "supplier": names["supplier"].get(codes["supplier"], Text("", "")),
        "scope": next(iter(selection.focus), ""),
        "refilled": names["location"].get(selection.refilled_from, Text("", "")),
        "unpriced": any(line.need.item in selection.company.missing_price for line in lines),
    }


def _left_out(
    selection: Selection, lines: Sequence[Recommendation], wanted: Sequence[Recommendation]
) -> list[tuple[str, str, str]]:
    left: list[tuple[str, str, str]] = [
        (s.item, s.location, s.reason) for s in selection.skipped if s.reason != "discontinued"
    ]
    left += [
        (li.need.item, li.need.location, li.outcome)
        for li in lines
        if li.outcome in ("not_worth_it", "spoils")
    ]
    left += [(li.need.item, li.need.location, "budget") for li in wanted if li.quantity <= 0]
    return left


def _focus(selection: Selection, bought: Sequence[Recommendation]) -> dict[str, str]:
    focus = dict(selection.focus)
    if not selection.one_item and len(bought) == 1:
        focus["item"] = bought[0].need.item
    return focus


def _unit(context: ToolContext, selection: Selection, item: str = "") -> str:
    code = selection.focus.get("item") or item
    units = frames.items(context.engine)["unit"]
    return str(units.get(code, "pcs") or "pcs")
