// Line icons, drawn in the current colour; they never carry meaning alone.

import { html } from "../lib/html.js";

const PATHS = {
  today: "M4 6.5h16M4 12h10M4 17.5h7",
  ask: "M4 5h16v11H9l-5 4z",
  messages: "M3.5 6h17v12h-17zM3.5 7l8.5 6.5L20.5 7",
  approvals: "M5 12.5l4.5 4.5L19 7",
  orders: "M4 7.5l8-4 8 4v9l-8 4-8-4zM4 7.5l8 4 8-4M12 11.5v9",
  alerts: "M3 16l5-6 4 4 4-8 5 7",
  data: "M12 4.5c4 0 7 1.1 7 2.7s-3 2.7-7 2.7-7-1.1-7-2.7 3-2.7 7-2.7zM5 7.2v9.6c0 1.6 3 2.7 7 2.7s7-1.1 7-2.7V7.2M5 12c0 1.6 3 2.7 7 2.7s7-1.1 7-2.7",
  menu: "M4 7h16M4 12h16M4 17h16",
  close: "M6 6l12 12M18 6L6 18",
  plus: "M12 5v14M5 12h14",
  send: "M5 12h13M12.5 6l6 6-6 6",
  stop: "M7 7h10v10H7z",
  chevron: "M9 6l6 6-6 6",
  up: "M7 14l5-5 5 5",
  down: "M7 10l5 5 5-5",
  download: "M12 4v11M7.5 11l4.5 4.5 4.5-4.5M5 20h14",
  edit: "M5 19l1-4L16 5l3 3L9 18z",
  trash: "M5 7h14M9 7V4.5h6V7M7 7l1 13h8l1-13",
  sun: "M12 8a4 4 0 100 8 4 4 0 000-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4",
  moon: "M19.5 14.5A8 8 0 019.5 4.5a8 8 0 1010 10z",
  system: "M4 5h16v11H4zM9 20h6M12 16v4",
  warning: "M12 4l9 16H3zM12 10v4.5M12 17v.5",
  mail: "M3.5 6h17v12h-17zM3.5 7l8.5 6.5L20.5 7",
  retry: "M5 12a7 7 0 102-5M5 4v4.5h4.5",
  file: "M7 3.5h7l4 4v13H7zM14 3.5v4h4",
  keyboard: "M3 7h18v10H3zM6.5 10h.5M10 10h.5M13.5 10h.5M17 10h.5M8 14h8",
};

export function Icon({ name, size = 18 }) {
  return html`<svg
    class="icon"
    width=${size}
    height=${size}
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    stroke-width="1.7"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
    focusable="false"
  >
    <path d=${PATHS[name]} />
  </svg>`;
}
