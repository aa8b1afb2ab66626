"""Errors of the forecasting engine.

    ForecastingError
    ├── DataError          the demand table cannot be forecast as it is
    └── NotFitted          a model was asked for a forecast before it was fitted

Every message names the series, what is wrong with it and what to do, in one sentence.
"""

from __future__ import annotations


class ForecastingError(Exception):
    """Base of everything this package raises on purpose."""


class DataError(ForecastingError):
    """The demand table breaks the contract of `forecasting.panel`."""


class NotFitted(ForecastingError):
    """A model has no parameters yet: fit it or load a checkpoint first."""
