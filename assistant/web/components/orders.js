// Purchase orders by state, and one order with its lines and its papers.

import { sentenceOf, post } from "../lib/api.js";
import { notify } from "../lib/announce.js";
import { ask } from "../lib/chat.js";
import { date } from "../lib/format.js";
import { html, useEffect, useState } from "../lib/html.js";
import { language, local, plural, t } from "../lib/i18n.js";
import { address, go } from "../lib/router.js";
import { useSignal } from "../lib/signal.js";
import { Loading, useLoad } from "./load.js";
import { OrderExports } from "./order-exports.js";
import { DataTable } from "./table.js";

const STATES = ["open", "late", "draft", "received", "cancelled", "all"];

export function Orders({ id }) {
  useSignal(language);
  if (id && !STATES.includes(id)) return html`<${OrderView} key=${id} number=${id} />`;
  return html`<${OrderList} state=${id ?? "open"} />`;
}

const column = (key, en, zh, kind = "text") => ({ key, title: { en, zh }, kind, unit: "" });

const COLUMNS = [
  column("number", "Order", "订单"),
  column("supplier", "Supplier", "供应商"),
  column("location", "Delivered to", "收货地点"),
  column("status", "Status", "状态"),
  column("ordered_on", "Ordered", "下单日期", "date"),
  column("next_promised_on", "Next delivery", "下次到货", "date"),
  column("lines", "Lines", "行数", "number"),
  column("outstanding", "Outstanding", "未到数量", "number"),
  column("currency", "Currency", "币种"),
  column("total", "Total", "总额", "money"),
];

function OrderList({ state }) {
  const { data, problem } = useLoad(`/api/orders?status=${state}`);
  const rows = (data?.orders ?? []).map((order) => ({
    number: order.number,
    supplier: order.supplier.names,
    location: order.location.names,
    status: order.late ? `${local(order.status_text)} · ${t("order.late")}` : local(order.status_text),
    ordered_on: order.ordered_on,
    next_promised_on: order.next_promised_on,
    lines: order.lines,
    outstanding: order.outstanding,
    currency: order.currency,
    total: Number(order.total),
    mark: order.late ? "late" : "",
  }));
  const render = {
    number: (row) => html`<a href=${address("orders", row.number)}>${row.number}</a>`,
  };
  const title = { en: "Purchase orders", zh: "采购订单" };
  return html`<section class="orders" aria-labelledby="orders-title">
    <header class="view-head">
      <h1 id="orders-title">${t("nav.orders")}</h1>
      <div class="tabs" role="group" aria-label=${t("orders.filter")}>
        ${STATES.map(
          (one) => html`<button aria-pressed=${one === state} onClick=${() => go("orders", one)}>${t(`orders.${one}`)}</button>`,
        )}
      </div>
    </header>
    ${data
      ? html`<${DataTable} key=${state} table=${{ key: `orders_${state}`, title, columns: COLUMNS, rows }} render=${render} caption=${false} />`
      : html`<${Loading} problem=${problem} />`}
  </section>`;
}

const LINE_COLUMNS = [
  column("item", "Item", "商品"),
  column("line_no", "Line", "行", "number"),
  column("quantity", "Ordered", "订购", "number"),
  column("received_quantity", "Received", "已收", "number"),
  column("cancelled_quantity", "Cancelled", "取消", "number"),
  column("outstanding", "Outstanding", "未到", "number"),
  column("unit_cost", "Unit cost", "单价", "money"),
  column("amount", "Amount", "金额", "money"),
  column("requested_on", "Requested", "要求到货", "date"),
  column("promised_on", "Promised", "承诺到货", "date"),
];

function OrderView({ number }) {
  const { data: order, problem, set } = useLoad(`/api/orders/${encodeURIComponent(number)}`);
  const [busy, setBusy] = useState(false);
  useEffect(() => scrollTo(0, 0), [number]);
  if (!order) return html`<section><a class="back" href=${address("orders")}>${t("orders.back")}</a><${Loading} problem=${problem} /></section>`;
  const markSent = async () => {
    setBusy(true);
    try {
      set({ ...order, ...(await post(`/api/orders/${encodeURIComponent(number)}/sent`)) });
    } catch (error) {
      notify(sentenceOf(error), "error");
    } finally {
      setBusy(false);
    }
  };
  const money = (key) => (key === "unit_cost" || key === "amount" ? order.currency : "");
  const columns = LINE_COLUMNS.map((one) => ({ ...one, unit: money(one.key) }));
  const lines = Array.isArray(order.lines) ? order.lines : [];
  const rows = lines.map((line) => ({ ...line, item: line.names, unit_cost: Number(line.unit_cost), amount: Number(line.amount) }));
  return html`<section class="orders" aria-labelledby="order-title">
    <a class="back" href=${address("orders")}>${t("orders.back")}</a>
    <header class="view-head">
      <div>
        <h1 id="order-title">${order.number}</h1>
        <p class="lead">
          ${local(order.supplier.names)} → ${local(order.location.names)} · ${local(order.total_text)} ·${" "}
          <span class="status ${order.status}">${local(order.status_text)}</span>
          ${order.late && html` · <span class="status late">${t("order.late")}</span>`}
        </p>
        <p class="hint">
          ${t("order.ordered", { date: date(order.ordered_on) })}${order.created_by && ` · ${order.created_by}`} · ${plural("order.lines", lines.length)}
        </p>
      </div>
    </header>
    <div class="order-actions">
      <${OrderExports} number=${order.number} />
      ${order.status === "approved" && html`<button class="small" disabled=${busy} onClick=${markSent}>${t("order.sent")}</button>`}
      <button class="small quiet" onClick=${() => ask(t("ask.order", { number: order.number }))}>${t("order.ask")}</button>
    </div>
    ${order.note && html`<p class="note">${order.note}</p>`}
    <${DataTable} table=${{ key: "order_lines", title: { en: "Lines", zh: "订单行" }, columns, rows }} />
  </section>`;
}
