"""The planner's records as order problems: one `Need` per item and place suppliers deliver to.

A place that a warehouse refills has no order problem of its own: its demand and stock are pooled
into the warehouse's, because one delivery serves both. What cannot be computed (no forecast, no
supplier, no exchange rate) is listed with its reason instead of being guessed.
"""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from forecasting import sample_paths
from tools.data import frames
from tools.data.columns import cached
from tools.data.schema import Setting
from tools.demand.stored import load_many, refresh_state
from tools.errors import NoData
from tools.replenishment.lead_time import LeadTime, learn_lead_time
from tools.replenishment.offers import Offer
from tools.replenishment.on_order import scheduled_receipts
from tools.replenishment.preventable import Futures
from tools.replenishment.sizing import Need

DRAWS = 200
MAX_HORIZON_DAYS = 200
RECENT_RECEIPTS = 250
"""Receipts of a supplier, latest first, from which its lead time is learnt."""

Skip = Literal["no_forecast", "no_supplier", "no_exchange_rate", "no_cost", "discontinued"]


@dataclass(frozen=True)
class Policy:
    """Company-wide rules, from the settings table."""

    base_currency: str = "USD"
    service_level: float = 0.95
    review_days: int = 7
    holding_rate: float = 0.25
    exchange_rates: Mapping[str, float] = field(default_factory=dict)
    """Base-currency value of one unit of another currency."""


@dataclass(frozen=True)
class Skipped:
    """A pair for which nothing can be recommended, and why."""

    item: str
    location: str
    reason: Skip


@dataclass(frozen=True, eq=False)
class Company:
    """Every order problem of one data version."""

    policy: Policy
    today: dt.date
    needs: Mapping[tuple[str, str], Need]
    skipped: tuple[Skipped, ...]
    refilled_by: Mapping[str, str]
    """Location -> the warehouse whose orders cover it."""
    missing_price: frozenset[str] = frozenset()
    """Items without a selling price, for which no value can be given."""
    on_order_from: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    """Suppliers with something outstanding, by item and place."""

    def orders_from(self, need: Need, supplier: str | None) -> bool:
        """Whether something is on order for the problem, from `supplier` when one is named."""
        suppliers = self.on_order_from.get((need.item, need.location), frozenset())
        return bool(suppliers) if supplier is None else supplier in suppliers

    def ordering_place(self, location: str) -> str:
        """Where orders that cover `location` are delivered."""
        return self.refilled_by.get(location, location)


def load_company(engine: Engine) -> Company:
    """The order problems of the current data version (built once per version).

    Raises:
        NoData: there are no items with stock, or no forecast is stored.
    """
    state = refresh_state(engine)
    run = state["run"] if state else "none"
    company: Company = cached(engine, f"order problems of {run}", lambda: _build(engine))
    return company


def read_policy(engine: Engine) -> Policy:
    """Settings with their defaults."""
    with Session(engine) as session:
        stored: dict[str, Any] = {
            key: value.get("value")
            for key, value in session.execute(select(Setting.key, Setting.value))
        }
    default = Policy()
    return Policy(
        base_currency=str(stored.get("base_currency") or default.base_currency),
        service_level=float(stored.get("default_service_level") or default.service_level),
        review_days=int(stored.get("review_days") or default.review_days),
        holding_rate=float(stored.get("holding_rate") or default.holding_rate),
        exchange_rates=dict(stored.get("exchange_rates") or {}),
    )


@dataclass(frozen=True, eq=False)
class Deviations:
    """Actual minus promised days of a supplier's receipts, with the share of the line received."""

    days: NDArray[np.float64]
    weights: NDArray[np.float64]


def delivery_deviations(engine: Engine) -> dict[str, Deviations]:
    """Deviations from the day asked for when ordering, by supplier, latest receipts only."""
    receipts = frames.receipts(engine).sort_values("received_on")
    lines = frames.order_lines(engine).set_index("line_id")[["requested_on", "quantity"]]
    joined = receipts.join(lines.rename(columns={"quantity": "ordered"}), on="line_id")
    joined["days"] = (joined["received_on"] - joined["requested_on"]).dt.days
    joined["share"] = (joined["quantity"] / joined["ordered"]).clip(upper=1.0)
    joined = joined.dropna(subset=["days", "share"])
    return {
        str(supplier): Deviations(
            group["days"].to_numpy(float)[-RECENT_RECEIPTS:],
            group["share"].to_numpy(float)[-RECENT_RECEIPTS:],
        )
        for supplier, group in joined.groupby("supplier")
    }


def _build(engine: Engine) -> Company:
    policy = read_policy(engine)
    today = frames.planning_day(engine)
    locations, items = frames.locations(engine), frames.items(engine)
    refilled_by = {
        str(code): str(parent)
        for code, parent in locations["supplied_by"].items()
        if isinstance(parent, str) and parent
    }
    stock = frames.stock(engine)
    if stock.empty:
        raise NoData(
            "No stock is recorded, so nothing can be recommended; import stock positions first.",
            "没有库存记录，无法给出补货建议；请先导入库存数据。",
        )
    deviations = delivery_deviations(engine)
    offers, unpriced = _offers(engine, policy, deviations)
    open_lines = frames.order_lines(engine).query("outstanding > 0")
    prices = _prices(engine, items, policy)
    members = _members(stock, refilled_by)
    needs: dict[tuple[str, str], Need] = {}
    skipped: list[Skipped] = []
    builder = _NeedBuilder(engine, policy, today, offers, open_lines, deviations, stock)
    for (item, place), sources in members.items():
        reason = _why_skipped(item, items, today, offers, unpriced)
        need = None
        if reason is None:
            life = items["shelf_life_days"].get(item)
            need = builder.need(item, place, sources, life, prices.get(item, 0.0))
            reason = "no_forecast" if need is None else None
        if need is not None:
            needs[item, place] = need
        elif reason is not None:
            skipped.append(Skipped(item, place, reason))
    if not needs and any(entry.reason == "no_forecast" for entry in skipped):
        raise NoData(
            "No forecast is stored for the current data; run “inventory-assistant refresh” first.",
            "当前数据还没有预测结果；请先运行“inventory-assistant refresh”。",
        )
    outstanding: dict[tuple[str, str], set[str]] = {}
    for item, location, supplier in zip(
        open_lines["item"], open_lines["location"], open_lines["supplier"], strict=True
    ):
        outstanding.setdefault((item, refilled_by.get(location, location)), set()).add(supplier)
    return Company(
        policy,
        today,
        needs,
        tuple(skipped),
        refilled_by,
        frozenset(set(items.index) - set(prices)),
        {key: frozenset(found) for key, found in outstanding.items()},
    )


def _members(
    stock: pd.DataFrame, refilled_by: Mapping[str, str]
) -> dict[tuple[str, str], list[str]]:
    """(item, place suppliers deliver to) -> the locations whose demand and stock it covers."""
    members: dict[tuple[str, str], list[str]] = {}
    for item, location in zip(stock["item"], stock["location"], strict=True):
        members.setdefault((item, refilled_by.get(location, location)), []).append(location)
    return members


def _why_skipped(
    item: str,
    items: pd.DataFrame,
    today: dt.date,
    offers: Mapping[str, tuple[Offer, ...]],
    unpriced: Mapping[str, Skip],
) -> Skip | None:
    ends: Any = items["discontinued_on"].get(item)
    if not pd.isna(ends) and ends.date() <= today:
        return "discontinued"
    if not offers.get(item):
        return unpriced.get(item, "no_supplier")
    return None


def _offers(
    engine: Engine, policy: Policy, deviations: Mapping[str, Deviations]
) -> tuple[dict[str, tuple[Offer, ...]], dict[str, Skip]]:
    """Offers by item in the base currency, and why an item's terms could not be used."""
    offers: dict[str, list[Offer]] = {}
    unusable: dict[str, Skip] = {}
    lead_times: dict[tuple[str, int], LeadTime] = {}
    terms: list[dict[Hashable, Any]] = frames.terms(engine).to_dict("records")
    for term in terms:
        rate = exchange_rate(policy, term["currency"])
        if rate is None or not term["unit_cost"] > 0:
            unusable[term["item"]] = "no_exchange_rate" if rate is None else "no_cost"
            continue
        key = (str(term["supplier"]), int(term["lead_time_days"]))
        if key not in lead_times:
            seen = deviations.get(key[0])
            lead_times[key] = (
                learn_lead_time(key[1], seen.days, seen.weights)
                if seen is not None
                else learn_lead_time(key[1], [])
            )
        capacity = float(term["weekly_capacity"])
        offers.setdefault(term["item"], []).append(
            Offer(
                supplier=key[0],
                unit_cost=term["unit_cost"] * rate,
                lead_time=lead_times[key],
                moq=float(term["moq"]),
                pack_size=float(term["pack_size"]),
                breaks=tuple((float(q), cost * rate) for q, cost in term["breaks"] if cost > 0),
                weekly_capacity=None if np.isnan(capacity) else capacity,
                preferred=bool(term["preferred"]),
                currency=term["currency"],
                exchange_rate=rate,
            )
        )
    return {item: tuple(found) for item, found in offers.items()}, unusable


def exchange_rate(policy: Policy, currency: str) -> float | None:
    """Base-currency value of one unit of `currency`; None when no rate is recorded."""
    if currency == policy.base_currency:
        return 1.0
    rate = policy.exchange_rates.get(currency)
    return float(rate) if rate and float(rate) > 0 else None


def _prices(engine: Engine, items: pd.DataFrame, policy: Policy) -> dict[str, float]:
    """Selling price by item in the base currency: the list price, or the latest price sold at."""
    found: dict[str, float] = {}
    for code, price, currency in zip(
        items.index, items["unit_price"], items["currency"], strict=True
    ):
        rate = exchange_rate(policy, str(currency))
        if rate is not None and price > 0:
            found[str(code)] = float(price) * rate
    if len(found) < len(items):
        sold = frames.sales(engine).dropna(subset=["price"])
        latest = sold.groupby("item", observed=True)["price"].last()
        found = {**{str(code): float(price) for code, price in latest.items()}, **found}
    return found


class _NeedBuilder:
    """Joins forecast paths, stock and open orders of one pair."""

    def __init__(
        self,
        engine: Engine,
        policy: Policy,
        today: dt.date,
        offers: Mapping[str, tuple[Offer, ...]],
        open_lines: pd.DataFrame,
        deviations: Mapping[str, Deviations],
        stock: pd.DataFrame,
    ) -> None:
        self.engine, self.policy, self.today = engine, policy, today
        self.offers, self.deviations = offers, deviations
        self.forecasts = load_many(engine)
        self.open_lines: dict[tuple[str, str], list[dict[Hashable, Any]]] = {}
        for line in open_lines.to_dict("records"):
            self.open_lines.setdefault((line["item"], line["location"]), []).append(line)
        free = stock["on_hand"] - stock["reserved"]
        self.free: dict[tuple[str, str], float] = dict(
            zip(zip(stock["item"], stock["location"], strict=True), free, strict=True)
        )

    def need(
        self, item: str, place: str, sources: list[str], shelf_life: Any, price: float
    ) -> Need | None:
        offers = self.offers[item]
        longest = max(offer.lead_time.quantile(0.99) for offer in offers)
        horizon = min(max(longest + 2 * self.policy.review_days + 14, 70), MAX_HORIZON_DAYS)
        paths = self._paths(item, sources, horizon)
        if paths is None:
            return None
        available = sum(max(float(self.free[item, source]), 0.0) for source in sources)
        receipts = scheduled_receipts(
            [line for source in sources for line in self.open_lines.get((item, source), [])],
            self.today,
            horizon,
            DRAWS,
            {code: (seen.days, seen.weights) for code, seen in self.deviations.items()},
            seed=zlib.crc32(f"{item}|{place}".encode()),
        )
        return Need(
            item=item,
            location=place,
            futures=Futures(paths, receipts, available),
            offers=offers,
            unit_price=price,
            holding_rate=self.policy.holding_rate,
            review_days=self.policy.review_days,
            service_level=self.policy.service_level,
            shelf_life_days=None if pd.isna(shelf_life) else int(shelf_life),
        )

    def _paths(self, item: str, sources: list[str], horizon: int) -> NDArray[np.float64] | None:
        """(DRAWS, horizon) demand of all sources together; None without any forecast."""
        found = [self.forecasts[item, s] for s in sources if (item, s) in self.forecasts]
        if not found:
            return None
        values = np.stack([forecast.between(self.today, horizon) for forecast in found])
        seed = zlib.crc32(item.encode())
        paths = sample_paths(values, DRAWS, found[0].dependence, seed=seed)
        return np.asarray(paths.sum(axis=0), dtype=float)
