// The page: which view is shown, and what stands around it.

import { announce, dismiss, notices, notify, spoken } from "./lib/announce.js";
import { sentenceOf } from "./lib/api.js";
import { refreshConversations } from "./lib/chat.js";
import { html, render, useEffect, useRef, useState } from "./lib/html.js";
import { language, t } from "./lib/i18n.js";
import "./lib/preferences.js";
import { route } from "./lib/router.js";
import { refreshOverview, refreshSession, session } from "./lib/session.js";
import { useSignal } from "./lib/signal.js";
import { Alerts } from "./components/alerts.js";
import { Approvals } from "./components/approvals.js";
import { Ask } from "./components/ask.js";
import { Evidence } from "./components/evidence.js";
import { Icon } from "./components/icons.js";
import { Imports } from "./components/imports.js";
import { Messages } from "./components/messages.js";
import { Orders } from "./components/orders.js";
import { Rail } from "./components/rail.js";
import { Shortcuts, useShortcuts } from "./components/shortcuts.js";
import { SignIn } from "./components/sign-in.js";
import { Today } from "./components/today.js";

const COMPONENT = { today: Today, ask: Ask, messages: Messages, approvals: Approvals, orders: Orders, alerts: Alerts, data: Imports };

function App() {
  const at = useSignal(route);
  const who = useSignal(session);
  const words = useSignal(language);
  const [help, setHelp] = useState(false);
  useShortcuts(() => setHelp(true));
  const main = useRef(null);
  const first = useRef(true);

  useEffect(() => {
    document.documentElement.lang = words === "zh" ? "zh-CN" : "en";
    document.title = at.view === "today" ? t("app.name") : `${t(`nav.${at.view}`)} · ${t("app.name")}`;
  }, [words, at.view]);

  // A reader of the page hears that the view changed; the ask box takes the focus itself.
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    announce(t(`nav.${at.view}`));
    if (at.view !== "ask") main.current?.focus({ preventScroll: true });
    if (at.view !== "ask") scrollTo(0, 0);
  }, [at.view]);

  useEffect(() => {
    if (!who?.signed_in) return;
    refreshConversations().catch((error) => notify(sentenceOf(error), "error"));
    refreshOverview().catch(() => {});
  }, [who?.signed_in]);

  if (who && !who.signed_in) return html`<${SignIn} />`;
  const View = COMPONENT[at.view];
  return html`<div class="shell">
      <a class="skip" href="#main" onClick=${(event) => {
        event.preventDefault();
        main.current.focus();
      }}>${t("nav.skip")}</a>
      <${Rail} onShortcuts=${() => setHelp(true)} />
      <main id="main" ref=${main} tabindex="-1"><${View} key=${at.view} id=${at.id} /></main>
      <${Evidence} />
    </div>
    <${Shortcuts} open=${help} onClose=${() => setHelp(false)} />
    <${Notices} />
    <${Spoken} />`;
}

function Notices() {
  const shown = useSignal(notices);
  return html`<div class="notices">
    ${shown.map(
      (notice) => html`<div key=${notice.id} class=${`notice ${notice.kind}`} role=${notice.kind === "error" ? "alert" : "status"}>
        <span>${notice.text}</span>
        <button class="quiet icon-button" aria-label=${t("close")} onClick=${() => dismiss(notice.id)}><${Icon} name="close" size="15" /></button>
      </div>`,
    )}
  </div>`;
}

function Spoken() {
  return html`<div class="sr-only" role="status" aria-live="polite">${useSignal(spoken)}</div>`;
}

refreshSession().catch((error) => notify(sentenceOf(error), "error"));
const host = document.getElementById("app");
host.replaceChildren();
render(html`<${App} />`, host);
