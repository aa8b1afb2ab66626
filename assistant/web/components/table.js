// A table that sorts, filters when it is long, and exports what it shows.

import { download, sentenceOf } from "../lib/api.js";
import { notify } from "../lib/announce.js";
import { cell } from "../lib/format.js";
import { html, useMemo, useState } from "../lib/html.js";
import { language, local, t } from "../lib/i18n.js";
import { useSignal } from "../lib/signal.js";
import { NUMERIC, shapedColumns } from "./columns.js";
import { Icon } from "./icons.js";

const FIRST_ROWS = 12;

/** Order of two cells: numbers by size, dates as written, empty cells last. */
export function compareCells(a, b, kind) {
  const empty = (value) => value === null || value === undefined || value === "";
  if (empty(a) || empty(b)) return empty(a) - empty(b);
  if (NUMERIC.has(kind)) return Number(a) - Number(b);
  return local(a).localeCompare(local(b), language.get(), { numeric: true });
}

export function sortRows(rows, column, descending) {
  const blank = (row) => row[column.key] === null || row[column.key] === undefined || row[column.key] === "";
  const sorted = rows.filter((row) => !blank(row));
  sorted.sort((a, b) => compareCells(a[column.key], b[column.key], column.kind));
  if (descending) sorted.reverse();
  return [...sorted, ...rows.filter(blank)];
}

function matches(row, columns, words) {
  const text = columns.map((column) => cell(row[column.key], column, row)).join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}

export function DataTable({ table, dense = false, onRow = null, caption = true, exportable = true, render = {}, label = "" }) {
  useSignal(language);
  const [sort, setSort] = useState(null);
  const [filter, setFilter] = useState("");
  const [all, setAll] = useState(false);
  const columns = useMemo(() => shapedColumns(table), [table, language.get()]);
  const rows = useMemo(() => {
    const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
    const kept = words.length ? table.rows.filter((row) => matches(row, columns, words)) : table.rows;
    return sort ? sortRows(kept, columns.find((one) => one.key === sort.key), sort.down) : kept;
  }, [table, sort, filter, language.get()]);
  const shown = all ? rows : rows.slice(0, FIRST_ROWS);
  const toggle = (column) =>
    setSort((now) => {
      const first = NUMERIC.has(column.kind);
      if (now?.key !== column.key) return { key: column.key, down: first };
      return now.down === first ? { key: column.key, down: !first } : null;
    });

  return html`<figure class=${dense ? "table dense" : "table"}>
    <div class="table-head">
      ${caption && html`<figcaption>${local(table.title)}</figcaption>`}
      <div class="table-tools">
        ${table.rows.length > 8 &&
        html`<input
          type="search"
          value=${filter}
          placeholder=${t("table.filter")}
          aria-label=${t("table.filter")}
          onInput=${(event) => setFilter(event.currentTarget.value)}
        />`}
        ${exportable && html`<${ExportButtons} table=${{ ...table, rows }} />`}
      </div>
    </div>
    <div class="table-scroll" tabindex="0" role="group" aria-label=${label || local(table.title)}>
      <table>
        <thead>
          <tr>
            ${columns.map(
              (column) => html`<${HeaderCell} column=${column} sort=${sort} onToggle=${() => toggle(column)} />`,
            )}
          </tr>
        </thead>
        <tbody>
          ${shown.map((row) => html`<${Row} row=${row} columns=${columns} onRow=${onRow} render=${render} />`)}
        </tbody>
      </table>
      ${rows.length === 0 && html`<p class="empty">${t(filter ? "table.nothing" : "table.empty")}</p>`}
    </div>
    ${rows.length > FIRST_ROWS &&
    html`<button class="quiet more" onClick=${() => setAll(!all)} aria-expanded=${all}>
      ${all ? t("table.fewer") : t("table.all", { count: rows.length })}
    </button>`}
  </figure>`;
}

function HeaderCell({ column, sort, onToggle }) {
  const chosen = sort?.key === column.key;
  const order = chosen ? (sort.down ? "descending" : "ascending") : "none";
  const numeric = NUMERIC.has(column.kind);
  return html`<th scope="col" aria-sort=${order} class=${numeric ? "numeric" : ""}>
    <button onClick=${onToggle}>
      <span>${local(column.title)}</span>
      <span class="sort-mark">${chosen && html`<${Icon} name=${sort.down ? "down" : "up"} size="14" />`}</span>
    </button>
  </th>`;
}

function Row({ row, columns, onRow, render }) {
  return html`<tr class=${row.mark ? `marked ${row.mark}` : ""}>
    ${columns.map((column, index) => {
      const content = render[column.key] ? render[column.key](row) : cell(row[column.key], column, row);
      const body =
        onRow && index === 0
          ? html`<button class="link" onClick=${() => onRow(row)}>${content}</button>`
          : content;
      return index === 0
        ? html`<th scope="row" class=${column.shape}>${body}</th>`
        : html`<td class=${column.shape}>${body}</td>`;
    })}
  </tr>`;
}

function ExportButtons({ table }) {
  const save = async (format) => {
    try {
      const { key, title, columns, rows } = table;
      const body = { table: { key, title, columns, rows }, format, language: language.get() };
      await download("/api/tables/export", body);
    } catch (error) {
      notify(sentenceOf(error), "error");
    }
  };
  return html`<span class="export">
    <button class="quiet small" onClick=${() => save("csv")} title=${t("table.csv")}>CSV</button>
    <button class="quiet small" onClick=${() => save("xlsx")} title=${t("table.xlsx")}>Excel</button>
  </span>`;
}
