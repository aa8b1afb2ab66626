"""Finding every value of a message: order numbers, items, quantities, dates, prices and the rest.

Each kind has its own finder; where two claim the same characters, the more telling one wins (an
account number is no quantity, the `5 kg` in "dumbbell 5 kg" is part of a name).
"""

# ruff: noqa: E501 - one pattern a row reads better than a wrapped one

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from tools.data.catalogue import Catalogue
from tools.data.entities import Mention, stem, tokens
from tools.suppliers.messages.candidates import Candidate, CandidateKind
from tools.values import find_amounts, find_dates, find_durations, find_quantities, fold
from tools.values.money import CURRENCY_PATTERN
from tools.values.quantities import UNIT_PATTERN

_PRIORITY: tuple[CandidateKind, ...] = (
    "account", "tracking", "order", "item", "line", "date", "price", "percent", "duration",
    "party", "quantity",
)  # fmt: skip

_NUMBER_WORD = r"(?:\s?(?:no\.?|number|num|nr\.?|ref\.?|编号|单号|号码|号))?"
_ORDER = re.compile(
    rf"(?<![a-z0-9])(?:purchase order|p\.o\.|p/o|order|订单|采购订单|采购单|合同|单号|po){_NUMBER_WORD}\s?[:#]?\s?"
    r"(?P<number>(?:[a-z]{1,4}[-\s]?)?\d{2,}(?:[-/]\d{2,})*)(?![\d.,]*(?:%|\s?(?:件|个|双|条|pcs|units|pieces|天|日|days)))"
    r"|(?<![a-z0-9])(?P<code>(?:po|p0|so|pn)[-\s#_]?\d{3,}(?:[-/]\d{2,})*)(?![a-z0-9])"
)
_LINE = re.compile(
    r"(?<![a-z])(?:line|pos\.?|position|row)\s?(?:no\.?\s?|item\s?)?(?P<en>\d{1,3})(?![\d.,])"
    r"|第\s?(?P<zh>\d{1,3}|[一二三四五六七八九十]{1,3})\s?(?:行|项(?!目)|条(?=货|目))|行号?\s?[:]?\s?(?P<zh2>\d{1,3})"
)
_TRACKING = re.compile(
    r"(?:tracking|awb|waybill|b/l|bill of lading|consignment|运单|快递单|物流单|提单|货运单|跟踪|单号)"
    r"(?:\s?(?:no\.?|number|code|号码|号))?\s?(?:is\s?|为|是)?[:#]?\s?(?P<number>(?=[a-z0-9-]*\d)[a-z0-9][a-z0-9-]{6,24})"
    r"|(?<![a-z0-9-])(?P<code>(?:sf|yt|dh|msku|1z|jd|zto|yto|sto|cosu|oolu|maeu|hlcu|tghu|cmau)[a-z0-9]{7,18})(?![a-z0-9])"
)
_CARRIER_NUMBER = re.compile(
    r"(?:dhl|ups|fedex|tnt|dpd|gls|顺丰|德邦|圆通|中通|申通|韵达)(?: express)?\s?(?:no\.?|number)?[:#]?\s?(?P<number>(?:[a-z]{1,2})?\d{8,20})(?![\d.,]*\d)"
)
_ACCOUNT = re.compile(
    r"(?<![\w-])(?:[a-z]{2}\d{2}(?:\s?[a-z0-9]{4}){3,7}(?:\s?[a-z0-9]{1,3})?|\d{4}(?:[\s-]\d{4}){2,4}(?:[\s-]?\d{1,3})?|\d{15,24})(?![\w-])"
)
_BANKING = re.compile(
    r"bank|remit|wire|transfer|汇|银行|[招工农建中交]行|打款|转账|iban|account|swift|账号|账户|开户|收款|汇款|卡号"
)
_PERCENT = re.compile(
    r"[+-]?\d+(?:[.,]\d+)?\s?(?:%|percent|per cent|pct|个点|个百分点)|百分之[\d一二三四五六七八九十]+"
)
_CARRIERS = (
    "dhl express|dhl|ups|fedex|tnt|dpd|gls|maersk|msc|cosco|evergreen|hapag-lloyd|kuehne\\+nagel|"
    "kuehne & nagel|db schenker|dsv|sf express|yunda|cainiao|顺丰速运|顺丰|德邦物流|德邦|圆通|中通|申通|韵达|"
    "京东物流|菜鸟|跨越速运|中远海运|中远|马士基|中外运|安能物流|安能"
)
_PARTY = re.compile(
    rf"(?<![a-z])(?P<carrier>{_CARRIERS})(?![a-z])"
    r"|(?P<named>(?:供应商|物流公司|承运商|货代|厂家|物流商|快递公司|运输公司|工厂|经销商|厂商)\s?[a-z甲乙丙丁戊己](?![a-z]))"
    r"|(?<![a-z])(?P<en>(?:supplier|carrier|vendor|forwarder|logistics company|factory|logistics provider)\s[a-z](?![a-z'])(?!\s(?:few|lot|new|bit)))"
    r"|(?P<firm>[\u4e00-\u9fff]{2,6}(?:物流|快递|货运|速运|供应链))(?:公司|有限公司)?"
)
_PRICE_WORD = re.compile(
    rf"(?:unit price|price|cost|rate|at|@|单价|价格|价|报价|含税价|每[件个双条只箱])\s?(?:is|of|to|from|for|will be|now|becomes|为|是|调整为|由|从|按|改为|:)*\s?[:]?\s?"
    rf"(?P<number>\d+(?:[.,]\d+)?)(?!\s?(?:%|{UNIT_PATTERN}|天|日|days|weeks)|[\d-])"
)
_PRICE_TO = re.compile(r"(?P<number>\d+[.,]\d{2,4})(?!\d|\s?%)")
_PHONE = re.compile(
    r"(?:tel|phone|mobile|fax|电话|手机|传真|微信|wechat|qq)\.?\s?[:]?\s?[+\d][\d\s()-]{5,20}"
)
_LIST_NUMBER = re.compile(
    r"(?:^|\n)\s*(?:\d{1,2}[.)、．]|\(\d{1,2}\)|[一二三四五六七八九十]、)(?=\s|\D)"
)
_CHINESE_ORDINAL = re.compile(
    r"第\s?(?:\d+|[一二三四五六七八九十]+)\s?(?:批|次|票|柜|车|期|季度|步|点|部分)"
)
_BATCHES = re.compile(
    r"分\s?(?:\d|[一二两三四五六七八九])\s?(?:批|次|票|柜|车)|(?<![a-z])(?:in\s)?(?:two|three|four|2|3|4)\s(?:shipments|parts|lots|batches|deliveries|consignments)"
)
_NOT_QUANTITY_AFTER = re.compile(
    r"\s?(?:%|点(?!货)|[:：]\d|st(?![a-z])|nd(?![a-z])|rd(?![a-z])|th(?![a-z])|am(?![a-z])|pm(?![a-z])|号|楼|层|年|月|度|级)"
)
_IDIOMS = re.compile(
    r"一下|一直|一定|一些|一样|一并|一起|统一|一律|一般|一旦|万一|一切|第一|一致|一方面|之一|唯一|进一步|十分|千万(?=[不别要])|一次性|一时|同一|两边|双方|一次|一票|一家|一位|一单|one of|one more|no one|any one|which one|quick one|this one|that one|the one|one another|on one|one is|two of us|one thing|one question"
)


class CandidateFinder:
    """Finds candidates with the help of the catalogue and the supplier's own words."""

    def __init__(
        self, catalogue: Catalogue, today: dt.date, vocabulary: Mapping[str, str] | None = None
    ) -> None:
        self._catalogue = catalogue
        self._today = today
        self._vocabulary = {fold(word): code for word, code in (vocabulary or {}).items() if word}

    def find(self, text: str) -> list[Candidate]:
        """All candidates of `text`, left to right, without overlaps."""
        folded = fold(text)
        found = [
            *self._accounts(folded), *_trackings(folded), *self._orders(folded), *_lines(folded),
            *self._dates(text), *_prices(folded), *_percents(folded), *_durations(folded),
            *self._entities(text), *_parties(folded), *_quantities(folded),
        ]  # fmt: skip
        blocked = [m.span() for p in (_PHONE, _LIST_NUMBER, _CHINESE_ORDINAL, _BATCHES, _IDIOMS)
                   for m in p.finditer(folded)]  # fmt: skip
        found.sort(key=lambda c: (_PRIORITY.index(c.kind), -(c.end - c.start), c.start))
        kept: list[Candidate] = []
        for candidate in found:
            if candidate.kind in ("quantity", "line") and any(
                a < candidate.end and candidate.start < b for a, b in blocked
            ):
                continue
            if all(candidate.end <= k.start or candidate.start >= k.end for k in kept):
                kept.append(candidate)
        kept.sort(key=lambda c: c.start)
        return [_with_text(c, text) for c in kept]

    def _accounts(self, folded: str) -> Iterator[Candidate]:
        for match in _ACCOUNT.finditer(folded):
            if _BANKING.search(folded[max(0, match.start() - 40) : match.start()]):
                yield Candidate("account", match.start(), match.end(), "")

    def _orders(self, folded: str) -> Iterator[Candidate]:
        for match in _ORDER.finditer(folded):
            group = "number" if match["number"] else "code"
            start, end = match.span(group)
            if group == "number" and match["number"].isdigit():
                # "order 2000 pcs" orders goods, "order 12 810" names one: a code has 4 digits on
                if len(match["number"]) < 4:
                    continue
                if re.match(rf"\s?(?:{UNIT_PATTERN})", folded[end:]):
                    continue
                prefix = re.search(r"po[-\s#]?$", folded[:start])
                start = prefix.start() if prefix else start
            yield Candidate("order", start, end, "", self._order_codes(folded[start:end]))

    def _order_codes(self, written: str) -> tuple[str, ...]:
        found = self._catalogue.search(written.upper(), "order")
        return tuple(entity.code for entity in found[:5])

    def _entities(self, text: str) -> Iterator[Candidate]:
        for mention in self._catalogue.mentions(fold(text)):
            if len(mention.text) <= 2 and mention.text.isascii():
                continue
            kinds = {entity.kind for entity in mention.entities}
            codes = tuple(e.code for e in mention.entities if e.kind == "item")
            if "item" in kinds and (mention.exact or _telling_part(mention)):
                yield Candidate("item", mention.start, mention.end, mention.text, codes)
            elif "supplier" in kinds and mention.exact:
                suppliers = tuple(e.code for e in mention.entities if e.kind == "supplier")
                yield Candidate("party", mention.start, mention.end, mention.text, suppliers)
            elif "order" in kinds and mention.exact and any(c.isalpha() for c in mention.text):
                orders = tuple(e.code for e in mention.entities if e.kind == "order")
                yield Candidate("order", mention.start, mention.end, mention.text, orders)
        folded = fold(text)
        for word, code in self._vocabulary.items():
            for match in re.finditer(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", folded):
                yield Candidate("item", match.start(), match.end(), "", (code,))

    def _dates(self, text: str) -> Iterator[Candidate]:
        folded = fold(text)
        for match in find_dates(text, self._today):
            if _after_order(folded, match.start, match.end):
                continue  # "within 30 days of order" is a lead time, no date
            yield Candidate(
                "date", match.start, match.end, "", deadline=match.deadline, day=match.value
            )


_AFTER_ORDER = re.compile(
    r"\s?(?:of|after|from|upon|following|ex|a\.?r\.?o)\s?(?:the |your |our )?(?:order|receipt|confirmation|po|payment|deposit|approval|down)?"
)
_AFTER_ORDER_BEFORE = re.compile(r"(?:下单|收到.{0,6}|付款|确认|订单|定金|打款|接单)(?:之?后)?\s?$")


def _after_order(folded: str, start: int, end: int) -> bool:
    """Whether a stretch of days counts from an order or payment instead of from today."""
    words = folded[start:end]
    if not re.search(r"day|week|month|天|日|周|星期|月", words) or re.search(
        r"月\d|\d月|月底|月初", words
    ):
        return False
    if not any(True for _ in find_durations(words)):
        return False
    after = _AFTER_ORDER.match(folded, end)
    named = after and re.search(
        r"order|receipt|confirm|po$|payment|deposit|approval|down", after.group()
    )
    return bool(named or _AFTER_ORDER_BEFORE.search(folded[max(0, start - 10) : start]))


_EVERYDAY = frozenset(
    "note notes set sets short carry pack packs running large small mini classic summer winter "
    "thick kids pro gel light mat box board cover pot wheel pole seal filter lid stone car card "
    "hand school ball game cup tea wall sports travel food storage remote control dark green black "
    "mixed instant magic bubble memory foam swim desk touch cold hot power bank led board beach".split()
)


def _telling_part(mention: Mention) -> bool:
    """Part of a name counts when it holds the head of the name and is no everyday word."""
    words = fold(mention.text).split()
    if any("\u4e00" <= c <= "\u9fff" for c in mention.text):
        return len(mention.text) >= 2
    if len(words) == 1 and words[0] in _EVERYDAY:
        return False
    stems = [stem(word) for word in words]
    return any(tokens(e.names.get("en", ""))[-len(stems) :] == stems for e in mention.entities)


def _with_text(candidate: Candidate, text: str) -> Candidate:
    start, end = candidate.start, candidate.end
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return replace(candidate, start=start, end=end, text=text[start:end])


def _trackings(folded: str) -> Iterator[Candidate]:
    for match in _CARRIER_NUMBER.finditer(folded):
        yield Candidate("tracking", *match.span("number"), "")
    for match in _TRACKING.finditer(folded):
        group = "number" if match["number"] else "code"
        if not re.match(r"(?:po|so)[-\s#]?\d", match[group]):
            yield Candidate("tracking", *match.span(group), "")


def _lines(folded: str) -> Iterator[Candidate]:
    for match in _LINE.finditer(folded):
        yield Candidate("line", match.start(), match.end(), "")


def _prices(folded: str) -> Iterator[Candidate]:
    for amount in find_amounts(folded):
        yield Candidate("price", amount.start, amount.end, "")
    for match in _PRICE_WORD.finditer(folded):
        yield Candidate("price", *match.span("number"), "")
    if re.search(rf"price|单价|价格|cost|报价|{CURRENCY_PATTERN}", folded):
        for match in _PRICE_TO.finditer(folded):
            if len(match["number"].replace(",", ".").split(".")[1]) != 3:
                yield Candidate("price", *match.span("number"), "")


def _percents(folded: str) -> Iterator[Candidate]:
    for match in _PERCENT.finditer(folded):
        yield Candidate("percent", match.start(), match.end(), "")


def _durations(folded: str) -> Iterator[Candidate]:
    for match in find_durations(folded):
        yield Candidate("duration", match.start, match.end, "")


def _parties(folded: str) -> Iterator[Candidate]:
    for match in _PARTY.finditer(folded):
        group = str(match.lastgroup)
        yield Candidate("party", *match.span(group), "")


def _quantities(folded: str) -> Iterator[Candidate]:
    for match in find_quantities(folded):
        before, after = folded[match.start - 1 : match.start], folded[match.end : match.end + 12]
        if not match.value.unit and (
            _NOT_QUANTITY_AFTER.match(after)
            or re.match(r"[a-z_]", after)
            or re.match(r"[a-z\d_/.#-]", before)
            or re.match(r"[-/]\d|[.:]\d", after)
            or (match.value.value < 2)
        ):
            continue
        if match.value.value <= 0:
            continue
        yield Candidate("quantity", match.start, match.end, "")
