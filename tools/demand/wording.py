"""How models, drivers and fallbacks are called in front of a planner, in both languages."""

from __future__ import annotations

from tools.text import Text

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
