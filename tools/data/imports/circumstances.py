"""What surrounds demand and supply: events, weather, market signals and supplier messages."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
import sqlalchemy as sa

from tools.data.imports.activity import instants
from tools.data.imports.arrange import CJK, Work, identifiers, names_of
from tools.data.schema import Supplier
from tools.text import Text


def events(work: Work) -> None:
    """Holidays, promotions and campaigns; a discount above 1 is a percentage."""
    frame = work.frame
    records = pd.DataFrame({"kind": frame["kind"], "starts_on": frame["starts_on"]})
    names = names_of(frame)
    kinds = frame["kind"].map(lambda kind: {"en": str(kind)})
    records["names"] = kinds if names is None else names.where(names.notna(), kinds)
    ends = frame.get("ends_on", frame["starts_on"])
    records["ends_on"] = ends.fillna(frame["starts_on"])
    work.note(
        "impossible_period",
        Text("The event ends before it starts", "活动结束早于开始"),
        at=(records["ends_on"] < records["starts_on"]).to_numpy(),
        severity="error",
    )
    for field in ("country", "category"):
        if field in frame:
            records[field] = frame[field]
    if "item" in frame:
        records["item_id"] = work.resolved("item", "items")
    if "location" in frame:
        records["location_id"] = work.resolved("location", "locations")
    if "discount" in frame:
        discount = frame["discount"]
        records["discount"] = discount.where(~(discount > 1), discount / 100)
        work.note(
            "impossible_value",
            Text("A discount is at most 100 percent", "折扣不能超过百分之百"),
            at=(records["discount"] > 1).to_numpy(),
            severity="error",
            field="discount",
        )
    content = [records["kind"], records["names"], records["starts_on"]]
    content += [
        frame[field] for field in ("country", "item", "category", "location") if field in frame
    ]
    records["external_id"] = identifiers(work, "events", "row-", [], content)
    records = work.good(records)
    if len(records):
        work.save("events", ["external_id"], records)


def weather(work: Work) -> None:
    """Daily weather by location."""
    records = pd.DataFrame({"location_id": work.locations(), "day": work.frame["day"]})
    for field in ("temperature_c", "precipitation_mm"):
        if field in work.frame:
            records[field] = work.frame[field]
    work.note(
        "impossible_value",
        Text("Nowhere is it that hot", "温度高得不合理"),
        at=(records["temperature_c"] > 60).to_numpy(),
        severity="error",
        field="temperature_c",
    )
    records = work.single(work.good(records), ["location_id", "day"])
    if len(records):
        work.save("weather", ["location_id", "day"], records)


def signals(work: Work) -> None:
    """Daily signals per item, category or company."""
    frame = work.frame
    records = pd.DataFrame({"kind": frame["kind"], "day": frame["day"]})
    blank = np.full(len(frame), np.nan)
    records["item_id"] = work.resolved("item", "items") if "item" in frame else blank
    category = frame.get("category", pd.Series([None] * len(frame), dtype=object))
    records["category"] = category.where(category.notna(), "")
    records["value"] = frame["value"]
    if "volume" in frame:
        records["volume"] = frame["volume"]
    key = ["kind", "day", "item_id", "category"]
    records = work.single(work.good(records), key)
    if len(records):
        work.save("signals", key, records)


def messages(work: Work) -> None:
    """Supplier messages; a known sender address names the supplier when the file does not."""
    frame = work.frame
    records = pd.DataFrame({"body": frame["body"]})
    records["received_at"] = instants(work, "received_at")
    for field in ("channel", "sender", "subject"):
        if field in frame:
            records[field] = frame[field]
    language = frame.get("language", pd.Series([None] * len(frame), dtype=object))
    written = frame["body"].map(lambda text: "zh" if CJK.search(text or "") else "en")
    records["language"] = language.where(language.notna(), written)
    blank = np.full(len(frame), np.nan)
    supplier = work.resolved("supplier", "suppliers") if "supplier" in frame else blank
    if "sender" in frame:
        senders = frame["sender"].map(_by_address(work), na_action="ignore").astype(float)
        supplier = np.where(np.isnan(supplier), senders.to_numpy(), supplier)
    records["supplier_id"] = supplier
    digest = frame["body"].map(
        lambda text: hashlib.sha256(" ".join((text or "").split()).encode()).hexdigest()
    )
    content = [digest, records["received_at"], frame.get("sender", digest)]
    records["external_id"] = identifiers(work, "supplier_messages", "row-", [], content)
    records = work.good(records)
    if len(records):
        work.save("supplier_messages", ["external_id"], records)


def _by_address(work: Work) -> dict[str, float]:
    """Known e-mail address -> supplier id."""
    found = work.connection.execute(sa.select(Supplier.id, Supplier.addresses))
    return {address: float(row.id) for row in found for address in row.addresses}
