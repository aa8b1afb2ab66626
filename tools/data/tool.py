"""The tool `data_quality`: what is missing, wrong or does not add up in the records."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from tools.arguments import DataQuality
from tools.data.quality import QualityReport, quality_report
from tools.data.quality_checks import Finding
from tools.errors import NoData
from tools.facts import Column, Fact, Source, Table, ToolResult, Value
from tools.spec import ToolContext, ToolSpec
from tools.text import Text

MAX_ROWS = 500
NOTABLE_SHARE = 0.001
"""A smaller share is not worth a percentage."""
SUBJECTS = {
    "all": Text("records", "数据"),
    "sales": Text("sales records", "销售数据"),
    "stock": Text("stock records", "库存数据"),
    "orders": Text("purchase orders", "采购订单数据"),
    "items": Text("item records", "商品资料"),
}
NATURES = {
    "wrong": Text("wrong", "有误"),
    "incomplete": Text("incomplete", "不完整"),
    "unusual": Text("unusual", "异常"),
}
_ROW_COLUMNS = {
    "item": Column("item", Text("Item", "商品编码"), "entity"),
    "location": Column("location", Text("Location", "地点"), "text"),
    "supplier": Column("supplier", Text("Supplier", "供应商"), "text"),
    "order": Column("order", Text("Order", "订单"), "entity"),
    "day": Column("day", Text("Day", "日期"), "date"),
    "value": Column("value", Text("Value", "数值"), "number"),
}


def data_quality(context: ToolContext, arguments: DataQuality) -> ToolResult:
    """The quality report on all records or one part of them."""
    report = quality_report(context.engine, arguments.subject, context.today)
    if not any(report.rows.values()):
        raise NoData(
            f"No {SUBJECTS[arguments.subject].en} are there yet: import a file first.",
            f"还没有{SUBJECTS[arguments.subject].zh}：请先导入文件。",
        )
    worst = report.findings[0] if report.findings else None
    return ToolResult(
        "data_quality",
        "data_quality",
        facts=_facts(report),
        tables=[_overview(report), *(_rows(finding) for finding in report.findings)],
        values={
            "subject": _both(SUBJECTS[arguments.subject]),
            "any": bool(report.findings),
            "notable": worst is not None and worst.share >= NOTABLE_SHARE,
            "several": len(report.findings) > 1,
            "worst": _both(worst.title) if worst else "",
            "advice": _both(worst.advice) if worst else "",
        },
    )


def _both(text: Text) -> dict[str, str]:
    return {"en": text.en, "zh": text.zh}


def _facts(report: QualityReport) -> list[Fact]:
    overview = Source("findings")
    wrong = sum(1 for finding in report.findings if finding.nature == "wrong")
    facts = [
        Fact("problems", len(report.findings), source=overview),
        Fact("wrong", wrong, source=overview),
        Fact("checks", report.checks, source=overview),
        Fact("rows_checked", sum(report.rows.values()), "rows", source=overview),
    ]
    shares: dict[str, tuple[float | None, str, Text]] = {
        "sales_complete": (
            report.sales_complete,
            "sales_days",
            Text(
                "recorded days / days on which the location sold anything, over each series' life",
                "已记录天数 / 该地点有销售的天数（各序列首末日之间）",
            ),
        ),
        "items_complete": (
            report.items_complete,
            "items",
            Text("items with cost, price and category / items", "成本、售价、品类齐全的商品占比"),
        ),
        "stock_explained": (
            report.stock_explained,
            "stock_positions",
            Text(
                "positions equal to the one before plus the movements between / positions",
                "等于前一库存加期间出入库的记录占比",
            ),
        ),
    }
    facts += [
        # Rounded down: one missing day in a million must not read as 100 %.
        Fact(key, math.floor(share * 1000) / 1000, "%", source=Source(table, note=note))
        for key, (share, table, note) in shares.items()
        if share is not None
    ]
    if report.findings:
        worst = report.findings[0]
        source = Source(worst.check)
        facts.append(Fact("worst_count", worst.count, worst.unit, source=source))
        facts.append(Fact("worst_share", worst.share, "%", source=source))
    return facts


def _overview(report: QualityReport) -> Table:
    columns = [
        Column("problem", Text("Problem", "问题")),
        Column("subject", Text("Records", "数据")),
        Column("nature", Text("Nature", "性质")),
        Column("count", Text("Found", "数量"), "number"),
        Column("total", Text("Of", "总数"), "number"),
        Column("share", Text("Share", "占比"), "percent", "%"),
        Column("advice", Text("What to do", "建议")),
    ]
    rows = [
        {
            "problem": _both(finding.title),
            "subject": _both(SUBJECTS[finding.subject]),
            "nature": _both(NATURES[finding.nature]),
            "count": finding.count,
            "total": finding.total,
            "share": finding.share,
            "advice": _both(finding.advice),
        }
        for finding in report.findings
    ]
    return Table("findings", Text("Quality of the records", "数据质量"), columns, rows)


def _rows(finding: Finding) -> Table:
    """The rows behind a finding, the first few hundred."""
    shown = finding.rows.head(MAX_ROWS)
    columns = [column for key, column in _ROW_COLUMNS.items() if key in shown]
    rows = [
        {column.key: _plain(row[column.key]) for column in columns}
        for row in shown.to_dict("records")
    ]
    title = Text(finding.title.en[0].upper() + finding.title.en[1:], finding.title.zh)
    return Table(finding.check, title, columns, rows)


def _plain(value: Any) -> Value | None:
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return value if isinstance(value, str) else float(value)


SPECS = [ToolSpec("data_quality", data_quality)]
