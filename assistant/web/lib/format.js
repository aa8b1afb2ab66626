// Figures, money and dates as a planner of the chosen language writes them.

import { language, local, t } from "./i18n.js";

const LOCALE = { en: "en-US", zh: "zh-CN" };
const CURRENCY = /^[A-Z]{3}$/;
const cache = new Map();

function numberFormat(options) {
  const key = language.get() + JSON.stringify(options);
  if (!cache.has(key)) cache.set(key, new Intl.NumberFormat(LOCALE[language.get()], options));
  return cache.get(key);
}

function dateFormat(options) {
  const key = `date${language.get()}${JSON.stringify(options)}`;
  if (!cache.has(key)) {
    cache.set(key, new Intl.DateTimeFormat(LOCALE[language.get()], { timeZone: "UTC", ...options }));
  }
  return cache.get(key);
}

export function number(value, digits) {
  const size = Math.abs(value);
  const most = digits ?? (Number.isInteger(value) || size >= 100 ? 0 : size >= 10 ? 1 : 2);
  return numberFormat({ maximumFractionDigits: most, minimumFractionDigits: digits ?? 0 }).format(value);
}

/** 0.985 as 98.5 %; `fixed` keeps the digits of a column aligned. */
export function percent(fraction, { fixed = false } = {}) {
  const digits = { maximumFractionDigits: 1, minimumFractionDigits: fixed ? 1 : 0 };
  return numberFormat({ style: "percent", ...digits }).format(fraction);
}

export function money(value, currency, { compact = false, digits } = {}) {
  const amount = Number(value);
  const whole = Math.abs(amount) >= 1000 || Number.isInteger(amount);
  const options = {
    style: "currency",
    currency: currency || "USD",
        minimumFractionDigits: digits ?? (whole ? 0 : 2),
    maximumFractionDigits: digits ?? (whole ? 0 : 2),
  };
  if (compact && Math.abs(amount) >= 100) {
    Object.assign(options, { minimumFractionDigits: 0, maximumFractionDigits: 0 });
  }
  if (compact && Math.abs(amount) >= 10000) {
    Object.assign(options, { notation: "compact", maximumFractionDigits: 1 });
  }
  return numberFormat(options).format(amount);
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

export function date(value, { weekday = false, year = "auto" } = {}) {
  if (!value) return "";
  const day = String(value).slice(0, 10);
  if (!DAY.test(day)) return String(value);
  const options = { day: "numeric", month: "short" };
  if (weekday) options.weekday = "short";
  if (year === "auto" ? Math.abs(Date.parse(day) - Date.now()) > 200 * 86400e3 : year) {
    options.year = "numeric";
  }
  return dateFormat(options).format(new Date(`${day}T00:00:00Z`));
}

export function longDate(value) {
  const options = { weekday: "long", day: "numeric", month: "long", year: "numeric" };
  return dateFormat(options).format(new Date(`${String(value).slice(0, 10)}T00:00:00Z`));
}

/** An instant, in the planner's own time zone. */
export function instant(value) {
  if (!value) return "";
  const at = new Date(value);
  const sameDay = at.toDateString() === new Date().toDateString();
  const options = { hour: "2-digit", minute: "2-digit", timeZone: undefined };
  if (!sameDay) Object.assign(options, { day: "numeric", month: "short" });
  return dateFormat(options).format(at);
}

export function unitName(unit, value) {
  if (!unit) return "";
  const word = UNITS[unit];
  if (!word) return unit;
  return t(`unit.${word}.${Math.abs(Number(value)) === 1 ? "one" : "other"}`);
}

const UNITS = {
  pcs: "pcs", day: "days", days: "days", week: "weeks", weeks: "weeks", times: "times",
  pair: "pairs", pairs: "pairs", orders: "orders", items: "items", lines: "lines", units: "pcs",
};

/** A value with its unit: `%` takes a fraction, an ISO currency makes it money. */
export function figure(value, unit = "") {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  if (typeof value === "object") return local(value);
  if (unit === "date" || (typeof value === "string" && DAY.test(value))) return date(value);
  const numeric = typeof value === "number" ? value : Number(value);
  if (!Number.isFinite(numeric)) return String(value);
  if (unit === "%") return percent(numeric);
  if (CURRENCY.test(unit)) return money(numeric, unit);
  const name = unitName(unit, numeric);
  if (!name) return number(numeric);
  return language.get() === "zh" ? `${number(numeric)}${name}` : `${number(numeric)} ${name}`;
}

/** Content of a table cell by the kind of its column. */
export function cell(value, column, row = {}) {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "object") return local(value);
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  switch (column.kind) {
    case "date":
      return date(value);
    case "percent":
      return percent(Number(value), { fixed: true });
    case "money":
      return money(value, column.unit || row.currency, { digits: column.digits });
    case "number":
      return Number.isFinite(Number(value)) ? number(Number(value), column.digits) : String(value);
    default:
      return String(value);
  }
}
