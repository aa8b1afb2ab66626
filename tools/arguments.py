"""The closed list of what the agent can call, with typed arguments.

Textual arguments are exact pieces of the planner's message (or of the dialogue state): the model
points, code resolves names against the catalogue (`tools.data.catalogue`) and reads durations,
percentages, dates and money (`tools.values`). Nothing in this list approves, sends, deletes or
changes a record. Descriptions that a model reads are in `prompts/tools/<name>.toml`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Arguments(BaseModel):
    """Base of all tool arguments: unknown names are refused, an absent argument is None."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class StockStatus(Arguments):
    """On hand, on order, cover; or the list of items in a given state."""

    item: str | None = None
    """Item name or code, or a category, as written."""
    location: str | None = None
    supplier: str | None = None
    show: Literal["levels", "at_risk", "excess", "out_of_stock"] = "levels"


class SalesHistory(Arguments):
    """What was sold, when and where; or the best and worst sellers."""

    item: str | None = None
    location: str | None = None
    period: str | None = None
    """As written: "last month", "since March", "过去三周"."""
    ranking: Literal["none", "best", "worst"] = "none"


class Forecast(Arguments):
    """Expected demand with its range, its accuracy, or what drives it."""

    item: str | None = None
    location: str | None = None
    horizon: str | None = None
    """As written: "next 3 weeks", "December", "未来30天"."""
    aspect: Literal["demand", "accuracy", "drivers"] = "demand"


class RecommendOrders(Arguments):
    """What to order, how much, when and from whom."""

    item: str | None = None
    supplier: str | None = None
    location: str | None = None
    budget: str | None = None
    """As written: "20k", "2万元"."""
    service_level: str | None = None
    """As written: "98 %", "九成五"."""


class ExplainOrder(Arguments):
    """Why a recommended order is what it is, and what it would be without one rule."""

    item: str | None = None
    location: str | None = None
    without: Literal[
        "none", "moq", "pack", "price_break", "budget", "lead_time_spread", "promotion"
    ] = "none"


class WhatIf(Arguments):
    """Stock and orders under changed circumstances."""

    item: str | None = None
    location: str | None = None
    supplier: str | None = None
    demand_change: str | None = None
    """As written: "20 % more", "doubles", "少三成"."""
    delay: str | None = None
    """How much later (or earlier) supply comes, as written: "2 weeks late", "晚十天"."""
    quantity: str | None = None
    """An order quantity to try, as written: "600", "half of that", "三百双"."""
    service_level: str | None = None


class Anomalies(Arguments):
    """What looks wrong in sales, stock, suppliers or data."""

    item: str | None = None
    location: str | None = None
    supplier: str | None = None
    period: str | None = None
    kind: Literal["any", "sales", "stock", "supplier", "data"] = "any"


class PurchaseOrders(Arguments):
    """Open, late, received or drafted purchase orders."""

    supplier: str | None = None
    item: str | None = None
    order: str | None = None
    """Purchase order number as written."""
    location: str | None = None
    status: Literal["open", "late", "draft", "received", "all"] = "open"


class SupplierPerformance(Arguments):
    """How a supplier delivers: lead times, on time, in full, prices."""

    supplier: str | None = None
    item: str | None = None
    measure: Literal["all", "lead_time", "on_time", "in_full", "price"] = "all"


class Kpis(Arguments):
    """Inventory figures of the company, a location, a category or an item."""

    measure: Literal[
        "all", "turnover", "stock_out_rate", "fill_rate", "inventory_accuracy", "stock_value"
    ] = "all"
    item: str | None = None
    location: str | None = None
    period: str | None = None


class DataQuality(Arguments):
    """How complete and consistent the records are."""

    subject: Literal["all", "sales", "stock", "orders", "items"] = "all"


class Ask(Arguments):
    """The request lacks something: ask for it."""

    missing: Literal["item", "supplier", "location", "order", "period", "quantity", "meaning"] = (
        "meaning"
    )


class Decline(Arguments):
    """The planner wants something that the assistant must not do in chat."""

    reason: Literal[
        "approve", "send", "delete", "change_record", "bank_details", "other_people", "invent"
    ] = "change_record"


class NoTool(Arguments):
    """Nothing in the list fits: small talk, thanks, or another subject."""

    kind: Literal["greeting", "thanks", "capabilities", "off_topic"] = "off_topic"


class Concept(Arguments):
    """A question about a term, answered from the glossary."""

    term: str | None = None
    """The term as written in the message."""


TOOLS: dict[str, type[Arguments]] = {
    "stock_status": StockStatus,
    "sales_history": SalesHistory,
    "forecast": Forecast,
    "recommend_orders": RecommendOrders,
    "explain_order": ExplainOrder,
    "what_if": WhatIf,
    "anomalies": Anomalies,
    "purchase_orders": PurchaseOrders,
    "supplier_performance": SupplierPerformance,
    "kpis": Kpis,
    "data_quality": DataQuality,
}
"""The tools over the planner's records."""

OUTCOMES: dict[str, type[Arguments]] = {
    "ask": Ask,
    "decline": Decline,
    "none": NoTool,
    "concept": Concept,
}
"""What the model may choose instead of a tool; called like tools, they touch no record."""
