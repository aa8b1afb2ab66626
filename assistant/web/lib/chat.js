// Conversations as the page holds them: turns that grow while a run streams in.
// A run goes on while the planner looks at something else; closing its stream stops it.

import { announce } from "./announce.js";
import { get, Problem, sentenceOf, stream } from "./api.js";
import { events } from "./events.js";
import { language, local, t } from "./i18n.js";
import { go, route } from "./router.js";
import { seeProposals } from "./proposals.js";
import { signal } from "./signal.js";

/** Conversations in the list, newest first: { id, title, updated_at }. */
export const conversations = signal([]);

const open = new Map();
let fresh = null;

/** The conversation `id`, or the one that has not been sent yet. */
export function chatOf(id) {
  if (id === null) return (fresh ??= newChat(null));
  if (!open.has(id)) {
    const chat = newChat(id);
    open.set(id, chat);
    load(chat);
  }
  return open.get(id);
}

function newChat(id) {
  return { id, abort: null, state: signal({ turns: [], running: false, loading: id !== null, problem: "" }) };
}

function change(chat, part) {
  chat.state.set((state) => ({ ...state, ...part }));
}

export async function refreshConversations() {
  conversations.set((await get("/api/conversations")).conversations);
}

async function load(chat) {
  try {
    const stored = await get(`/api/conversations/${encodeURIComponent(chat.id)}`);
    const turns = stored.turns.map(fromStored);
    for (const turn of turns) for (const call of turn.calls ?? []) seeProposals(call.result?.proposals);
    change(chat, { turns, loading: false, running: false, elsewhere: stored.running });
    if (stored.running) setTimeout(() => load(chat), 1500);
  } catch (error) {
    open.delete(chat.id);
    change(chat, { loading: false, problem: sentenceOf(error) });
  }
}

function fromStored({ role, content, created_at }) {
  if (role === "user") return { role, text: content.text, at: created_at };
  const calls = (content.calls ?? []).map((call) => ({ ...call, running: false }));
  return { role, text: content.text, segments: content.segments, calls, error: content.error, at: created_at };
}

/** Forget a conversation that was deleted. */
export function forget(id) {
  open.get(id)?.abort?.abort();
  open.delete(id);
}

/** Start a new conversation with `message` and show it. */
export function ask(message) {
  fresh = newChat(null);
  go("ask");
  return send(fresh, message);
}

export function stop(chat) {
  chat.abort?.abort();
}

/** Send the last question of the planner again. */
export function retry(chat) {
  const { turns } = chat.state.get();
  const asked = [...turns].reverse().find((turn) => turn.role === "user");
  if (asked) send(chat, asked.text);
}

export async function send(chat, message) {
  const text = message.trim();
  if (!text || chat.state.get().running) return;
  const answer = { role: "assistant", text: "", segments: null, calls: [], error: null, running: true };
  const asked = { role: "user", text, at: new Date().toISOString() };
  chat.state.set((state) => ({ ...state, turns: [...state.turns, asked, answer], running: true, problem: "" }));
  announce(t("chat.working"));
  chat.abort = new AbortController();
  try {
    const body = { conversation_id: chat.id, message: text, language: language.get() };
    const response = await stream("/api/chat", body, chat.abort.signal);
    for await (const event of events(response)) receive(chat, answer, event);
    if (answer.running) answer.error = { en: t("error.cut"), zh: t("error.cut") };
  } catch (error) {
    answer.stopped = error.name === "AbortError";
    if (!answer.stopped) answer.error = error instanceof Problem ? error.text ?? error.message : sentenceOf(error);
  } finally {
    finish(chat, answer);
  }
}

function finish(chat, answer) {
  answer.running = false;
  for (const call of answer.calls) call.running = false;
  chat.abort = null;
  change(chat, { running: false });
  redraw(chat, answer);
  announce(answer.stopped ? t("chat.stopped") : answer.error ? local(answer.error) : answer.text);
  refreshConversations().catch(() => {});
}

/** Components compare turns by identity, so a turn that grew is replaced by a copy. */
function redraw(chat, answer) {
  chat.state.set((state) => ({ ...state, turns: [...state.turns.slice(0, -1), { ...answer }] }));
}

function receive(chat, answer, event) {
  HANDLERS[event.type]?.(chat, answer, event);
  redraw(chat, answer);
}

const callOf = (answer, event) => answer.calls.find((call) => call.id === event.toolCallId);

function adopt(chat, id) {
  if (chat.id !== null) return;
  chat.id = id;
  open.set(id, chat);
  if (fresh === chat) {
    fresh = null;
    const at = route.get();
    if (at.view === "ask" && at.id === null) go("ask", id, { replace: true });
  }
}

const HANDLERS = {
  RUN_STARTED: (chat, answer, event) => adopt(chat, event.threadId),
  TOOL_CALL_START: (chat, answer, event) => {
    const call = { id: event.toolCallId, name: event.toolCallName, typed: "", arguments: null, result: null };
    answer.calls = [...answer.calls, { ...call, running: true }];
  },
  TOOL_CALL_ARGS: (chat, answer, event) => {
    const call = callOf(answer, event);
    if (call) call.typed += event.delta;
  },
  TOOL_CALL_END: (chat, answer, event) => {
    const call = callOf(answer, event);
    if (call) call.arguments = parsed(call.typed);
  },
  TOOL_CALL_RESULT: (chat, answer, event) => {
    const call = callOf(answer, event);
    if (!call) return;
    call.arguments ??= parsed(call.typed);
    call.result = parsed(event.content);
    call.running = false;
    seeProposals(call.result.proposals);
  },
  TEXT_MESSAGE_CONTENT: (chat, answer, event) => {
    answer.text += event.delta;
  },
  CUSTOM: (chat, answer, event) => {
    if (event.name !== "answer") return;
    answer.segments = event.value.segments;
    answer.text = answer.segments.map((segment) => segment.text).join("");
  },
  RUN_ERROR: (chat, answer, event) => {
    answer.error = event.text ?? event.message;
    answer.running = false;
  },
  RUN_FINISHED: (chat, answer) => {
    answer.running = false;
  },
};

function parsed(text) {
  try {
    return JSON.parse(text || "{}");
  } catch {
    return {};
  }
}
