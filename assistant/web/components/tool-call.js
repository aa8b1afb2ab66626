// One look into the records: what was called, with which arguments, and what came back.

import { figure } from "../lib/format.js";
import { html } from "../lib/html.js";
import { local, t, has } from "../lib/i18n.js";

/** Values that say no more than that nothing special was asked for. */
const ORDINARY = new Set(["none", "any", "all", "levels", "demand"]);

export function ToolCall({ call }) {
  const values = Object.entries(call.arguments ?? {}).filter(([, value]) => value !== null);
  const telling = values.filter(([, value]) => !ORDINARY.has(value));
  return html`<details class="call ${call.running ? "running" : ""}">
    <summary>
      <span class="call-mark" aria-hidden="true"></span>
      <span class="call-name">${toolName(call.name)}</span>
      ${telling.map(([, value]) => html`<span class="call-value">${String(local(value))}</span>`)}
      <span class="sr-only">${t(call.running ? "call.running" : "call.done")}</span>
    </summary>
    <div class="call-body">
      <h3>${t("call.arguments")}</h3>
      ${values.length
        ? html`<dl class="about">
            ${values.map(([key, value]) => html`<div><dt><code>${key}</code></dt><dd>${String(local(value))}</dd></div>`)}
          </dl>`
        : html`<p class="hint">${t("call.no-arguments")}</p>`}
      ${call.result && html`<${Result} result=${call.result} />`}
    </div>
  </details>`;
}

export function toolName(name) {
  return has(`tool.${name}`) ? t(`tool.${name}`) : name;
}

function Result({ result }) {
  const facts = result.facts ?? [];
  return html`<h3>${t("call.result")} <code>${result.status}</code></h3>
    ${facts.length > 0 &&
    html`<dl class="about">
      ${facts.map(
        (fact) => html`<div>
          <dt><code>${fact.key}</code></dt>
          <dd>${fact.text ? local(fact.text) : figure(fact.value, fact.unit)}</dd>
        </div>`,
      )}
    </dl>`}
    <p class="hint">
      ${t("call.counts", {
        tables: result.tables?.length ?? 0,
        charts: result.charts?.length ?? 0,
        proposals: result.proposals?.length ?? 0,
      })}
    </p>`;
}
