// ECharts options for a chart that a tool described by its data. A pure function of the data and
// of the palette, so that what is drawn can be checked without a browser.

import { date, number, percent } from "../lib/format.js";
import { local, t } from "../lib/i18n.js";

const DAY = /^\d{4}-\d{2}-\d{2}/;

/** Pairs of series that enclose an interval, the widest first: { band, low, high }. */
export function bandsOf(series) {
  const bands = new Map();
  for (const one of series) {
    if (one.role !== "low" && one.role !== "high") continue;
    const pair = bands.get(one.band) ?? { band: one.band };
    pair[one.role] = one;
    bands.set(one.band, pair);
  }
  const width = ({ low, high }) =>
    high.values.reduce((sum, value, index) => sum + ((value ?? 0) - (low.values[index] ?? 0)), 0);
  return [...bands.values()]
    .filter((pair) => pair.low && pair.high)
    .sort((a, b) => width(b) - width(a));
}

/** Name of an interval: its level when the band says one. */
export function bandName(pair) {
  const level = /^\d+(\.\d+)?/.exec(pair.band);
  return level ? t("chart.band", { level: level[0] }) : t("chart.range");
}

/** Two stacked series: an invisible base and the shaded height above it. */
function bandSeries(pair, index, palette) {
  const stack = `band ${pair.band}`;
  const base = { type: "line", stack, symbol: "none", silent: true, lineStyle: { opacity: 0 } };
  const height = pair.high.values.map((high, i) =>
    high === null || pair.low.values[i] === null ? null : high - pair.low.values[i],
  );
  return [
    { ...base, name: `${stack} low`, data: pair.low.values, stackStrategy: "all", z: 1 },
    {
      ...base,
      name: bandName(pair),
      data: height,
      stackStrategy: "all",
      z: 1 + index,
      areaStyle: { color: palette.band[Math.min(index, palette.band.length - 1)], opacity: 1 },
      itemStyle: { color: palette.band[Math.min(index, palette.band.length - 1)] },
    },
  ];
}

function plainSeries(one, kind, palette, place) {
  const name = local(one.title);
  const common = { name, data: one.values, z: 5 };
  switch (one.role) {
    case "actual":
      return line(common, palette.actual, { width: 1.6 });
    case "median":
      return line(common, palette.median, { width: 2.2 });
    case "threshold":
      return { ...line(common, palette.threshold, { width: 1.4, type: [5, 4] }), step: false };
    case "marker":
      return {
        ...common, type: "scatter", symbolSize: 9, z: 6,
        itemStyle: { color: palette.risk, borderColor: palette.surface, borderWidth: 1.5 },
      };
    case "bar":
      return bar(common, palette.lines[place % palette.lines.length]);
    default:
      if (kind === "bar") return bar(common, palette.lines[place % palette.lines.length]);
      if (kind === "scatter") {
        return { ...common, type: "scatter", symbolSize: 7, itemStyle: { color: palette.lines[place % palette.lines.length] } };
      }
      return line(common, palette.lines[place % palette.lines.length], { width: 1.8 });
  }
}

const line = (common, color, lineStyle) => ({
  ...common, type: "line", symbol: "none", connectNulls: false,
  lineStyle: { color, ...lineStyle }, itemStyle: { color },
});

const bar = (common, color) => ({
  ...common, type: "bar", barMaxWidth: 26, itemStyle: { color, borderRadius: 2 },
});

const MARKER_COLOURS = { stock_out: "risk", stockout: "risk", order_by: "warning", promotion: "warning" };

/** Room that the name of a mark needs, in pixels. */
const LABEL_WIDTH = 105;

/** Vertical marks on days; marks closer than a few points share one label. */
function markLine(markers, x, palette, width) {
  const known = markers.filter((marker) => x.includes(marker.x));
  if (!known.length) return undefined;
  let lastLabelled = -Infinity;
  const gap = Math.max(1, Math.ceil((x.length * LABEL_WIDTH) / width));
  const data = known
    .map((marker) => ({ marker, at: x.indexOf(marker.x) }))
    .sort((a, b) => a.at - b.at)
    .map(({ marker, at }) => {
      const labelled = at - lastLabelled >= gap;
      if (labelled) lastLabelled = at;
      const color = palette[MARKER_COLOURS[marker.kind] ?? "muted"];
      return {
        xAxis: marker.x,
        name: local(marker.text),
        lineStyle: { color },
        label: { show: labelled, formatter: local(marker.text), color },
      };
    });
  return {
    silent: true, symbol: "none", data,
    lineStyle: { type: [2, 3], width: 1 },
    label: { position: "end", fontSize: 11, distance: 4, width: 110, overflow: "truncate" },
  };
}

const timeLabel = (instant) => date(new Date(instant).toISOString(), { year: false });

function axisDay(value) {
  return DAY.test(value) ? date(value, { year: false }) : value;
}

/** Categories read better sideways when their names are long and few. */
export function isSideways(chart) {
  if (chart.kind !== "bar" || chart.x.some((x) => DAY.test(x)) || chart.x.length > 30) return false;
  return chart.x.length > 3 && chart.x.some((x) => String(x).length > 8);
}

/** Days that are not one step apart need an axis of time; others are plain categories. */
export function isUneven(chart) {
  if (chart.kind !== "line" || chart.x.length < 3 || !chart.x.every((x) => DAY.test(x))) return false;
  const steps = chart.x.slice(1).map((x, index) => Date.parse(x) - Date.parse(chart.x[index]));
  return Math.max(...steps) > 4 * Math.min(...steps);
}

/** Lines far above zero, like a fill rate, are drawn from near their lowest value. */
function isHigh(chart) {
  if (chart.kind !== "line") return false;
  const values = chart.series.flatMap((one) => one.values).filter((value) => value !== null);
  return values.length > 0 && Math.min(...values) > 0.6 * Math.max(...values);
}

export function chartOptions(chart, palette, { width = 800, still = false } = {}) {
  const narrow = width < 480;
  const bands = bandsOf(chart.series);
  const inBand = new Set(bands.flatMap((pair) => [pair.low.key, pair.high.key]));
  const plain = chart.series.filter((one) => !inBand.has(one.key));
  const drawn = plain.map((one, place) => plainSeries(one, chart.kind, palette, place));
  const shaded = bands.flatMap((pair, index) => bandSeries(pair, index, palette));
  const series = [...shaded, ...drawn];
  const marks = markLine(chart.markers ?? [], chart.x, palette, Math.max(120, width - 60));
  if (marks && series.length) series[series.length - 1].markLine = marks;
  const uneven = isUneven(chart);
  if (uneven) for (const one of series) one.data = one.data.map((value, index) => [chart.x[index], value]);
  const sideways = isSideways(chart);
  const text = { color: palette.muted, fontFamily: palette.font, fontSize: 11.5 };
  const categories = {
    type: "category", data: chart.x, axisTick: { show: false },
    axisLine: { lineStyle: { color: palette.rule } },
    axisLabel: {
      ...text, formatter: axisDay, hideOverlap: true,
      ...(sideways && { width: narrow ? 96 : 170, overflow: "truncate" }),
    },
    ...(uneven && { type: "time", data: undefined, axisLabel: { ...text, hideOverlap: true, formatter: timeLabel } }),
    boundaryGap: !uneven && (drawn.some((one) => one.type === "bar") || chart.kind === "bar"), inverse: sideways,
  };
  const values = {
    type: "value", scale: isHigh(chart), splitNumber: narrow ? 3 : 4,
    splitLine: { lineStyle: { color: palette.rule, width: 1 } },
    axisLabel: { ...text, hideOverlap: true, formatter: (value) => (chart.unit === "%" ? percent(value) : number(value)) },
  };
  const dates = chart.x.length > 0 && DAY.test(chart.x[0]);
  return {
    useUTC: true,
    animation: !still,
    animationDuration: 350,
    textStyle: { fontFamily: palette.font },
    aria: { enabled: false },
    grid: {
      left: 8, right: sideways ? 24 : 16, top: marks ? 26 : 12,
      bottom: series.length > 1 ? 34 : 8, containLabel: true,
    },
    legend: {
      show: series.length > 1, bottom: 0, left: 4, itemWidth: 16, itemHeight: 8, icon: "roundRect",
      type: "scroll", textStyle: { ...text, color: palette.ink }, pageIconColor: palette.muted,
      pageTextStyle: text, data: [...bands.map(bandName), ...drawn.map((one) => one.name)],
      inactiveColor: palette.rule,
    },
    tooltip: { trigger: chart.kind === "scatter" ? "item" : "axis", confine: true, axisPointer: { lineStyle: { color: palette.muted } } },
    dataZoom: dates && chart.x.length > 45 ? [{ type: "inside", zoomOnMouseWheel: "ctrl", moveOnMouseMove: true }] : [],
    xAxis: sideways ? values : categories,
    yAxis: sideways ? categories : values,
    series,
  };
}
