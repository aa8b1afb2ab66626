// Earlier conversations: open, rename, delete.

import { sentenceOf, patch, remove } from "../lib/api.js";
import { notify } from "../lib/announce.js";
import { conversations, forget, refreshConversations } from "../lib/chat.js";
import { instant } from "../lib/format.js";
import { html, useState } from "../lib/html.js";
import { language, t } from "../lib/i18n.js";
import { address, go, route } from "../lib/router.js";
import { useSignal } from "../lib/signal.js";
import { Icon } from "./icons.js";

export function ConversationList({ onChosen = null }) {
  const list = useSignal(conversations);
  const at = useSignal(route);
  useSignal(language);
  if (!list.length) return html`<p class="hint">${t("chat.none")}</p>`;
  return html`<ul class="conversations">
    ${list.map(
      (one) => html`<li key=${one.id}>
        <a
          href=${address("ask", one.id)}
          aria-current=${at.view === "ask" && at.id === one.id ? "page" : undefined}
          title=${`${one.title} · ${instant(one.updated_at)}`}
          onClick=${onChosen}
          >${one.title || t("chat.untitled")}</a
        >
      </li>`,
    )}
  </ul>`;
}

/** Rename and delete, for the conversation that is open. */
export function ConversationMenu({ id, title }) {
  const [mode, setMode] = useState("");
  const [name, setName] = useState("");
  if (id === null) return null;
  const path = `/api/conversations/${encodeURIComponent(id)}`;
  const attempt = async (work) => {
    try {
      await work();
      setMode("");
      await refreshConversations();
    } catch (error) {
      notify(sentenceOf(error), "error");
    }
  };
  const rename = (event) => {
    event.preventDefault();
    if (name.trim()) attempt(() => patch(path, { title: name.trim() }));
  };
  const discard = () =>
    attempt(async () => {
      await remove(path);
      forget(id);
      go("ask");
    });
  if (mode === "rename") {
    return html`<form class="inline-form" onSubmit=${rename}>
      <input autofocus value=${name} maxlength="200" aria-label=${t("chat.title")} onInput=${(event) => setName(event.currentTarget.value)} />
      <button class="small primary">${t("save")}</button>
      <button type="button" class="small" onClick=${() => setMode("")}>${t("cancel")}</button>
    </form>`;
  }
  if (mode === "delete") {
    return html`<div class="inline-form" role="alertdialog" aria-label=${t("chat.delete.sure")}>
      <span>${t("chat.delete.sure")}</span>
      <button class="small danger" autofocus onClick=${discard}>${t("chat.delete")}</button>
      <button class="small" onClick=${() => setMode("")}>${t("cancel")}</button>
    </div>`;
  }
  const startRename = () => {
    setName(title);
    setMode("rename");
  };
  return html`<div class="actions">
    <button class="quiet icon-button" aria-label=${t("chat.rename")} title=${t("chat.rename")} onClick=${startRename}><${Icon} name="edit" /></button>
    <button class="quiet icon-button" aria-label=${t("chat.delete")} title=${t("chat.delete")} onClick=${() => setMode("delete")}><${Icon} name="trash" /></button>
    <button class="quiet icon-button" aria-label=${t("chat.new")} title=${t("chat.new")} onClick=${() => go("ask")}><${Icon} name="plus" /></button>
  </div>`;
}
