"""Windows of a panel as tensors: what the network sees of the past and knows of the future.

Everything derived from demand (scale, rolling means, seasonal profile, same time last year) is
computed from periods before the window's forecast start only, so that no window can see its own
future; tests perturb values after the cut to prove it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from forecasting.calendar import calendar_features, yearly_columns
from forecasting.panel import Floats, Frequency, Panel


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Lengths that a frequency implies, in periods."""

    season: int
    """Period of the short season: 7 days, or 1 where there is none."""
    profile: int
    """How many seasons back the seasonal profile averages."""
    year: int
    rolling: tuple[int, int, int]
    context: int
    """Periods of history that the encoder reads."""
    smooth: int
    """Half width of the average around the same time last year."""


RHYTHMS: dict[Frequency, Rhythm] = {
    "D": Rhythm(season=7, profile=8, year=364, rolling=(28, 91, 364), context=42, smooth=3),
    "W": Rhythm(season=1, profile=4, year=52, rolling=(4, 13, 52), context=26, smooth=1),
    "M": Rhythm(season=1, profile=3, year=12, rolling=(3, 6, 12), context=18, smooth=0),
}


@dataclass(frozen=True, slots=True)
class Batch:
    """B windows: past (B, C, P), future (B, H, F), summary (B, S), codes (B, K), scale (B,).

    `y`, `censored` and `weight` are (B, H); `weight` is 0 where nothing was observed.
    """

    past: Tensor
    future: Tensor
    summary: Tensor
    codes: Tensor
    scale: Tensor
    y: Tensor
    censored: Tensor
    weight: Tensor


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Embedding indices of static values; 0 stands for anything unseen."""

    columns: dict[str, dict[str, int]]
    yearly: bool = True
    """Whether the time of the year is an input: over less than two years it would only name
    single weeks, and a network would learn their accidents by heart."""

    @classmethod
    def of(cls, panel: Panel) -> Vocabulary:
        columns = {"unique_id": {name: i + 1 for i, name in enumerate(panel.ids)}}
        for name in panel.covariates.static:
            values = sorted({str(value) for value in panel.static[name].dropna()})
            columns[name] = {value: i + 1 for i, value in enumerate(values)}
        return cls(columns, yearly=panel.periods >= 2 * RHYTHMS[panel.frequency].year)

    @property
    def sizes(self) -> list[int]:
        return [len(values) + 1 for values in self.columns.values()]

    def codes(self, panel: Panel) -> npt.NDArray[np.int64]:
        """(N, columns) indices for the series of a panel."""
        found = []
        for name, values in self.columns.items():
            entries = panel.ids if name == "unique_id" else panel.static[name]
            found.append([values.get(str(entry), 0) for entry in entries])
        return np.array(found, dtype=np.int64).T.copy()


class Windows:
    """Cuts batches of windows out of a panel."""

    def __init__(self, panel: Panel, vocabulary: Vocabulary, horizon: int) -> None:
        rhythm = RHYTHMS[panel.frequency]
        self.rhythm, self.horizon, self.periods = rhythm, horizon, panel.periods
        self.pad = rhythm.year + rhythm.smooth + max(rhythm.context, rhythm.season * rhythm.profile)
        self.first = panel.first
        observed = ~np.isnan(panel.y)
        clean = np.where(observed & ~panel.censored, panel.y, np.nan)
        self._y = self._extended(np.nan_to_num(panel.y))
        self._observed = self._extended(observed.astype(np.float32))
        self._censored = self._extended(panel.censored.astype(np.float32))
        self._profile = self._extended(*_seasonal_profile(clean, rhythm))
        self._last_year = self._extended(*_last_year(clean, rhythm, horizon))
        self._rolling = torch.from_numpy(_rolling(clean, rhythm))
        self._zeros = torch.from_numpy(_zero_share(clean, rhythm))
        self._known = _known_features(panel, self.pad, horizon)
        self._calendar, self._country = _calendars(panel, self.pad, horizon, vocabulary.yearly)
        self._codes = torch.from_numpy(vocabulary.codes(panel))

    def _extended(self, values: Floats, mask: Floats | None = None) -> Tensor:
        """Padded before the first period and over the horizon, with the mask as a second plane."""
        planes = [values] if mask is None else [values, mask]
        length = self.periods + self.horizon
        out = np.zeros((len(planes), values.shape[0], self.pad + length), dtype=np.float32)
        for plane, source in zip(out, planes, strict=True):
            plane[:, self.pad : self.pad + source.shape[1]] = source[:, :length]
        return torch.from_numpy(out[0] if mask is None else out)

    @property
    def past_size(self) -> int:
        return 3 + self._calendar.shape[2] + self._known.shape[2]

    @property
    def future_size(self) -> int:
        return 5 + self._calendar.shape[2] + 2 * self._known.shape[2]

    summary_size = 6

    def cut(self, series: npt.NDArray[np.int64], starts: npt.NDArray[np.int64]) -> Batch:
        """Windows whose first forecast period is `starts`, for `series` (row numbers)."""
        rows, start = torch.from_numpy(series), torch.from_numpy(starts)
        row = rows.unsqueeze(1)
        here = start.unsqueeze(1) + self.pad
        behind = here + torch.arange(-self.rhythm.context, 0)
        ahead = here + torch.arange(self.horizon)
        rolling = self._rolling[rows, start]
        scale = _scale(rolling)
        unit = scale.unsqueeze(1)
        country = self._country[rows].unsqueeze(1)
        past = torch.cat(
            [
                torch.log1p(self._y[row, behind] / unit).unsqueeze(2),
                self._observed[row, behind].unsqueeze(2),
                self._censored[row, behind].unsqueeze(2),
                self._calendar[country, behind],
                self._known[row, behind],
            ],
            dim=2,
        )
        phase = here + torch.arange(self.horizon) % self.rhythm.season
        step = torch.log1p(torch.arange(self.horizon)).expand(len(rows), -1) / 4
        # Beyond a year ahead "last year" would lie after the window's start.
        past_year = torch.arange(self.horizon) + self.rhythm.smooth < self.rhythm.year
        future = torch.cat(
            [
                torch.log1p(self._profile[0][row, phase] / unit).unsqueeze(2),
                self._profile[1][row, phase].unsqueeze(2),
                (torch.log1p(self._last_year[0][row, ahead] / unit) * past_year).unsqueeze(2),
                (self._last_year[1][row, ahead] * past_year).unsqueeze(2),
                step.unsqueeze(2),
                self._calendar[country, ahead],
                self._known[row, ahead],
                self._known[row, (ahead - self.rhythm.year)],
            ],
            dim=2,
        )
        within = (start.unsqueeze(1) + torch.arange(self.horizon)) < self.periods
        age = (start - torch.from_numpy(self.first)[rows]).clamp_min(0)
        summary = torch.stack(
            [
                torch.log(scale),
                *(torch.log1p(rolling[:, k] / scale) for k in range(3)),
                self._zeros[rows, start],
                torch.log1p(age.float()) / 5,
            ],
            dim=1,
        )
        return Batch(
            past=past,
            future=future,
            summary=summary,
            codes=self._codes[rows],
            scale=scale,
            y=self._y[row, ahead],
            censored=self._censored[row, ahead] > 0,
            weight=self._observed[row, ahead] * within,
        )


def _scale(rolling: Tensor) -> Tensor:
    """Unit of a series: its mean level over the middle and the long window, never near zero."""
    middle, long = rolling[:, 1], rolling[:, 2]
    return torch.maximum(torch.maximum(middle, long), rolling[:, 0] * 0.5).clamp_min(0.05)


def _rolling(y: Floats, rhythm: Rhythm) -> Floats:
    """Means over the rolling windows before each period, (N, T + 1, 3); 0 without observation."""
    seen = ~np.isnan(y)
    total = _running(np.nan_to_num(y))
    count = _running(seen)
    out = np.zeros((y.shape[0], y.shape[1] + 1, 3), dtype=np.float32)
    for k, width in enumerate(rhythm.rolling):
        before = np.maximum(np.arange(y.shape[1] + 1) - width, 0)
        out[:, :, k] = (total - total[:, before]) / np.maximum(count - count[:, before], 1)
    return out


def _zero_share(y: Floats, rhythm: Rhythm) -> Floats:
    """Share of zero periods over the middle rolling window, (N, T + 1)."""
    zeros, seen = _running(y == 0), _running(~np.isnan(y))
    before = np.maximum(np.arange(y.shape[1] + 1) - rhythm.rolling[1], 0)
    share = (zeros - zeros[:, before]) / np.maximum(seen - seen[:, before], 1)
    return share.astype(np.float32)


def _running(values: npt.NDArray[np.generic]) -> npt.NDArray[np.float64]:
    total = np.cumsum(values, axis=1, dtype=np.float64)
    return np.concatenate([np.zeros((len(total), 1)), total], axis=1)


def _seasonal_profile(y: Floats, rhythm: Rhythm) -> tuple[Floats, Floats]:
    """Mean of the same season phase over the last seasons before each period, and its mask.

    Entry t averages t - season, t - 2 season, ...: for the first `season` periods of a window that
    is all before the window's start.
    """
    n, periods = y.shape
    total = np.zeros((n, periods + rhythm.season), dtype=np.float32)
    count = np.zeros_like(total)
    for k in range(1, rhythm.profile + 1):
        lag = k * rhythm.season
        width = min(periods, total.shape[1] - lag)
        if width > 0:
            total[:, lag : lag + width] += np.nan_to_num(y[:, :width])
            count[:, lag : lag + width] += ~np.isnan(y[:, :width])
    mean = total / np.maximum(count, 1)
    return mean.astype(np.float32), (count > 0).astype(np.float32)


def _last_year(y: Floats, rhythm: Rhythm, horizon: int) -> tuple[Floats, Floats]:
    """Average around the same time last year for T + H periods, and its mask."""
    periods = y.shape[1]
    total, count = _running(np.nan_to_num(y)), _running(~np.isnan(y))
    here = np.arange(periods + horizon) - rhythm.year
    low = np.clip(here - rhythm.smooth, 0, periods)
    high = np.clip(here + rhythm.smooth + 1, 0, periods)
    seen = count[:, high] - count[:, low]
    mean = (total[:, high] - total[:, low]) / np.maximum(seen, 1)
    return mean.astype(np.float32), (seen > 0).astype(np.float32)


def _known_features(panel: Panel, pad: int, horizon: int) -> Tensor:
    """Known columns as features (N, pad + T + H, F): flags as they are, prices as log ratios."""
    length = panel.periods + horizon
    planes: list[Floats] = []
    for name in panel.covariates.known:
        values = panel.known[name][:, :length].astype(np.float32)
        if values.shape[1] < length:
            raise ValueError(f"known column {name} is shorter than the horizon")
        if name in panel.covariates.flags:
            planes.append(values)
        elif name in panel.covariates.prices:
            logs = np.log(np.maximum(values, 1e-6))
            usual: Floats = np.clip(logs - _level_before(logs, panel), -3, 3)
            planes.append(usual)
            planes += [_within_group(logs, panel, group) for group in panel.covariates.groups]
        else:
            history = values[:, : panel.periods]
            spread = float(np.std(history)) or 1.0
            planes.append((values - float(np.mean(history))) / spread)
    out = np.zeros((len(panel.ids), pad + length, len(planes)), dtype=np.float32)
    for k, plane in enumerate(planes):
        out[:, pad:, k] = plane
    return torch.from_numpy(out)


def _level_before(logs: Floats, panel: Panel) -> Floats:
    """Slow trailing mean of log prices: what the customer is used to paying, known in advance.

    Prices are declared as known in the future, so the mean may use them up to each period.
    """
    span = RHYTHMS[panel.frequency].rolling[1]
    total = _running(logs)
    end = np.arange(1, logs.shape[1] + 1)
    start = np.maximum(end - span, 0)
    mean: Floats = ((total[:, end] - total[:, start]) / (end - start)).astype(np.float32)
    return mean


def _within_group(logs: Floats, panel: Panel, group: str) -> Floats:
    """Log price against the mean of the series' group in the same period, centred per series."""
    labels = panel.static[group].astype(str).to_numpy()
    out = np.zeros_like(logs)
    for label in np.unique(labels):
        rows = labels == label
        out[rows] = logs[rows] - logs[rows].mean(axis=0)
    clipped: Floats = np.clip(out, -3, 3)
    return clipped


def _calendars(panel: Panel, pad: int, horizon: int, yearly: bool) -> tuple[Tensor, Tensor]:
    """Calendar features (countries, pad + T + H, F) and the country row of each series."""
    country = panel.covariates.country
    if len(country) > 2:
        names = panel.static[country].fillna("").astype(str).to_list()
    else:
        names = [country] * len(panel.ids)
    unique = sorted(set(names))
    dates = panel.dates[: panel.periods + horizon]
    features = calendar_features(dates, panel.frequency, unique)
    if not yearly:
        features[..., : yearly_columns(panel.frequency)] = 0.0
    padded = np.pad(features, ((0, 0), (pad, 0), (0, 0)))
    rows = torch.tensor([unique.index(name) for name in names], dtype=torch.long)
    return torch.from_numpy(padded), rows
