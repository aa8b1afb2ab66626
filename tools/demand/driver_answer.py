"""The answer to "why is the forecast what it is?": contributions that add up to it."""

from __future__ import annotations

from tools.demand.forecast_answer import DEFAULT_DAYS, fallback_notes
from tools.demand.outlook import look_ahead
from tools.demand.scope import DemandScope, read_future, read_scope
from tools.demand.stored import load_drivers
from tools.demand.wording import DRIVER_NAMES
from tools.facts import Chart, Column, Fact, Series, Source, Table, ToolResult
from tools.spec import ToolContext
from tools.text import Text


def drivers(
    context: ToolContext, item: str | None, location: str | None, horizon: str | None
) -> ToolResult:
    """What the forecast is made of: contributions that add up to it."""
    scope = read_scope(context, item, location)
    period = read_future(horizon, context.today, DEFAULT_DAYS)
    outlook = look_ahead(context.engine, scope, period, context.today)
    names, values = load_drivers(context.engine, list(outlook.pairs))
    offset = max(0, (period.start - outlook.first_stored).days)
    parts = dict(zip(names, values[offset : offset + period.days].sum(axis=0), strict=True))
    about = scope.about(period)
    source = Source("drivers", note=Text("forecast with and without it", "有无该因素的预测之差"))
    total = float(sum(parts.values()))
    facts = [
        Fact("expected", round(total, 1), scope.unit, about, source),
        Fact("starts_on", period.start, "date", about),
        Fact("ends_on", period.end, "date", about),
        *(
            Fact(f"part_{n}", round(float(v), 1), scope.unit, about, source)
            for n, v in parts.items()
        ),
    ]
    moving = {n: float(v) for n, v in parts.items() if n not in ("level", "other_models")}
    strongest = max(moving, key=lambda name: abs(moving[name])) if moving else ""
    clear = bool(strongest) and abs(moving[strongest]) >= 0.02 * max(abs(total), 1e-9)
    if clear:
        facts.append(Fact("strongest", round(abs(moving[strongest]), 1), scope.unit, about, source))
    return ToolResult(
        tool="forecast",
        pattern="forecast_drivers",
        facts=facts,
        tables=[_driver_table(scope, parts)],
        charts=[_driver_chart(context, scope, parts)],
        values={
            "whole": scope.whole,
            "clear": clear,
            "strongest": DRIVER_NAMES.get(strongest, Text(strongest, strongest)),
            "raises": clear and moving[strongest] > 0,
            "promoted": abs(parts.get("promotion", 0.0)) > 0.5,
            "promotion_first": strongest == "promotion",
        },
        notes=fallback_notes(context, outlook),
        focus=scope.focus,
    )


def _driver_table(scope: DemandScope, parts: dict[str, float]) -> Table:
    columns = [
        Column("driver", Text("Driver", "因素")),
        Column("contribution", Text("Contribution", "贡献"), "number", scope.unit),
    ]
    rows = []
    for key, value in parts.items():
        name = DRIVER_NAMES.get(key, Text(key, key))
        rows.append(
            {"driver": {"en": name.en, "zh": name.zh}, "contribution": round(float(value), 1)}
        )
    return Table("drivers", Text("What the forecast is made of", "预测的构成"), columns, rows)


def _driver_chart(context: ToolContext, scope: DemandScope, parts: dict[str, float]) -> Chart:
    return Chart(
        "driver_chart",
        "bar",
        Text("What the forecast is made of", "预测的构成"),
        [DRIVER_NAMES.get(key, Text(key, key))(context.language) for key in parts],
        [
            Series(
                "contribution",
                Text("contribution", "贡献"),
                [round(float(v), 1) for v in parts.values()],
                "bar",
            )
        ],
        scope.unit,
    )
