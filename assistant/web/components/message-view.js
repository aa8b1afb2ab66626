// One supplier message: its words with what was understood marked in them, and what follows.

import { sentenceOf, post } from "../lib/api.js";
import { notify } from "../lib/announce.js";
import { instant } from "../lib/format.js";
import { html, useMemo, useState } from "../lib/html.js";
import { local, t } from "../lib/i18n.js";
import { seeProposals } from "../lib/proposals.js";
import { address } from "../lib/router.js";
import { Icon } from "./icons.js";
import { Loading, useLoad } from "./load.js";
import { ProposalList } from "./proposal-list.js";

/** Groups of labels that share a colour and an underline style. */
const FAMILY = {
  order: "order", order_number: "order", line: "order", line_no: "order", reference: "order", tracking: "order",
  item: "item", product: "item", substitute: "item",
  quantity: "quantity", unit: "quantity", moq: "quantity", pack_size: "quantity", capacity: "quantity",
  date: "date", delay: "date", duration: "date", period: "date", lead_time: "date", lead_time_days: "date",
  price: "money", currency: "money", amount: "money", unit_cost: "money", discount: "money",
  party: "party", supplier: "party", carrier: "party", contact: "party", bank: "warning", bank_details: "warning",
};

export const familyOf = (label) =>
  FAMILY[label] ?? FAMILY[Object.keys(FAMILY).find((key) => String(label).includes(key))] ?? "other";

/** The text cut into plain and marked pieces; positions count code points. */
export function pieces(body, highlights) {
  const points = Array.from(body);
  const cut = [];
  let at = 0;
  for (const highlight of highlights) {
    if (highlight.start < at) continue;
    if (highlight.start > at) cut.push({ text: points.slice(at, highlight.start).join("") });
    cut.push({ text: points.slice(highlight.start, highlight.end).join(""), highlight });
    at = highlight.end;
  }
  if (at < points.length) cut.push({ text: points.slice(at).join("") });
  return cut;
}

export function MessageView({ id, onChanged }) {
  const { data: message, problem, set } = useLoad(`/api/messages/${encodeURIComponent(id)}`);
  const [busy, setBusy] = useState(false);
  const [linked, setLinked] = useState(null);
  if (!message) return html`<${Loading} problem=${problem} />`;
  seeProposals(message.proposals);
  const read = async () => {
    setBusy(true);
    try {
      set(await post(`/api/messages/${encodeURIComponent(id)}/read`));
      onChanged();
    } catch (error) {
      notify(sentenceOf(error), "error");
    } finally {
      setBusy(false);
    }
  };
  const showProposal = (proposal) => {
    setLinked(proposal);
    const card = document.querySelector(`[data-proposal="${proposal}"], [data-row="${proposal}"]`);
    card?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  };
  return html`<article class="message" aria-labelledby="message-title">
    <a class="back" href=${address("messages")}>${t("messages.back")}</a>
    <${Envelope} message=${message} />
    <${Body} message=${message} linked=${linked} onProposal=${showProposal} />
    ${message.error && html`<p class="problem" role="alert">${message.error}</p>`}
    ${!message.reading &&
    html`<button class="primary" disabled=${busy} aria-busy=${busy} onClick=${read}>${t(busy ? "messages.reading" : "messages.read")}</button>`}
    ${message.reading?.notes?.length > 0 &&
    html`<ul class="notes">${message.reading.notes.map((note) => html`<li>${local(note)}</li>`)}</ul>`}
    ${message.proposals?.length > 0
      ? html`<h3 class="section-title">${t("messages.proposed")}</h3>
          <${ProposalList} proposals=${message.proposals} opened=${linked && String(linked)} onShowQuote=${showQuote} />`
      : message.reading && html`<p class="hint">${t("messages.nothing")}</p>`}
  </article>`;
}

function Envelope({ message }) {
  return html`<header class="envelope">
    <h2 id="message-title">${message.subject || message.excerpt}</h2>
    <p>
      <strong>${message.supplier ? local(message.supplier.names) : t("messages.unknown")}</strong>
      ${message.sender && html` <span class="hint">${message.sender}</span>`}
      <span class="hint"> · ${instant(message.received_at)} · ${t(`channel.${message.channel === "email" ? "email" : "other"}`)}</span>
    </p>
    ${!message.supplier &&
    html`<p class="warning"><${Icon} name="warning" size="16" />${t("messages.stranger")}</p>`}
  </header>`;
}

function showQuote([start]) {
  const marks = [...document.querySelectorAll(".message-body [data-start]")];
  const mark = marks.find((one) => Number(one.dataset.end) > start) ?? marks[0];
  mark?.scrollIntoView({ block: "center", behavior: "smooth" });
  mark?.focus({ preventScroll: true });
}

function Body({ message, linked, onProposal }) {
  const highlights = message.reading?.highlights ?? [];
  const cut = useMemo(() => pieces(message.body, highlights), [message.body, highlights]);
  const legend = new Map(highlights.map((one) => [one.label, one.label_text]));
  return html`<div class="message-body" lang=${message.language}>
      ${cut.map(({ text, highlight }) =>
        highlight
          ? html`<${Mark} text=${text} highlight=${highlight} linked=${linked} onProposal=${onProposal} />`
          : text,
      )}
    </div>
    ${legend.size > 0 &&
    html`<ul class="legend" aria-label=${t("messages.legend")}>
      ${[...legend].map(([label, text]) => html`<li class=${`mark ${familyOf(label)}`}>${local(text)}</li>`)}
    </ul>`}`;
}

function Mark({ text, highlight, linked, onProposal }) {
  const value = local(highlight.value_text);
  const label = local(highlight.label_text);
  const same = linked !== null && highlight.proposal_id === linked;
  return html`<button
    class=${`mark ${familyOf(highlight.label)} ${same ? "linked" : ""}`}
    data-start=${highlight.start}
    data-end=${highlight.end}
    title=${value && value !== text ? `${label}: ${value}` : label}
    onClick=${() => highlight.proposal_id && onProposal(highlight.proposal_id)}
  ><ruby>${text}<rt aria-hidden="true">${label}</rt></ruby><span class="sr-only"> (${label}${value && value !== text ? `: ${value}` : ""})</span></button>`;
}
