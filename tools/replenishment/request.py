"""From the planner's words to order problems: which items, where, at what service and budget."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from tools.errors import InvalidInput, NoData
from tools.facts import Fact
from tools.replenishment.company import Company, Skipped, exchange_rate, load_company
from tools.replenishment.sizing import Need, check_service_level
from tools.spec import ToolContext
from tools.values import parse_fraction, parse_money


@dataclass(frozen=True, eq=False)
class Selection:
    """The order problems a request is about."""

    company: Company
    needs: tuple[Need, ...]
    focus: dict[str, str]
    """Entities the planner named: item or category, location, supplier."""
    skipped: tuple[Skipped, ...]
    refilled_from: str = ""
    """The warehouse that orders for the location the planner named, when it is another."""

    @property
    def currency(self) -> str:
        return self.company.policy.base_currency

    @property
    def one_item(self) -> bool:
        return "item" in self.focus


def select_needs(
    context: ToolContext,
    item: str | None = None,
    location: str | None = None,
    supplier: str | None = None,
    service_level: float | None = None,
) -> Selection:
    """Resolve names and pick the problems they cover.

    Raises:
        InvalidInput: a name is unknown or fits several entries.
        NoData: nothing is left to compute on, with the reason.
    """
    company = load_company(context.engine)
    focus: dict[str, str] = {}
    items: set[str] | None = None
    if item:
        scope = context.catalogue.item_scope(item)
        focus["category" if scope.is_category else "item"] = scope.entity.code
        items = set(scope.items)
    place = refilled_from = ""
    if location:
        named = context.catalogue.resolve(location, "location").code
        focus["location"] = named
        place = company.ordering_place(named)
        refilled_from = place if place != named else ""
    if supplier:
        focus["supplier"] = context.catalogue.resolve(supplier, "supplier").code

    def covered(code: str, where: str) -> bool:
        return (items is None or code in items) and (not place or where == place)

    needs = [need for key, need in company.needs.items() if covered(*key)]
    skipped = tuple(entry for entry in company.skipped if covered(entry.item, entry.location))
    if service_level is not None:
        needs = [replace(need, service_level=service_level) for need in needs]
    if supplier:
        needs = [n for n in needs if any(o.supplier == focus["supplier"] for o in n.offers)]
    if not needs:
        raise _nothing(skipped, focus)
    return Selection(company, tuple(needs), focus, skipped, refilled_from)


def _nothing(skipped: Sequence[Skipped], focus: dict[str, str]) -> NoData:
    subject = focus.get("item") or focus.get("category") or focus.get("supplier") or ""
    place = focus.get("location", "")
    reasons = {
        "no_forecast": (
            "there is no stored forecast; refresh the forecasts first",
            "还没有预测结果，请先刷新预测",
        ),
        "no_supplier": (
            "no supplier has terms for it; add supply terms first",
            "没有供应商的供货条款，请先补充",
        ),
        "no_exchange_rate": (
            "its terms are in a currency without an exchange rate; record the rate in the settings",
            "供货条款的币种没有汇率，请先在设置中填写汇率",
        ),
        "no_cost": (
            "its terms have a unit cost of zero or less; correct them first",
            "供货条款的单价不大于零，请先更正",
        ),
        "discontinued": ("it is discontinued", "该商品已停售"),
    }
    if skipped:
        english, chinese = reasons[skipped[0].reason]
        return NoData(
            f"No order can be computed for {subject or skipped[0].item}: {english}.",
            f"无法计算{subject or skipped[0].item}的订货量：{chinese}。",
        )
    where_en = f" at {place}" if place else ""
    where_zh = f"在{place}" if place else ""
    return NoData(
        f"There is nothing to order for {subject or 'this request'}{where_en}: "
        "it is neither stocked there nor supplied so.",
        f"{subject or '该请求'}{where_zh}没有可订的商品：那里既无库存，也无对应供应。",
    )


def read_service_level(text: str | None) -> float | None:
    """`98 %` -> 0.98; None when nothing was asked.

    Raises:
        InvalidInput: not a share, 0 %, 100 % or more.
    """
    if text is None:
        return None
    level = parse_fraction(text)
    check_service_level(level)
    return level


def read_budget(text: str | None, company: Company) -> float | None:
    """`20k` -> 20000.0 in the base currency; None when nothing was asked.

    Raises:
        InvalidInput: no amount, not positive, or a currency without an exchange rate.
    """
    if text is None:
        return None
    amount = parse_money(text)
    base = company.policy.base_currency
    rate = exchange_rate(company.policy, amount.currency or base)
    if rate is None:
        raise InvalidInput(
            f"The budget is in {amount.currency}, but orders are computed in {base} and no "
            f"exchange rate is recorded; give the budget in {base} or record the rate.",
            f"预算币种是 {amount.currency}，而订货以 {base} 计算且没有汇率；"
            f"请用 {base} 给出预算，或先填写汇率。",
        )
    budget = float(amount.value) * rate
    if budget <= 0:
        raise InvalidInput("The budget must be more than zero.", "预算必须大于零。")
    return budget


def day_after(today: dt.date, days: float) -> dt.date:
    """The calendar day `days` from today."""
    return today + dt.timedelta(days=round(days))


def fact(
    key: str, value: Any, unit: str = "", about: dict[str, str] | None = None, **more: Any
) -> Fact:
    """A fact with figures rounded to what a planner can act on."""
    if isinstance(value, float) and unit != "%":
        value = round(value, 2)
    return Fact(key, value, unit, about or {}, more.get("source"))
