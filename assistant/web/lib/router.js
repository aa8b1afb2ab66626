// Where the planner is, in the address: `#/orders/PO-10412` is { view: "orders", id: "PO-10412" }.

import { signal } from "./signal.js";

export const VIEWS = ["today", "ask", "messages", "approvals", "orders", "alerts", "data"];

export const route = signal(read());

function read() {
  const [view, ...rest] = location.hash.replace(/^#\/?/, "").split("/");
  const id = rest.length ? decodeURIComponent(rest.join("/")) : null;
  return { view: VIEWS.includes(view) ? view : "today", id: id || null };
}

export function address(view, id = null) {
  return id === null ? `#/${view}` : `#/${view}/${encodeURIComponent(id)}`;
}

export function go(view, id = null, { replace = false } = {}) {
  const target = address(view, id);
  if (replace) {
    history.replaceState(null, "", target);
    route.set(read());
  } else {
    location.hash = target;
  }
}

addEventListener("hashchange", () => route.set(read()));
