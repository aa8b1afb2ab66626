// One exchange: the planner's words, and the answer with everything that stands behind it.

import { ask } from "../lib/chat.js";
import { html, Fragment } from "../lib/html.js";
import { local, t } from "../lib/i18n.js";
import { renderMarkdown, renderSegments } from "../lib/markdown.js";
import { address } from "../lib/router.js";
import { openEvidence } from "./evidence.js";
import { Chart } from "./chart.js";
import { Icon } from "./icons.js";
import { ProposalList } from "./proposal-list.js";
import { DataTable } from "./table.js";
import { ToolCall, toolName } from "./tool-call.js";

export function Question({ turn }) {
  return html`<div class="question"><h2><span class="sr-only">${t("chat.you")} </span>${turn.text}</h2></div>`;
}

/** Outcomes that touch no record: there is nothing to unfold. */
const UNSPOKEN = new Set(["none", "ask", "decline"]);

export function Answer({ turn, last, onSend, onRetry }) {
  const results = turn.calls.map((call) => call.result).filter(Boolean);
  return html`<article class="answer" aria-busy=${turn.running ? "true" : "false"} aria-label=${t("chat.assistant")}>
    ${turn.calls
      .filter((call) => !UNSPOKEN.has(call.name))
      .map((call) => html`<${ToolCall} key=${call.id} call=${call} />`)}
    <${Working} turn=${turn} />
    ${turn.text && html`<div class="prose"><${Prose} turn=${turn} results=${results} /></div>`}
    ${turn.error && html`<p class="problem" role="alert">${local(turn.error)}</p>`}
    ${!turn.running && !turn.text && !turn.error && !turn.stopped && html`<p class="hint">${t("chat.nothing")}</p>`}
    ${turn.stopped && html`<p class="hint">${t("chat.stopped")}</p>`}
    ${(turn.error || turn.stopped) &&
    last &&
    html`<button class="small" onClick=${onRetry}><${Icon} name="retry" size="15" />${t("chat.retry")}</button>`}
    ${results.map((result) => html`<${Result} result=${result} live=${last} onSend=${onSend} />`)}
  </article>`;
}

/** A visible sign of work until the first word is there. */
function Working({ turn }) {
  if (!turn.running || turn.text) return null;
  const call = turn.calls.at(-1);
  const text = !call
    ? t("chat.reading")
    : call.running
      ? t("chat.looking", { tool: toolName(call.name) })
      : t("chat.writing");
  return html`<p class="working"><span class="pulse" aria-hidden="true"><i></i><i></i><i></i></span>${text}</p>`;
}

function Prose({ turn, results }) {
  if (!turn.segments) return renderMarkdown(turn.text);
  return renderSegments(turn.segments, ({ text, fact: key }) => {
    const result = results.find((one) => one.facts?.some((fact) => fact.key === key));
    if (!result) return text;
    const fact = result.facts.find((one) => one.key === key);
    return html`<button class="fact" title=${t("evidence.open")} onClick=${() => openEvidence(fact, result)}>${text}</button>`;
  });
}

/** Codes in a table lead on: an item to its stock, an order to its lines. */
function linksOf(table) {
  const render = {};
  const codes = (key) => table.rows.some((row) => typeof row[key] === "string" && row[key]);
  for (const { key } of table.columns) {
    if (key === "item" && codes(key)) {
      render.item = ({ item }) => html`<button class="link" onClick=${() => ask(t("ask.item", { name: item }))}>${item}</button>`;
    } else if (key === "order" && codes(key)) {
      render.order = ({ order }) => (order ? html`<a href=${address("orders", order)}>${order}</a>` : "–");
    }
  }
  return render;
}

function Result({ result, live, onSend }) {
  const { charts = [], tables = [], notes = [], choices = [], proposals = [] } = result;
  return html`<${Fragment}>
    ${notes.length > 0 &&
    html`<ul class="notes">${notes.map((note) => html`<li>${local(note)}</li>`)}</ul>`}
    ${choices.length > 0 &&
    html`<div class="choices" role="group" aria-label=${t("chat.choices")}>
      ${choices.map(
        (choice) => html`<button disabled=${!live} onClick=${() => onSend(local(choice.message))}>${local(choice.title)}</button>`,
      )}
    </div>`}
    ${charts.map((chart) => html`<${Chart} key=${chart.key} chart=${chart} />`)}
    ${proposals.length > 0 && html`<${ProposalList} proposals=${proposals} />`}
    ${tables.map((table, index) =>
      index === 0
        ? html`<${DataTable} key=${table.key} table=${table} render=${linksOf(table)} />`
        : html`<details class="more-table" key=${table.key}>
            <summary>${local(table.title)} <span class="hint">${table.rows.length}</span></summary>
            <${DataTable} table=${table} caption=${false} render=${linksOf(table)} />
          </details>`,
    )}
  <//>`;
}
