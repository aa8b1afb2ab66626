// Keys that save a hand's way to the mouse, and the dialog that lists them.

import { html, useEffect, useRef } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { go, VIEWS } from "../lib/router.js";
import { focusComposer } from "./composer.js";
import { closeEvidence } from "./evidence.js";
import { Icon } from "./icons.js";

const LIST = [
  ["/", "shortcuts.ask"],
  ["Alt N", "shortcuts.new"],
  ["Alt 1 – 7", "shortcuts.views"],
  ["Enter", "shortcuts.send"],
  ["Shift Enter", "shortcuts.line"],
  ["↑", "shortcuts.recall"],
  ["Esc", "shortcuts.close"],
  ["?", "shortcuts.help"],
];

const writing = (target) => target.closest?.("input, textarea, select, [contenteditable]");

function newConversation() {
  go("ask");
  setTimeout(focusComposer, 60);
}

/** Handle the page's keys while it is shown. */
export function useShortcuts(onHelp) {
  useEffect(() => {
    const onKey = (event) => {
      if (event.ctrlKey || event.metaKey || event.isComposing) return;
      if (event.altKey) {
        const view = VIEWS[Number(event.code.replace("Digit", "")) - 1];
        if (view) go(view);
        else if (event.code === "KeyN") newConversation();
        else return;
        event.preventDefault();
      } else if (event.key === "Escape") {
        closeEvidence();
      } else if (!writing(event.target) && event.key === "/") {
        event.preventDefault();
        if (document.querySelector(".composer")) focusComposer();
        else newConversation();
      } else if (!writing(event.target) && event.key === "?") {
        onHelp();
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}

export function Shortcuts({ open, onClose }) {
  const dialog = useRef(null);
  useEffect(() => {
    if (open && !dialog.current.open) dialog.current.showModal();
    if (!open && dialog.current.open) dialog.current.close();
  }, [open]);
  return html`<dialog ref=${dialog} class="shortcuts" aria-labelledby="shortcuts-title" onClose=${onClose}>
    <header>
      <h2 id="shortcuts-title">${t("shortcuts.title")}</h2>
      <button class="quiet icon-button" aria-label=${t("close")} onClick=${onClose}><${Icon} name="close" /></button>
    </header>
    <dl>
      ${LIST.map(([keys, what]) => html`<div><dt>${keys.split(" ").map((key) => (key === "–" ? " – " : html`<kbd>${key}</kbd>`))}</dt><dd>${t(what)}</dd></div>`)}
    </dl>
  </dialog>`;
}
