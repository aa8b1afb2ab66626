// Everything that waits for a decision, and the record of what was decided.

import { instant } from "../lib/format.js";
import { html, useEffect, useState } from "../lib/html.js";
import { language, local, t } from "../lib/i18n.js";
import { seeProposals } from "../lib/proposals.js";
import { address, go } from "../lib/router.js";
import { useSignal } from "../lib/signal.js";
import { Loading, useLoad } from "./load.js";
import { Proposal } from "./proposal.js";
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
      const known = new Set(now.map((one) => one.id));
      return [...now, ...data.proposals.filter((one) => !known.has(one.id) && !isRevision(one, now))];
    });
  }, [data]);
  useEffect(() => {
    if (id && shown.length) document.querySelector(`[data-proposal="${CSS.escape(id)}"]`)?.scrollIntoView({ block: "start" });
  }, [id, shown.length > 0]);
  if (!data) return html`<${Loading} problem=${problem} />`;
  if (!shown.length) return html`<p class="empty">${t("approvals.empty")}</p>`;
  return html`<h2 class="sr-only">${t("approvals.open")}</h2>
    <div class="cards">${shown.map((one) => html`<${Proposal} key=${one.id} proposal=${one} />`)}</div>`;
}

/** A revision is drawn by the card it replaces. */
function isRevision(proposal, shown) {
  return shown.some((one) => one.kind === proposal.kind && one.message_id === proposal.message_id
    && one.conversation_id === proposal.conversation_id && proposal.id > one.id
    && local(one.title) === local(proposal.title));
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
