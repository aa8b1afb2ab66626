"""Values as planners write them: periods, horizons, shares, changes, delays, money, quantities."""

# ruff: noqa: E501 - one list a row reads better than a wrapped one

from __future__ import annotations

import random

_MONTHS = """January February March April May June July August September October November
December Jan Feb Mar Apr Jun Jul Aug Sept Oct Nov Dec""".split()
_NUMBERS = "two three four five six eight ten twelve".split()
_NUMBERS_ZH = "两 三 四 五 六 八 十 十二 十五 二十 三十".split()
_MONTHS_ZH = "一 二 三 四 五 六 七 八 九 十 十一 十二".split()


def _number(rng: random.Random, high: int) -> str:
    return rng.choice(_NUMBERS) if rng.random() < 0.35 else str(rng.randint(2, high))


def _number_zh(rng: random.Random, high: int) -> str:
    return rng.choice(_NUMBERS_ZH) if rng.random() < 0.6 else str(rng.randint(2, high))


def period(rng: random.Random, language: str) -> str:
    """A stretch of the past."""
    if language == "zh":
        n, m = _number_zh(rng, 30), rng.choice(_MONTHS_ZH)
        span = rng.choice(["天", "周", "个月", "个星期"])
        return rng.choice([
            "上周", "上个月", "上季度", "去年", "昨天", "今天", "前天", "这周", "本月", "这个月", "今年", "本周",
            f"过去{n}{span}", f"最近{n}{span}", f"近{n}{span}", f"{m}月", f"{m}月份", f"去年{m}月", "上半年",
            f"{m}月以来", "今年以来", f"从{m}月到现在", f"前{n}{span}", "春节期间", "双十一", "上个星期", "近半年",
        ])  # fmt: skip
    n, m, span = _number(rng, 30), rng.choice(_MONTHS), rng.choice(["days", "weeks", "months"])
    article = rng.choice(["in the ", "over the ", "during the ", "for the ", "the ", ""])
    bare = rng.choice(["", "in ", "during "])
    return rng.choice([
        f"{rng.choice(['last', 'this'])} {rng.choice(['week', 'month', 'quarter', 'year', 'season'])}",
        "yesterday", "today", f"<{article}>last {n} {span}", f"<{article}>past {n} {span}", f"since {m}",
        f"<{bare}>{m}", f"<in >{rng.choice(['2024', '2025', 'Q1', 'Q2', 'Q3', 'Q4'])}", f"last {m}",
        f"from {m} to {rng.choice(_MONTHS)}", f"since {rng.choice(['Monday', 'last week', 'Easter'])}",
        f"<over >{rng.choice(['Christmas', 'the weekend', 'Easter'])}", f"<on >{rng.choice(['Monday', 'Friday'])}",
        f"last {rng.choice(['summer', 'winter', 'Christmas', 'Monday'])}", "year to date", "recently", "lately",
        f"between {m} and {rng.choice(_MONTHS)}", f"{n} {span} ago", "so far this year",
    ])  # fmt: skip


def horizon(rng: random.Random, language: str) -> str:
    """A stretch of the future."""
    if language == "zh":
        n, m = _number_zh(rng, 60), rng.choice(_MONTHS_ZH)
        span = rng.choice(["天", "周", "个月", "个星期"])
        return rng.choice([
            "下周", "下个月", "下季度", "明天", "明年", "本月底前", "下个星期", f"未来{n}{span}", f"接下来{n}{span}",
            f"今后{n}{span}", f"往后{n}{span}", f"{m}月", f"{m}月份", "春节期间", "国庆", "双十一", "到年底", "这个月",
            f"之后{n}{span}", "年底前", "圣诞节", "本周", "下半年", "元旦前", f"{n}{span}内", "到月底", "今年冬天",
        ])  # fmt: skip
    n, m, span = _number(rng, 60), rng.choice(_MONTHS), rng.choice(["days", "weeks", "months"])
    article = rng.choice(["in the ", "over the ", "during the ", "for the ", "the ", ""])
    return rng.choice([
        f"{rng.choice(['next', 'this'])} {rng.choice(['week', 'month', 'quarter', 'year', 'season'])}",
        "tomorrow", f"<{article}>next {n} {span}", f"<{article}>coming {n} {span}", f"<in >{m}", f"<for >{m}",
        f"until {rng.choice([m, 'Christmas', 'the end of the year', 'year end', 'Easter'])}", f"<over >{n} {span}",
        f"<for >{rng.choice(['Christmas', 'Black Friday', 'summer', 'the holidays', 'Q4', 'Q1', 'winter'])}",
        f"this {rng.choice(['summer', 'winter', 'autumn', 'spring'])}", f"through {m}", f"by {m}",
        f"<within >{n} {span}", f"<{article}>coming {rng.choice(['week', 'month', 'quarter'])}", f"<in >{n} {span}",
        f"next {rng.choice(['summer', 'winter', 'Monday', m])}", f"{n} {span} ahead", f"up to {m}",
    ])  # fmt: skip


def level(rng: random.Random, language: str) -> str:
    """A service level."""
    share = rng.choice([85, 90, 92, 93, 95, 96, 97, 98, 98.5, 99, 99.5])
    if language == "zh":
        tens = "一二三四五六七八九"
        whole = int(share)
        spoken = f"百分之{tens[whole // 10 - 1]}十{tens[whole % 10 - 1] if whole % 10 else ''}"
        cheng = f"九成{tens[whole - 91] if whole > 90 else ''}" if whole >= 90 else "八成五"
        return rng.choice([f"{share}%", f"{share}%", f"{share} %", spoken, cheng])
    forms = [f"{share}%", f"{share}%", f"{share} %", f"{share} percent", f"{share / 100:g}"]
    return rng.choice(forms)


def budget(rng: random.Random, language: str) -> str:
    """An amount of money."""
    n = rng.randint(1, 90)
    if language == "zh":
        digit = rng.choice("二三四五六八九")
        return rng.choice([
            f"{n}万", f"{n}万元", f"{digit}万", f"{digit}万块", f"{n * 1000}元", f"{n * 1000}", f"{digit}千块",
            f"{digit}千", f"{n}万块钱", f"{digit}十万", f"¥{n * 1000:,}", f"{n * 500}块", f"{digit}万五",
        ])  # fmt: skip
    return rng.choice([
        f"{n}k", f"{n}K", f"${n * 1000:,}", f"{n * 1000}", f"€{n * 1000}", f"{n},000 {rng.choice(['dollars', 'euros', 'USD', 'yuan', 'EUR'])}",
        f"{n * 100} {rng.choice(['dollars', 'euros', 'RMB', 'bucks'])}", f"${n}k", f"{n} thousand", f"€ {n * 500}", f"{n}k EUR",
    ])  # fmt: skip


def change(rng: random.Random, language: str) -> str:
    """A change of demand as an adjective: "20% more"."""
    n = rng.choice([5, 10, 12, 15, 20, 25, 30, 33, 40, 50, 60, 80])
    if language == "zh":
        c = rng.choice("一二三四五")
        return rng.choice([f"多{n}%", f"少{n}%", f"多{c}成", f"少{c}成", "翻倍", f"多百分之{c}十"])
    return rng.choice([
        f"{n}% more", f"{n}% less", f"{n} % more", "twice as much", "twice as many", "half as much", f"{n}% higher",
        f"{n} percent more", "double", f"{n}% lower", f"+{n}%", f"-{n}%", "a third more", "three times the",
    ])  # fmt: skip


def changes(rng: random.Random, language: str) -> str:
    """A change of demand as a verb: "goes up by 20%"."""
    n = rng.choice([5, 10, 12, 15, 20, 25, 30, 33, 40, 50, 60, 80])
    if language == "zh":
        c = rng.choice("一二三四五")
        up = rng.choice(["涨", "上涨", "增加", "增长", "上升", "多", "提高", "涨了", "高"])
        down = rng.choice(["跌", "下跌", "下降", "减少", "降低", "少", "掉", "降", "低"])
        amount = rng.choice([f"{n}%", f"{c}成", f"百分之{c}十", f"{c}成半", f"{n} %"])
        return rng.choice([
            f"{up}{amount}", f"{up}{amount}", f"{down}{amount}", f"{down}{amount}", "翻倍", "翻一番", "增加一倍",
            "减半", "砍半", "涨一倍", f"暴涨{amount}", "翻番", "少一半", "跌一半", "变成两倍", "翻两番",
        ])  # fmt: skip
    by = rng.choice(["by ", ""])
    up = rng.choice(
        ["goes up", "rises", "increases", "grows", "jumps", "climbs", "surges", "picks up"]
    )
    down = rng.choice(["goes down", "falls", "drops", "decreases", "shrinks", "declines", "slumps"])
    amount = rng.choice(
        [f"{n}%", f"{n} %", f"{n} percent", "a third", "a quarter", "half", "a fifth"]
    )
    return rng.choice([
        f"{up} {by}{amount}", f"{up} {by}{amount}", f"{down} {by}{amount}", f"{down} {by}{amount}", "doubles",
        "triples", "halves", "is halved", f"is {n}% higher", f"is {n}% lower", f"comes in {n}% above forecast",
        "is cut in half", f"turns out {n}% higher", f"is up {n}%", f"is down {n} %", "is twice as high", "gets doubled",
    ])  # fmt: skip


def delay(rng: random.Random, language: str) -> str:
    """How much later or earlier supply comes."""
    if language == "zh":
        n = _number_zh(rng, 40)
        span = rng.choice(["天", "天", "周", "个星期", "个月"])
        late = rng.choice(
            ["晚", "晚到", "推迟", "延期", "延迟", "拖", "迟", "延误", "拖延", "晚来", "再拖"]
        )
        return rng.choice([f"{late}{n}{span}", f"{late}{n}{span}", f"{late}了{n}{span}", f"早{n}{span}", f"提前{n}{span}", f"{late}一周"])  # fmt: skip
    n, span = _number(rng, 40), rng.choice(["days", "days", "weeks", "months"])
    return rng.choice([
        f"{n} {span} late", f"{n} {span} later", f"delayed by {n} {span}", f"{n} {span} early", f"late by {n} {span}",
        "a week late", "a month late", "a week early", "a fortnight late", f"{n} {span} delayed", f"{n} {span} behind",
        f"pushed back {n} {span}", f"{n} {span} overdue", f"postponed by {n} {span}", "a week later than planned",
    ])  # fmt: skip


def qty(rng: random.Random, language: str) -> str:
    """An order quantity."""
    n = rng.choice([rng.randint(5, 99), rng.randint(1, 99) * 10, rng.randint(1, 60) * 100])
    if language == "zh":
        d = rng.choice("二三四五六八九")
        return rng.choice([f"{n}", f"{n}", f"{d}百", f"{d}百{rng.choice('二四五六八')}十", f"{d}千", f"{n}箱", f"{d}十", f"一千{d}"])  # fmt: skip
    return rng.choice([f"{n}", f"{n}", f"{n}", f"{n:,}", f"{n} pcs", f"{n} units", f"{rng.randint(2, 20)} boxes", f"{rng.randint(2, 12)} dozen", f"{n} pieces", "a hundred", "two hundred", "a thousand"])  # fmt: skip


def half(rng: random.Random, language: str) -> str:
    """A quantity relative to the last answer."""
    if language == "zh":
        return rng.choice(
            ["一半", "它的一半", "两倍", "那个数的一半", "双倍", "三分之一", "一半的量"]
        )
    return rng.choice(["half of that", "half", "half as much", "twice that", "double that", "twice as much", "a third of that", "half the quantity", "half that amount"])  # fmt: skip


def ordinal(rng: random.Random, language: str) -> str:
    """An entry of the last list."""
    if language == "zh":
        return rng.choice(
            [
                "第一个",
                "第二个",
                "第三个",
                "最后一个",
                "第二行",
                "第一项",
                "第四个",
                "第二款",
                "头一个",
            ]
        )
    return rng.choice(["the first one", "the second one", "the third one", "the last one", "the second", "number two", "the top one", "item 3", "the second item", "the fourth one", "number 1", "the third line"])  # fmt: skip


TERMS = {
    "en": """safety stock;reorder point;economic order quantity;EOQ;service level;fill rate;lead time;
MOQ;quantile;quantile forecast;prediction interval;stock turnover;days of cover;ABC analysis;XYZ analysis;
ABC classification;stock-out;backorder;cycle stock;pipeline stock;dead stock;shrinkage;WAPE;MASE;bias;
pinball loss;censored demand;intermittent demand;seasonality;newsvendor;base stock;order-up-to level;
bullwhip effect;price break;pack size;OTIF;inventory accuracy;holding cost;review period;demand variability;
forecast error;safety factor;carrying cost;cross docking;consignment;drop shipping;backlog;cycle counting;
FIFO;just in time;kanban;min-max;sell-through;vendor managed inventory;replenishment;perpetual inventory;
gross margin;stock cover;Incoterms;three-way match;landed cost;ATP;MRP;S&OP;Poisson;Croston""",
    "zh": """安全库存;再订货点;经济订货量;EOQ;服务水平;满足率;提前期;起订量;MOQ;分位数;分位数预测;预测区间;库存周转率;
可售天数;ABC分析;XYZ分析;缺货率;欠单;周期库存;在途库存;呆滞库存;损耗;WAPE;MASE;偏差;删失需求;间歇性需求;季节性;
报童模型;基本库存;最大库存法;牛鞭效应;阶梯价;箱规;准时足量率;库存准确率;持有成本;盘点;需求波动;预测误差;安全系数;
寄售;先进先出;准时制;看板;动销率;供应商管理库存;永续盘存;毛利率;到岸成本;三单匹配;产销协同;循环盘点""",
}


def term(rng: random.Random, language: str) -> str:
    """A term of inventory management."""
    pool = TERMS[language if rng.random() < 0.85 else "en"].replace("\n", "").split(";")
    chosen = rng.choice(pool)
    return chosen.lower() if chosen.isupper() and rng.random() < 0.3 else chosen
