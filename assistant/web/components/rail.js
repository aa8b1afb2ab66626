// Where one can go: views with what waits in them, earlier conversations, language and light.

import { html, useEffect, useRef, useState } from "../lib/html.js";
import { language, setLanguage, t } from "../lib/i18n.js";
import { setTheme, theme } from "../lib/preferences.js";
import { address, route, VIEWS } from "../lib/router.js";
import { overview, session, signOut } from "../lib/session.js";
import { useSignal } from "../lib/signal.js";
import { ConversationList } from "./conversations.js";
import { Icon } from "./icons.js";

const SECTION_OF = { messages: "messages", approvals: "proposals", orders: "late_orders", alerts: "anomalies" };
const THEMES = ["system", "light", "dark"];
const THEME_ICON = { system: "system", light: "sun", dark: "moon" };

export function Rail({ onShortcuts }) {
  const at = useSignal(route);
  const shown = useSignal(overview);
  const who = useSignal(session);
  useSignal(language);
  const [open, setOpen] = useState(false);
  const views = useRef(null);
  useEffect(() => {
    setOpen(false);
    views.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [at]);
  const waiting = (view) => shown?.sections.find((section) => section.key === SECTION_OF[view])?.count ?? 0;
  return html`<header class=${open ? "rail open" : "rail"}>
    <div class="brand">
      <a href=${address("today")} class="brand-name">
        <img src="mark.svg" alt="" width="22" height="22" />
        <span>${who?.company || t("app.name")}</span>
      </a>
      <button class="quiet icon-button menu" aria-expanded=${open} aria-controls="rail-more" aria-label=${t("nav.menu")} onClick=${() => setOpen(!open)}>
        <${Icon} name=${open ? "close" : "menu"} />
      </button>
    </div>
    <nav aria-label=${t("nav.views")}>
      <ul class="views" ref=${views}>
        ${VIEWS.map(
          (view) => html`<li>
            <a href=${address(view)} aria-current=${at.view === view ? "page" : undefined}>
              <${Icon} name=${view} />
              <span>${t(`nav.${view}`)}</span>
              ${waiting(view) > 0 && html`<span class="badge"><span class="sr-only">${t("nav.waiting")} </span>${waiting(view)}</span>`}
            </a>
          </li>`,
        )}
      </ul>
    </nav>
    <div class="rail-more" id="rail-more">
      <nav class="earlier" aria-label=${t("nav.conversations")}>
        <h2>${t("nav.conversations")}</h2>
        <${ConversationList} />
      </nav>
      <${Settings} who=${who} onShortcuts=${onShortcuts} />
    </div>
  </header>`;
}

function Settings({ who, onShortcuts }) {
  const words = useSignal(language);
  const light = useSignal(theme);
  const nextTheme = THEMES[(THEMES.indexOf(light) + 1) % THEMES.length];
  return html`<div class="settings">
    <div class="switch" role="group" aria-label=${t("settings.language")}>
      <button lang="en" aria-pressed=${words === "en"} onClick=${() => setLanguage("en")}>English</button>
      <button lang="zh" aria-pressed=${words === "zh"} onClick=${() => setLanguage("zh")}>中文</button>
    </div>
    <button class="quiet icon-button theme" title=${t(`theme.${light}`)} aria-label=${`${t(`theme.${light}`)}. ${t("theme.switch", { next: t(`theme.${nextTheme}`) })}`} onClick=${() => setTheme(nextTheme)}>
      <${Icon} name=${THEME_ICON[light]} />
    </button>
    <button class="quiet icon-button" aria-label=${t("shortcuts.title")} title=${t("shortcuts.title")} onClick=${onShortcuts}>
      <${Icon} name="keyboard" />
    </button>
    ${who?.authentication === "token" && html`<button class="quiet small" onClick=${signOut}>${t("session.out")}</button>`}
    ${who && html`<p class="hint">${t("settings.state", { owner: who.owner ?? "", model: who.model ?? "", version: who.version ?? "" })}</p>`}
  </div>`;
}
