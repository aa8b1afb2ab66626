// Everything that waits for a decision, and the record of what was decided.

import { instant } from "../lib/format.js";
import { html, useEffect, useState } from "../lib/html.js";
import { language, t } from "../lib/i18n.js";
import { currentOf, seeProposals } from "../lib/proposals.js";
import { address, go } from "../lib/router.js";
import { useSignal } from "../lib/signal.js";
import { Loading, useLoad } from "./load.js";
import { ProposalList } from "./proposal-list.js";
import { DataTable } from "./table.js";

export function Approvals({ id }) {
  useSignal(language);
  const log = id === "decisions";
  return html`<section class="approvals" aria-labelledby="approvals-title">
    <header class="view-head">
      <h1 id="approvals-title">${t("nav.approvals")}</h1>
      <div class="tabs" role="group" aria-label=${t("nav.approvals")}>
        <button aria-pressed=${!log} onClick=${() => go("approvals")}>${t("approvals.open")}</button>
        <button aria-pressed=${log} onClick=${() => go("approvals", "decisions")}>${t("approvals.decided")}</button>
      </div>
    </header>
    ${log ? html`<${Decisions} />` : html`<${Open} id=${id} />`}
  </section>`;
}

function Open({ id }) {
  const { data, problem } = useLoad("/api/proposals?status=open");
  // A card stays where it was decided until the view is left, so that its outcome can be read.
  const [shown, setShown] = useState([]);
  useEffect(() => {
    if (!data) return;
    seeProposals(data.proposals);
    setShown((now) => {
      // An edited version is drawn in the place of the proposal it replaces.
      const known = new Set(now.flatMap((one) => [one.id, currentOf(one).id]));
      return [...now, ...data.proposals.filter((one) => !known.has(one.id))];
    });
  }, [data]);
  useEffect(() => {
    if (id && shown.length) document.querySelector(`[data-row="${CSS.escape(id)}"], [data-proposal="${CSS.escape(id)}"]`)?.scrollIntoView({ block: "start" });
  }, [id, shown.length > 0]);
  if (!data) return html`<${Loading} problem=${problem} />`;
  if (!shown.length) return html`<p class="empty">${t("approvals.empty")}</p>`;
  return html`<h2 class="sr-only">${t("approvals.open")}</h2>
    <${ProposalList} proposals=${shown} opened=${id} />`;
}

const COLUMNS = [
  { key: "at", title: { en: "When", zh: "时间" } },
  { key: "title", title: { en: "What", zh: "内容" } },
  { key: "action", title: { en: "Decision", zh: "决定" } },
  { key: "actor", title: { en: "Who", zh: "决定人" } },
  { key: "reason", title: { en: "Why", zh: "理由" } },
  { key: "effect", title: { en: "Order", zh: "订单" } },
];

function Decisions() {
  const { data, problem } = useLoad("/api/decisions?limit=200");
  if (!data) return html`<${Loading} problem=${problem} />`;
  const rows = data.decisions.map((one) => ({
    at: one.at,
    title: one.title,
    action: t(`decision.${one.action === "approve" ? "approved" : "rejected"}`),
    actor: one.actor,
    reason: one.reason,
    effect: one.effect?.order ?? "",
  }));
  const title = { en: "Decisions", zh: "决定记录" };
  const render = {
    at: (row) => instant(row.at),
    effect: (row) => (row.effect ? html`<a href=${address("orders", row.effect)}>${row.effect}</a>` : "–"),
  };
  return html`<${DataTable} table=${{ key: "decisions", title, columns: COLUMNS, rows }} render=${render} />`;
}
