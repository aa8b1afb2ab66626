// What looks wrong, the most money first; the planner says whether it is.

import { sentenceOf, post } from "../lib/api.js";
import { notify } from "../lib/announce.js";
import { ask } from "../lib/chat.js";
import { date, money } from "../lib/format.js";
import { html, useState } from "../lib/html.js";
import { language, local, t } from "../lib/i18n.js";
import { refreshOverview, session } from "../lib/session.js";
import { useSignal } from "../lib/signal.js";
import { Icon } from "./icons.js";
import { Loading, useLoad } from "./load.js";

const STATES = ["open", "confirmed", "expected", "wrong", "snoozed", "all"];
const VERDICTS = ["right", "expected", "wrong", "snooze"];

export function Alerts({ id }) {
  useSignal(language);
  const [state, setState] = useState(id ? "all" : "open");
  const { data, problem, reload } = useLoad(`/api/alerts?status=${state}`);
  const alerts = data?.alerts.slice().sort((a, b) => (String(b.id) === id) - (String(a.id) === id));
  return html`<section class="alerts" aria-labelledby="alerts-title">
    <header class="view-head">
      <h1 id="alerts-title">${t("nav.alerts")}</h1>
      <div class="tabs" role="group" aria-label=${t("alerts.filter")}>
        ${STATES.map(
          (one) => html`<button aria-pressed=${one === state} onClick=${() => setState(one)}>${t(`alert.${one}`)}</button>`,
        )}
      </div>
    </header>
    ${alerts
      ? html`<ul class="alert-list">
          ${alerts.map((one) => html`<${Alert} key=${one.id} alert=${one} chosen=${String(one.id) === id} onChanged=${reload} />`)}
        </ul>
        ${alerts.length === 0 && html`<p class="empty">${t("alerts.empty")}</p>`}`
      : html`<${Loading} problem=${problem} />`}
  </section>`;
}

/** What and where it is about, by name. */
function placeOf(alert) {
  const named = (kind) => alert[kind] && (local(alert.names?.[kind]?.[alert[kind]]) || alert[kind]);
  return ["item", "location", "supplier"].map(named).filter(Boolean).join(" · ");
}

/** Money at stake; a plain number is in the company's currency. */
function stake(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "object") return money(value.value, value.currency, { compact: true });
  return money(value, session.get()?.currency, { compact: true });
}

function Alert({ alert, chosen, onChanged }) {
  const [busy, setBusy] = useState(false);
  const answer = async (verdict) => {
    setBusy(true);
    try {
      await post(`/api/alerts/${alert.id}/feedback`, { verdict, note: "" });
      refreshOverview().catch(() => {});
      onChanged();
    } catch (error) {
      notify(sentenceOf(error), "error");
    } finally {
      setBusy(false);
    }
  };
  const period = alert.starts_on === alert.ends_on ? date(alert.starts_on) : `${date(alert.starts_on)} – ${date(alert.ends_on)}`;
  return html`<li class=${chosen ? "alert chosen" : "alert"}>
    <div class="alert-what">
      <p class="hint">
        <span class=${`family ${alert.family}`}>${t(`family.${alert.family}`)}</span> · ${period}
        ${alert.status !== "open" && html` · ${t(`alert.${alert.status}`)}`}
      </p>
      <p class="alert-place">${placeOf(alert)}</p>
      <p class="alert-sentence">${local(alert.sentence)}</p>
      ${alert.question && html`<button class="link" onClick=${() => ask(local(alert.question))}>${t("alerts.why")}<${Icon} name="chevron" size="14" /></button>`}
    </div>
    <span class="alert-money">${stake(alert.money)}</span>
    <div class="actions" role="group" aria-label=${t("alerts.verdict")}>
      ${alert.status === "open"
        ? VERDICTS.map((verdict) => html`<button class="small" disabled=${busy} onClick=${() => answer(verdict)}>${t(`verdict.${verdict}`)}</button>`)
        : html`<button class="small" disabled=${busy} onClick=${() => answer("reopen")}>${t("verdict.reopen")}</button>`}
    </div>
  </li>`;
}
