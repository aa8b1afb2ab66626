"""Resolving the planner's words to entries of the catalogue, in both languages.

The model only points at words; this module decides what they are: exact codes and names first,
then parts of names, then spelling mistakes. Several fitting entries are an `AmbiguousEntity` with
candidates, never a silent choice.
"""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from tools.data.database import data_version
from tools.data.entities import CJK, KIND_NAMES, Entity, Kind, Mention, compact, fold, tokens
from tools.data.mentions import MentionFinder
from tools.data.schema import Category, Item, Location, PurchaseOrder, Supplier
from tools.errors import AmbiguousEntity, UnknownEntity
from tools.text import Language

MAX_CANDIDATES = 5
SPELLING_CUTOFF = 84.0
"""rapidfuzz score (0-100) under which a name is not taken for a misspelling of another."""

_FILLER = re.compile(
    r"^(?:the|our|my|a|an|any|all|those|these|that|this|some|of|for|at|in|from|"
    r"那个|这个|那款|这款|那种|我们的|我的|那|这|所有的|全部|所有)\s*",
    re.IGNORECASE,
)
_SUFFIX = re.compile(
    r"(?:\s+(?:item|items|product|products|category|range|line)"
    r"|这个品类|品类|类商品|类产品|类|系列|那边|那里|这边)$",
    re.IGNORECASE,
)
LOCATION_WORDS: Mapping[str, tuple[str, ...]] = {
    "warehouse": (
        *("warehouse", "dc", "distribution center", "distribution centre", "depot"),
        *("main warehouse", "central warehouse", "仓库", "仓", "总仓", "主仓", "大仓", "中心仓"),
    ),
    "store": (
        *("store", "shop", "retail store", "branch", "brick and mortar"),
        *("门店", "店里", "店铺", "实体店", "店", "线下"),
    ),
    "online": (
        *("online", "web", "webshop", "web shop", "online shop", "online store"),
        *("online channel", "e-commerce", "ecommerce", "website", "site"),
        *("线上", "网店", "电商", "网上", "线上渠道", "网上商店", "官网"),
    ),
}
"""What planners call a location of a kind when there is only one of it."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which items a mention covers: one item, or all of a category."""

    entity: Entity
    items: tuple[str, ...]

    @property
    def is_category(self) -> bool:
        return self.entity.kind == "category"


class Catalogue:
    """Names and codes of one data version."""

    def __init__(
        self,
        entities: Iterable[Entity],
        category_of: Mapping[str, str],
        location_kinds: Mapping[str, str],
    ) -> None:
        self._by_kind: dict[Kind, list[Entity]] = defaultdict(list)
        for entity in entities:
            self._by_kind[entity.kind].append(entity)
        self._category_of = dict(category_of)
        self._location_kinds = dict(location_kinds)
        self._exact: dict[Kind, dict[str, list[Entity]]] = {}
        self._by_token: dict[Kind, dict[str, list[Entity]]] = {}
        for kind, members in self._by_kind.items():
            self._index(kind, members)
        synonyms = {
            word: self._locations_of_kind(word)
            for words in LOCATION_WORDS.values()
            for word in words
        }
        self._finder = MentionFinder(self._by_kind, {w: e for w, e in synonyms.items() if e})

    def _index(self, kind: Kind, members: Sequence[Entity]) -> None:
        exact: dict[str, list[Entity]] = defaultdict(list)
        by_token: dict[str, list[Entity]] = defaultdict(list)
        for entity in members:
            for key in {compact(entity.code), *map(_name_key, entity.names.values())}:
                exact[key].append(entity)
            for token in {t for name in entity.names.values() for t in tokens(name)}:
                by_token[token].append(entity)
        self._exact[kind] = exact
        self._by_token[kind] = by_token

    @classmethod
    def load(cls, engine: Engine) -> Catalogue:
        """The catalogue of the current data version (built once per version)."""
        return _cache.get(engine)

    def entities(self, kind: Kind) -> Sequence[Entity]:
        return self._by_kind.get(kind, [])

    def get(self, kind: Kind, code: str) -> Entity:
        """The entry with exactly this code."""
        for entity in self._exact.get(kind, {}).get(compact(code), []):
            if entity.code == code:
                return entity
        raise _unknown(code, kind, [])

    def resolve(self, mention: str, kind: Kind) -> Entity:
        """The one entry of `kind` that `mention` names.

        Raises:
            UnknownEntity: nothing fits; `candidates` holds look-alikes.
            AmbiguousEntity: several fit; `candidates` holds the best of them.
        """
        found = self.search(mention, kind)
        if len(found) == 1:
            return found[0]
        if not found:
            raise _unknown(mention, kind, self.similar(mention, kind))
        raise _ambiguous(mention, kind, found[:MAX_CANDIDATES])

    def search(self, mention: str, kind: Kind) -> list[Entity]:
        """Every entry that `mention` may name, by the strictest rule that finds any."""
        members = self._by_kind.get(kind, [])
        for words in _variants(mention):
            exact = self._exact.get(kind, {})
            found = exact.get(compact(words)) or exact.get(_name_key(words)) or []
            if not found and kind == "location":
                found = self._locations_of_kind(words)
            if not found and kind == "order":
                found = _orders_ending_in(words, members)
            if not found:
                found = self._containing(words, kind)
            if found:
                return _unique(found)
        return self._misspelt(mention, kind)

    def similar(self, mention: str, kind: Kind) -> list[Entity]:
        """Entries that look most like `mention`, for a suggestion."""
        scored = self._scores(mention, kind, cutoff=55.0)
        return _unique(entity for _, entity in scored)[:3]

    def item_scope(self, mention: str) -> Scope:
        """The item, or the category with all its items, that `mention` names."""
        exact_item = self._exact_match(mention, "item")
        if len(exact_item) == 1:
            return Scope(exact_item[0], (exact_item[0].code,))
        categories = self._exact_match(mention, "category")
        if len(categories) == 1 and not exact_item:
            return self._category_scope(categories[0])
        found = exact_item or self.search(mention, "item")
        if len(found) == 1:
            return Scope(found[0], (found[0].code,))
        category = [] if exact_item else self.search(mention, "category")
        if len(category) == 1 and not found:
            return self._category_scope(category[0])
        if not found:
            raise _unknown(mention, "item", self.similar(mention, "item"))
        raise _ambiguous(mention, "item", found[:MAX_CANDIDATES])

    def category_of(self, item: str) -> str:
        return self._category_of.get(item, "")

    def mentions(self, text: str) -> list[Mention]:
        """Non-overlapping names and codes in `text`, in order of appearance."""
        return self._finder.find(text)

    def _category_scope(self, category: Entity) -> Scope:
        items = tuple(code for code, key in self._category_of.items() if key == category.code)
        return Scope(category, items)

    def _exact_match(self, mention: str, kind: Kind) -> list[Entity]:
        exact = self._exact.get(kind, {})
        for words in _variants(mention):
            found = exact.get(compact(words)) or exact.get(_name_key(words))
            if found:
                return _unique(found)
        return []

    def _locations_of_kind(self, words: str) -> list[Entity]:
        folded = fold(words).strip()
        for kind, synonyms in LOCATION_WORDS.items():
            if folded in synonyms:
                return [
                    entity
                    for entity in self._by_kind.get("location", [])
                    if self._location_kinds.get(entity.code) == kind
                ]
        return []

    def _containing(self, words: str, kind: Kind) -> list[Entity]:
        """Entries with a name that holds all words, or a Chinese name that holds the text."""
        wanted = tokens(words)
        if not wanted:
            return []
        index = self._by_token.get(kind, {})
        if all(token in index for token in wanted):
            common = set(index[wanted[0]]).intersection(*(index[t] for t in wanted[1:]))
            if common:
                return [entity for entity in index[wanted[0]] if entity in common]
        part = compact(words)
        if not CJK.search(part) or len(part) < 2:
            return []
        members = self._by_kind.get(kind, [])
        inside = [e for e in members if any(part in compact(n) for n in e.names.values())]
        if inside or kind != "supplier":
            return inside
        return [e for e in members if any(_core(n) and _core(n) in part for n in e.names.values())]

    def _scores(self, mention: str, kind: Kind, cutoff: float) -> list[tuple[float, Entity]]:
        wanted = fold(mention).strip()
        members = self._by_kind.get(kind, [])
        keys = [(fold(name), e) for e in members for name in [e.code, *e.names.values()]]
        matches = process.extract(
            wanted, [key for key, _ in keys], scorer=fuzz.ratio, score_cutoff=cutoff, limit=8
        )
        return [(score, keys[position][1]) for _, score, position in matches]

    def _misspelt(self, mention: str, kind: Kind) -> list[Entity]:
        """Entries one or two typing errors away; a code or number must match but for one sign."""
        if len(compact(mention)) < 4:
            return []
        scored = self._scores(mention, kind, SPELLING_CUTOFF)
        if not scored:
            return []
        best = scored[0][0]
        if any(c.isdigit() for c in mention) and best < 90.0:
            return []
        return _unique(entity for score, entity in scored if score >= best - 3.0)


def _variants(mention: str) -> list[str]:
    """The mention as written, then without leading and trailing filler words."""
    words = mention.strip(" \t\n\"'“”‘’「」《》,.，。?？!！:：;；")
    stripped = words
    while (shorter := _SUFFIX.sub("", _FILLER.sub("", stripped)).strip()) != stripped and shorter:
        stripped = shorter
    return [words] if stripped == words else [words, stripped]


def _name_key(name: str) -> str:
    return "".join(tokens(name))


_COMPANY_WORDS = re.compile(
    r"(?:股份)?有限(?:责任)?公司|公司|集团|制造厂|工厂|厂|贸易|实业|科技|电子|纺织|日用品|进出口"
)


def _core(name: str) -> str:
    """A Chinese company name without its legal form and trade: 华信 of 深圳华信电子有限公司."""
    core = _COMPANY_WORDS.sub("", compact(name))
    return core if CJK.search(core) and len(core) >= 2 else ""


def _orders_ending_in(words: str, orders: Sequence[Entity]) -> list[Entity]:
    """Orders whose number ends in the digits given ("order 142" for PO-2026-0142)."""
    wanted = _number_parts(words)
    if not wanted or sum(map(len, wanted)) < 2:
        return []
    parts = [(order, _number_parts(order.code)) for order in orders]
    found = [order for order, have in parts if have[-len(wanted) :] == wanted]
    return found or [order for order, have in parts if "".join(have).endswith("".join(wanted))]


def _number_parts(text: str) -> list[str]:
    """Runs of digits without leading zeros."""
    return [part.lstrip("0") for part in re.findall(r"\d+", fold(text))]


def _unique(entities: Iterable[Entity]) -> list[Entity]:
    return list(dict.fromkeys(entities))


def _unknown(mention: str, kind: Kind, similar: Sequence[Entity]) -> UnknownEntity:
    english, chinese = KIND_NAMES[kind]
    hint_en = f"; did you mean {_listing(similar, 'en')}?" if similar else "."
    hint_zh = f"；您是指{_listing(similar, 'zh')}吗？" if similar else "。"
    return UnknownEntity(
        f"There is no {english} “{mention}” in the records{hint_en}",
        f"记录中没有名为“{mention}”的{chinese}{hint_zh}",
        kind=kind,
        mention=mention,
        candidates=similar,
    )


def _ambiguous(mention: str, kind: Kind, found: Sequence[Entity]) -> AmbiguousEntity:
    english, chinese = KIND_NAMES[kind]
    return AmbiguousEntity(
        f"“{mention}” fits more than one {english}: {_listing(found, 'en')}; which one?",
        f"“{mention}”可能是多个{chinese}：{_listing(found, 'zh')}，请问是哪一个？",
        kind=kind,
        mention=mention,
        candidates=found,
    )


def _listing(entities: Sequence[Entity], language: Language) -> str:
    opening, closing, comma = ("（", "）", "、") if language == "zh" else (" (", ")", ", ")
    return comma.join(
        e.code if e.name(language) == e.code else f"{e.name(language)}{opening}{e.code}{closing}"
        for e in entities
    )


class _Cache:
    """The last catalogue per database; a new data version replaces it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[str, tuple[int, int, Catalogue]] = {}

    def get(self, engine: Engine) -> Catalogue:
        version = data_version(engine)
        with self._lock:
            held = self._held.get(str(engine.url))
            if held and held[0] == version and held[1] == id(engine):
                return held[2]
        catalogue = _read(engine)
        with self._lock:
            self._held[str(engine.url)] = (version, id(engine), catalogue)
        return catalogue


_cache = _Cache()


def _read(engine: Engine) -> Catalogue:
    with Session(engine) as session:
        items = session.execute(select(Item.code, Item.names, Item.category)).all()
        locations = session.execute(select(Location.code, Location.names, Location.kind)).all()
        found = [Entity("item", code, names) for code, names, _ in items]
        found += [Entity("location", code, names) for code, names, _ in locations]
        found += [
            Entity("category", key, names)
            for key, names in session.execute(select(Category.key, Category.names))
        ]
        found += [
            Entity("supplier", code, names)
            for code, names in session.execute(select(Supplier.code, Supplier.names))
        ]
        found += [
            Entity("order", number) for (number,) in session.execute(select(PurchaseOrder.number))
        ]
    categories = {code: category for code, _, category in items}
    return Catalogue(found, categories, {code: str(kind) for code, _, kind in locations})
