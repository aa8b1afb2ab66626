"""The planner's records as SQLAlchemy models.

Money is `Decimal` with a currency beside it, instants are UTC, days are in the calendar of the
location. Quantities are in the item's base unit. Names are kept per language, because planners and
suppliers write in either. A row that a planner imported is found again by its natural key, so that
the same file twice changes nothing.
"""

from __future__ import annotations

import datetime as dt
import enum
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    DateTime,
    Enum,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

CONSTRAINT_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[dt.datetime]):
    """An aware instant, stored in UTC; naive values are refused instead of guessed."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return value.astimezone(dt.UTC)

    def process_result_value(
        self, value: dt.datetime | None, dialect: Dialect
    ) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


Money = Numeric(16, 4)


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=CONSTRAINT_NAMES)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        dt.datetime: UtcDateTime,
        Decimal: Money,
        dict[str, Any]: JSON,
        dict[str, str]: JSON,
        list[str]: JSON,
    }


class LocationKind(enum.StrEnum):
    WAREHOUSE = "warehouse"
    STORE = "store"
    ONLINE = "online"


class MovementKind(enum.StrEnum):
    RECEIPT = "receipt"
    SALE = "sale"
    RETURN = "return"
    TRANSFER_IN = "transfer_in"
    TRANSFER_OUT = "transfer_out"
    ADJUSTMENT = "adjustment"
    COUNT = "count"
    """A physical count; `quantity` is the correction (counted - recorded)."""
    WRITE_OFF = "write_off"


class OrderStatus(enum.StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"
    SENT = "sent"
    CONFIRMED = "confirmed"
    PARTIALLY_RECEIVED = "partially_received"
    RECEIVED = "received"
    CANCELLED = "cancelled"


OPEN_STATUSES = (
    OrderStatus.APPROVED,
    OrderStatus.SENT,
    OrderStatus.CONFIRMED,
    OrderStatus.PARTIALLY_RECEIVED,
)
"""Orders whose outstanding quantity counts as on order."""


class EventKind(enum.StrEnum):
    HOLIDAY = "holiday"
    PROMOTION = "promotion"
    CAMPAIGN = "campaign"


class MessageStatus(enum.StrEnum):
    NEW = "new"
    READ = "read"
    """Extraction is done and proposals, if any, are open."""
    DONE = "done"
    FAILED = "failed"


class ProposalKind(enum.StrEnum):
    CREATE_ORDER = "create_order"
    CHANGE_DATE = "change_date"
    CHANGE_QUANTITY = "change_quantity"
    CHANGE_PRICE = "change_price"
    CHANGE_TERMS = "change_terms"
    CONFIRM_LINE = "confirm_line"
    SPLIT_LINE = "split_line"
    CANCEL_LINE = "cancel_line"
    TRANSFER = "transfer"
    SECURITY_ALERT = "security_alert"
    """Never applied: acknowledging it only records that it was seen."""


class ProposalStatus(enum.StrEnum):
    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"


class AlertStatus(enum.StrEnum):
    OPEN = "open"
    CONFIRMED = "confirmed"
    WRONG = "wrong"
    EXPECTED = "expected"
    SNOOZED = "snoozed"
    CLOSED = "closed"


def _enum(kind: type[enum.StrEnum]) -> Enum:
    """Stored as text with a check, so that SQLite and PostgreSQL behave alike."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=32,
        name=kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


class DataVersion(Base):
    """Grows by one with every committed change to the data that engines read."""

    __tablename__ = "data_versions"
    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    reason: Mapped[str] = mapped_column(String(200))


class Import(Base):
    """One file that was read in, with its quality report."""

    __tablename__ = "imports"
    id: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    table_name: Mapped[str] = mapped_column(String(64))
    rows_read: Mapped[int]
    rows_changed: Mapped[int]
    report: Mapped[dict[str, Any]]
    data_version_id: Mapped[int | None] = mapped_column(ForeignKey("data_versions.id"))
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)


class Setting(Base):
    """Company-wide values: company name, base currency, default service level, demo seed."""

    __tablename__ = "settings"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[dict[str, Any]]


class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    names: Mapped[dict[str, str]]
    """Language ("en", "zh") -> name."""
    category: Mapped[str] = mapped_column(String(80), default="")
    """Key of a category; its display names are in `categories`."""
    brand: Mapped[str] = mapped_column(String(80), default="")
    unit: Mapped[str] = mapped_column(String(16), default="pcs")
    unit_cost: Mapped[Decimal | None]
    unit_price: Mapped[Decimal | None]
    currency: Mapped[str] = mapped_column(String(3), default="USD")
    shelf_life_days: Mapped[int | None]
    volume_m3: Mapped[float | None]
    introduced_on: Mapped[dt.date | None]
    discontinued_on: Mapped[dt.date | None]
    replaces_item_id: Mapped[int | None] = mapped_column(ForeignKey("items.id"))
    """Phase-in link: the item whose demand this one takes over."""
    abc: Mapped[str] = mapped_column(String(1), default="")

    __table_args__ = (
        CheckConstraint("shelf_life_days IS NULL OR shelf_life_days > 0", "shelf_life"),
    )


class Category(Base):
    __tablename__ = "categories"
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    names: Mapped[dict[str, str]]


class Location(Base):
    __tablename__ = "locations"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    names: Mapped[dict[str, str]]
    kind: Mapped[LocationKind] = mapped_column(_enum(LocationKind))
    country: Mapped[str] = mapped_column(String(2), default="US")
    time_zone: Mapped[str] = mapped_column(String(64), default="UTC")
    supplied_by_id: Mapped[int | None] = mapped_column(ForeignKey("locations.id"))
    """The warehouse that refills this location; None when suppliers deliver to it."""


class SalesDay(Base):
    """Sales of one item at one location on one day; an absent row is a missing day."""

    __tablename__ = "sales_days"
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"), primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    quantity: Mapped[float]
    """Units sold, before returns; never negative."""
    returned: Mapped[float] = mapped_column(default=0.0)
    price: Mapped[Decimal | None]
    """Average price per unit that day."""
    promotion: Mapped[bool] = mapped_column(default=False)
    stocked_out: Mapped[bool] = mapped_column(default=False)
    """Demand may have been higher than sales (censored)."""

    __table_args__ = (
        CheckConstraint("quantity >= 0", "quantity"),
        CheckConstraint("returned >= 0", "returned"),
        Index(None, "day"),
    )


class StockPosition(Base):
    """Recorded stock at the end of a day; the latest day counts as the current position."""

    __tablename__ = "stock_positions"
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"), primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    on_hand: Mapped[float]
    reserved: Mapped[float] = mapped_column(default=0.0)


class StockMovement(Base):
    """One change of recorded stock; `quantity` is signed."""

    __tablename__ = "stock_movements"
    id: Mapped[int] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(String(80), unique=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"))
    at: Mapped[dt.datetime]
    kind: Mapped[MovementKind] = mapped_column(_enum(MovementKind))
    quantity: Mapped[float]
    reference: Mapped[str] = mapped_column(String(80), default="")
    note: Mapped[str] = mapped_column(String(400), default="")

    __table_args__ = (Index(None, "item_id", "location_id", "at"),)


class Supplier(Base):
    __tablename__ = "suppliers"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    names: Mapped[dict[str, str]]
    language: Mapped[str] = mapped_column(String(2), default="en")
    country: Mapped[str] = mapped_column(String(2), default="US")
    currency: Mapped[str] = mapped_column(String(3), default="USD")
    contact: Mapped[str] = mapped_column(String(120), default="")
    addresses: Mapped[list[str]] = mapped_column(default=list)
    """Known e-mail addresses; a message from another address is not from this supplier."""


class SupplyTerm(Base):
    """What a supplier asks for an item, from a day on."""

    __tablename__ = "supply_terms"
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    supplier_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"))
    valid_from: Mapped[dt.date]
    valid_to: Mapped[dt.date | None]
    unit_cost: Mapped[Decimal]
    currency: Mapped[str] = mapped_column(String(3), default="USD")
    moq: Mapped[float] = mapped_column(default=1.0)
    pack_size: Mapped[float] = mapped_column(default=1.0)
    lead_time_days: Mapped[int]
    """Promised, in calendar days from order to receipt."""
    weekly_capacity: Mapped[float | None]
    preferred: Mapped[bool] = mapped_column(default=True)
    supplier_item_code: Mapped[str] = mapped_column(String(64), default="")
    breaks: Mapped[list[PriceBreak]] = relationship(
        cascade="all, delete-orphan", order_by="PriceBreak.min_quantity"
    )

    __table_args__ = (
        UniqueConstraint("item_id", "supplier_id", "valid_from"),
        CheckConstraint("unit_cost >= 0", "unit_cost"),
        CheckConstraint("moq > 0", "moq"),
        CheckConstraint("pack_size > 0", "pack_size"),
        CheckConstraint("lead_time_days >= 0", "lead_time"),
    )


class PriceBreak(Base):
    """All-units price from a quantity on."""

    __tablename__ = "price_breaks"
    term_id: Mapped[int] = mapped_column(ForeignKey("supply_terms.id"), primary_key=True)
    min_quantity: Mapped[float] = mapped_column(primary_key=True)
    unit_cost: Mapped[Decimal]


class PurchaseOrder(Base):
    __tablename__ = "purchase_orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"))
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"))
    ordered_on: Mapped[dt.date]
    status: Mapped[OrderStatus] = mapped_column(_enum(OrderStatus))
    currency: Mapped[str] = mapped_column(String(3), default="USD")
    created_by: Mapped[str] = mapped_column(String(80), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    lines: Mapped[list[PurchaseOrderLine]] = relationship(
        cascade="all, delete-orphan", order_by="PurchaseOrderLine.line_no"
    )


class PurchaseOrderLine(Base):
    __tablename__ = "purchase_order_lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("purchase_orders.id"))
    line_no: Mapped[int]
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    quantity: Mapped[float]
    cancelled_quantity: Mapped[float] = mapped_column(default=0.0)
    unit_cost: Mapped[Decimal]
    requested_on: Mapped[dt.date]
    """Receipt day asked for when ordering."""
    promised_on: Mapped[dt.date | None]
    """Latest receipt day the supplier committed to."""
    version: Mapped[int] = mapped_column(default=1)
    """Grows with every applied change; a proposal names the version it was computed on."""
    receipts: Mapped[list[Receipt]] = relationship(order_by="Receipt.received_on")
    promises: Mapped[list[Promise]] = relationship(order_by="Promise.stated_at")

    __table_args__ = (
        UniqueConstraint("order_id", "line_no"),
        CheckConstraint("quantity > 0", "quantity"),
        CheckConstraint("cancelled_quantity >= 0", "cancelled"),
    )


class Receipt(Base):
    __tablename__ = "receipts"
    id: Mapped[int] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(String(80), unique=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("purchase_order_lines.id"), index=True)
    received_on: Mapped[dt.date]
    quantity: Mapped[float]
    rejected: Mapped[float] = mapped_column(default=0.0)


class Promise(Base):
    """Every receipt day (and quantity) a supplier ever committed to, for promise drift."""

    __tablename__ = "promises"
    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("purchase_order_lines.id"), index=True)
    stated_at: Mapped[dt.datetime]
    promised_on: Mapped[dt.date]
    quantity: Mapped[float]
    message_id: Mapped[int | None] = mapped_column(ForeignKey("supplier_messages.id"))


class Event(Base):
    """A holiday, promotion or campaign; empty scope columns mean "everywhere"."""

    __tablename__ = "events"
    id: Mapped[int] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[EventKind] = mapped_column(_enum(EventKind))
    names: Mapped[dict[str, str]]
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]
    country: Mapped[str] = mapped_column(String(2), default="")
    item_id: Mapped[int | None] = mapped_column(ForeignKey("items.id"))
    category: Mapped[str] = mapped_column(String(80), default="")
    location_id: Mapped[int | None] = mapped_column(ForeignKey("locations.id"))
    discount: Mapped[float | None]
    """Fraction off the price, 0.2 for 20 %."""

    __table_args__ = (CheckConstraint("ends_on >= starts_on", "period"),)


class Weather(Base):
    __tablename__ = "weather"
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"), primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    temperature_c: Mapped[float | None]
    precipitation_mm: Mapped[float | None]


class Signal(Base):
    """A daily market or behaviour signal: reviews, page views, competitor prices, sentiment."""

    __tablename__ = "signals"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    day: Mapped[dt.date]
    item_id: Mapped[int | None] = mapped_column(ForeignKey("items.id"))
    category: Mapped[str] = mapped_column(String(80), default="")
    value: Mapped[float]
    volume: Mapped[float | None]

    __table_args__ = (UniqueConstraint("kind", "day", "item_id", "category"),)


class SupplierMessage(Base):
    __tablename__ = "supplier_messages"
    id: Mapped[int] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(String(120), unique=True)
    """Message-ID, or a hash of the normalised text: the same message twice is one row."""
    supplier_id: Mapped[int | None] = mapped_column(ForeignKey("suppliers.id"))
    received_at: Mapped[dt.datetime]
    channel: Mapped[str] = mapped_column(String(16), default="email")
    sender: Mapped[str] = mapped_column(String(200), default="")
    subject: Mapped[str] = mapped_column(String(400), default="")
    body: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(2), default="en")
    status: Mapped[MessageStatus] = mapped_column(_enum(MessageStatus), default=MessageStatus.NEW)
    extraction: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    error: Mapped[str] = mapped_column(String(400), default="")


class Proposal(Base):
    """A consequential change waiting for a person; `content_hash` binds what was shown."""

    __tablename__ = "proposals"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ProposalKind] = mapped_column(_enum(ProposalKind))
    status: Mapped[ProposalStatus] = mapped_column(
        _enum(ProposalStatus), default=ProposalStatus.OPEN
    )
    title: Mapped[dict[str, str]]
    payload: Mapped[dict[str, Any]]
    content_hash: Mapped[str] = mapped_column(String(64), index=True)
    quote: Mapped[str] = mapped_column(Text, default="")
    span_start: Mapped[int | None]
    span_end: Mapped[int | None]
    sender: Mapped[str] = mapped_column(String(200), default="")
    certainty: Mapped[str] = mapped_column(String(16), default="computed")
    message_id: Mapped[int | None] = mapped_column(ForeignKey("supplier_messages.id"))
    conversation_id: Mapped[str | None] = mapped_column(String(40))
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)


class Decision(Base):
    """Append-only: who decided what, when, why, on exactly which content.

    The migration adds triggers that refuse UPDATE and DELETE on both databases.
    """

    __tablename__ = "decisions"
    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"), unique=True)
    action: Mapped[str] = mapped_column(String(16))
    """`approve` or `reject`."""
    actor: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    reason: Mapped[str] = mapped_column(Text, default="")
    shown_hash: Mapped[str] = mapped_column(String(64))
    effect: Mapped[dict[str, Any]]
    """What it changed: table, row, old and new values."""


class Alert(Base):
    """Something that looks wrong, one row per incident and data version it was first seen in."""

    __tablename__ = "alerts"
    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    """Same incident, same fingerprint: re-detection updates instead of adding."""
    kind: Mapped[str] = mapped_column(String(40))
    family: Mapped[str] = mapped_column(String(16))
    """sales, stock, supplier or data."""
    status: Mapped[AlertStatus] = mapped_column(_enum(AlertStatus), default=AlertStatus.OPEN)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("items.id"))
    location_id: Mapped[int | None] = mapped_column(ForeignKey("locations.id"))
    supplier_id: Mapped[int | None] = mapped_column(ForeignKey("suppliers.id"))
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]
    score: Mapped[float]
    """Calibrated: minus log10 of the p-value."""
    direction: Mapped[str] = mapped_column(String(8))
    """up, down or none."""
    money_at_stake: Mapped[Decimal | None]
    sentence: Mapped[dict[str, str]]
    evidence: Mapped[dict[str, Any]]
    data_version_id: Mapped[int] = mapped_column(ForeignKey("data_versions.id"))
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)


class StoredForecast(Base):
    """Quantile forecast of one series for one data version."""

    __tablename__ = "forecasts"
    data_version_id: Mapped[int] = mapped_column(ForeignKey("data_versions.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"), primary_key=True)
    model: Mapped[str] = mapped_column(String(40), primary_key=True)
    """`best` is what tools read; other names keep what the members said."""
    chosen_model: Mapped[str] = mapped_column(String(40))
    starts_on: Mapped[dt.date]
    horizon: Mapped[int]
    quantiles: Mapped[bytes] = mapped_column(LargeBinary)
    """float32 little-endian, shape (horizon, len(levels)), levels in `details`."""
    details: Mapped[dict[str, Any]]
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)


class StoredBacktest(Base):
    """Accuracy of one model on one scope (a series, a class, or all) for one data version."""

    __tablename__ = "backtests"
    id: Mapped[int] = mapped_column(primary_key=True)
    data_version_id: Mapped[int] = mapped_column(ForeignKey("data_versions.id"))
    model: Mapped[str] = mapped_column(String(40))
    scope: Mapped[str] = mapped_column(String(140))
    metrics: Mapped[dict[str, Any]]

    __table_args__ = (UniqueConstraint("data_version_id", "model", "scope"),)


class Conversation(Base):
    __tablename__ = "conversations"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    owner: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[dt.datetime] = mapped_column(default=utc_now)


class ConversationTurn(Base):
    """What the page showed: the planner's words and the full result, to be drawn again."""

    __tablename__ = "conversation_turns"
    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    role: Mapped[str] = mapped_column(String(12))
    content: Mapped[dict[str, Any]]
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
