// Where a figure came from: opened by a click on it, the rows behind and how it was computed.

import { cell, figure } from "../lib/format.js";
import { html, useEffect, useRef } from "../lib/html.js";
import { local, t, has } from "../lib/i18n.js";
import { signal, useSignal } from "../lib/signal.js";
import { DataTable } from "./table.js";
import { Icon } from "./icons.js";

/** What is open: { fact, result }, or null. */
const opened = signal(null);
let opener = null;

export function openEvidence(fact, result) {
  opener = document.activeElement;
  opened.set({ fact, result });
}

export function closeEvidence() {
  if (opened.get() === null) return false;
  opened.set(null);
  opener?.focus?.();
  return true;
}

/** Rows of `table` that meet every condition of `where`; all of them when none does. */
export function rowsBehind(table, where, names = {}) {
  const conditions = Object.entries(where ?? {}).filter(([key]) =>
    table.columns.some((column) => column.key === key),
  );
  if (!conditions.length) return table.rows;
  const meets = (row) => conditions.every(([key, value]) => same(row[key], value, names[key]));
  const found = table.rows.filter(meets);
  return found.length ? found : table.rows;
}

function same(shown, value, names) {
  if (Array.isArray(value)) return value.some((one) => same(shown, one, names));
  if (shown !== null && typeof shown === "object") {
    const name = names?.[value];
    return Object.values(shown).includes(value) || (name && name.en === shown.en);
  }
  return String(shown) === String(value);
}

function About({ fact, names }) {
  const entries = Object.entries(fact.about ?? {});
  if (!entries.length) return null;
  return html`<dl class="about">
    ${entries.map(
      ([kind, code]) => html`<div>
        <dt>${has(`about.${kind}`) ? t(`about.${kind}`) : kind}</dt>
        <dd>${names?.[kind]?.[code] ? html`${local(names[kind][code])} <code>${code}</code>` : period(code)}</dd>
      </div>`,
    )}
  </dl>`;
}

function period(code) {
  return String(code).split("/").map((day) => cell(day, { kind: "date" })).join(" – ");
}

export function Evidence() {
  const shown = useSignal(opened);
  const panel = useRef(null);
  useEffect(() => {
    if (shown) panel.current?.focus();
  }, [shown]);
  if (!shown) return null;
  const { fact, result } = shown;
  const source = fact.source ?? {};
  const table = result.tables?.find((one) => one.key === source.table);
  const rows = table && rowsBehind(table, source.where, result.names);
  return html`<aside class="evidence" ref=${panel} tabindex="-1" aria-labelledby="evidence-title">
    <header>
      <h2 id="evidence-title">${t("evidence.title")}</h2>
      <button class="quiet icon-button" onClick=${closeEvidence} aria-label=${t("close")}>
        <${Icon} name="close" />
      </button>
    </header>
    <p class="evidence-figure">${fact.text ? local(fact.text) : figure(fact.value, fact.unit)}</p>
    <${About} fact=${fact} names=${result.names} />
    ${source.note && html`<p class="note">${local(source.note)}</p>`}
    ${table
      ? html`<${DataTable} table=${{ ...table, rows }} label=${t("evidence.title")} dense />
          ${rows.length < table.rows.length &&
          html`<p class="hint">${t("evidence.some", { shown: rows.length, all: table.rows.length })}</p>`}`
      : html`<${Records} source=${source} />`}
    <p class="hint">${t("evidence.tool", { tool: t(`tool.${result.tool}`) })}</p>
  </aside>`;
}

/** A source that is a table of the records and not of the answer. */
function Records({ source }) {
  if (!source.table) return html`<p class="hint">${t("evidence.none")}</p>`;
  const where = Object.entries(source.where ?? {});
  return html`<p>${t("evidence.records")} <code>${source.table}</code></p>
    ${where.length > 0 &&
    html`<dl class="about">
      ${where.map(([key, value]) => html`<div><dt>${key}</dt><dd>${local(value)}</dd></div>`)}
    </dl>`}`;
}
