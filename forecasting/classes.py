"""Demand classes after Syntetos, Boylan and Croston (2005): how often, and how evenly.

ADI is the mean number of periods between demands, CV2 the squared coefficient of variation of the
non-zero demands. The cut-offs 1.32 and 0.49 separate smooth, erratic, intermittent and lumpy.
"""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt

from forecasting.panel import Floats, Panel
from forecasting.quantiles import Doubles

CLASSES = ("smooth", "erratic", "intermittent", "lumpy", "short")
ADI_CUT, CV2_CUT = 1.32, 0.49
SHORT = {"D": 42, "W": 12, "M": 9}
"""Fewer observations than this and a series has no history of its own to speak of."""


def demand_statistics(y: Floats) -> tuple[Doubles, Doubles]:
    """(ADI, CV2) of each series (N,); ADI is infinite for a series without demand.

    >>> import numpy as np
    >>> adi, cv2 = demand_statistics(np.array([[0, 2, 0, 4]], dtype=np.float32))
    >>> float(adi[0]), round(float(cv2[0]), 4)
    (2.0, 0.1111)
    """
    seen = (~np.isnan(y)).sum(axis=1)
    positive = np.where(y > 0, y, np.nan).astype(np.float64)
    count = (~np.isnan(positive)).sum(axis=1)
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        adi = np.where(count > 0, seen / count, np.inf)
        cv2 = np.nan_to_num((np.nanstd(positive, axis=1) / np.nanmean(positive, axis=1)) ** 2)
    return adi, cv2


def classify(panel: Panel) -> npt.NDArray[np.str_]:
    """(N,) class of each series; `short` for a series with too few observations."""
    adi, cv2 = demand_statistics(panel.y)
    frequent, even = adi < ADI_CUT, cv2 < CV2_CUT
    named = np.select(
        [frequent & even, frequent & ~even, ~frequent & even],
        ["smooth", "erratic", "intermittent"],
        default="lumpy",
    )
    few = (~np.isnan(panel.y)).sum(axis=1) < SHORT[panel.frequency]
    return np.where(few, "short", named)
