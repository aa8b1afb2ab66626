// The conversation: what was asked, what was found, and the box for the next question.

import { chatOf, conversations, retry, send, stop } from "../lib/chat.js";
import { html, useEffect, useLayoutEffect, useRef } from "../lib/html.js";
import { language, local, t } from "../lib/i18n.js";
import { go } from "../lib/router.js";
import { overview } from "../lib/session.js";
import { useSignal } from "../lib/signal.js";
import { Composer, focusComposer } from "./composer.js";
import { ConversationMenu } from "./conversations.js";
import { Answer, Question } from "./turn.js";

export function Ask({ id }) {
  const chat = chatOf(id);
  const { turns, running, loading, problem, elsewhere } = useSignal(chat.state);
  const known = useSignal(conversations).find((one) => one.id === id);
  const suggestions = useSignal(overview)?.suggestions ?? [];
  useSignal(language);
  const end = useRef(null);
  const near = useRef(true);

  useEffect(() => {
    const follow = () => {
      near.current = innerHeight + scrollY >= document.documentElement.scrollHeight - 160;
    };
    addEventListener("scroll", follow, { passive: true });
    return () => removeEventListener("scroll", follow);
  }, []);

  // A new question comes to the top of the page; its answer then grows below it.
  useLayoutEffect(() => {
    document.querySelector(".exchange:last-of-type")?.scrollIntoView({ block: "start" });
  }, [id, turns.length > 0 && Math.floor(turns.length / 2), loading]);

  useEffect(() => {
    if (!turns.length && !loading) focusComposer();
  }, [id, loading]);

  const say = (message) => send(chat, message);
  const exchanges = [];
  for (let i = 0; i < turns.length; i += 1) {
    if (turns[i].role === "user" || !exchanges.length) exchanges.push([]);
    exchanges.at(-1).push(turns[i]);
  }

  return html`<section class="ask" aria-labelledby="conversation-title">
    <header class="view-head">
      <h1 id="conversation-title">${known?.title || (turns[0]?.text ?? t("chat.new"))}</h1>
      <${ConversationMenu} id=${id} title=${known?.title ?? ""} />
    </header>
    <div class="log" role="log" aria-live="off" aria-label=${t("chat.log")}>
      ${loading && html`<p class="working">${t("loading")}</p>`}
      ${problem && html`<p class="problem" role="alert">${problem}</p>
        <button onClick=${() => go("ask")}>${t("chat.new")}</button>`}
      ${exchanges.map(
        (exchange, index) => html`<div class="exchange" key=${index}>
          ${exchange.map((turn) =>
            turn.role === "user"
              ? html`<${Question} turn=${turn} />`
              : html`<${Answer}
                  turn=${turn}
                  last=${index === exchanges.length - 1}
                  onSend=${say}
                  onRetry=${() => retry(chat)}
                />`,
          )}
        </div>`,
      )}
      ${elsewhere && html`<p class="working">${t("chat.elsewhere")}</p>`}
      ${!turns.length && !loading && !problem && html`<div class="hello">
        <p class="lead">${t("chat.hello")}</p>
        <p class="hint">${t("chat.hello.hint")}</p>
      </div>`}
      <div ref=${end}></div>
    </div>
    <${Composer}
      running=${running}
      onSend=${say}
      onStop=${() => stop(chat)}
      suggestions=${turns.length || problem ? [] : suggestions.map(local)}
    />
  </section>`;
}
