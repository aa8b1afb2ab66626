"""Answers about the future: expected demand with its range, accuracy, and drivers."""

from __future__ import annotations

import datetime as dt

import numpy as np

from tools.data import frames
from tools.demand.accuracy import NAIVE, OURS, Accuracy, last_windows, load_accuracy
from tools.demand.outlook import Outlook, look_ahead, marked_days
from tools.demand.scope import DemandScope, read_future, read_scope, sales_of
from tools.demand.stored import load_drivers, load_many, refresh_state
from tools.errors import NoData
from tools.facts import Chart, Column, Fact, Series, Source, Table, ToolResult
from tools.spec import ToolContext
from tools.text import Text
from tools.values import Period

DEFAULT_DAYS = 30
SHOWN_HISTORY = 60
STALE_DAYS = 7
"""Days after which stored forecasts are called old."""

FALLBACKS = {
    "new": Text(
        "It is new, so the forecast leans on similar items more than on its own sales.",
        "这是新品，预测主要参考类似商品，而不是它自己的销售。",
    ),
    "no_demand": Text(
        "It has not sold for a year, so no demand is expected.",
        "它已有一年没有销售，因此预计没有需求。",
    ),
    "discontinued": Text(
        "It is discontinued, so no demand is expected after its last day.",
        "它已停售，停售日之后预计没有需求。",
    ),
}

DRIVER_NAMES = {
    "level": Text("recent level", "近期水平"),
    "season": Text("season and trend", "季节与趋势"),
    "promotion": Text("promotions", "促销"),
    "campaign": Text("campaigns", "营销活动"),
    "price": Text("price changes", "价格变动"),
    "holiday": Text("holidays", "节假日"),
    "other_models": Text("calibration and other models", "校准与其他模型"),
}

MODEL_NAMES = {
    "Ensemble": Text("our forecast", "本预测"),
    "LSTM": Text("recurrent network (LSTM)", "循环神经网络（LSTM）"),
    "SeasonalNaive": Text("same weekday last week", "上周同一天"),
    "Empirical": Text("distribution of recent sales", "近期销量分布"),
    "AutoETS": Text("exponential smoothing (ETS)", "指数平滑（ETS）"),
    "AutoARIMA": Text("ARIMA", "ARIMA"),
    "AutoTheta": Text("Theta", "Theta"),
}


def expected_demand(
    context: ToolContext, item: str | None, location: str | None, horizon: str | None
) -> ToolResult:
    """How much will be asked for, between what and what, and how that compares."""
    scope = read_scope(context, item, location)
    period = read_future(horizon, context.today, DEFAULT_DAYS)
    outlook = look_ahead(context.engine, scope, period, context.today)
    comparison = _comparison(context, scope, period)
    about = scope.about(period)
    source = Source("forecast", note=Text("sum of sample paths", "样本路径之和"))
    digits = 0 if outlook.mean >= 20 else 1
    facts = [
        Fact("expected", round(outlook.mean, digits), scope.unit, about, source),
        Fact("low", round(outlook.total_low, digits), scope.unit, about, source),
        Fact("high", round(outlook.total_high, digits), scope.unit, about, source),
        Fact("per_day", round(outlook.mean / period.days, 1), scope.unit, about, source),
        Fact("interval", 0.9, "%", about, source),
        Fact("days", period.days, "days", about),
        Fact("starts_on", period.start, "date", about),
        Fact("ends_on", period.end, "date", about),
        *_peak(scope, outlook),
        *comparison,
    ]
    if comparison and float(comparison[0].value) > 0:  # type: ignore[arg-type]
        change = outlook.mean / float(comparison[0].value) - 1  # type: ignore[arg-type]
        facts.append(Fact("change", round(change, 3), "%", about, source))
    markers = marked_days(context.engine, scope, period.start, period.end)
    planned = [mark for mark in markers if mark["kind"] != "holiday"]
    return ToolResult(
        tool="forecast",
        pattern="forecast",
        facts=facts,
        tables=[_day_table(scope, outlook), *_pair_table(context, scope, outlook)],
        charts=[_demand_chart(context, scope, outlook)],
        values={
            "model": _model(outlook),
            "whole": scope.whole,
            "from_today": period.start == context.today,
            "event": planned[0]["text"] if planned else "",
            "single": period.days == 1,
        },
        notes=_notes(context, outlook),
        focus=scope.focus,
    )


def _model(outlook: Outlook) -> Text:
    weights: dict[str, float] = {}
    for forecast, share in zip(outlook.forecasts, outlook.by_pair, strict=True):
        weights[forecast.model] = weights.get(forecast.model, 0.0) + float(share)
    label = max(weights, key=lambda name: weights[name])
    parts = [MODEL_NAMES.get(name, Text(name, name)) for name in label.split("+")]
    return Text(" + ".join(p.en for p in parts), " + ".join(p.zh for p in parts))


def _peak(scope: DemandScope, outlook: Outlook) -> list[Fact]:
    offset = (outlook.period.start - outlook.start).days
    ahead = outlook.median[offset:]
    if len(ahead) < 2 or ahead.max() <= 0:
        return []
    at = int(np.argmax(ahead))
    day = outlook.period.start + dt.timedelta(days=at)
    source = Source("forecast")
    about = {**scope.focus, "period": day.isoformat()}
    return [
        Fact("peak_day", day, "date", about, source),
        Fact("peak", round(float(ahead[at]), 1), scope.unit, about, source),
    ]


def _comparison(context: ToolContext, scope: DemandScope, period: Period) -> list[Fact]:
    """Sales of the same number of days before today, and of the same days last year."""
    sales = sales_of(context, scope)
    facts = []
    year = dt.timedelta(days=364)
    spans = {
        "recent": Period(
            context.today - dt.timedelta(days=period.days), context.today - dt.timedelta(days=1)
        ),
        "last_year": Period(period.start - year, period.end - year),
    }
    first = sales["ds"].min() if len(sales) else None
    for key, span in spans.items():
        if first is None or span.start < first.date():
            continue
        rows = sales["ds"].between(str(span.start), str(span.end))
        facts.append(
            Fact(
                key,
                round(float(sales.loc[rows, "quantity"].sum()), 1),
                scope.unit,
                scope.about(span),
                scope.source("sales_days", span),
            )
        )
    return facts


def _notes(context: ToolContext, outlook: Outlook) -> list[Text]:
    notes = []
    kinds = {forecast.fallback for forecast in outlook.forecasts}
    if len(outlook.forecasts) <= 6 or len(kinds) == 1:
        notes += [FALLBACKS[kind] for kind in sorted(kinds) if kind in FALLBACKS]
    if (context.today - outlook.first_stored).days > STALE_DAYS:
        notes.append(
            Text(
                "The stored forecasts are older than the latest sales; refresh them.",
                "已存的预测早于最新的销售数据，请刷新。",
            )
        )
    return notes


def _demand_chart(context: ToolContext, scope: DemandScope, outlook: Outlook) -> Chart:
    sales = sales_of(context, scope)
    start = context.today - dt.timedelta(days=SHOWN_HISTORY)
    recent = sales[sales["ds"] >= np.datetime64(start)]
    daily = recent.groupby("ds", observed=True)["quantity"].sum()
    past = [start + dt.timedelta(days=k) for k in range(SHOWN_HISTORY)]
    actual = [daily.get(np.datetime64(day)) for day in past]
    blank: list[float | None] = [None] * len(past)
    ahead = len(outlook.median)

    def future(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[float | None]:
        return blank + [round(float(v), 2) for v in values]

    return Chart(
        "forecast_chart",
        "line",
        Text("Demand: sold so far and expected", "需求：已售与预测"),
        [day.isoformat() for day in [*past, *outlook.dates]],
        [
            Series(
                "sold",
                Text("sold", "已售"),
                [None if v is None else float(v) for v in actual] + [None] * ahead,
                "actual",
            ),
            Series("low_90", Text("90 % low", "90%下限"), future(outlook.low_90), "low", "90"),
            Series("high_90", Text("90 % high", "90%上限"), future(outlook.high_90), "high", "90"),
            Series("low_50", Text("50 % low", "50%下限"), future(outlook.low_50), "low", "50"),
            Series("high_50", Text("50 % high", "50%上限"), future(outlook.high_50), "high", "50"),
            Series(
                "median", Text("median forecast", "预测中位数"), future(outlook.median), "median"
            ),
        ],
        scope.unit,
        marked_days(context.engine, scope, start, outlook.period.end),
    )


def _day_table(scope: DemandScope, outlook: Outlook) -> Table:
    skip = (outlook.period.start - outlook.start).days
    columns = [
        Column("day", Text("Day", "日期"), "date"),
        Column("median", Text("Median", "中位数"), "number", scope.unit),
        Column("low", Text("90 % low", "90%下限"), "number", scope.unit),
        Column("high", Text("90 % high", "90%上限"), "number", scope.unit),
    ]
    rows = [
        {
            "day": day.isoformat(),
            "median": round(float(outlook.median[k]), 1),
            "low": round(float(outlook.low_90[k]), 1),
            "high": round(float(outlook.high_90[k]), 1),
        }
        for k, day in enumerate(outlook.dates)
        if k >= skip
    ]
    return Table("forecast", Text("Forecast by day", "逐日预测"), columns, rows)


def _pair_table(context: ToolContext, scope: DemandScope, outlook: Outlook) -> list[Table]:
    """Expected demand by item or, for one item, by location."""
    if len(outlook.pairs) < 2:
        return []
    one_item = len({item for item, _ in outlook.pairs}) == 1
    names = frames.locations(context.engine) if one_item else frames.items(context.engine)
    totals: dict[str, float] = {}
    for (item, location), expected in zip(outlook.pairs, outlook.by_pair, strict=True):
        code = location if one_item else item
        totals[code] = totals.get(code, 0.0) + float(expected)
    title = Text("By location", "按地点") if one_item else Text("By item", "按商品")
    kind = "location" if one_item else "item"
    columns = [
        Column(kind, Text(kind.capitalize(), "地点" if one_item else "商品"), "entity"),
        Column("code", Text("Code", "编码")),
        Column("expected", Text("Expected", "预计"), "number", scope.unit),
    ]
    rows = [
        {
            kind: {"en": names.at[code, "name_en"], "zh": names.at[code, "name_zh"]},
            "code": code,
            "expected": round(value, 1),
        }
        for code, value in sorted(totals.items(), key=lambda entry: -entry[1])
    ]
    return [Table("by_part", title, columns, rows)]


def accuracy(context: ToolContext, item: str | None, location: str | None) -> ToolResult:
    """How good the forecast was on held-out weeks, against the naive one."""
    scope = read_scope(context, item, location)
    known = load_many(context.engine)
    pairs = scope.pairs(known)
    everything = scope.whole and not location
    found = load_accuracy(context.engine, None if everything else pairs)
    ours = found[OURS]
    if ours.wape is None:
        raise NoData(
            "Nothing was sold in the weeks that were held out, so the accuracy cannot be judged.",
            "用于检验的几周没有销售，无法评价准确度。",
        )
    about, source = scope.about(), Source("accuracy")
    facts = [
        Fact("wape", round(ours.wape, 3), "%", about, source),
        Fact("bias", round(ours.bias or 0.0, 3), "%", about, source),
        Fact("coverage", round(ours.coverage_90 or 0.0, 3), "%", about, source),
        Fact("interval", 0.9, "%", about, source),
    ]
    naive = found.get(NAIVE)
    better = None
    if naive is not None and naive.wape:
        better = 1 - ours.wape / naive.wape
        facts += [
            Fact("naive_wape", round(naive.wape, 3), "%", about, source),
            Fact("improvement", round(abs(better), 3), "%", about, source),
        ]
    return ToolResult(
        tool="forecast",
        pattern="forecast_accuracy",
        facts=facts,
        tables=[_accuracy_table(found)],
        charts=_accuracy_chart(context, scope, pairs),
        values={
            "whole": scope.whole,
            "direction": "high"
            if (ours.bias or 0) > 0.02
            else "low"
            if (ours.bias or 0) < -0.02
            else "none",
            "better": better is not None and better > 0.005,
            "worse": better is not None and better < -0.005,
            "calibrated": abs((ours.coverage_90 or 0) - 0.9) <= 0.05,
        },
        focus=scope.focus,
    )


def _accuracy_table(found: dict[str, Accuracy]) -> Table:
    columns = [
        Column("model", Text("Model", "模型")),
        Column("wape", Text("Error (WAPE)", "误差（WAPE）"), "percent"),
        Column("bias", Text("Bias", "偏差"), "percent"),
        Column("coverage", Text("Within 90 % interval", "落在90%区间内"), "percent"),
        Column("mase", Text("Error against naive in sample (MASE)", "相对误差（MASE）"), "number"),
    ]

    def rounded(value: float | None) -> float | None:
        return None if value is None else round(value, 4)

    rows = []
    for model, entry in sorted(found.items(), key=lambda kv: kv[1].wape or 9.0):
        name = MODEL_NAMES.get(model, Text(model, model))
        rows.append(
            {
                "model": {"en": name.en, "zh": name.zh},
                "wape": rounded(entry.wape),
                "bias": rounded(entry.bias),
                "coverage": rounded(entry.coverage_90),
                "mase": rounded(entry.mase),
            }
        )
    return Table("accuracy", Text("Accuracy on held-out weeks", "留出检验的准确度"), columns, rows)


def _accuracy_chart(
    context: ToolContext, scope: DemandScope, pairs: list[tuple[str, str]]
) -> list[Chart]:
    """Actual against forecast of the last held-out weeks, for a handful of series."""
    if not 0 < len(pairs) <= 6:
        return []
    windows = last_windows(context.engine, pairs)
    state = refresh_state(context.engine)
    if not windows or state is None:
        return []
    length = len(windows[0]["median"])

    def summed(key: str) -> list[float | None]:
        columns = zip(*(window[key] for window in windows), strict=True)
        return [
            None if any(v is None for v in day) else round(sum(v for v in day if v is not None), 2)
            for day in columns
        ]

    end = dt.date.fromisoformat(str(state.get("judged_until", state["starts_on"])))
    days = [(end - dt.timedelta(days=length - k)).isoformat() for k in range(length)]
    single = len(windows) == 1
    band = [
        Series("low_90", Text("90 % low", "90%下限"), summed("low"), "low", "90"),
        Series("high_90", Text("90 % high", "90%上限"), summed("high"), "high", "90"),
    ]
    return [
        Chart(
            "accuracy_chart",
            "line",
            Text("Forecast against what was sold", "预测与实际对比"),
            days,
            [
                Series("sold", Text("sold", "已售"), summed("actual"), "actual"),
                *(band if single else []),
                Series("median", Text("forecast", "预测"), summed("median"), "median"),
            ],
            scope.unit,
        )
    ]


def drivers(
    context: ToolContext, item: str | None, location: str | None, horizon: str | None
) -> ToolResult:
    """What the forecast is made of: contributions that add up to it."""
    scope = read_scope(context, item, location)
    period = read_future(horizon, context.today, DEFAULT_DAYS)
    outlook = look_ahead(context.engine, scope, period, context.today)
    names, values = load_drivers(context.engine, list(outlook.pairs))
    offset = (period.start - outlook.first_stored).days
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
        notes=_notes(context, outlook),
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
