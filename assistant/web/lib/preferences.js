// Light or dark, as the system says unless the planner chose.

import { signal } from "./signal.js";

const STORED = "inventory.theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

/** "system", "light" or "dark". */
export const theme = signal(localStorage.getItem(STORED) ?? "system");
/** What is shown now: "light" or "dark". */
export const shade = signal("light");

function apply() {
  const chosen = theme.get();
  const shown = chosen === "system" ? (dark.matches ? "dark" : "light") : chosen;
  document.documentElement.dataset.theme = shown;
  shade.set(shown);
}

export function setTheme(next) {
  localStorage.setItem(STORED, next);
  theme.set(next);
}

theme.watch(apply);
dark.addEventListener("change", apply);
apply();
