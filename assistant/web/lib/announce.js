// What a screen reader is told, and the short notices everybody sees.

import { signal } from "./signal.js";

/** Text of the polite live region. */
export const spoken = signal("");
/** Notices at the edge of the page: { id, text, kind }. */
export const notices = signal([]);

let next = 1;

export function announce(text) {
  // A trailing no-break space makes the same sentence count as new.
  spoken.set(spoken.get() === text ? `${text}\u00a0` : text);
}

export function notify(text, kind = "info") {
  const id = next++;
  notices.set((shown) => [...shown.slice(-2), { id, text, kind }]);
  setTimeout(() => dismiss(id), kind === "error" ? 12000 : 5000);
}

export function dismiss(id) {
  notices.set((shown) => shown.filter((notice) => notice.id !== id));
}
