// Read something from the server for a view, again when a decision changed it.

import { sentenceOf, get } from "../lib/api.js";
import { html, useCallback, useEffect, useState } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { decided } from "../lib/proposals.js";
import { useSignal } from "../lib/signal.js";

/** { data, problem, reload, set } of a GET; `data` is null until it arrived. */
export function useLoad(path) {
  const changes = useSignal(decided);
  const [state, setState] = useState({ path, data: null, problem: "" });
  const reload = useCallback(async () => {
    if (!path) return;
    try {
      const data = await get(path);
      setState({ path, data, problem: "" });
    } catch (error) {
      setState({ path, data: null, problem: sentenceOf(error) });
    }
  }, [path]);
  useEffect(() => {
    reload();
  }, [reload, changes]);
  const current = state.path === path ? state : { data: null, problem: "" };
  return { ...current, reload, set: (data) => setState({ path, data, problem: "" }) };
}

export function Loading({ problem }) {
  return problem
    ? html`<p class="problem" role="alert">${problem}</p>`
    : html`<p class="working">${t("loading")}</p>`;
}
