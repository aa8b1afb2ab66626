// The language of the page: its own strings, and texts that come in both languages.

import { en } from "../i18n/en.js";
import { zh } from "../i18n/zh.js";
import { signal } from "./signal.js";

const STRINGS = { en, zh };
const STORED = "inventory.language";

export const language = signal(initialLanguage());

function initialLanguage() {
  const stored = localStorage.getItem(STORED);
  if (stored in STRINGS) return stored;
  const asked = document.documentElement.lang;
  return navigator.language.toLowerCase().startsWith("zh") || asked === "zh" ? "zh" : "en";
}

export function setLanguage(next) {
  localStorage.setItem(STORED, next);
  language.set(next);
}

/** String of the page in the chosen language; `{name}` is filled from `values`. */
export function t(key, values = {}) {
  const text = STRINGS[language.get()][key];
  if (text === undefined) throw new Error(`No string ${key}`);
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** As `t`, choosing `key.one` for a count of one. */
export function plural(key, count, values = {}) {
  return t(count === 1 ? `${key}.one` : `${key}.other`, { count, ...values });
}

export function has(key) {
  return key in STRINGS[language.get()];
}

/** A value that may be `{en, zh}` in the chosen language, falling back to the other one. */
export function local(value) {
  if (value === null || value === undefined) return "";
  if (typeof value !== "object") return String(value);
  const chosen = language.get();
  return value[chosen] || value[chosen === "en" ? "zh" : "en"] || Object.values(value)[0] || "";
}
