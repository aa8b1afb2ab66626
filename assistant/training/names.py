"""Made-up catalogues: names and codes that occur nowhere else, random strings as often as words.

A name seen once never comes back in the same company, so that the selector learns to copy what
stands in the message instead of remembering names.
"""

# ruff: noqa: E501 - one list a row reads better than a wrapped one

from __future__ import annotations

import random
from dataclasses import dataclass

_ADJECTIVES = """wool cotton steel folding ceramic bamboo leather silicone waterproof thermal mini
jumbo organic nylon canvas wooden glass plastic recycled foldable striped padded insulated travel
garden camping hiking winter summer baby pet ergonomic rechargeable solar magnetic hanging velvet
linen copper enamel stackable classic premium eco portable wireless digital quilted knitted fleece
marble scented reusable fitted slim heavy-duty stainless adjustable outdoor kids ladies mens""".split()
_NOUNS = """scarf gloves mug kettle lamp tent backpack jacket socks bottle blanket pillow towel
umbrella notebook pen stapler chair stool shelf basket candle vase bowl plate pan wok knife spoon
charger cable adapter speaker mouse keyboard hat cap belt wallet boots sandals slippers shirt hoodie
leggings shorts raincoat sunglasses watch bracelet toy puzzle ball rope mat dumbbell bike helmet
drill hammer screwdriver hose shovel planter filter valve bearing gasket pump sensor relay fuse
battery tape glue brush sponge detergent soap shampoo lotion tea coffee honey rice noodles snack
biscuit chocolate sauce oil flask thermos sleeping bag yoga mat tool kit cutting board rice cooker
air fryer desk organizer phone stand door mat""".split()
_ADJECTIVES_ZH = """羊毛 纯棉 不锈钢 折叠 陶瓷 竹制 真皮 硅胶 防水 加厚 迷你 大号 有机 尼龙 帆布 实木 玻璃
条纹 便携 旅行 花园 露营 登山 冬季 夏季 婴儿 宠物 电动 充电 太阳能 磁吸 挂式 丝绒 亚麻 珐琅 经典 高级 无线
保暖 针织 抓绒 可调节 户外 儿童 女士 男士 防滑 静音 智能 复古 简约 蓝色 红色 黑色 白色 灰色""".split()
_NOUNS_ZH = """围巾 手套 马克杯 水壶 台灯 帐篷 背包 夹克 袜子 水杯 毛毯 枕头 毛巾 雨伞 笔记本 钢笔 订书机 椅子
凳子 置物架 篮子 蜡烛 花瓶 碗 盘子 炒锅 刀具 勺子 充电器 数据线 音箱 鼠标 键盘 帽子 皮带 钱包 靴子 凉鞋 拖鞋
衬衫 卫衣 短裤 雨衣 墨镜 手表 手链 玩具 拼图 足球 跳绳 瑜伽垫 哑铃 头盔 电钻 锤子 螺丝刀 水管 铲子 滤芯 阀门
轴承 垫片 水泵 传感器 继电器 电池 胶带 刷子 海绵 洗衣液 肥皂 洗发水 茶叶 咖啡 蜂蜜 大米 面条 饼干 巧克力 酱油
保温杯 睡袋 工具箱 砧板 电饭煲 空气炸锅 收纳盒 手机支架 地垫""".split()
_CATEGORIES = """scarves;kitchenware;toys;spare parts;footwear;drinkware;bedding;power tools;snacks;
stationery;pet supplies;cleaning products;outerwear;lighting;bags;electronics;garden tools;socks"""
_CATEGORIES_ZH = "围巾类;厨具;玩具;备件;鞋类;杯壶;床品;电动工具;零食;文具;宠物用品;清洁用品;外套;灯具;箱包;电子产品;园艺工具"
_CITIES = """Hamburg Lyon Leeds Austin Denver Porto Turin Gdansk Osaka Hanoi Ningbo Suzhou Chengdu
Shanghai Madrid Boston Chicago Rotterdam Oslo Memphis Xiamen Qingdao Reno Bristol Dallas""".split()
_CITIES_ZH = "上海 杭州 宁波 苏州 成都 武汉 青岛 厦门 西安 长沙 南京 天津 重庆 佛山 东莞 无锡 合肥 郑州".split()
_TRADES = (
    "Textiles Trading Plastics Electronics Home Foods Metals Industries Supply Packaging".split()
)
_TRADES_ZH = "纺织 贸易 塑料 电子 家居 食品 五金 实业 日用品 包装 工贸 科技 皮具".split()
_LUCKY = "海 通 鑫 达 华 瑞 恒 盛 嘉 美 宏 泰 丰 永 康 顺 兴 源 信 德 联 创 捷 安 博 凯 隆 祥 裕 腾".split()
_SYLLABLES = "ka lo mi ter van dro zen pli sor bex qua nim tor fel gri hux jal wen ost ary".split()


@dataclass(frozen=True, slots=True)
class Name:
    """How an entry of a catalogue is written in a message, and what kind it is."""

    text: str
    kind: str


def _invented(rng: random.Random) -> str:
    return "".join(rng.choices(_SYLLABLES, k=rng.randint(2, 3))).capitalize()


def _code(rng: random.Random) -> str:
    letters = "".join(rng.choices("ABCDEFGHJKLMNPRSTUVWXYZ", k=rng.randint(1, 4)))
    digits = "".join(rng.choices("0123456789", k=rng.randint(2, 5)))
    joint = rng.choice(["-", "-", "", "_", "."])
    code = f"{letters}{joint}{digits}"
    if rng.random() < 0.25:
        code += f"{joint}{rng.choice('ABXYZ')}{rng.randint(1, 9)}"
    return code.lower() if rng.random() < 0.2 else code


def item(rng: random.Random, language: str) -> Name:
    """An item or category as a planner would write it."""
    draw = rng.random()
    if draw < 0.14:
        return Name(_code(rng), "item")
    if draw < 0.24:
        pool = _CATEGORIES_ZH if language == "zh" else _CATEGORIES
        return Name(rng.choice(pool.split(";")).strip(), "category")
    if language == "zh":
        noun = rng.choice(_NOUNS_ZH)
        first = rng.choice(_ADJECTIVES_ZH) if rng.random() < 0.65 else ""
        brand = rng.choice(_LUCKY) + rng.choice(_LUCKY) if rng.random() < 0.12 else ""
        return Name(brand + first + noun, "item")
    noun = rng.choice(_NOUNS)
    words = [rng.choice(_ADJECTIVES)] if rng.random() < 0.65 else []
    if rng.random() < 0.15:
        words.insert(0, _invented(rng))
    if rng.random() < 0.1:
        noun += f" {rng.choice(['XL', '500ml', '2L', 'Pro', '40cm', 'v2', 'set of 4', 'L'])}"
    name = " ".join([*words, noun])
    return Name(name.title() if rng.random() < 0.25 else name, "item")


def location(rng: random.Random, language: str) -> Name:
    """A warehouse, a store or the online channel."""
    if language == "zh":
        city = rng.choice(_CITIES_ZH)
        pool = [
            f"{city}仓",
            f"{city}仓库",
            f"{city}店",
            "线上",
            "门店",
            "网店",
            "主仓",
            city,
            "总仓",
            "电商仓",
        ]
        return Name(rng.choice(pool), "location")
    city = rng.choice([*_CITIES, _invented(rng)])
    pool = [
        f"{city} warehouse",
        f"{city} store",
        f"the {city} DC",
        "the online shop",
        "online",
        city,
    ]
    pool += [
        "the warehouse",
        "the main warehouse",
        "the store",
        "the shop",
        f"WH-{rng.randint(1, 9)}",
    ]
    return Name(rng.choice(pool), "location")


def supplier(rng: random.Random, language: str) -> Name:
    """A supplier's name, in full or short."""
    if language == "zh":
        name = "".join(rng.sample(_LUCKY, 2))
        city = rng.choice(_CITIES_ZH) if rng.random() < 0.35 else ""
        trade = rng.choice(_TRADES_ZH) if rng.random() < 0.6 else ""
        return Name(city + name + trade, "supplier")
    name = rng.choice([_invented(rng), rng.choice(_CITIES), f"{_invented(rng)} & Sons"])
    trade = f" {rng.choice(_TRADES)}" if rng.random() < 0.6 else ""
    legal = f" {rng.choice(['Ltd', 'GmbH', 'Inc', 'Co'])}" if rng.random() < 0.2 else ""
    return Name(name + trade + legal, "supplier")


def order(rng: random.Random, language: str) -> Name:
    """A purchase order number."""
    number = rng.randint(1, 9999)
    forms = [f"PO-{rng.randint(2023, 2027)}-{number:04d}", f"PO{number:05d}", f"PO-{number}"]
    forms += [f"#{number:04d}", f"{rng.choice('ABKX')}{number:06d}", f"45000{number:05d}"]
    return Name(rng.choice(forms), "order")
