// The first screen: what needs a decision, how much money hangs on it, each one click from why.

import { ask } from "../lib/chat.js";
import { sentenceOf } from "../lib/api.js";
import { longDate, money } from "../lib/format.js";
import { html, useEffect, useState } from "../lib/html.js";
import { language, local, plural, t } from "../lib/i18n.js";
import { address, go } from "../lib/router.js";
import { overview, refreshOverview } from "../lib/session.js";
import { useSignal } from "../lib/signal.js";
import { Composer } from "./composer.js";
import { Icon } from "./icons.js";

/** Sections side by side: what runs out, and what others did or wait for. */
const COLUMNS = [["at_risk", "anomalies"], ["late_orders", "proposals", "messages"]];
/** Rows of a section on the first screen; the rest is one click away. */
const SHOWN = { at_risk: 6, late_orders: 4 };
const VIEW_OF = { late_orders: ["orders", "late"], proposals: ["approvals", null], messages: ["messages", null], anomalies: ["alerts", null] };
const VIEW_OF_LINK = { order: "orders", proposal: "approvals", message: "messages", alert: "alerts" };

export function Today() {
  const shown = useSignal(overview);
  useSignal(language);
  const [problem, setProblem] = useState("");
  useEffect(() => {
    refreshOverview().catch((error) => setProblem(sentenceOf(error)));
  }, []);
  const count = shown?.sections.reduce((sum, section) => sum + section.count, 0) ?? 0;
  return html`<section class="today" aria-labelledby="today-title">
    <header class="view-head">
      <div>
        <h1 id="today-title">${shown ? longDate(shown.planning_day) : t("nav.today")}</h1>
        <p class="lead">${shown && (count ? plural("today.decisions", count) : t("today.nothing"))}</p>
      </div>
      ${shown && html`<p class="hint version">${t("today.version", { version: shown.data_version })}</p>`}
    </header>
    ${problem && !shown && html`<p class="problem" role="alert">${problem}</p>`}
    ${!shown && !problem && html`<p class="working">${t("loading")}</p>`}
    <div class="ledger">
      ${shown && COLUMNS.map((keys) => html`<div>
        ${keys.map((key) => shown.sections.find((section) => section.key === key)).filter(Boolean)
          .map((section) => html`<${Section} key=${section.key} section=${section} />`)}
      </div>`)}
    </div>
    <${Composer} onSend=${ask} suggestions=${(shown?.suggestions ?? []).map(local)} />
  </section>`;
}

function openLink(link) {
  if (link.kind === "item") ask(t("ask.item", { name: link.id }));
  else go(VIEW_OF_LINK[link.kind], String(link.id));
}

function Section({ section }) {
  const rows = section.rows.slice(0, SHOWN[section.key] ?? 4);
  const highest = Math.max(0, ...rows.map((row) => Math.abs(row.money?.value ?? 0)));
  const more = section.count - rows.length;
  const target = VIEW_OF[section.key];
  const openAll = () => {
    if (section.question) ask(local(section.question));
    else if (target) go(...target);
  };
  return html`<section class="panel ${section.key}" aria-labelledby=${`section-${section.key}`}>
    <header>
      <h2 id=${`section-${section.key}`}>
        <span class="count">${section.count}</span> ${local(section.title)}
      </h2>
      ${section.money && html`<span class="panel-money">${money(section.money.value, section.money.currency, { compact: true })}</span>`}
    </header>
    ${section.rows.length === 0
      ? html`<p class="empty">${t(`today.empty.${section.key}`)}</p>`
      : html`<ul>
          ${rows.map((row) => html`<li><${Entry} row=${row} highest=${highest} /></li>`)}
        </ul>`}
    ${section.rows.length > 0 &&
    html`<footer>
      ${(section.question || target) &&
      html`<button class="link" onClick=${openAll}>${more > 0 ? t("today.all", { count: section.count }) : t("today.open")}<${Icon} name="chevron" size="14" /></button>`}
      ${section.question && target && html`<a href=${address(...target)}>${t(`today.view.${section.key}`)}</a>`}
    </footer>`}
  </section>`;
}

function Entry({ row, highest }) {
  const choose = () => (row.question ? ask(local(row.question)) : openLink(row.link));
  const share = highest && row.money ? Math.abs(row.money.value) / highest : 0;
  return html`<button class="entry" onClick=${choose} disabled=${!row.question && !row.link}>
    <span class="entry-title">${local(row.title)}</span>
    <span class="entry-detail">${local(row.detail)}</span>
    ${row.money &&
    html`<span class="entry-money" title=${local(row.money.text)}>
      ${money(row.money.value, row.money.currency, { compact: true })}
      <span class="share" aria-hidden="true"><i style=${{ width: `${Math.max(4, share * 100)}%` }}></i></span>
    </span>`}
  </button>`;
}
