"""The answer to "what if": stock, lost sales and the order before and after a change."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from tools.arguments import WhatIf
from tools.data import frames
from tools.errors import InvalidInput
from tools.facts import Column, Fact, ProposalDraft, Source, Table, ToolResult
from tools.replenishment.order_lines import Names, draft_orders
from tools.replenishment.projection import Projection, with_delay, with_demand
from tools.replenishment.recommend_answer import all_names
from tools.replenishment.request import (
    Selection,
    day_after,
    fact,
    read_service_level,
    select_needs,
)
from tools.replenishment.sizing import Need, Recommendation, Rules, recommend, worth
from tools.replenishment.stock_chart import compare_chart, line_projection
from tools.spec import ToolContext
from tools.text import Text
from tools.values import find_numbers, parse_change, parse_delay, parse_fraction, parse_quantity

TOOL = "what_if"
_THAT = re.compile(r"\b(that|it|this|those)\b|那|这|它|其中|建议", re.IGNORECASE)
MAX_ROWS = 100


@dataclass(frozen=True)
class Change:
    """What is assumed to be different."""

    demand_factor: float = 1.0
    delay_days: int = 0
    quantity: float | None = None
    share: float | None = None
    """Part of each recommended quantity to order instead ("half of that")."""
    service_level: float | None = None

    @property
    def tries_an_order(self) -> bool:
        return self.quantity is not None or self.share is not None

    @property
    def nothing(self) -> bool:
        return self == Change()


@dataclass(frozen=True, eq=False)
class Effect:
    """One order problem before and after."""

    before: Recommendation
    after: Recommendation
    stock_before: Projection
    stock_after: Projection

    @property
    def margin(self) -> float:
        return max(self.before.need.unit_price - self.before.unit_cost, 0.0)

    @property
    def more_lost(self) -> float:
        return self.stock_after.lost_units - self.stock_before.lost_units


def what_if(context: ToolContext, arguments: WhatIf) -> ToolResult:
    """Compare stock and orders with and without the change the planner describes."""
    change = read_change(context, arguments)
    item = arguments.item
    if not item and not arguments.supplier and context.last is not None:
        item = context.last.focus.get("item") or context.last.focus.get("category")
    if change.tries_an_order and not item:
        raise InvalidInput(
            "Which item should that quantity be tried for? Name an item.",
            "请说明要对哪个商品尝试这个数量。",
        )
    location = arguments.location
    if not location and not arguments.item and context.last is not None:
        location = context.last.focus.get("location")
    selection = select_needs(context, item, location, arguments.supplier)
    effects = [_effect(need, change, selection) for need in selection.needs]
    if change.share is not None:
        effects = [e for e in effects if e.before.quantity > 0] or effects[:1]
    elif change.quantity is not None and len(effects) > 1:
        effects = [max(effects, key=lambda e: (e.before.quantity > 0, e.before.cost))]
    if len(effects) == 1:
        return _single(context, selection, effects[0], change)
    return _many(context, selection, effects, change)


def read_change(context: ToolContext, arguments: WhatIf) -> Change:
    """The change in figures.

    Raises:
        InvalidInput: no change is named, or one cannot be read.
    """
    quantity, share = _quantity(context, arguments.quantity)
    change = Change(
        demand_factor=parse_change(arguments.demand_change) if arguments.demand_change else 1.0,
        delay_days=parse_delay(arguments.delay) if arguments.delay else 0,
        quantity=quantity,
        share=share,
        service_level=read_service_level(arguments.service_level),
    )
    if change.nothing:
        raise InvalidInput(
            "What should be different? Name a change in demand, a delay, a quantity or a "
            "service level.",
            "请说明假设的变化：需求变化、延误、数量或服务水平。",
        )
    return change


def _quantity(context: ToolContext, text: str | None) -> tuple[float | None, float | None]:
    """A number of units, or a share of the quantity the last answer named."""
    if text is None:
        return None, None
    share = None
    if re.search(r"[%％成半]|half|third|quarter", text):
        with contextlib.suppress(InvalidInput):
            share = parse_fraction(text)
    elif _THAT.search(text) and not any(find_numbers(text)):
        share = 1.0
        with contextlib.suppress(InvalidInput):
            share = parse_change(text)
    if share is None:
        return parse_quantity(text).value, None
    if context.last is None or not _names_an_order(context.last):
        raise InvalidInput(
            f"“{text[:60]}” refers to a quantity, but none was named before; give a number.",
            f"“{text[:60]}”指向一个数量，但之前没有提到；请给出数字。",
        )
    return None, share


def _names_an_order(last: ToolResult) -> bool:
    keys = {"new_quantity", "order_quantity", "top_quantity"}
    return any(entry.key in keys for entry in last.facts)


def _effect(need: Need, change: Change, selection: Selection) -> Effect:
    rules = Rules(money=need.item not in selection.company.missing_price)
    before = recommend(need, rules)
    futures = with_demand(need.futures, change.demand_factor)
    supplier = selection.focus.get("supplier")
    if change.delay_days and selection.company.orders_from(need, supplier):
        futures = with_delay(futures, change.delay_days)
    offers = tuple(
        replace(offer, lead_time=offer.lead_time.delayed(change.delay_days))
        if change.delay_days and supplier in (None, offer.supplier)
        else offer
        for offer in need.offers
    )
    changed = replace(
        need,
        futures=futures,
        offers=offers,
        service_level=change.service_level or need.service_level,
    )
    after = recommend(changed, rules)
    if change.tries_an_order and after.chosen is not None:
        tried = before.quantity * change.share if change.share is not None else change.quantity
        offer = after.offer
        quantity = offer.orderable(tried or 0.0)
        after = after.with_quantity(
            quantity, "moq" if quantity == offer.smallest > (tried or 0.0) else "pack"
        )
        return Effect(before, after, line_projection(before), line_projection(after))
    # the danger is judged on the stock as it is; the new order answers it
    return Effect(before, after, line_projection(before, 0.0), line_projection(after, 0.0))


def _single(
    context: ToolContext, selection: Selection, effect: Effect, change: Change
) -> ToolResult:
    need = effect.before.need
    names = all_names(context)
    unit = str(frames.items(context.engine)["unit"].get(need.item, "pcs") or "pcs")
    about = {"item": need.item, "location": need.location}
    facts = [*_change_facts(change, unit), *_effect_facts(context, selection, effect, unit, about)]
    titles = (Text("Now", "现状"), Text("With the change", "变化后"))
    before_out, after_out = effect.stock_before.risk_day, effect.stock_after.risk_day
    values = {
        **_change_values(change),
        "location": names["location"].get(need.location, Text("", "")),
        "item": names["item"].get(need.item, Text("", "")),
        "out_before": before_out is not None,
        "out_after": after_out is not None,
        "worse": effect.more_lost > 0.5,
        "better": effect.more_lost < -0.5,
        "order_changes": abs(effect.after.quantity - effect.before.quantity) > 1e-9,
        "ordered": effect.after.quantity > 0,
        "rounded": change.quantity is not None
        and abs(effect.after.quantity - change.quantity) > 1e-9,
    }
    return ToolResult(
        tool=TOOL,
        pattern="what_if",
        facts=facts,
        tables=[_table([effect], names, selection.currency)],
        charts=[
            compare_chart(effect.stock_before, effect.stock_after, context.today, unit, titles)
        ],
        values=values,
        proposals=_drafts(change, [effect], names, context.today),
        focus={**about, **selection.focus},
    )


def _drafts(
    change: Change, effects: Sequence[Effect], names: dict[str, Names], today: dt.date
) -> list[ProposalDraft]:
    """A tried quantity can be ordered as it is; other changes only inform."""
    return draft_orders([e.after for e in effects], names, today) if change.tries_an_order else []


def _effect_facts(
    context: ToolContext, selection: Selection, effect: Effect, unit: str, about: dict[str, str]
) -> list[Fact]:
    money, source = selection.currency, Source("effects", about)
    before, after = effect.before, effect.after
    facts = [
        fact("lost_before", effect.stock_before.lost_units, unit, about, source=source),
        fact("lost_after", effect.stock_after.lost_units, unit, about, source=source),
        fact("more_lost", abs(effect.more_lost), unit, about, source=source),
        fact("lost_money", abs(effect.more_lost) * effect.margin, money, about, source=source),
        fact("order_quantity", before.quantity, unit, about, source=source),
        fact("new_quantity", after.quantity, unit, about, source=source),
        fact("new_cost", after.cost, money, about, source=source),
        fact("cost_change", abs(after.cost - before.cost), money, about, source=source),
        fact("risk_before", effect.stock_before.stock_out_share, "%", about, source=source),
        fact("risk_after", effect.stock_after.stock_out_share, "%", about, source=source),
        fact("window", len(effect.stock_after.median), "days", about),
        fact("available", before.need.futures.available, unit, about),
    ]
    for key, projection in (("before", effect.stock_before), ("after", effect.stock_after)):
        if projection.risk_day is not None:
            day = day_after(context.today, projection.risk_day)
            facts.append(fact(f"out_{key}", day, "date", about, source=source))
    if after.chosen is not None and after.quantity > 0:
        gain = worth(after.need, after.chosen, after.quantity).value
        facts.append(fact("new_gain", gain, money, about, source=source))
    return facts


def _change_facts(change: Change, unit: str) -> list[Fact]:
    facts = []
    if change.demand_factor != 1.0:
        facts.append(fact("demand_change", abs(change.demand_factor - 1.0), "%"))
    if change.delay_days:
        facts.append(fact("delay", abs(change.delay_days), "days"))
    if change.quantity is not None:
        facts.append(fact("asked_quantity", change.quantity, unit))
    if change.share is not None:
        facts.append(fact("share", change.share, "%"))
    if change.service_level is not None:
        facts.append(fact("service_level", change.service_level, "%"))
    return facts


def _change_values(change: Change) -> dict[str, Any]:
    return {
        "demand": change.demand_factor != 1.0,
        "more_demand": change.demand_factor > 1.0,
        "delay": change.delay_days != 0,
        "later": change.delay_days > 0,
        "quantity": change.tries_an_order,
        "share": change.share is not None,
        "service": change.service_level is not None,
    }


def _many(
    context: ToolContext, selection: Selection, effects: Sequence[Effect], change: Change
) -> ToolResult:
    names = all_names(context)
    ranked = sorted(effects, key=lambda e: -abs(e.more_lost) * max(e.margin, 1e-9))
    top = ranked[0]
    money = selection.currency
    source = Source("effects", note=Text("Sum over the items", "各商品之和"))
    hurt = [effect for effect in effects if effect.more_lost > 0.5]
    before = sum(effect.before.cost for effect in effects if effect.before.chosen)
    after = sum(effect.after.cost for effect in effects if effect.after.chosen)
    top_about = {"item": top.before.need.item, "location": top.before.need.location}
    facts = [
        *_change_facts(change, ""),
        fact("places", len(effects), "lines", selection.focus),
        fact("hurt", len(hurt), "", selection.focus, source=source),
        fact(
            "lost_money",
            abs(sum(effect.more_lost * effect.margin for effect in effects)),
            money,
            selection.focus,
            source=source,
        ),
        fact("old_cost", before, money, selection.focus, source=source),
        fact("new_cost", after, money, selection.focus, source=source),
        fact("cost_change", abs(after - before), money, selection.focus, source=source),
        fact("order_quantity", sum(e.before.quantity for e in effects), "", selection.focus),
        fact("new_quantity", sum(e.after.quantity for e in effects), "", selection.focus),
        fact("top_lost_money", abs(top.more_lost) * top.margin, money, top_about),
    ]
    if top.stock_after.risk_day is not None:
        facts.append(fact("top_out", day_after(context.today, top.stock_after.risk_day), "date"))
    values = {
        **_change_values(change),
        "any_hurt": bool(hurt),
        "saves": sum(effect.more_lost * effect.margin for effect in effects) < -0.5,
        "dearer": after > before + 0.005,
        "cheaper": after < before - 0.005,
        "top_item": names["item"].get(top.before.need.item, Text("", "")),
        "top_location": names["location"].get(top.before.need.location, Text("", "")),
    }
    return ToolResult(
        tool=TOOL,
        pattern="what_if_many",
        facts=facts,
        tables=[_table(ranked[:MAX_ROWS], names, money)],
        values=values,
        proposals=_drafts(change, effects, names, context.today),
        focus=selection.focus,
    )


def _table(effects: Sequence[Effect], names: dict[str, Names], currency: str) -> Table:
    rows = []
    for effect in effects:
        need = effect.before.need
        item = names["item"].get(need.item, Text(need.item, need.item))
        place = names["location"].get(need.location, Text(need.location, need.location))
        rows.append(
            {
                "item": need.item,
                "name": {"en": item.en, "zh": item.zh},
                "location": {"en": place.en, "zh": place.zh},
                "lost_before": round(effect.stock_before.lost_units, 1),
                "lost_after": round(effect.stock_after.lost_units, 1),
                "lost_money": round(effect.more_lost * effect.margin, 2),
                "risk_after": round(effect.stock_after.stock_out_share, 3),
                "order_before": effect.before.quantity,
                "order_after": effect.after.quantity,
            }
        )
    columns = [
        Column("item", Text("Item", "商品编码"), "entity"),
        Column("name", Text("Name", "名称")),
        Column("location", Text("Location", "地点")),
        Column("lost_before", Text("Lost sales now", "现状缺货量"), "number"),
        Column("lost_after", Text("Lost sales then", "变化后缺货量"), "number"),
        Column("lost_money", Text("Margin lost by it", "毛利影响"), "money", currency),
        Column("risk_after", Text("Stock-out risk then", "变化后断货概率"), "percent", "%"),
        Column("order_before", Text("Order now", "现建议订购"), "number"),
        Column("order_after", Text("Order then", "变化后订购"), "number"),
    ]
    return Table("effects", Text("Before and after", "前后对比"), columns, rows)
