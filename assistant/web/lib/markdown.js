// Text of the assistant as elements, through an allow-list: paragraphs, lists, emphasis, code.
// Nothing is ever parsed as HTML; links, images and tags come out as the words they were.

import { marked } from "../vendor/marked/marked.esm.js";
import { html } from "./html.js";

const MARK = /\uE000(\d+)\uE001/;
const PRIVATE = /[\uE000\uE001]/g;

/** Elements for `segments` ({ text, fact? }); `fact(segment)` draws the ones with a fact. */
export function renderSegments(segments, fact) {
  const facts = [];
  const source = segments.map((segment) => {
    const text = segment.text.replace(PRIVATE, "");
    if (!segment.fact) return text;
    facts.push(fact({ ...segment, text }));
    return `\uE000${facts.length - 1}\uE001`;
  });
  return renderMarkdown(source.join(""), facts);
}

export function renderMarkdown(source, facts = []) {
  return blocks(marked.lexer(source, { gfm: true, breaks: true }), facts);
}

const blocks = (tokens, facts) => tokens.map((token) => block(token, facts));

function block(token, facts) {
  switch (token.type) {
    case "space":
    case "def":
      return null;
    case "hr":
      return html`<hr />`;
    case "heading":
      return html`<p><strong>${inline(token.tokens, facts)}</strong></p>`;
    case "blockquote":
      return html`<blockquote>${blocks(token.tokens, facts)}</blockquote>`;
    case "list": {
      const items = token.items.map((item) => html`<li>${blocks(item.tokens, facts)}</li>`);
      return token.ordered ? html`<ol start=${token.start}>${items}</ol>` : html`<ul>${items}</ul>`;
    }
    case "code":
      return html`<pre><code>${withFacts(token.text, facts)}</code></pre>`;
    case "paragraph":
      return html`<p>${inline(token.tokens, facts)}</p>`;
    case "text":
      return token.tokens ? inline(token.tokens, facts) : withFacts(token.text, facts);
    default:
      return html`<p>${withFacts(token.raw, facts)}</p>`;
  }
}

function inline(tokens, facts) {
  return tokens.map((token) => {
    switch (token.type) {
      case "strong":
        return html`<strong>${inline(token.tokens, facts)}</strong>`;
      case "em":
        return html`<em>${inline(token.tokens, facts)}</em>`;
      case "codespan":
        return html`<code>${withFacts(token.text, facts)}</code>`;
      case "br":
        return html`<br />`;
      case "link":
        return inline(token.tokens, facts);
      case "text":
      case "escape":
        return withFacts(token.text, facts);
      default:
        return withFacts(token.raw, facts);
    }
  });
}

function withFacts(text, facts) {
  return text.split(MARK).map((part, index) => (index % 2 ? facts[Number(part)] : part));
}
