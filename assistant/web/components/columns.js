// How a column of a table looks, found from what is in it: figures line up, words have room.

import { local } from "../lib/i18n.js";

export const NUMERIC = new Set(["number", "money", "percent"]);
const SHORT = 24;
const LONG = 34;

/** Digits after the point for a whole column, so that its figures line up. */
function digitsOf(values, kind) {
  const numbers = values.map(Number).filter(Number.isFinite);
  if (numbers.every(Number.isInteger)) return 0;
  const size = Math.max(...numbers.map(Math.abs));
  if (kind === "money") return size >= 1000 ? 0 : 2;
  return size >= 1000 ? 0 : size >= 10 ? 1 : 2;
}

/** The columns with `digits` for figures and `shape` for words: short, long or empty. */
export function shapedColumns(table) {
  return table.columns.map((column) => {
    const values = table.rows.map((row) => row[column.key]).filter((value) => value !== null && value !== undefined && value !== "");
    if (NUMERIC.has(column.kind)) return { ...column, shape: "numeric", digits: digitsOf(values, column.kind) };
    if (column.kind === "date") return { ...column, shape: "date" };
    const longest = Math.max(0, ...values.map((value) => width(local(value))));
    return { ...column, shape: longest <= SHORT ? "short" : longest > LONG ? "long" : "" };
  });
}

/** Chinese characters are about twice as wide as Latin ones. */
function width(text) {
  let total = 0;
  for (const character of String(text)) total += character > "\u2E80" ? 1.8 : 1;
  return total;
}
