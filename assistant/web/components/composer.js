// Where the planner writes: Enter sends, Shift+Enter starts a line, arrow up brings earlier words.

import { post, sentenceOf } from "../lib/api.js";
import { notify } from "../lib/announce.js";
import { html, useEffect, useRef, useState } from "../lib/html.js";
import { language, t } from "../lib/i18n.js";
import { go } from "../lib/router.js";
import { session } from "../lib/session.js";
import { useSignal } from "../lib/signal.js";
import { Icon } from "./icons.js";

const STORED = "inventory.asked";
const KEPT = 50;

const asked = () => {
  try {
    return JSON.parse(localStorage.getItem(STORED)) ?? [];
  } catch {
    return [];
  }
};

function remember(text) {
  const kept = [...asked().filter((one) => one !== text), text].slice(-KEPT);
  localStorage.setItem(STORED, JSON.stringify(kept));
}

/** Several lines or a long text: more likely pasted from a mail than asked. */
export function looksLikeMessage(text) {
  return text.trim().split(/\n+/).length > 3 || text.trim().length > 400;
}

async function readMessage(text) {
  notify(t("messages.reading"));
  try {
    const message = await post("/api/messages", { text, sender: "", subject: "" });
    go("messages", message.id);
  } catch (error) {
    notify(sentenceOf(error), "error");
  }
}

/** Put the cursor where a question is written, wherever the planner is. */
export function focusComposer() {
  document.querySelector(".composer textarea")?.focus();
}

export function Composer({ running = false, onSend, onStop = null, suggestions = [] }) {
  useSignal(language);
  const limit = useSignal(session)?.limits?.message_characters ?? 4000;
  const [text, setText] = useState("");
  const [place, setPlace] = useState(null);
  const box = useRef(null);

  useEffect(() => {
    const area = box.current;
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, 180)}px`;
  }, [text]);

  const submit = () => {
    const message = text.trim();
    if (!message || running) return;
    remember(message);
    setText("");
    setPlace(null);
    onSend(message);
  };

  /** Step through earlier questions; beyond the newest one the box is empty again. */
  const recall = (step) => {
    const list = asked();
    const next = (place ?? list.length) + step;
    if (next < 0 || !list.length) return;
    setPlace(next >= list.length ? null : next);
    setText(list[next] ?? "");
  };

  const onKeyDown = (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      submit();
    } else if (event.key === "ArrowUp" && (text === "" || place !== null)) {
      event.preventDefault();
      recall(-1);
    } else if (event.key === "ArrowDown" && place !== null) {
      event.preventDefault();
      recall(1);
    } else if (event.key === "Escape" && running) {
      onStop?.();
    }
  };

  const readAsMessage = () => {
    setText("");
    readMessage(text);
  };

  return html`<div class="composer">
    ${looksLikeMessage(text) &&
    html`<p class="offer" role="status">
      <${Icon} name="mail" size="16" />${t("chat.supplier")}
      <button type="button" class="small" onClick=${readAsMessage}>${t("chat.supplier.read")}</button>
    </p>`}
    ${suggestions.length > 0 &&
    html`<div class="suggestions" role="group" aria-label=${t("chat.suggestions")}>
      ${suggestions.map((one) => html`<button class="small" onClick=${() => onSend(one)}>${one}</button>`)}
    </div>`}
    <form
      onSubmit=${(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <textarea
        ref=${box}
        rows="1"
        value=${text}
        maxlength=${limit}
        aria-label=${t("chat.ask")}
        placeholder=${t("chat.placeholder")}
        onInput=${(event) => setText(event.currentTarget.value)}
        onKeyDown=${onKeyDown}
      ></textarea>
      ${running && onStop
        ? html`<button type="button" class="send" onClick=${onStop} aria-label=${t("chat.stop")} title=${t("chat.stop")}>
            <${Icon} name="stop" />
          </button>`
        : html`<button type="submit" class="send primary" disabled=${!text.trim()} aria-label=${t("chat.send")} title=${t("chat.send")}>
            <${Icon} name="send" />
          </button>`}
    </form>
  </div>`;
}
