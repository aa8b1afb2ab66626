// Proposals by number, shared by every card that shows them, in this tab and in others.

import { get, post } from "./api.js";
import { signal } from "./signal.js";

const known = new Map();
const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("inventory.proposals") : null;

/** Grows whenever a decision changed something that other views show. */
export const decided = signal(0);

channel?.addEventListener("message", ({ data }) => {
  if (known.has(data.id)) known.get(data.id).set(data);
  decided.set((count) => count + 1);
});

/** The shared state of a proposal, starting from the copy at hand. */
export function proposalSignal(proposal) {
  if (!known.has(proposal.id)) known.set(proposal.id, signal(proposal));
  return known.get(proposal.id);
}

/** Take in proposals that just came from the server: they are newer than what is known. */
export function seeProposals(proposals) {
  for (const proposal of proposals ?? []) proposalSignal(proposal).set(proposal);
}

/** What a proposal is now: itself, or the edited version that replaced it. */
export function currentOf(proposal) {
  const now = proposalSignal(proposal).get();
  return now.replaced_by ? currentOf({ id: now.replaced_by }) : now;
}

function changed(proposal) {
  proposalSignal(proposal).set(proposal);
  channel?.postMessage(proposal);
  decided.set((count) => count + 1);
  return proposal;
}

const path = (proposal, verb) => `/api/proposals/${proposal.id}/${verb}`;

/** Approve or reject exactly what is shown: the hash names the content. */
export async function decide(proposal, verb, reason) {
  return changed(await post(path(proposal, verb), { content_hash: proposal.content_hash, reason }));
}

/** Ask for an edited version; returns the new proposal that replaces this one. */
export async function revise(proposal, changes) {
  const body = { content_hash: proposal.content_hash, changes };
  const next = await post(path(proposal, "revise"), body);
  changed({ ...proposal, status: "superseded", replaced_by: next.id });
  return changed(next);
}

export async function reload(id) {
  const proposal = await get(`/api/proposals/${id}`);
  proposalSignal(proposal).set(proposal);
  return proposal;
}
