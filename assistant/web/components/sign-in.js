// Asked for only when the administrator configured access tokens.

import { sentenceOf } from "../lib/api.js";
import { html, useState } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { signIn } from "../lib/session.js";

export function SignIn() {
  const [token, setToken] = useState("");
  const [problem, setProblem] = useState("");
  const submit = async (event) => {
    event.preventDefault();
    try {
      await signIn(token.trim());
    } catch (error) {
      setProblem(sentenceOf(error));
    }
  };
  return html`<main class="sign-in" id="main">
    <form onSubmit=${submit}>
      <h1>${t("app.name")}</h1>
      <label>
        <span>${t("session.token")}</span>
        <input type="password" autocomplete="current-password" value=${token} onInput=${(event) => setToken(event.currentTarget.value)} />
      </label>
      ${problem && html`<p class="problem" role="alert">${problem}</p>`}
      <button class="primary" disabled=${!token.trim()}>${t("session.in")}</button>
    </form>
  </main>`;
}
