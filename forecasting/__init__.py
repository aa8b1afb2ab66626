"""Demand forecasting: data frames in, predictive distributions out.

    forecasts = fit_and_forecast(demand, horizon=28, covariates=..., future=..., static=...)
    forecasts.frame()      # unique_id, ds, and one column per quantile level

`build_panel` checks a demand table, `fit_engine` fits and weighs the members, `backtest` compares
any forecasters from rolling cut-offs. See docs/forecasting.md.
"""

from forecasting.backtest import Backtest, backtest
from forecasting.classes import classify, demand_statistics
from forecasting.drivers import Drivers, explain
from forecasting.engine import EngineConfig, FittedEngine, fit_and_forecast, fit_engine
from forecasting.errors import DataError, ForecastingError, NotFitted
from forecasting.intermittent import adida, croston, imapa, sba, tsb
from forecasting.local import Empirical, SeasonalNaive, auto_arima, auto_ets, auto_theta
from forecasting.network_forecaster import GlobalNetwork
from forecasting.panel import Covariates, Panel, build_panel
from forecasting.paths import Dependence, error_correlation, sample_paths
from forecasting.quantiles import LEVELS, Forecasts, mean_of
from forecasting.storage import load_engine, save_engine
from forecasting.training import TrainingConfig

__all__ = [
    "LEVELS",
    "Backtest",
    "Covariates",
    "DataError",
    "Dependence",
    "Drivers",
    "Empirical",
    "EngineConfig",
    "FittedEngine",
    "ForecastingError",
    "Forecasts",
    "GlobalNetwork",
    "NotFitted",
    "Panel",
    "SeasonalNaive",
    "TrainingConfig",
    "adida",
    "auto_arima",
    "auto_ets",
    "auto_theta",
    "backtest",
    "build_panel",
    "classify",
    "croston",
    "demand_statistics",
    "error_correlation",
    "explain",
    "fit_and_forecast",
    "fit_engine",
    "imapa",
    "load_engine",
    "mean_of",
    "sample_paths",
    "save_engine",
    "sba",
    "tsb",
]
