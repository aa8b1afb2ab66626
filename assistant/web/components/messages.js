// Supplier messages: a place to paste or drop one, the inbox, and the message that is open.

import { sentenceOf, post } from "../lib/api.js";
import { announce } from "../lib/announce.js";
import { instant } from "../lib/format.js";
import { html, useRef, useState } from "../lib/html.js";
import { language, local, plural, t } from "../lib/i18n.js";
import { address, go } from "../lib/router.js";
import { refreshOverview, session } from "../lib/session.js";
import { useSignal } from "../lib/signal.js";
import { Icon } from "./icons.js";
import { Loading, useLoad } from "./load.js";
import { MessageView } from "./message-view.js";

const STATUSES = ["all", "new", "read", "done", "failed"];

export function Messages({ id }) {
  useSignal(language);
  const [status, setStatus] = useState("all");
  const inbox = useLoad(status === "all" ? "/api/messages" : `/api/messages?status=${status}`);
  const changed = () => {
    inbox.reload();
    refreshOverview().catch(() => {});
  };
  return html`<section class=${id ? "messages opened" : "messages"} aria-labelledby="messages-title">
    <header class="view-head"><h1 id="messages-title">${t("nav.messages")}</h1></header>
    <div class="split">
      <div class="split-list">
        <${Drop} onRead=${changed} />
        <div class="tabs" role="group" aria-label=${t("messages.filter")}>
          ${STATUSES.map(
            (one) => html`<button aria-pressed=${status === one} onClick=${() => setStatus(one)}>${t(`message.${one}`)}</button>`,
          )}
        </div>
        ${inbox.data
          ? html`<ul class="inbox">${inbox.data.messages.map((one) => html`<${Entry} key=${one.id} message=${one} chosen=${String(one.id) === id} />`)}</ul>
              ${inbox.data.messages.length === 0 && html`<p class="empty">${t("messages.empty")}</p>`}`
          : html`<${Loading} problem=${inbox.problem} />`}
      </div>
      <div class="split-detail">
        ${id
          ? html`<${MessageView} key=${id} id=${id} onChanged=${changed} />`
          : html`<p class="empty pick">${t("messages.pick")}</p>`}
      </div>
    </div>
  </section>`;
}

function Entry({ message, chosen }) {
  const who = message.supplier ? local(message.supplier.names) : message.sender || t("messages.unknown");
  return html`<li>
    <a class=${`message-entry ${message.status}`} href=${address("messages", message.id)} aria-current=${chosen ? "true" : undefined}>
      <span class="entry-title">${who}</span>
      <time datetime=${message.received_at}>${instant(message.received_at)}</time>
      <span class="entry-subject">${message.subject || message.excerpt}</span>
      <span class="entry-state">
        <span class="status ${message.status}">${t(`message.${message.status}`)}</span>
        ${message.open_proposals > 0 && html`<span class="status open">${plural("messages.proposals", message.open_proposals)}</span>`}
      </span>
    </a>
  </li>`;
}

/** Paste text or drop a file; it is read at once and opened. */
function Drop({ onRead }) {
  const limit = useSignal(session)?.limits?.supplier_text_characters ?? 50000;
  const [text, setText] = useState("");
  const [sender, setSender] = useState("");
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const picker = useRef(null);

  const submit = async (body) => {
    if (busy) return;
    setBusy(true);
    setProblem("");
    announce(t("messages.reading"));
    try {
      const message = await post("/api/messages", body);
      setText("");
      setSender("");
      onRead();
      go("messages", message.id);
    } catch (error) {
      setProblem(sentenceOf(error));
    } finally {
      setBusy(false);
    }
  };
  const submitFile = (file) => {
    const form = new FormData();
    form.append("file", file);
    return submit(form);
  };
  const onDrop = (event) => {
    event.preventDefault();
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file) submitFile(file);
    else setText(event.dataTransfer.getData("text/plain"));
  };
  const onSubmit = (event) => {
    event.preventDefault();
    if (text.trim()) submit({ text, sender: sender.trim(), subject: "" });
  };

  return html`<form
    class=${over ? "drop over" : "drop"}
    onSubmit=${onSubmit}
    onDragOver=${(event) => {
      event.preventDefault();
      setOver(true);
    }}
    onDragLeave=${() => setOver(false)}
    onDrop=${onDrop}
  >
    <label>
      <span>${t("messages.paste")}</span>
      <textarea
        rows=${text ? 7 : 3}
        value=${text}
        maxlength=${limit}
        placeholder=${t("messages.paste.hint")}
        onInput=${(event) => setText(event.currentTarget.value)}
      ></textarea>
    </label>
    ${text && html`<label class="line"><span>${t("messages.sender")}</span><input value=${sender} type="text" inputmode="email" autocomplete="off" maxlength="200" onInput=${(event) => setSender(event.currentTarget.value)} /></label>`}
    ${problem && html`<p class="problem" role="alert">${problem}</p>`}
    <div class="actions">
      <button class="primary" disabled=${!text.trim() || busy} aria-busy=${busy}>${t(busy ? "messages.reading" : "messages.read")}</button>
      <input class="sr-only" ref=${picker} type="file" tabindex="-1" aria-hidden="true" accept=".eml,.txt,.html" onChange=${(event) => {
        const [file] = event.currentTarget.files;
        if (file) submitFile(file);
        event.currentTarget.value = "";
      }} />
      <button type="button" class="quiet" onClick=${() => picker.current.click()}><${Icon} name="file" size="16" />${t("messages.file")}</button>
    </div>
  </form>`;
}
