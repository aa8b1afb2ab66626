// A chart drawn by ECharts, with the same figures as a table for those who cannot see it.

import { announce } from "../lib/announce.js";
import { sentenceOf, save } from "../lib/api.js";
import { loadECharts, palette } from "../lib/echarts.js";
import { cell, figure } from "../lib/format.js";
import { html, useEffect, useMemo, useRef, useState } from "../lib/html.js";
import { language, local, t } from "../lib/i18n.js";
import { shade } from "../lib/preferences.js";
import { useSignal } from "../lib/signal.js";
import { bandName, bandsOf, chartOptions, isSideways } from "./chart-options.js";
import { Icon } from "./icons.js";
import { DataTable } from "./table.js";

const DAY = /^\d{4}-\d{2}-\d{2}/;
const still = matchMedia("(prefers-reduced-motion: reduce)");

/** The chart's figures as rows: one per x, one column per series. */
export function tableOf(chart) {
  const dates = chart.x.length > 0 && DAY.test(chart.x[0]);
  const columns = [
    { key: "x", title: { en: dates ? "Day" : "", zh: dates ? "日期" : "" }, kind: dates ? "date" : "text", unit: "" },
    ...chart.series.map(({ key, title }) => ({ key: `s_${key}`, title, kind: "number", unit: chart.unit })),
  ];
  const rows = chart.x.map((x, index) => {
    const row = { x };
    for (const one of chart.series) row[`s_${one.key}`] = one.values[index] ?? null;
    return row;
  });
  return { key: chart.key, title: chart.title, columns, rows };
}

/** One sentence for a screen reader: what is drawn, from where to where, and its extremes. */
function summary(chart) {
  const main = chart.series.find((one) => one.role === "median") ?? chart.series.find((one) => one.role === "actual") ?? chart.series[0];
  const values = (main?.values ?? []).filter((value) => value !== null);
  if (!values.length) return local(chart.title);
  return t("chart.summary", {
    title: local(chart.title),
    series: local(main.title),
    from: cell(chart.x[0], { kind: DAY.test(chart.x[0]) ? "date" : "text" }),
    to: cell(chart.x.at(-1), { kind: DAY.test(chart.x.at(-1)) ? "date" : "text" }),
    low: figure(Math.min(...values), chart.unit),
    high: figure(Math.max(...values), chart.unit),
  });
}

/** Content of the tooltip as an element: markup with inline styles is refused by the page. */
function tooltipContent(chart, index) {
  const box = document.createElement("div");
  box.className = "tip";
  const add = (className, text) => {
    const row = box.appendChild(document.createElement("div"));
    row.className = className;
    if (Array.isArray(text)) for (const part of text) row.appendChild(document.createElement("span")).textContent = part;
    else row.textContent = text;
  };
  const x = chart.x[index];
  add("tip-title", DAY.test(x) ? cell(x, { kind: "date" }) : x);
  for (const pair of bandsOf(chart.series)) {
    const [low, high] = [pair.low.values[index], pair.high.values[index]];
    if (low === null || high === null || low === undefined) continue;
    add("tip-row", [bandName(pair), `${cell(low, { kind: "number" })} – ${figure(high, chart.unit)}`]);
  }
  for (const one of chart.series) {
    if (one.role === "low" || one.role === "high") continue;
    const value = one.values[index];
    if (value !== null && value !== undefined) add("tip-row", [local(one.title), figure(value, chart.unit)]);
  }
  for (const marker of chart.markers ?? []) if (marker.x === x) add("tip-mark", local(marker.text));
  return box;
}

export function Chart({ chart }) {
  const theme = useSignal(shade);
  const words = useSignal(language);
  const [failed, setFailed] = useState("");
  const [data, setData] = useState(false);
  const host = useRef(null);
  const drawing = useRef(null);
  const rows = useMemo(() => tableOf(chart), [chart]);

  useEffect(() => {
    let gone = false;
    let observer = null;
    loadECharts()
      .then((echarts) => {
        if (gone || !host.current) return;
        drawing.current = echarts.init(host.current, null, { renderer: "canvas" });
        draw(drawing.current, chart, host.current);
        observer = new ResizeObserver(() => {
          drawing.current.resize();
        });
        observer.observe(host.current);
      })
      .catch((error) => setFailed(sentenceOf(error)));
    return () => {
      gone = true;
      observer?.disconnect();
      drawing.current?.dispose();
      drawing.current = null;
    };
  }, [chart, theme, words]);

  const image = () => {
    const url = drawing.current?.getDataURL({ pixelRatio: 2, backgroundColor: palette().surface });
    if (!url) return;
    const bytes = Uint8Array.from(atob(url.split(",")[1]), (character) => character.charCodeAt(0));
    save(new Blob([bytes], { type: "image/png" }), `${chart.key}.png`);
    announce(t("chart.saved"));
  };

  return html`<figure class="chart">
    <div class="table-head">
      <figcaption>
        ${local(chart.title)}${chart.unit && html`<span class="unit">${unitLabel(chart.unit)}</span>`}
      </figcaption>
      <div class="table-tools">
        <button class="quiet small" aria-expanded=${data} onClick=${() => setData(!data)}>${t("chart.data")}</button>
        <button class="quiet small icon-button" onClick=${image} aria-label=${t("chart.image")} title=${t("chart.image")}>
          <${Icon} name="download" size="15" />
        </button>
      </div>
    </div>
    ${failed
      ? html`<p class="problem" role="alert">${failed}</p>`
      : html`<div class=${chartClass(chart)} ref=${host} role="img" aria-label=${summary(chart)}></div>`}
    ${data && html`<${DataTable} table=${rows} label=${`${local(chart.title)}: ${t("chart.data")}`} dense caption=${false} />`}
  </figure>`;
}

function unitLabel(unit) {
  return /^[A-Z]{3}$/.test(unit) || unit === "%" ? unit : figure(2, unit).replace(/^2\s*/, "");
}

function chartClass(chart) {
  if (!isSideways(chart)) return "canvas";
  return chart.x.length > 8 ? "canvas tall" : "canvas";
}

function draw(drawing, chart, host) {
  const options = chartOptions(chart, palette(), { width: host.clientWidth, still: still.matches });
  options.tooltip.className = "chart-tooltip";
  options.tooltip.formatter = (points) => {
    const point = Array.isArray(points) ? points[0] : points;
    return tooltipContent(chart, point.dataIndex);
  };
  drawing.setOption(options, { notMerge: true });
}
