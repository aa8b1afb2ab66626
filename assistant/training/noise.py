"""How planners really write: openings and closings, typing errors, casing, missing punctuation.

Noise touches only the words around the values, so that what has to be pointed at stays as it is.
"""

# ruff: noqa: E501 - one list a row reads better than a wrapped one

from __future__ import annotations

import random
import re

Part = tuple[str, str]
"""Text and the slot it fills ("" for plain words)."""

OPENINGS = {
    "en": """hi,|hey,|hello,|quick question:|please tell me|can you tell me|could you check|i'd like to know|
i want to know|pls|please|ok,|so|well,|also,|morning!|my boss asks:|just wondering,|for the meeting:|hey there,|
do you know|any idea|tell me|i need to know|quick one -|question:|sorry,|urgent:|hm,|let me ask:|and by the way,|
could you please tell me|i was asked|the warehouse asks|sales is asking|before i forget:|ok so|um,|right,|
good morning,|one more thing:|now|then|for my report:|we have a call in 5 minutes,|help me out:""",
    "zh": """请问|麻烦问下|帮我看看|帮我查一下|老板问|你好，|请问一下，|急！|想知道|我想问|想了解一下|问一下|那个，|
麻烦|请|能不能告诉我|查一下|早上好，|领导要看，|开会要用，|我想看看|嗯，|对了，|话说|顺便问下，|客户在问，|仓库在问，|
打扰一下，|再问一个，|你帮我看下|我要写报告，|着急，|能帮我看下|劳驾，|业务在催，|就想问问|请教一下，""",
}
CLOSINGS = {
    "en": """please|pls|thanks|thx|?|??|!|asap|for the meeting|, please|, thank you|right now|quickly|if you can|
, i need it for a report|, my boss wants to know|, just roughly|, exactly|cheers|.|...|, any idea?|, ok?|today|, urgent|
, in short|, with details|, we need to decide|, customers are asking""",
    "zh": """？|？|，谢谢|谢谢|，急|，急用|。|啊|呀|哈|，大概就行|，老板要|，开会用|，快点|，麻烦了|，详细点|呢|！|，给个准数|
，尽快|，拜托了|，谢谢啦""",
}
_SWITCHES = {
    "库存": "stock", "订单": "PO", "预测": "forecast", "供应商": "supplier", "销量": "sales", "交期": "lead time",
    "指标": "KPI", "补货": "reorder", "数据": "data", "促销": "promo", "起订量": "MOQ",
}  # fmt: skip
_WORD = re.compile(r"[A-Za-z]{4,}")


def choose(pool: str, rng: random.Random) -> str:
    """One entry of a `|`-separated list."""
    return rng.choice([entry.strip() for entry in pool.replace("\n", "").split("|")])


def disturb(parts: list[Part], language: str, rng: random.Random, bare: bool = False) -> list[Part]:
    """Wrap and roughen a message; `bare` keeps openings and closings away."""
    parts = list(parts)
    space = "" if language == "zh" else " "
    if not bare and rng.random() < 0.22:
        parts.insert(0, (choose(OPENINGS[language], rng) + space, ""))
    if not bare and rng.random() < 0.28:
        closing = choose(CLOSINGS[language], rng)
        parts.append((("" if closing[0] in "?!.,，。？！" else space) + closing, ""))
    elif rng.random() < 0.4:
        parts.append(("？" if language == "zh" else "?", ""))
    if language == "en":
        parts = _english(parts, rng)
    elif rng.random() < 0.08:
        parts = [(_switched(text, rng) if not slot else text, slot) for text, slot in parts]
    return parts


def _english(parts: list[Part], rng: random.Random) -> list[Part]:
    if rng.random() < 0.14:
        position = rng.randrange(len(parts))
        text, slot = parts[position]
        if not slot:
            parts[position] = (typo(text, rng), slot)
    casing = rng.random()
    if casing < 0.35:
        return [(text.lower(), slot) for text, slot in parts]
    if casing < 0.38:
        return [(text.upper(), slot) for text, slot in parts]
    first, slot = parts[0]
    if not slot and casing < 0.8:
        parts[0] = (first[:1].upper() + first[1:], slot)
    return parts


def typo(text: str, rng: random.Random) -> str:
    """One typing error in one of the longer words."""
    words = list(_WORD.finditer(text))
    if not words:
        return text
    word = rng.choice(words)
    at = rng.randrange(word.start() + 1, word.end() - 1)
    kind = rng.random()
    if kind < 0.35:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if kind < 0.7:
        return text[:at] + text[at + 1 :]
    return text[:at] + text[at] + text[at:]


def _switched(text: str, rng: random.Random) -> str:
    """A Chinese sentence with an English word in it."""
    found = [word for word in _SWITCHES if word in text]
    return text.replace(word := rng.choice(found), _SWITCHES[word], 1) if found else text
