"""Finding names and codes inside a sentence.

English names are matched by runs of stemmed words, Chinese names by runs of characters, both also
in part ("the scarf" for "Wool scarf") as long as the part holds the head of the name. The longest
match wins; a misspelt word is compared with the words of the catalogue.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from rapidfuzz import fuzz, process

from tools.data.entities import CJK, WORD, Entity, Kind, Mention, fold, stem

MAX_WORDS = 8
MAX_CHARACTERS = 16
NOT_A_NAME = frozenset(
    stem(word)
    for word in """a an and any are as at be best by can case do for from have how i if in is it
    item items last late left less like long low many me month more most much my need new next no
    not of on one open order orders our out over pack per please price product quantity sale sales
    same sell set show since so some stock store supplier than that the their them then there they
    this time to today top total up us was we week what when where which who why will with year
    you your online shop warehouse site box large small medium black white red blue green pair kit
    piece pcs unit day days delivery cost forecast demand inventory available worst lead rate good
    report list data company safety light hot cold water home office kitchen""".split()
)
_CHINESE_NOT_A_NAME = frozenset(
    "公司 有限 有限公司 供应 供应商 产品 商品 库存 订单 采购 销售 仓库 门店 线上 电子 科技 "
    "贸易 用品 系列 套装 大号 小号 黑色 白色 红色 蓝色 儿童 男士 女士 家用 "
    "深圳 上海 北京 广州 宁波 义乌 杭州 东莞 苏州".split()
)
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9\-_/.]*[A-Za-z0-9]|[A-Za-z0-9]")


class MentionFinder:
    """Indexes of whole and partial names; `find` is linear in the text."""

    def __init__(
        self,
        by_kind: Mapping[Kind, Sequence[Entity]],
        synonyms: Mapping[str, Sequence[Entity]] = MappingProxyType({}),
    ) -> None:
        """`synonyms` maps words that are no name ("warehouse", "门店") to what they stand for."""
        self._codes: dict[str, list[Entity]] = defaultdict(list)
        self._phrases: dict[tuple[str, ...], list[tuple[Entity, bool]]] = defaultdict(list)
        self._chinese: dict[str, list[tuple[Entity, bool]]] = defaultdict(list)
        self._vocabulary: set[str] = set()
        for members in by_kind.values():
            for entity in members:
                self._add(entity)
        for words, entities in synonyms.items():
            self._add_synonym(words, entities)
        self._words = sorted(w for w in self._vocabulary if len(w) >= 5)

    def _add(self, entity: Entity) -> None:
        self._codes[fold(entity.code)].append(entity)
        for name in entity.names.values():
            if CJK.search(name):
                self._add_chinese(entity, name)
            else:
                self._add_phrases(entity, name)

    def _add_synonym(self, words: str, entities: Sequence[Entity]) -> None:
        if CJK.search(words):
            if len(words) >= 2:
                self._chinese[fold(words)].extend((entity, False) for entity in entities)
            return
        key = tuple(stem(m.group()) for m in WORD.finditer(words))
        self._phrases[key].extend((entity, False) for entity in entities)

    def _add_phrases(self, entity: Entity, name: str) -> None:
        words = [stem(m.group()) for m in WORD.finditer(name)]
        self._vocabulary.update(words)
        whole = tuple(words)
        for start in range(len(words)):
            for end in range(start + 1, min(len(words), start + MAX_WORDS) + 1):
                part = tuple(words[start:end])
                if part == whole or _is_telling(part, end == len(words)):
                    self._phrases[part].append((entity, part == whole))

    def _add_chinese(self, entity: Entity, name: str) -> None:
        folded = fold(name).replace(" ", "")
        self._chinese[folded].append((entity, True))
        for start in range(len(folded)):
            for end in range(start + 2, min(len(folded), start + MAX_CHARACTERS) + 1):
                part = folded[start:end]
                at_edge = start == 0 or end == len(folded) or entity.kind == "supplier"
                telling = part not in _CHINESE_NOT_A_NAME and CJK.match(part[-1])
                if part != folded and at_edge and telling:
                    self._chinese[part].append((entity, False))

    def find(self, text: str) -> list[Mention]:
        found = [*self._find_codes(text), *self._find_words(text), *self._find_chinese(text)]
        found.sort(key=lambda m: (-m.exact, -(m.end - m.start), m.start))
        kept: list[Mention] = []
        for mention in found:
            if all(mention.end <= k.start or mention.start >= k.end for k in kept):
                kept.append(mention)
        return sorted(kept, key=lambda m: m.start)

    def _find_codes(self, text: str) -> list[Mention]:
        return [
            Mention(m.start(), m.end(), m.group(), tuple(entities), exact=True)
            for m in _CODE.finditer(text)
            if (entities := self._codes.get(fold(m.group())))
            and (any(c.isdigit() for c in m.group()) or len(m.group()) > 2)
            and stem(m.group()) not in NOT_A_NAME
        ]

    def _find_words(self, text: str) -> list[Mention]:
        words = [m for m in WORD.finditer(text) if not CJK.search(m.group())]
        stems = [self._corrected(stem(m.group())) for m in words]
        found: list[Mention] = []
        for start in range(len(words)):
            for end in range(min(len(words), start + MAX_WORDS), start, -1):
                hits = self._phrases.get(tuple(stems[start:end]))
                if hits:
                    first, last = words[start].start(), words[end - 1].end()
                    found.append(_mention(text, first, last, hits))
                    break
        return found

    def _find_chinese(self, text: str) -> list[Mention]:
        folded = "".join(fold(c)[:1] or c for c in text)
        found: list[Mention] = []
        position = 0
        while position < len(folded):
            for length in range(min(MAX_CHARACTERS, len(folded) - position), 1, -1):
                hits = self._chinese.get(folded[position : position + length])
                if hits:
                    found.append(_mention(text, position, position + length, hits))
                    position += length - 1
                    break
            position += 1
        return found

    def _corrected(self, word: str) -> str:
        """The catalogue's word for a misspelt one; words it knows stay as they are."""
        if len(word) < 5 or word in self._vocabulary or word in NOT_A_NAME:
            return word
        best = process.extractOne(word, self._words, scorer=fuzz.ratio, score_cutoff=80.0)
        if best is None or best[0][0] != word[0]:
            return word
        return str(best[0])


def _is_telling(part: tuple[str, ...], holds_head: bool) -> bool:
    """A part of a name is a mention when it holds the name's last word or several rare ones."""
    rare = [word for word in part if word not in NOT_A_NAME and not word.isdigit()]
    return bool(rare) and (holds_head or len(rare) >= 2 or (len(part) == 1 and len(rare[0]) >= 4))


def _mention(text: str, start: int, end: int, hits: Sequence[tuple[Entity, bool]]) -> Mention:
    whole = [entity for entity, is_whole in hits if is_whole]
    entities = tuple(dict.fromkeys(whole or [entity for entity, _ in hits]))
    return Mention(start, end, text[start:end], entities, exact=bool(whole))
