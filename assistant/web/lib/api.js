// Calls to the server. A refusal becomes a `Problem` whose message is the sentence to show.

import { local, t } from "./i18n.js";

const HEADERS = { "X-Requested-With": "inventory-assistant" };

export class Problem extends Error {
  constructor(body, status) {
    super(body.text?.en ?? body.detail ?? body.title ?? String(status));
    this.text = body.text ?? null;
    this.kind = String(body.type ?? "").split("/").pop();
    this.status = status;
  }

  /** One sentence in the planner's language. */
  get sentence() {
    return this.text ? local(this.text) : this.message;
  }
}

/** The sentence to show for anything that was thrown. */
export function sentenceOf(error) {
  if (error instanceof Problem) return error.sentence;
  if (error instanceof TypeError) return t("error.network");
  return t("error.unexpected");
}

export async function problemOf(response) {
  let body = {};
  try {
    body = await response.json();
  } catch {
    body = { detail: t("error.status", { status: response.status }) };
  }
  return new Problem(body, response.status);
}

async function call(method, path, body, options = {}) {
  const headers = { ...HEADERS, Accept: "application/json" };
  const init = { method, headers, ...options };
  if (body instanceof FormData) {
    init.body = body;
  } else if (body !== undefined) {
    headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(body);
  }
  const response = await fetch(path, init);
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function json(method, path, body) {
  const response = await call(method, path, body);
  return response.status === 204 ? null : response.json();
}

export const get = (path) => json("GET", path);
export const post = (path, body = {}) => json("POST", path, body);
export const patch = (path, body) => json("PATCH", path, body);
export const remove = (path) => json("DELETE", path);

/** Open the event stream of a chat run; closing `signal` stops the run on the server. */
export function stream(path, body, abort) {
  return call("POST", path, body, { signal: abort });
}

/** Save what the server answers as a file under the name it gives. */
export async function download(path, body) {
  const response = await call(body === undefined ? "GET" : "POST", path, body);
  save(await response.blob(), fileName(response) ?? "export");
}

function fileName(response) {
  const header = response.headers.get("Content-Disposition") ?? "";
  const encoded = /filename\*=(?:UTF-8|utf-8)''([^;]+)/.exec(header);
  if (encoded) return decodeURIComponent(encoded[1]);
  return /filename="?([^";]+)"?/.exec(header)?.[1];
}

export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
