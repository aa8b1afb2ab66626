"""Order lines of a shop (invoice, code, quantity, time, price) become items and daily sales.

Every line falls into exactly one class, and units and money of the classes add up to the file:
goods sold, returned, cancelled, given away, booked in or out of stock, and everything that is no
goods at all. The rules are in `docs/imports.md`.
"""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tools.data.imports.activity import KEY, add_up, fill_open_days, instants
from tools.data.imports.arrange import Work, table
from tools.data.schema import LocationKind, MovementKind
from tools.errors import ImportRejected
from tools.text import Text

CANCELLATION_DAYS = 2
"""A credit of exactly a sold line within so many days undoes the sale; later it is a return."""
SHOP = "SHOP"
TITLES = {
    "sale": Text("goods sold", "商品销售"),
    "repeated": Text(
        "goods sold on a line equal to another (counted)", "与其他行相同的销售（已计入）"
    ),
    "cancelled_sale": Text("sales cancelled within two days", "两天内取消的销售"),
    "cancellation": Text("their cancellations", "对应的取消"),
    "return": Text("returns by a customer who bought the item", "购买过该商品的客户退货"),
    "return_unmatched": Text("returns without a sale in the file", "文件中没有对应销售的退货"),
    "free": Text("goods given away at no price", "零价格赠送的商品"),
    "write_off": Text("stock written off", "库存报损"),
    "adjustment": Text("stock corrections", "库存调整"),
    "not_goods": Text(
        "postage, fees, discounts, vouchers, bookings", "运费、手续费、折扣、礼券与记账"
    ),
}
SOLD, RETURNED = ("sale", "repeated"), ("return", "return_unmatched")


@cache
def _rules() -> dict[str, Any]:
    with Path(__file__).with_name("invoices.toml").open("rb") as handle:
        return tomllib.load(handle)


def invoice_lines(work: Work) -> None:
    """Write items, daily sales and stock movements; reconcile them to the file."""
    lines = _lines(work)
    lines["class"] = classify(lines)
    _reconcile(work, lines)
    goods = lines.loc[lines["class"] != "not_goods"]
    if goods.empty:
        return
    location = _location(work, lines)
    item_ids = _save_items(work, goods)
    ids = goods["item"].map(item_ids).astype(float)
    _save_sales(work, goods, ids, location)
    _save_movements(work, goods, ids, location)


def _lines(work: Work) -> pd.DataFrame:
    """The usable lines: codes in one case, blank texts empty."""
    frame = work.frame
    blank = pd.Series([None] * len(frame), dtype=object)
    lines = pd.DataFrame(
        {
            "invoice": frame["invoice"],
            "item": frame["item"].str.upper(),
            "description": frame.get("description", blank).fillna(""),
            "quantity": frame["quantity"],
            "at": frame["at"],
            "price": frame["price"],
            "customer": frame.get("customer", blank).fillna(""),
            "country": frame.get("country", blank).fillna(""),
        }
    )
    lines["instant"] = instants(work, "at", None)
    return work.good(lines)


# --- classes ------------------------------------------------------------------------------------


def classify(lines: pd.DataFrame) -> pd.Series[str]:
    """Class of every line; exactly one each, see `TITLES`."""
    price = lines["price"].astype(float).to_numpy()
    quantity = lines["quantity"].to_numpy()
    credit = lines["invoice"].str.upper().str.startswith("C").to_numpy() | (quantity < 0)
    found = np.full(len(lines), "sale", dtype=object)
    found[_repeated(lines)] = "repeated"
    unpriced = price == 0
    gone = _matches(lines["description"], tuple(_rules()["written_off"]))
    given = unpriced & (quantity > 0) & (lines["customer"] != "").to_numpy()
    found[unpriced] = "adjustment"
    found[unpriced & gone & (quantity < 0)] = "write_off"
    found[given] = "free"
    returned = credit & ~unpriced & (quantity < 0)
    found[returned] = np.where(_bought_before(lines, returned), "return", "return_unmatched")
    found[_not_goods(lines) | (price < 0)] = "not_goods"
    sales, credits = _cancellations(lines, found)
    found[sales], found[credits] = "cancelled_sale", "cancellation"
    return pd.Series(found, index=lines.index, dtype=object)


def _repeated(lines: pd.DataFrame) -> npt.NDArray[np.bool_]:
    return lines.duplicated(
        ["invoice", "item", "quantity", "at", "price", "customer", "description"]
    ).to_numpy()


def _not_goods(lines: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Codes of services, and invoices of bookings (A for adjustment of a debt)."""
    rules = _rules()
    pattern = re.compile("|".join(rules["not_goods_patterns"]), re.IGNORECASE)
    codes = {code.upper() for code in rules["not_goods"]}
    services = {
        code: code in codes or pattern.fullmatch(code) is not None
        for code in lines["item"].unique()
    }
    booked = lines["invoice"].str.fullmatch(r"[Aa]\d+")
    return (lines["item"].map(services) | booked).to_numpy(dtype=bool)


def _matches(texts: pd.Series[Any], words: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    pattern = re.compile("|".join(re.escape(word) for word in words), re.IGNORECASE)
    distinct = {text: pattern.search(text) is not None for text in texts.unique()}
    return texts.map(distinct).to_numpy(dtype=bool)


def _bought_before(lines: pd.DataFrame, returned: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """For the returned lines: did this customer buy this item earlier in the file?"""
    bought = lines.loc[(lines["quantity"] > 0) & (lines["customer"] != "")]
    first = bought.groupby(["customer", "item"])["at"].min().rename("first").reset_index()
    asked = lines.loc[returned, ["customer", "item", "at"]]
    joined = asked.merge(first, on=["customer", "item"], how="left")
    return (joined["first"] <= joined["at"]).to_numpy()


def _cancellations(
    lines: pd.DataFrame, found: npt.NDArray[Any]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Positions of sales and of the credits that undo them, paired one to one, nearest first."""
    key = ["customer", "item", "price", "size"]
    sized = lines.assign(
        position=np.arange(len(lines)),
        size=lines["quantity"].abs(),
        price=lines["price"].astype(float),
    )[[*key, "position", "at"]]
    sold = sized.loc[np.isin(found, SOLD) & (lines["customer"] != "").to_numpy()]
    credit = sized.loc[found == "return"]
    pairs = credit.merge(sold, on=key, suffixes=("_credit", "_sale"))
    gap = pairs["at_credit"] - pairs["at_sale"]
    pairs = pairs.assign(gap=gap).loc[
        (gap >= pd.Timedelta(0)) & (gap <= pd.Timedelta(days=CANCELLATION_DAYS))
    ]
    used: set[int] = set()
    sales, credits = [], []
    for row in pairs.sort_values(["gap", "position_credit", "position_sale"]).itertuples():
        one, other = int(row.position_credit), int(row.position_sale)
        if one in used or other in used:
            continue
        used |= {one, other}
        credits.append(one)
        sales.append(other)
    return np.array(sales, dtype=np.int64), np.array(credits, dtype=np.int64)


def _reconcile(work: Work, lines: pd.DataFrame) -> None:
    """Lines, units and money per class; their sums must be those of the file."""
    classes: list[dict[str, Any]] = []
    for name, title in TITLES.items():
        part = lines.loc[lines["class"] == name]
        units, money = totals(part)
        classes.append(
            {"class": name, "title": {"en": title.en, "zh": title.zh}, "lines": len(part)}
            | {"units": units, "money": str(money)}
        )
    units, money = totals(lines)
    whole = sum(entry["lines"] for entry in classes), sum(entry["units"] for entry in classes)
    summed = sum((Decimal(entry["money"]) for entry in classes), Decimal(0))
    if whole != (len(lines), units) or summed != money:
        raise ImportRejected(
            "The classes of order lines do not add up to the file; nothing was imported.",
            "订单明细各类合计与文件不符，未导入任何内容。",
        )
    total = Text("the file", "文件合计")
    classes.append(
        {"class": "total", "title": {"en": total.en, "zh": total.zh}, "lines": len(lines)}
        | {"units": units, "money": str(money)}
    )
    work.report.reconciliation = classes


def totals(lines: pd.DataFrame) -> tuple[float, Decimal]:
    """Units and money of lines; money is exact, summed per distinct price."""
    if lines.empty:
        return 0.0, Decimal(0)
    units = lines.groupby(lines["price"].astype(str))["quantity"].sum()
    money = sum(
        (Decimal(str(price)) * Decimal(repr(float(count))) for price, count in units.items()),
        Decimal(0),
    )
    return float(lines["quantity"].sum()), money.quantize(Decimal("0.0001"))


# --- records ------------------------------------------------------------------------------------


def _location(work: Work, lines: pd.DataFrame) -> int:
    """The only location; a shop is made when there is none yet."""
    if not work.references.codes("locations"):
        countries = lines["country"]
        usual = countries.mode().iloc[0] if (countries != "").any() else ""
        code = {"united kingdom": "GB", "germany": "DE", "france": "FR", "china": "CN"}
        frame = pd.DataFrame({"code": [SHOP], "names": [{"en": "Shop", "zh": "网店"}]})
        frame["kind"] = str(LocationKind.ONLINE)
        frame["country"] = code.get(str(usual).casefold(), "US")
        work.save("locations", ["code"], frame)
        work.references.forget("locations")
    known = work.references.codes("locations")
    wanted = work.options.location
    if wanted and wanted in known:
        return known[wanted]
    if len(known) != 1:
        raise ImportRejected(
            "Order lines name no location and there are several: say which with the location "
            f"option ({', '.join(list(known)[:6])}).",
            f"订单明细没有写明地点，而地点不止一个：请用地点选项指明（{'、'.join(list(known)[:6])}）。",
        )
    return next(iter(known.values()))


def _save_items(work: Work, goods: pd.DataFrame) -> dict[str, int]:
    """Items with their usual description and median price; returns code -> id."""
    usual = goods.loc[goods["class"].isin(SOLD) & (goods["description"] != "")]
    names = _most_frequent(usual, "description")
    named = goods.loc[goods["description"] != ""]
    names = names | {
        code: text
        for code, text in _most_frequent(named, "description").items()
        if code not in names
    }
    median = usual["price"].astype(float).groupby(usual["item"]).median().round(4)
    prices = {str(code): Decimal(repr(float(price))) for code, price in median.items()}
    codes = sorted(goods["item"].unique())
    frame = pd.DataFrame({"code": codes})
    frame["names"] = pd.Series([{"en": names.get(code, code)} for code in codes], dtype=object)
    frame["unit_price"] = pd.Series([prices.get(code) for code in codes], dtype=object)
    if currency := _currency(work, goods):
        frame["currency"] = currency
    work.save("items", ["code"], frame)
    work.references.forget("items")
    return dict(work.references.codes("items"))


def _most_frequent(lines: pd.DataFrame, column: str) -> dict[str, str]:
    counts = lines.groupby(["item", column], sort=True).size().reset_index(name="times")
    best = counts.sort_values("times", kind="stable").drop_duplicates("item", keep="last")
    return dict(zip(best["item"], best[column], strict=True))


def _currency(work: Work, goods: pd.DataFrame) -> str:
    if work.typed.currency:
        return work.typed.currency
    usual = goods["country"].mode()
    country = str(usual.iloc[0]).casefold() if len(usual) else ""
    found = str(_rules()["currency"].get(country, ""))
    if found:
        text = Text(
            f"The file names no currency; {found} was taken from the country of most lines",
            f"文件没有写明币种；按多数行所在国家取 {found}",
        )
        work.note("assumed_currency", text)
    return found


def _save_sales(work: Work, goods: pd.DataFrame, ids: pd.Series[float], location: int) -> None:
    sold = goods["class"].isin(SOLD)
    returned = goods["class"].isin(RETURNED)
    lines = pd.DataFrame(
        {
            "item_id": ids,
            "location_id": float(location),
            "day": goods["at"].dt.normalize(),
            "quantity": goods["quantity"].where(sold, 0.0),
            "returned": (-goods["quantity"]).where(returned, 0.0),
            "price": goods["price"],
        }
    ).loc[sold | returned]
    if lines.empty:
        return
    days = fill_open_days(add_up(lines), pd.DatetimeIndex(lines.loc[sold, "day"].unique()))
    if (days["quantity"].sum(), days["returned"].sum()) != (
        lines["quantity"].sum(),
        lines["returned"].sum(),
    ):
        raise ImportRejected(
            "Daily sales do not add up to the order lines; nothing was imported.",
            "每日销售与订单明细合计不符，未导入任何内容。",
        )
    work.note(
        "open_days",
        Text(
            "Days on which the shop sold something, but not this item, count as days without sales",
            "店铺当天有销售而该商品没有的日子记为零销售",
        ),
    )
    first, last = days["day"].min().date(), days["day"].max().date()
    work.save("sales_days", KEY, days, table("sales_days").c.day.between(first, last))


def _save_movements(work: Work, goods: pd.DataFrame, ids: pd.Series[float], location: int) -> None:
    """Stock booked in or out beside sales; given-away goods leave the stock."""
    kinds = {
        "write_off": str(MovementKind.WRITE_OFF),
        "adjustment": str(MovementKind.ADJUSTMENT),
        "free": str(MovementKind.ADJUSTMENT),
    }
    booked = goods["class"].isin(list(kinds)) & (goods["quantity"] != 0)
    if not booked.any():
        return
    part = goods.loc[booked]
    document = part["invoice"] + "|" + part["item"]
    nth = document.groupby(document, sort=False).cumcount()
    frame = pd.DataFrame(
        {
            "external_id": document + np.where(nth > 0, "#" + (nth + 1).astype(str), ""),
            "item_id": ids.loc[booked],
            "location_id": float(location),
            "at": part["instant"],
            "kind": part["class"].map(kinds),
            "quantity": part["quantity"].where(part["class"] != "free", -part["quantity"]),
            "reference": part["invoice"],
            "note": part["description"].where(part["class"] != "free", "free of charge"),
        }
    ).reset_index(drop=True)
    work.save("stock_movements", ["external_id"], frame)
