// The card on which a person decides: what would change, whose words it rests on, how sure it is.

import { announce, notify } from "../lib/announce.js";
import { Problem, sentenceOf } from "../lib/api.js";
import { html, useEffect, useId, useState } from "../lib/html.js";
import { local, t } from "../lib/i18n.js";
import { decide, proposalSignal, reload, revise } from "../lib/proposals.js";
import { useSignal } from "../lib/signal.js";
import { ChangeList, EditFields, editsOf, OrderLines } from "./proposal-content.js";
import { Decision } from "./proposal-decision.js";
import { Icon } from "./icons.js";

/** The proposal as it is now, also after it was edited into a new one. */
export function useProposal(given) {
  const [current, setCurrent] = useState(given.id);
  const proposal = useSignal(proposalSignal(current === given.id ? given : { id: current }));
  const follow = proposal.replaced_by;
  useEffect(() => {
    if (follow) setCurrent(follow);
  }, [follow]);
  return proposal;
}

export function Proposal({ proposal: given, onShowQuote = null }) {
  const proposal = useProposal(given);
  return html`<${Card} key=${proposal.id} proposal=${proposal} onShowQuote=${onShowQuote} />`;
}

function Card({ proposal, onShowQuote }) {
  const [busy, setBusy] = useState("");
  const [problem, setProblem] = useState("");
  const [reason, setReason] = useState("");
  const [edits, setEdits] = useState(null);
  const id = useId();
  const open = proposal.status === "open";
  const alarm = proposal.kind === "security_alert";

  const run = async (name, work) => {
    if (busy) return;
    setBusy(name);
    setProblem("");
    try {
      await work();
    } catch (error) {
      setProblem(sentenceOf(error));
      if (error instanceof Problem && error.status === 409) await reload(proposal.id).catch(() => {});
    } finally {
      setBusy("");
    }
  };

  const resolve = (verb) =>
    run(verb, async () => {
      const result = await decide(proposal, verb, reason.trim());
      announce(t(`decision.${result.status}`));
    });

  const save = () =>
    run("revise", async () => {
      const next = await revise(proposal, edits);
      setEdits(null);
      notify(t("proposal.revised", { title: local(next.title) }));
    });

  return html`<article class="proposal ${proposal.status} ${alarm ? "alarm" : ""}" aria-labelledby=${id} data-proposal=${proposal.id}>
    <header>
      <span class="proposal-kind">${alarm && html`<${Icon} name="warning" size="15" />`}${t(`kind.${proposal.kind}`)}</span>
      <span class="status ${proposal.status}">${t(`status.${proposal.status}`)}</span>
    </header>
    <h3 id=${id}>${local(proposal.title)}</h3>
    <${Origin} proposal=${proposal} onShowQuote=${onShowQuote} />
    ${edits
      ? html`<${EditFields} proposal=${proposal} edits=${edits} onChange=${setEdits} />`
      : proposal.order
        ? html`<${OrderLines} order=${proposal.order} reason=${proposal.payload.reason} />`
        : html`<${ChangeList} proposal=${proposal} />`}
    ${problem && html`<p class="problem" role="alert">${problem}</p>`}
    ${open &&
    html`<footer>
      ${edits
        ? html`<div class="actions">
            <button class="primary" disabled=${busy !== ""} onClick=${save}>${t("proposal.save")}</button>
            <button onClick=${() => setEdits(null)}>${t("cancel")}</button>
          </div>`
        : html`<label class="reason">
              <span>${t("proposal.reason")}</span>
              <input
                value=${reason}
                maxlength="500"
                placeholder=${t("proposal.reason.hint")}
                onInput=${(event) => setReason(event.currentTarget.value)}
              />
            </label>
            <div class="actions">
              <button class="primary" disabled=${busy !== ""} aria-busy=${busy === "approve"} onClick=${() => resolve("approve")}>
                ${t(alarm ? "proposal.acknowledge" : "proposal.approve")}
              </button>
              ${!alarm &&
              html`<button disabled=${busy !== ""} aria-busy=${busy === "reject"} onClick=${() => resolve("reject")}>
                  ${t("proposal.reject")}
                </button>
                ${editsOf(proposal) &&
                html`<button class="quiet" disabled=${busy !== ""} onClick=${() => setEdits(editsOf(proposal))}>
                  <${Icon} name="edit" size="15" />${t("proposal.edit")}
                </button>`}`}
            </div>`}
    </footer>`}
    ${!open && html`<${Decision} proposal=${proposal} />`}
  </article>`;
}

/** The words the proposal rests on, who sent them and how sure they are. */
function Origin({ proposal, onShowQuote }) {
  const { quote, sender, certainty } = proposal;
  if (!quote && certainty === "computed") return null;
  return html`<div class="origin">
    ${quote &&
    html`<blockquote>
      ${onShowQuote && proposal.span
        ? html`<button class="link" onClick=${() => onShowQuote(proposal.span)}>“${quote}”</button>`
        : `“${quote}”`}
    </blockquote>`}
    <p class="hint">
      ${sender && html`<span>${sender}</span>`}
      <span class="certainty ${certainty}">${t(`certainty.${certainty}`)}</span>
    </p>
  </div>`;
}
