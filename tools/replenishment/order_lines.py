"""Recommended lines as a table, a chart and draft orders grouped by supplier and place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

from tools.facts import Chart, Column, ProposalDraft, Series, Table
from tools.replenishment.budget import return_on_money
from tools.replenishment.sizing import Recommendation, worth
from tools.text import Text

Names = Mapping[str, Text]
MAX_DRAFTS = 12

REASONS: Mapping[str, Text] = {
    "target": Text("covers demand until the next delivery", "满足下次到货前的需求"),
    "pack": Text(
        "demand until the next delivery, in whole packs", "下次到货前的需求，按整包装取整"
    ),
    "moq": Text("raised to the supplier's minimum", "按供应商起订量补足"),
    "price_break": Text("raised to the next price break", "增至下一价格档，总成本更低"),
    "capacity": Text("cut to the supplier's capacity", "受供应商产能限制"),
    "shelf_life": Text("cut to what sells before it spoils", "按保质期内可售量削减"),
    "budget": Text("cut to the budget", "按预算削减"),
}
URGENT = Text("runs out before the order arrives; ", "到货前会断货；")
CHOICES: Mapping[str, Text] = {
    "only": Text("", ""),
    "cheapest": Text("; cheapest supplier that arrives in time", "；及时到货中最便宜的供应商"),
    "faster": Text(
        "; dearer supplier, because waiting loses sales", "；选更贵的供应商，因为等待会损失销量"
    ),
}
LEFT_OUT: Mapping[str, Text] = {
    "not_worth_it": Text(
        "the minimum order costs more to store than it earns", "起订量的持有成本高于收益"
    ),
    "spoils": Text("the minimum order spoils before it sells", "起订量在保质期内卖不完"),
    "no_forecast": Text("no stored forecast", "没有预测结果"),
    "no_supplier": Text("no supplier terms", "没有供货条款"),
    "no_exchange_rate": Text("terms in a currency without a rate", "供货条款币种没有汇率"),
    "no_cost": Text("terms without a cost", "供货条款没有价格"),
    "budget": Text("the budget ends before it", "预算不足，未列入"),
}


def reason(line: Recommendation) -> Text:
    """Why a line has its quantity and supplier, without figures."""
    urgent = URGENT if line.last_order_day < 0 else Text("", "")
    main, choice = REASONS[line.binding], CHOICES[line.choice]
    return Text(urgent.en + main.en + choice.en, urgent.zh + main.zh + choice.zh)


def order_table(
    lines: Sequence[Recommendation],
    names: Mapping[str, Names],
    units: Mapping[str, str],
    today: dt.date,
    currency: str,
) -> Table:
    """One row per line, in the order given."""
    money = {"kind": "money", "unit": currency}
    columns = [
        Column("item", Text("Item", "商品编码"), "entity"),
        Column("name", Text("Name", "名称")),
        Column("location", Text("Deliver to", "收货地点")),
        Column("supplier", Text("Supplier", "供应商")),
        Column("quantity", Text("Order", "订购量"), "number"),
        Column("unit", Text("Unit", "单位")),
        Column("unit_cost", Text("Unit cost", "单价"), **money),  # type: ignore[arg-type]
        Column("cost", Text("Cost", "金额"), **money),  # type: ignore[arg-type]
        Column("order_by", Text("Order by", "最迟下单日"), "date"),
        Column("arrives_on", Text("Arrives about", "预计到货"), "date"),
        Column("available", Text("Free stock", "可用库存"), "number"),
        Column("on_order", Text("On order", "在途"), "number"),
        Column("saved_units", Text("Sales saved", "避免的缺货"), "number"),
        Column("value", Text("Expected gain", "预期收益"), **money),  # type: ignore[arg-type]
        Column("return", Text("Gain per money", "单位资金收益"), "percent", "%"),
        Column("reason", Text("Why", "原因")),
    ]
    return Table(
        "orders",
        Text("Recommended orders", "建议订货"),
        columns,
        [_row(line, names, units, today) for line in lines],
    )


def _row(
    line: Recommendation, names: Mapping[str, Names], units: Mapping[str, str], today: dt.date
) -> dict[str, Any]:
    need, offer = line.need, line.offer
    gain = worth(need, line.chosen, line.quantity) if line.chosen else None
    return {
        "item": need.item,
        "name": _both(names["item"].get(need.item), need.item),
        "location": _both(names["location"].get(need.location), need.location),
        "supplier": _both(names["supplier"].get(offer.supplier), offer.supplier),
        "quantity": line.quantity,
        "unit": units.get(need.item, ""),
        "unit_cost": round(line.unit_cost, 4),
        "cost": round(line.cost, 2),
        "order_by": order_by(line, today).isoformat(),
        "arrives_on": (today + dt.timedelta(days=round(offer.lead_time.mean))).isoformat(),
        "available": need.futures.available,
        "on_order": float(need.futures.receipts.sum(axis=1).mean()),
        "saved_units": round(gain.saved_units, 1) if gain else None,
        "value": round(gain.value, 2) if gain else None,
        "return": round(return_on_money(line), 4),
        "reason": _both(reason(line), ""),
    }


def order_by(line: Recommendation, today: dt.date) -> dt.date:
    """The last day to order; today when that day has passed."""
    return today + dt.timedelta(days=max(line.last_order_day, 0))


def _both(text: Text | None, fallback: str) -> dict[str, str]:
    return {"en": text.en, "zh": text.zh} if text else {"en": fallback, "zh": fallback}


def name_texts(frame: pd.DataFrame) -> dict[str, Text]:
    """Code -> name in both languages, from a frame of `tools.data.frames`."""
    pairs = zip(frame.index, frame["name_en"], frame["name_zh"], strict=True)
    return {str(code): Text(str(en), str(zh)) for code, en, zh in pairs}


def left_out_table(entries: Sequence[tuple[str, str, str]], names: Mapping[str, Names]) -> Table:
    """Items for which nothing is recommended although stock is short, with the reason."""
    rows = [
        {
            "item": item,
            "name": _both(names["item"].get(item), item),
            "location": _both(names["location"].get(place), place),
            "reason": _both(LEFT_OUT[why], ""),
        }
        for item, place, why in entries
    ]
    columns = [
        Column("item", Text("Item", "商品编码"), "entity"),
        Column("name", Text("Name", "名称")),
        Column("location", Text("Location", "地点")),
        Column("reason", Text("Why not", "未列入原因")),
    ]
    return Table("left_out", Text("Left out", "未列入"), columns, rows)


def spending_chart(
    lines: Sequence[Recommendation], names: Mapping[str, Names], currency: str, budget: float | None
) -> Chart:
    """Money spent and gained as the ranked list is bought from the top."""
    spent = gained = 0.0
    labels, cost, value = [], [], []
    for line in lines:
        spent += line.cost
        gained += worth(line.need, line.chosen, line.quantity).value if line.chosen else 0.0
        labels.append(f"{line.need.item} {line.need.location}")
        cost.append(round(spent, 2))
        value.append(round(gained, 2))
    series = [
        Series("spent", Text("Money spent", "累计支出"), cost, "line"),
        Series("gained", Text("Expected gain", "累计预期收益"), value, "line"),
    ]
    if budget is not None:
        series.append(Series("budget", Text("Budget", "预算"), [budget] * len(cost), "threshold"))
    return Chart(
        "spending", "line", Text("Buying down the list", "按收益依次采购"), labels, series, currency
    )


def draft_orders(
    lines: Sequence[Recommendation], names: Mapping[str, Names], today: dt.date
) -> list[ProposalDraft]:
    """One draft per supplier and place, the costliest first; at most `MAX_DRAFTS` at once."""
    groups: dict[tuple[str, str, str], list[Recommendation]] = {}
    for line in lines:
        if line.quantity > 0:
            key = (line.offer.supplier, line.need.location, line.offer.currency)
            groups.setdefault(key, []).append(line)
    ranked = sorted(groups.items(), key=lambda entry: -sum(line.cost for line in entry[1]))
    return [_draft(*key, members, names, today) for key, members in ranked[:MAX_DRAFTS]]


def _draft(
    supplier: str,
    location: str,
    currency: str,
    lines: Sequence[Recommendation],
    names: Mapping[str, Names],
    today: dt.date,
) -> ProposalDraft:
    longest = max(line.offer.lead_time.promised for line in lines)
    who = names["supplier"].get(supplier, Text(supplier, supplier))
    where = names["location"].get(location, Text(location, location))
    urgent = sum(line.last_order_day < 0 for line in lines)
    why = Text(
        "stock would run out before the next delivery"
        if urgent
        else "to keep the service level until the next delivery",
        "下次到货前库存会用完" if urgent else "保证下次到货前的服务水平",
    )
    return ProposalDraft(
        kind="create_order",
        title=Text(f"Order from {who.en} for {where.en}", f"向{who.zh}订货，送至{where.zh}"),
        payload={
            "supplier": supplier,
            "location": location,
            "currency": currency,
            "requested_on": (today + dt.timedelta(days=longest)).isoformat(),
            "lines": [
                {
                    "item": line.need.item,
                    "quantity": line.quantity,
                    "unit_cost": _money(line.unit_cost / line.offer.exchange_rate),
                }
                for line in lines
            ],
            "reason": why.en,
        },
    )


def _money(value: float) -> str:
    return str(Decimal(repr(value)).quantize(Decimal("0.0001"), ROUND_HALF_UP).normalize() + 0)
