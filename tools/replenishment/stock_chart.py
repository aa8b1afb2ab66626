"""The stock of one item day by day as a chart: with and without the order, and when it runs out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from tools.facts import Chart, Series
from tools.replenishment.projection import Projection, project
from tools.replenishment.sizing import Recommendation
from tools.text import Text


def window_days(line: Recommendation) -> int:
    """Days a planner needs to see: until the next order would be there, and four weeks at least."""
    need = line.need
    lead = line.offer.lead_time.quantile(0.9) if line.chosen else 14
    return min(max(lead + need.review_days + 7, 28), need.futures.horizon)


def line_projection(line: Recommendation, quantity: float | None = None) -> Projection:
    """Projection of a line's stock with its order (or with another quantity)."""
    units = line.quantity if quantity is None else quantity
    lead_days = line.chosen.lead_days if line.chosen else None
    return project(line.need.futures, units, lead_days, window_days(line))


def stock_chart(line: Recommendation, today: dt.date, units: Mapping[str, str]) -> Chart:
    """Stock with the recommended order as a band, without it as a line."""
    return compare_chart(
        line_projection(line, 0.0),
        line_projection(line),
        today,
        units.get(line.need.item, ""),
        (Text("Without the order", "不订货"), Text("With the order", "按建议订货")),
    )


def compare_chart(
    before: Projection, after: Projection, today: dt.date, unit: str, titles: tuple[Text, Text]
) -> Chart:
    """Two courses of the stock; the band is the 10–90 % range of the second."""
    days = len(before.median)
    x = [(today + dt.timedelta(days=day)).isoformat() for day in range(days)]
    markers = []
    for projection, title in ((before, titles[0]), (after, titles[1])):
        if projection.stock_out_day is not None and projection.stock_out_day < days:
            text = {"en": f"{title.en}: out of stock", "zh": f"{title.zh}：断货"}
            markers.append({"x": x[projection.stock_out_day], "text": text, "kind": "stock_out"})
    return Chart(
        "stock",
        "line",
        Text("Projected stock", "库存预测"),
        x,
        [
            Series("before", titles[0], [round(v, 1) for v in before.median.tolist()], "line"),
            Series("after", titles[1], [round(v, 1) for v in after.median.tolist()], "median"),
            Series(
                "low", Text("Low", "低"), [round(v, 1) for v in after.low.tolist()], "low", "after"
            ),
            Series(
                "high",
                Text("High", "高"),
                [round(v, 1) for v in after.high.tolist()],
                "high",
                "after",
            ),
        ],
        unit,
        markers,
    )
