// What a proposal holds: order lines, or old and new values; and the fields to edit them.

import { html } from "../lib/html.js";
import { date } from "../lib/format.js";
import { local, t, has } from "../lib/i18n.js";

export function OrderLines({ order, reason }) {
  return html`<div class="order-head">
      <span>${local(order.supplier.names) || order.supplier.code}</span>
      <span class="arrow" aria-hidden="true">→</span>
      <span>${local(order.location.names) || order.location.code}</span>
      <span class="hint">${t("order.wanted", { date: local(order.requested_on_text) })}</span>
    </div>
    <div class="table-scroll" tabindex="0" role="group" aria-label=${t("order.lines")}>
      <table class="lines">
        <thead>
          <tr>
            <th scope="col">${t("about.item")}</th>
            <th scope="col" class="numeric">${t("field.quantity")}</th>
            <th scope="col" class="numeric wide">${t("field.unit_cost")}</th>
            <th scope="col" class="numeric">${t("field.amount")}</th>
          </tr>
        </thead>
        <tbody>
          ${order.lines.map(
            (line) => html`<tr>
              <th scope="row">${local(line.names)} <code>${line.item}</code></th>
              <td class="numeric">
                ${local(line.quantity_text)}<span class="narrow">× ${local(line.unit_cost_text)}</span>
              </td>
              <td class="numeric wide">${local(line.unit_cost_text)}</td>
              <td class="numeric">${local(line.amount_text)}</td>
            </tr>`,
          )}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colspan="2">${t("order.total")}</th>
            <td class="wide"></td>
            <td class="numeric">${local(order.total_text)}</td>
          </tr>
        </tfoot>
      </table>
    </div>
    ${reason && html`<p class="note">${local(reason)}</p>`}`;
}

export function ChangeList({ proposal }) {
  const { payload, names, changes } = proposal;
  return html`<div class="order-head">
      ${payload.order && html`<code>${payload.order}</code>`}
      ${payload.line_no && html`<span class="hint">${t("order.line", { line: payload.line_no })}</span>`}
      ${payload.item && html`<span>${local(names?.item?.[payload.item]) || payload.item}</span>`}
      ${payload.supplier && html`<span>${local(names?.supplier?.[payload.supplier]) || payload.supplier}</span>`}
    </div>
    <dl class="changes">
      ${(changes ?? []).map(
        (change) => html`<div>
          <dt>${local(change.label)}</dt>
          <dd>
            ${change.old &&
            html`<del><span class="sr-only">${t("change.old")} </span>${local(change.old)}</del>
              <span class="arrow" aria-hidden="true">→</span>`}
            <ins><span class="sr-only">${t("change.new")} </span>${local(change.new)}</ins>
          </dd>
        </div>`,
      )}
    </dl>`;
}

const NUMBERS = new Set([
  "quantity", "cancelled_quantity", "moq", "pack_size", "lead_time_days", "weekly_capacity", "unit_cost",
]);
const DATES = new Set(["promised_on", "requested_on", "valid_from"]);

/** Editable values of an open proposal, or null when nothing of it can be edited. */
export function editsOf(proposal) {
  const { kind, payload } = proposal;
  if (kind === "create_order") {
    const lines = payload.lines.map(({ item, quantity }) => ({ item, quantity }));
    return { requested_on: payload.requested_on, lines };
  }
  const fields = Object.entries(payload.new ?? {}).filter(([key]) => NUMBERS.has(key) || DATES.has(key));
  return fields.length ? Object.fromEntries(fields) : null;
}

export function EditFields({ proposal, edits, onChange }) {
  const field = (key) => html`<${Field} name=${key} value=${edits[key]} onInput=${(value) => onChange({ ...edits, [key]: value })} />`;
  if (proposal.kind !== "create_order") {
    return html`<div class="edit-fields">${Object.keys(edits).map(field)}</div>`;
  }
  const names = Object.fromEntries(proposal.order.lines.map((line) => [line.item, line.names]));
  const setLine = (item, quantity) =>
    onChange({ ...edits, lines: edits.lines.map((line) => (line.item === item ? { item, quantity } : line)) });
  return html`<div class="edit-fields">
    ${edits.requested_on && field("requested_on")}
    ${edits.lines.map(
      (line) => html`<${Field}
        name="quantity"
        label=${local(names[line.item]) || line.item}
        value=${line.quantity}
        onInput=${(value) => setLine(line.item, value)}
      />`,
    )}
    <p class="hint">${t("proposal.edit.hint", { date: date(edits.requested_on) })}</p>
  </div>`;
}

function Field({ name, label, value, onInput }) {
  const text = label ?? (has(`field.${name}`) ? t(`field.${name}`) : name);
  const day = DATES.has(name);
  const asWritten = typeof value === "string" && !day;
  return html`<label>
    <span>${text}</span>
    <input
      type=${day ? "date" : "number"}
      min=${day ? undefined : "0"}
      step=${day ? undefined : "any"}
      value=${value}
      onInput=${({ currentTarget }) => onInput(day || asWritten ? currentTarget.value : Number(currentTarget.value))}
    />
  </label>`;
}
