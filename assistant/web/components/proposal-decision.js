// What became of a proposal: the decision, its effect, and the papers of an order it made.

import { instant } from "../lib/format.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { address } from "../lib/router.js";
import { OrderExports } from "./order-exports.js";

export function Decision({ proposal }) {
  const { decision, status } = proposal;
  if (!decision) return html`<p class="hint">${t(`decision.${status}`)}</p>`;
  const order = decision.effect?.order;
  const made = proposal.kind === "create_order" && decision.action === "approve" && order;
  return html`<footer class="decided">
    <p>
      <strong>${t(proposal.kind === "security_alert" ? "decision.seen" : `decision.${status}`)}</strong>
      ${order && html` <a href=${address("orders", order)}>${order}</a>`}
      <span class="hint"> · ${decision.actor} · ${instant(decision.at)}</span>
    </p>
    ${decision.reason && html`<p class="note">${decision.reason}</p>`}
    ${made && html`<${OrderExports} number=${order} />`}
  </footer>`;
}
