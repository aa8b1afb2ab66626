"""Training examples for the extractor: one clause of a supplier's message with its candidates.

Values never appear: a clause shows `A:quantity`, `B:date` where code found them, and the answer
puts labels into roles. Old values ("instead of 5 Dec") are candidates that no role may take.
"""

# ruff: noqa: E501 - one list a row reads better than a wrapped one

from __future__ import annotations

import random
import re

from assistant.models.clauses import clause_prompt
from assistant.models.render import Span, render
from assistant.training.frames import Section, expand, sections
from assistant.training.situations import Example

ROLES = ("order", "line", "item", "quantity", "date", "until", "duration", "price", "party", "tracking", "substitute")  # fmt: skip
KIND_OF = {"until": "date", "percent": "percent", "substitute": "item", "deadline": "date",
           "olddate": "date", "oldquantity": "quantity", "oldprice": "price"}  # fmt: skip
ROLE_OF = {"percent": "price", "deadline": "date"}
MODALS = {
    "en": {
        "firm": "will|will|shall|is going to|can|will definitely|are to|will now|must",
        "tentative": "should|will probably|may|might|is expected to|are expected to|will hopefully|is likely to|"
        "will presumably|could|are supposed to|should be able to|will most likely|plan to|expect to|aim to|try to",
    },
    "zh": {
        "firm": "|会|将|将于|确定|一定|肯定|要|将会|就",
        "tentative": "预计|大概|可能|争取|应该|估计|预期|大约|有望|或许|恐怕|尽量|计划|差不多|力争|也许",
    },
}
CONDITIONS = {
    "en": """if you pay the deposit|if the material arrives|subject to your approval|provided that you confirm today|
if the payment is received|once we receive the deposit|as long as the weather is fine|unless the port is closed|
subject to availability|if you agree|if customs clears the goods|after receipt of the advance payment|
depending on the raw material|in case the container is released|if everything goes well""",
    "zh": """收到定金后|如果材料到齐|如果您今天确认|待贵司批准后|款到后|如果天气允许|视原材料情况|以库存为准|
如果海关放行|只要今天付款|若贵司同意|收到预付款后|如果一切顺利|确认样品之后|要是船期不变""",
}
HEDGES = {
    "en": "probably|hopefully|we expect that|as far as we know|it looks like|presumably|tentatively|most likely",
    "zh": "预计|大概|可能|估计|应该|目前看|初步估计|不出意外",
}
UNCERTAIN_KINDS = {"confirmation", "delivery_date", "delay", "early", "split", "partial", "price_change", "lead_time_change", "shipment"}  # fmt: skip
FREE_SHARE = 0.12
"""Share of clauses without a modal that get a hedge or a condition in front."""
_SLOT = re.compile(r"\{(\w+?)(\d?)\}")


def clause_example(rng: random.Random) -> Example:
    """One clause in either language, with the wanted reading."""
    language = "zh" if rng.random() < 0.5 else "en"
    pool = sections(f"clauses_{language}")
    section = rng.choices(pool, [len(s.lines) ** 0.6 for s in pool])[0]
    line = rng.choice(section.lines)
    if language == "zh":
        line = re.sub(r"(\{\w+\})\?", lambda m: rng.choice([m[1], ""]), line)
        line = re.sub(r"\[(.)\]\?", lambda m: rng.choice([m[1], ""]), line)
        line = re.sub(r"([\u4e00-\u9fff ，)])\?", lambda m: m[1] if m[1] == ")" else rng.choice([m[1], ""]), line)  # fmt: skip
    text, certainty = _with_certainty(expand(line, rng), section, language, rng)
    text = _surrounded(text, language, rng)
    return _compose(text, section.outcome, certainty, language, rng)


def _pick(pool: str, rng: random.Random) -> str:
    return rng.choice(pool.replace("\n", "").split("|"))


def _with_certainty(
    text: str, section: Section, language: str, rng: random.Random
) -> tuple[str, str]:
    """Fill the modal; a condition or hedge may stand before or after."""
    certainty = rng.choices(["firm", "tentative", "conditional"], [0.62, 0.24, 0.14])[0]
    modal = "{M}" in text
    if not modal and (section.outcome not in UNCERTAIN_KINDS or rng.random() > FREE_SHARE):
        certainty = "firm"
    if modal:
        kind = "tentative" if certainty == "tentative" else "firm"
        text = text.replace("{M}", _pick(MODALS[language][kind], rng))
    elif certainty == "tentative":
        text = f"{_pick(HEDGES[language], rng)} {text}" if language == "en" else _pick(HEDGES[language], rng) + text  # fmt: skip
    if certainty == "conditional":
        condition = _pick(CONDITIONS[language], rng)
        comma, space = ("，", "") if language == "zh" else (",", " ")
        before = language == "zh" or rng.random() < 0.5
        text = f"{condition}{comma}{space}{text}" if before else f"{text} {condition}"
    return re.sub(r" {2,}", " ", text), certainty


def _surrounded(text: str, language: str, rng: random.Random) -> str:
    """An order number or an item before the clause, a full stop after it."""
    if "{order}" not in text and rng.random() < 0.13:
        text = rng.choice(["{order}: ", "PO {order} - ", "re {order}, "] if language == "en" else ["{order}：", "订单{order}，", "关于{order}，"]) + text  # fmt: skip
    elif "{item}" not in text and "{substitute}" not in text and rng.random() < 0.06:
        text = rng.choice(["{item}: ", "item {item}, "] if language == "en" else ["{item}：", "{item}，"]) + text  # fmt: skip
    if rng.random() < 0.1:
        text = rng.choice(["hello, ", "dear all, ", "please note: ", "as discussed, ", "sorry, "] if language == "en" else ["您好，", "不好意思，", "请注意，", "通知：", "抱歉，"]) + text  # fmt: skip
    if rng.random() < 0.4:
        text += "。" if language == "zh" else "."
    if language == "en" and rng.random() < 0.3:
        text = text[0].upper() + text[1:]
    return text


def _compose(text: str, kind: str, certainty: str, language: str, rng: random.Random) -> Example:
    """Replace slots by labelled candidates and write the reading."""
    message, spans = "", []
    events: dict[str, dict[str, str]] = {}
    at = 0
    for match in _SLOT.finditer(text):
        message += text[at : match.start()]
        at = match.end()
        slot, number = match[1], match[2] or "1"
        label = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[len(spans)]
        start = len(message)
        message += "X"
        spans.append(Span(start, len(message), f"{label}:{KIND_OF.get(slot, slot)}"))
        role = ROLE_OF.get(slot, slot)
        if role in ROLES:
            roles = events.setdefault(number, {})
            roles[role] = f"{roles[role]},{label}" if role in roles else label
    message += text[at:]
    if kind == "nothing":
        answer = "nothing"
    else:
        written = []
        for number in sorted(events) or ["1"]:
            roles = events.get(number, {})
            ordered = " ".join(f"{r}={roles[r]}" for r in ROLES if r in roles)
            written.append(f"{kind} {certainty} {ordered}".strip())
        answer = "\n".join(written)
    return Example(clause_prompt(render(message, spans)), answer, message)
