// The papers of a purchase order: a file for the planner, a mail draft for the supplier.

import { download, sentenceOf } from "../lib/api.js";
import { notify } from "../lib/announce.js";
import { html } from "../lib/html.js";
import { language, t } from "../lib/i18n.js";
import { Icon } from "./icons.js";

const FORMATS = ["csv", "xlsx", "eml"];

export function OrderExports({ number }) {
  const save = async (format) => {
    // A mail draft is written in the supplier's language, a file in the planner's.
    const query = format === "eml" ? "" : `&language=${language.get()}`;
    try {
      await download(`/api/orders/${encodeURIComponent(number)}/export?format=${format}${query}`);
    } catch (error) {
      notify(sentenceOf(error), "error");
    }
  };
  return html`<div class="actions exports">
    ${FORMATS.map(
      (format) => html`<button class="small" onClick=${() => save(format)}>
        <${Icon} name=${format === "eml" ? "mail" : "download"} size="15" />${t(`export.${format}`)}
      </button>`,
    )}
  </div>`;
}
