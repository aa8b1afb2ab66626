// Several proposals: a compact list to go through, each unfolding to its card, decided one by one
// or together. Deciding together sends one approval per proposal, each bound to its own hash.

import { announce } from "../lib/announce.js";
import { sentenceOf } from "../lib/api.js";
import { html, useState } from "../lib/html.js";
import { language, local, plural, t } from "../lib/i18n.js";
import { currentOf, decide } from "../lib/proposals.js";
import { useSignal } from "../lib/signal.js";
import { Icon } from "./icons.js";
import { Proposal, useProposal } from "./proposal.js";

const FEW = 2;

export function ProposalList({ proposals, opened = null, onShowQuote = null }) {
  if (proposals.length <= FEW) {
    return proposals.map((one) => html`<${Proposal} key=${one.id} proposal=${one} onShowQuote=${onShowQuote} />`);
  }
  return html`<${Many} proposals=${proposals} opened=${opened} onShowQuote=${onShowQuote} />`;
}

const canDecide = (proposal) => proposal.status === "open" && proposal.kind !== "security_alert";

function Many({ proposals, opened, onShowQuote }) {
  useSignal(language);
  const [chosen, setChosen] = useState(new Set());
  const [reason, setReason] = useState("");
  const [progress, setProgress] = useState(null);
  const [problems, setProblems] = useState({});

  const openOnes = proposals.map(currentOf).filter(canDecide);
  const selected = proposals.filter((one) => chosen.has(one.id) && canDecide(currentOf(one)));
  const toggle = (id) =>
    setChosen((now) => {
      const next = new Set(now);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  const toggleAll = () => setChosen(new Set(selected.length ? [] : proposals.map((one) => one.id)));

  const resolve = async (verb) => {
    const failed = {};
    for (const [index, given] of selected.entries()) {
      setProgress(t("proposals.progress", { done: index, all: selected.length }));
      try {
        await decide(currentOf(given), verb, reason.trim());
      } catch (error) {
        failed[given.id] = sentenceOf(error);
      }
    }
    setProblems(failed);
    setProgress(null);
    setChosen(new Set(Object.keys(failed).map(Number)));
    const done = selected.length - Object.keys(failed).length;
    announce(plural(`proposals.${verb}`, done));
  };

  return html`<section class="proposal-list" aria-label=${t("proposals.title")}>
    <header>
      <label class="check">
        <input type="checkbox" checked=${selected.length > 0 && selected.length === openOnes.length}
          disabled=${openOnes.length === 0} onChange=${toggleAll} />
        <span>${plural("proposals.open", openOnes.length)}</span>
      </label>
      ${selected.length > 0 &&
      html`<input class="bulk-reason" value=${reason} maxlength="500" aria-label=${t("proposal.reason")}
          placeholder=${`${t("proposal.reason")} (${t("proposal.reason.hint")})`}
          onInput=${(event) => setReason(event.currentTarget.value)} />
        <button class="small primary" disabled=${progress !== null} onClick=${() => resolve("approve")}>
          ${progress ?? t("proposals.approve", { count: selected.length })}
        </button>
        <button class="small" disabled=${progress !== null} onClick=${() => resolve("reject")}>${t("proposal.reject")}</button>`}
    </header>
    <ul>
      ${proposals.map(
        (one) => html`<${Row} key=${one.id} given=${one} chosen=${chosen.has(one.id)} onToggle=${() => toggle(one.id)}
          problem=${problems[one.id]} opened=${String(one.id) === opened} onShowQuote=${onShowQuote} />`,
      )}
    </ul>
  </section>`;
}

function Row({ given, chosen, onToggle, problem, opened, onShowQuote }) {
  const proposal = useProposal(given);
  const [open, setOpen] = useState(opened);
  const title = local(proposal.title);
  const order = proposal.decision?.effect?.order;
  return html`<li class=${`proposal-row ${proposal.status}`} data-row=${proposal.id}>
    <div class="proposal-line">
      ${canDecide(proposal)
        ? html`<input type="checkbox" checked=${chosen} onChange=${onToggle} aria-label=${t("proposals.choose", { title })} />`
        : html`<span class="check-place">${proposal.status === "approved" && html`<${Icon} name="approvals" size="16" />`}</span>`}
      <button class="unfold" aria-expanded=${open} onClick=${() => setOpen(!open)}>
        <span class="call-mark" aria-hidden="true"></span>
        <span class="row-title">${title}</span>
        <span class="row-detail">${detailOf(proposal)}</span>
      </button>
      <span class=${`status ${proposal.status}`}>${order ? `${t(`status.${proposal.status}`)} · ${order}` : t(`status.${proposal.status}`)}</span>
    </div>
    ${problem && html`<p class="problem" role="alert">${problem}</p>`}
    ${open && html`<${Proposal} proposal=${given} onShowQuote=${onShowQuote} />`}
  </li>`;
}

/** The one figure that matters most: an order's total, or the first change. */
function detailOf(proposal) {
  if (proposal.order) return local(proposal.order.total_text);
  const change = proposal.changes?.[0];
  return change ? `${change.old ? `${local(change.old)} → ` : ""}${local(change.new)}` : "";
}
