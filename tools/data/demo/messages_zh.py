"""Chinese supplier messages of the demo inbox."""

from __future__ import annotations

from tools.data.demo.letters import ITEM, Template

SIGNATURE = """

此致
敬礼

{contact}
{firm_zh}有限公司 销售部
电话：0571-8888 0123
本邮件及附件仅供收件人使用，如误收请删除。"""

TEMPLATES = (
    Template(
        "订单{order}交期延误通知",
        """林小姐，您好：

非常抱歉通知您，贵司订单{order}的{item_zh}因面料晚到，原定{promised_zh}的交货无法完成，
预计推迟到{date_zh}到货，数量{quantity}不变。给您带来不便，敬请谅解。""" + SIGNATURE,
        ({"kind": "delay", "certainty": "tentative", "order": "{order}", "item": ITEM,
          "date": "{date_zh}", "quantity": "{quantity}"},),
    ),
    Template(
        "关于{order}分批发货",
        """Grace你好，

{order} {item_zh}（{code}）共{quantity}，我们分两批交：第一批{part}，{first_zh}到；
余下的{rest}要到{later_zh}才能到。请确认是否可以。

谢谢
{contact}""",
        ({"kind": "split", "certainty": "firm", "order": "{order}", "item": ITEM,
          "quantity": "{part}", "date": "{first_zh}"},
         {"kind": "split", "certainty": "firm", "order": "{order}", "item": ITEM,
          "quantity": "{rest}", "date": "{later_zh}"}),
        minimum=40,
    ),
    Template(
        "回复：{order} 订单确认",
        """您好，订单{order}已收到并确认，{item_zh}{quantity}，交货日期{promised_zh}，单价按原合同不变。"""
        + SIGNATURE
        + """

----- 原始邮件 -----
发件人：Grace Lin
主题：{order} 订单
请确认{order}的数量和交期，谢谢。""",
        ({"kind": "confirmation", "certainty": "firm", "order": "{order}", "item": ITEM,
          "quantity": "{quantity}", "date": "{promised_zh}"},),
    ),
    Template(
        "价格调整函",
        """尊敬的客户：

由于原材料价格上涨，我司自{from_zh}起将{item_zh}（货号{code}）单价由{price}美元调整为{new_price}美元。
此前已确认的订单价格不变。

顺祝商祺
{firm_zh}""",
        ({"kind": "price_change", "certainty": "firm", "item": ITEM,
          "price": ("{new_price}美元", "{new_price}"), "date": "{from_zh}"},),
    ),
    Template(
        "{order}缺货",
        """林经理：{order}里的{item_zh}目前只能供{part}，剩下{rest}暂时没有货，补货时间还不确定，有消息马上告诉您。{contact}""",
        ({"kind": "partial", "certainty": "firm", "order": "{order}", "item": ITEM,
          "quantity": "{part}"},),
        minimum=40,
    ),
    Template(
        "取消通知：{order}",
        """您好：

很遗憾，{item_zh}（{code}）的生产线已停产，订单{order}中该货品的{quantity}我们无法交付，请取消此行。
""" + SIGNATURE,
        ({"kind": "cancellation", "certainty": "firm", "order": "{order}", "item": ITEM,
          "quantity": "{quantity}"},),
    ),
    Template(
        "{order}已发货",
        """Grace，{order}的{item_zh}{quantity}今天已发出，运单号{tracking}，预计{first_zh}送达，请留意查收。

{contact} / {firm_zh}""",
        ({"kind": "shipment", "certainty": "firm", "order": "{order}", "item": ITEM,
          "quantity": "{quantity}", "date": "{first_zh}", "tracking": "{tracking}"},),
    ),
    Template(
        "起订量调整",
        """您好，从下一单开始，{item_zh}（{code}）的最小起订量由{old_moq}调整为{moq}，请知悉。
""" + SIGNATURE,
        ({"kind": "moq_change", "certainty": "firm", "item": ITEM, "quantity": "{moq}"},),
    ),
    Template(
        "工厂放假安排",
        """各位客户：

我司定于{from_zh}至{until_zh}放假停产，期间不安排发货，请提前安排订单。

{firm_zh} 敬上""",
        ({"kind": "shutdown", "certainty": "firm", "date": "{from_zh}", "until": "{until_zh}"},),
    ),
    Template(
        "请问{order}的唛头",
        """Grace您好，请问{order}的外箱唛头用新版还是旧版？麻烦今天回复，我们好安排包装。{contact}""",
        ({"kind": "question", "certainty": "firm", "order": "{order}"},),
    ),
    Template(
        "收款账户变更通知",
        """尊敬的财务：

因审计原因，我司原收款账户停用，请将{order}及今后货款汇至新账户：
开户行：招商银行某支行  账号：6225 7788 0000 1234
请尽快安排付款，并勿致电旧号码核实。

{firm_zh} 财务部""",
        ({"kind": "bank_change", "certainty": "firm", "order": "{order}"},),
        sender="财务部 <finance@huaxin-textiie.example>",
    ),
    Template(
        "{order} 提前到货",
        """好消息：{order} {item_zh} {quantity}提前完成，预计{early_zh}可到，请安排收货。
""" + SIGNATURE,
        ({"kind": "early", "certainty": "tentative", "order": "{order}",
          "item": ITEM, "quantity": "{quantity}", "date": "{early_zh}"},),
    ),
    Template(
        "新品目录",
        """Grace，您好！附件是我们最新的产品目录，有感兴趣的款式欢迎随时联系。祝工作顺利！
""" + SIGNATURE,
    ),
    Template(
        "回复：回复：{order}交期",
        """Grace，更正一下，昨天说的{first_zh}不对，{order}的{item_zh}实际要{date_zh}才能到。抱歉！

{contact}

> 昨天 {contact} 写道：
> {order}的{item_zh}{first_zh}可以到。""",
        ({"kind": "delay", "certainty": "firm", "order": "{order}", "item": ITEM,
          "date": "{date_zh}"},),
    ),
    Template(
        "交货周期调整",
        """您好，因订单饱满，{item_zh}（{code}）的交货周期从即日起延长为{lead}天，已下订单不受影响。
""" + SIGNATURE,
        ({"kind": "lead_time_change", "certainty": "firm", "item": ITEM, "duration": "{lead}天"},),
    ),
    Template(
        "{order}质量问题",
        """Grace您好：{order}的{item_zh}在出货检验时发现部分缝线不良，我们正在返工，如果顺利，{date_zh}可以到货，最晚{later_zh}。
{contact}""",
        ({"kind": "quality_notice", "certainty": "firm", "order": "{order}", "item": ITEM},
         {"kind": "delivery_date", "certainty": "conditional", "order": "{order}", "item": ITEM,
          "date": "{date_zh}"}),
    ),
    Template(
        "报价：{item_zh}",
        """您好，应您要求报价如下：{item_zh}（{code}），{moq}起，单价{new_price}美元，有效期至{until_zh}。
""" + SIGNATURE,
        ({"kind": "offer", "certainty": "firm", "item": ITEM, "quantity": "{moq}",
          "price": ("{new_price}美元", "{new_price}"), "until": "{until_zh}"},),
    ),
    Template(
        "微信转发",
        """林姐，{order}那个{item_zh}，船期改了，
ETD改到{first_zh}，ETA {date_zh}，数量没变，还是{quantity}。""",
        ({"kind": "delay", "certainty": "firm", "order": "{order}", "item": ITEM,
          "date": "{date_zh}", "quantity": "{quantity}"},),
    ),
    Template(
        "替代品建议",
        """您好：{order}中的{item_zh}（{code}）原色缺料，可否用同款新色代替，数量{quantity}、价格都不变？请回复。
""" + SIGNATURE,
        ({"kind": "substitution", "certainty": "conditional", "order": "{order}",
          "item": ITEM, "quantity": "{quantity}"},),
    ),
    Template(
        "谢谢",
        """Grace，付款已收到，谢谢！周末愉快。
{contact}""",
    ),
)  # fmt: skip
