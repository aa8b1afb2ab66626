// Who is signed in, which company and which state of the data the page shows.

import { get, post, remove } from "./api.js";
import { decided } from "./proposals.js";
import { signal } from "./signal.js";

export const session = signal(null);
/** The overview, null until it was read once. */
export const overview = signal(null);

export async function refreshSession() {
  session.set(await get("/api/session"));
}

export async function refreshOverview() {
  overview.set(await get("/api/overview"));
}

export async function signIn(token) {
  session.set(await post("/api/session", { token }));
}

export async function signOut() {
  await remove("/api/session");
  await refreshSession();
}

decided.watch(() => {
  refreshOverview().catch(() => {});
  refreshSession().catch(() => {});
});
