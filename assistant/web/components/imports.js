// The planner's own records: a file is tried first, its quality is shown, then it is taken in.

import { sentenceOf, post } from "../lib/api.js";
import { announce, notify } from "../lib/announce.js";
import { instant, number } from "../lib/format.js";
import { html, useRef, useState } from "../lib/html.js";
import { language, local, t } from "../lib/i18n.js";
import { refreshOverview, refreshSession } from "../lib/session.js";
import { useSignal } from "../lib/signal.js";
import { Icon } from "./icons.js";
import { Loading, useLoad } from "./load.js";
import { DataTable } from "./table.js";

export function Imports() {
  useSignal(language);
  const earlier = useLoad("/api/imports");
  const [trial, setTrial] = useState(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");

  const attempt = async (work) => {
    if (busy) return;
    setBusy(true);
    setProblem("");
    try {
      await work();
    } catch (error) {
      setProblem(sentenceOf(error));
    } finally {
      setBusy(false);
    }
  };
  const tryFile = (file) =>
    attempt(async () => {
      setTrial(null);
      announce(t("imports.trying"));
      const form = new FormData();
      form.append("file", file);
      setTrial(await post("/api/imports", form));
    });
  const commit = () =>
    attempt(async () => {
      const done = await post(`/api/imports/${encodeURIComponent(trial.token)}/commit`);
      notify(t("imports.done", { count: number(done.rows_changed) }));
      setTrial(null);
      earlier.reload();
      refreshOverview().catch(() => {});
      refreshSession().catch(() => {});
    });

  return html`<section class="imports" aria-labelledby="imports-title">
    <header class="view-head">
      <div>
        <h1 id="imports-title">${t("nav.data")}</h1>
        <p class="lead">${t("imports.lead")}</p>
      </div>
    </header>
    <${Picker} busy=${busy} onFile=${tryFile} />
    ${problem && html`<p class="problem" role="alert">${problem}</p>`}
    ${trial && html`<${Trial} trial=${trial} busy=${busy} onCommit=${commit} onCancel=${() => setTrial(null)} />`}
    <h2 class="section-title">${t("imports.earlier")}</h2>
    ${earlier.data ? html`<${Earlier} imports=${earlier.data.imports} />` : html`<${Loading} problem=${earlier.problem} />`}
  </section>`;
}

function Picker({ busy, onFile }) {
  const picker = useRef(null);
  const [over, setOver] = useState(false);
  const drop = (event) => {
    event.preventDefault();
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file) onFile(file);
  };
  const allow = (event) => {
    event.preventDefault();
    setOver(true);
  };
  return html`<div class=${over ? "drop over" : "drop"} onDragOver=${allow} onDragLeave=${() => setOver(false)} onDrop=${drop}>
    <p>${t("imports.drop")}</p>
    <div class="actions">
      <input class="sr-only" ref=${picker} type="file" tabindex="-1" aria-hidden="true" accept=".csv,.tsv,.txt,.xlsx,.parquet" onChange=${(event) => {
        const [file] = event.currentTarget.files;
        if (file) onFile(file);
        event.currentTarget.value = "";
      }} />
      <button disabled=${busy} aria-busy=${busy} onClick=${() => picker.current.click()}>
        <${Icon} name="file" size="16" />${t(busy ? "imports.trying" : "messages.file")}
      </button>
    </div>
  </div>`;
}

/** What a file would change, and what is odd in it. */
function Trial({ trial, busy, onCommit, onCancel }) {
  const findings = trial.report?.findings ?? [];
  const figures = ["rows_read", "rows_new", "rows_changed", "rows_unchanged"];
  return html`<article class="proposal" aria-labelledby="trial-title">
    <header><span>${t("imports.trial")}</span><span>${trial.table}</span></header>
    <h2 id="trial-title">${trial.file_name}</h2>
    <dl class="about">
      ${figures.map((key) => html`<div><dt>${t(`imports.${key}`)}</dt><dd>${number(trial[key] ?? 0)}</dd></div>`)}
    </dl>
    ${Object.keys(trial.mapping ?? {}).length > 0 &&
    html`<details class="call"><summary><span class="call-mark" aria-hidden="true"></span>${t("imports.mapping")}</summary>
      <dl class="about call-body">
        ${Object.entries(trial.mapping).map(([from, to]) => html`<div><dt>${from}</dt><dd><code>${to}</code></dd></div>`)}
      </dl>
    </details>`}
    ${findings.length > 0 && html`<ul class="notes">${findings.map((one) => html`<li>${local(one.text)}</li>`)}</ul>`}
    <footer>
      <div class="actions">
        <button class="primary" disabled=${busy || !trial.can_commit} aria-busy=${busy} onClick=${onCommit}>${t("imports.commit")}</button>
        <button onClick=${onCancel}>${t("cancel")}</button>
        ${!trial.can_commit && html`<span class="hint">${t("imports.refused")}</span>`}
      </div>
    </footer>
  </article>`;
}

const COLUMNS = [
  { key: "created_at", title: { en: "When", zh: "时间" } },
  { key: "file_name", title: { en: "File", zh: "文件" } },
  { key: "table", title: { en: "Table", zh: "数据表" } },
  { key: "rows_read", title: { en: "Rows read", zh: "读取行数" }, kind: "number" },
  { key: "rows_changed", title: { en: "Rows changed", zh: "变更行数" }, kind: "number" },
];

function Earlier({ imports }) {
  if (!imports.length) return html`<p class="empty">${t("imports.none")}</p>`;
  const table = { key: "imports", title: { en: "Imports", zh: "导入记录" }, columns: COLUMNS, rows: imports };
  return html`<${DataTable} table=${table} caption=${false} render=${{ created_at: (row) => instant(row.created_at) }} />`;
}
