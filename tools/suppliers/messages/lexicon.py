"""The words by which suppliers announce things, in English and Chinese.

Patterns are over folded text (lower case, simplified, half-width). They decide nothing alone:
`rules` weighs them against the values a clause holds.
"""

# ruff: noqa: E501 - one pattern a row reads better than a wrapped one

from __future__ import annotations

import re

from tools.suppliers.messages.schema import Certainty, EventKind

K = EventKind

TRIGGERS: dict[EventKind, str] = {
    K.BANK_CHANGE: r"chang(?:ed|ing) (?:our |the )?banks?(?![a-z])|换(?:了)?银行|(?<![a-z])(?:new|change[sd]?|updated?|different|following|our) (?:\w+ )?(?:bank|beneficiary|(?:bank )?account(?! (?:manager|team|depart|executive))|iban)(?![a-z])|bank (?:account|details?|information).{0,40}(?:chang|new|updat|differ)|(?:remit|transfer|pay(?:ments?)?|wire).{0,40}(?:new|following|below|this) (?:bank )?account|(?:账户|账号|开户行|银行|收款).{0,16}(?:变更|更换|更新|变动|停用|改|新)|(?:变更|更换|更新|新的?).{0,8}(?:账户|账号|开户行|银行|收款)|汇(?:款)?(?:至|到).{0,12}账",
    K.CONTACT_CHANGE: r"(?:new|my) (?:contact(?: person)?|e-?mail(?: address)?|phone(?: number)?|successor|replacement at)(?! item)|taking over (?:from|your account|my)|will (?:take over|look after|handle) your (?:account|orders)|contact (?:person|details?).{0,30}chang|(?:no longer|left|leaving|leave) (?:with |at )?(?:the company|us|our company|working)|replaces? me|changed (?:my|our) (?:e-?mail|phone|number|address)|联系人.{0,10}(?:变更|更换|改|换|调整)|(?:新的?|更换|变更).{0,4}(?:联系人|邮箱|电话|对接人|业务员|微信)|(?:离职|调岗|负责(?:您|贵司)的|接管|接替|接手|由.{1,8}(?:负责|对接|跟进)您|后续.{0,10}由.{1,8}(?:对接|负责|跟进))|(?:邮箱|电话|手机号|微信)(?:已|有)?(?:变更|更换|改为|换成)",
    K.QUALITY_NOTICE: r"quality (?:issue|problem|hold|notice|defect|concern|alert|deviation|complaint)|defect|faulty|(?:failed|fails?|did not pass|not pass).{0,24}(?:check|inspection|test|qc)|rework|recall|non-?conform|contaminat|mou?ldy|mou?ld (?:on|stains)|damag(?:ed|e to)|broken (?:in|on arrival|pieces|units)|colou?r (?:deviation|difference)|out of (?:spec|tolerance)|scratch|loose stitch|reject(?:ed)? \d|质量|品质问题|脱线|质检发现|退回车间|不良|返工|瑕疵|召回|次品|不合格|破损|污染|色差|开线|划痕|抽检.{0,6}(?:不|未)|发霉|开裂|缺陷",
    K.CANCELLATION: r"cancel|withdraw(?:n|ing)?(?! from)|call(?:ed)? off|(?:cannot|can't|can not|unable to|no longer(?: be)? able to|not able to|won't be able to) (?:supply|deliver|fulfil|make|produce|provide|offer)(?! (?:by|on|before|until|in|this|the (?:full|whole|remaining|rest|date)|all|it by|you by))|will not be (?:delivered|supplied|produced)(?! (?:by|on|before|until|in))|(?:no longer|not) available(?: any ?more)?|has been discontinued|取消|作废|撤销|撤单|无法(?:再)?(?:供货|供应|交付|生产|提供)(?!的?时间)|不再(?:供应|生产|供货)|做不了了|停产了|已停产|供不了",
    K.SUBSTITUTION: r"instead of (?:the )?.{3,40} we |(?:propose|suggest|recommend) (?:the |our |to (?:use|take) )|substitut|replacement (?:item|product|model|article)|alternative(?:ly)?(?: item| product| model)?|(?:send|ship|supply|offer|deliver|take|use|switch(?:ed)? to).{0,40}instead(?! of (?:the )?\d)|(?:replace[ds]?|replacing) (?:it |them |the |this )?(?:\w+ ){0,5}(?:with|by)|代替|替代|替换|换成|换货|改发|顶替|改用",
    K.LEAD_TIME_CHANGE: r"lead[- ]?times?|delivery time.{0,30}(?:new orders|increase|extend|now)|production time|交货周期|供货周期|生产周期|备货期|货期(?!表)|交期.{0,8}(?:延长|缩短|变为|由.{1,8}(?:天|周)|调整为.{0,4}(?:天|周))|采购周期|制作周期|前置期",
    K.MOQ_CHANGE: r"moq|(?:new|our|the) minimum(?! wage)|minimum (?:is|of|now)|minimum (?:order|purchase|quantity|qty)|min\.? (?:order|qty|quantity)|smallest (?:order|quantity)|起订|起定量|最低(?:订购|订货|采购|起)|最小(?:订购|订货|订单|起|采购)|起批量",
    K.PACK_CHANGE: r"cartons? (?:now )?(?:hold|contain|will hold)|(?:pack(?:age|aging|ing)?|carton|case|box)(?: size| quantity| unit)?.{0,30}(?:chang|now|instead|new|from|will be|becomes)|(?:per|each|a|to the) (?:carton|case|box|pack)|inner pack|packing unit|(?:每|一)箱|装箱(?:数|量|规格)?|包装(?:规格|数量|方式|数)?.{0,10}(?:改|调整|变|由)|(?:件|个|双|条|支|只|套|副)/箱|一箱",
    K.SHUTDOWN: r"(?:clos(?:ed?|ing|ure)|shut(?:s|ting)?[- ]?down|on holiday|holidays? (?:closure|break|from|between|schedule|notice)|factory holiday|stock-?taking|inventory count|maintenance|no (?:shipments|production|dispatch|deliveries)|not (?:be )?(?:shipping|working|producing|operating)|standstill|capacity (?:is|will be|cut|reduced|limited)|power (?:cut|rationing)|plant (?:stop|outage)|strike)|nothing (?:leaves|ships)|暂停(?:发货|出货|生产|交货)|停止(?:发货|出货|生产)|罢工|放假|停产(?:检修|放假|期)?|停工|检修|盘点|休假|限电|停机|春节.{0,6}(?:假|休)|休息.{0,4}(?:至|到)|产能.{0,8}(?:减|降|受限|不足|紧张)",
    K.INVOICE: r"invoice|billed|statement of account|credit note|amount (?:due|payable)|payable within|outstanding (?:balance|payment)|发票|开票|账单|对账|请款|应付金额|货款(?:合计|总计|共)|付款通知",
    K.OFFER: r"quotation|quote(?:d)?(?![a-z])|(?:we|can|could|pleased to|happy to|like to|am able to) offer|our offer|offer(?:ing)? (?:you|the)|offer valid|special offer|promotion(?:al)? price|报价|报盘|特价|优惠价|可以给到|给您.{0,6}价|清仓价|有效期",
    K.PRICE_BREAK: r"price break|tier(?:ed)?|volume (?:discount|price|pricing)|quantity discount|staggered|阶梯|量大|批量价|数量折扣|分档",
    K.PRICE_CHANGE: r"(?:price|cost|rate)s?(?: list)?.{0,60}(?:chang|increas|adjust|rais|ris|go(?:es)? up|goes? down|up by|reduc|drop|decreas|lower|surcharge|becomes?|will be|new(?! order)|from \S+ to)|(?:new|adjusted|updated|increased?|raise|lower|reduce[ds]?|rais(?:ed?|ing)|increas(?:ed?|ing)) (?:our |the |your )?(?:unit |list |purchase )*(?:price|cost|rate)|surcharge|price (?:increase|adjustment|change|reduction|rise)|(?:单价|价格|售价|供货价|出厂价|报价|含税价|价).{0,24}(?:调整|上涨|涨|下调|上调|降|改为|变为|提高|提到|上浮|下浮|调到|调至|调为)|(?:涨价|提价|降价|调价|加价|新价|上调|下调|涨)(?:格)?|每[件个双条只].{0,6}(?:涨|加|降|便宜|贵)",
    K.SPLIT: r"split|(?:first|another|last|next|further|final|second) (?:\d|dozen)|(?:in|into) (?:two|three|2|3|several) (?:shipments|parts|lots|batches|deliveries|consignments)|(?:first|second|third|1st|2nd|3rd|another|one|last|final) (?:batch|lot|part|shipment|half|delivery|portion|consignment|container)|(?:the )?(?:rest|remaining|remainder|balance|other half)(?! (?:unchanged|stays|remain)|s? to be paid| due| payment| of (?:the )?(?:order|terms|contract))|partial (?:shipment|deliver)|分批|分[两二三2-4](?:批|次|票)|第[一二三四1-4]批|首批|先(?:发|出|交|到|送|给|走|寄|做)|其余|剩余|余下|余量|剩下|尾数|尾货|后续(?:的)?\d|另外(?:的)?\d|另(?=[\d一二三四五六七八九])|其他的|还有\d",
    K.PARTIAL: r"(?:only|just|merely|at most|no more than|max(?:imum)?(?: of)?)\b.{0,30}(?:\d|available|left|dozen)|short(?:age|fall)?(?: (?:of|by|supply|shipped|shipment|on))?(?![a-z])|out of stock|sold out|under-?suppl|incomplete|not (?:the )?(?:full|complete|entire|whole) (?:quantity|amount|order)|missing|less than ordered|cannot (?:supply|deliver) (?:all|the full)|缺货|断货|缺(?=\d|料|口)|只(?:能|有|剩|够|交|到|发|收|供)|仅(?:能|有|剩|够|可|发|交)?|不足|不够|暂时没有|短(?:装|缺|少|交|供)|凑不齐|少发|少装|欠(?:货|\d)|最多(?:能|只)?|没货",
    K.EARLY: r"(?:finish\w*|ready|complete\w*|arriv\w*|ship\w*|done|deliver\w*|comes?|came) (?:\w+ ){0,2}early(?! (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|next|in|this|the|week|\d))|(?:\d+ \w+|\w+ \w+|a \w+)? ?earlier(?! (?:mail|e-?mail|message|today|this|said|than planned\?)| (?:we|you|i) )|ahead of (?:schedule|plan|time)|sooner|bring forward|brought forward|move[ds]? (?:it |this |the \w+ )?(?:up|forward)|early (?:delivery|arrival|shipment)|already be (?:with|ready|delivered)|提前(?!(?:安排|订|下单|通知|告知|计划|备货|沟通|确认|预定|准备|付))|提早|早于|比(?:原)?计划早|早到|快于|早(?=[\d一二三两半几]+[天周个])",
    K.DELAY: r"delay|(?:won't|will not|cannot|can't|not) \w+ (?:before|until)(?![a-z])|needs? until|(?:won't|will not|not) be able to (?:hold|meet|keep|make)|(?:is|are|be|been) (?:both|all|also|now|running) late|late by|还(?:要|需|得|差).{0,4}[\d一二三四五六七八九十两]+个?(?:天|周|星期|月)|新(?:的)?(?:交期|到货|日期|船期|交货)|postpone|push(?:ed|ing)? (?:back|out)|slip(?:s|ped|ping)?(?![a-z])|later than|behind (?:schedule|plan)|(?:will|can|could|do|does|did|might|may)(?: not|n't) (?:be able to )?(?:make|meet|reach|hold|keep|arrive|be ready|ship (?:by|on|in|before)|deliver (?:by|on|in|before|it|them|until)|be delivered|be shipped|leave|be (?:in )?time|be finished)|cannot (?:make|meet|hold|keep|be (?:delivered|shipped|ready))|can't (?:make|meet|hold|keep)|won't (?:make|meet|be ready|arrive|be there|ship|be delivered|reach)|(?:unable|not able) to (?:meet|keep|hold|deliver (?:on|by|it)|ship (?:on|by))|reschedul|moved? (?:back |out )?(?:from .{3,30} )?to|rolled (?:over|to)|running late|(?:weeks?|days?|months?) late(?:r)?(?! than)|(?:is|are|be|been|arrive|come) late(?:r)?|stuck|held up|hold-?up|holding up|no earlier than|not before|instead of|new (?:eta|etd|date|delivery date|ship date)|revised (?:eta|etd|date|delivery|schedule|ship)|延误|延期|推迟|推后|延迟|延后|顺延|往后(?:推|延|拖|移)|拖(?:延|到|期|后|了|至)|晚(?=到|[\d一二三两半几]|些|点|于|交|发|出)|赶不(?:上|出|及)|来不及|(?:无法|不能|没法|没办法|难以|未能)(?:在|按|如期|准时|及时|按时|赶|完成|于)|交不(?:了|出)|改(?:到|至|成|为|在)|后延|滞留|爆仓|甩柜|卡在|要到.{1,16}才|才(?:能|可以|会)(?:到|发|交|出|送|装|完)|变更为|调整(?:到|至|为)(?=.{0,8}(?:月|号|日|周))",
    K.SHIPMENT: r"(?:has|have|had|was|were|been|is|are|just|already|got)(?: been| now| already| just| both| all)* (?:shipped|dispatched|sent(?: out| off)?|despatched|handed over|delivered|loaded|collected|picked up|supplied)|(?:we|i|they) (?:shipped|dispatched|despatched|sent out|handed over|delivered|loaded|have sent|supplied)|shipped(?: today| yesterday| on|:| out| via| by|\b)|on (?:its|their|the) way|left (?:our|the|shanghai|ningbo|shenzhen|hamburg|port|factory|warehouse|plant|for)|sailed|departed|in transit|shipping (?:notice|advice)|shipment notice|dispatch(?:ed)? (?:note|notice|advice|today|yesterday)|(?:delivered|supplied|provided|shipped) [\d一-九]|已(?:经)?(?:于.{1,12})?(?:全部|都|分别|按时|如期)?(?:发货|发出|出货|寄出|发运|装船|装柜|开船|提走|交(?:给|付|运|货)|送达|离港|起运|出库|发往|揽收|到港|发了|发走|送出|发)|(?:今天|昨天|今日|昨日|刚刚?|上午|下午|今早)(?:已)?(?:发货|发出|出货|寄出|发运|发走|装船|发了|出库|装柜|交给|寄)|(?:提供|交付|发出|发|送|运|供应|供|交|寄|发货|出货|到货|送达)了|发货(?:通知|单)|(?:发货|出货|到货|交货)(?=\d+(?:件|个|双|条|套|箱))|运单号?|提单号|快递单号|在途",
    K.CONFIRMATION: r"confirm(?:ed|s|ing|ation)?(?! (?:if|whether|that you|by return|back|receipt of (?:this|my|payment)|your (?:agreement|acceptance)))|acknowledg|we accept|accepted your|order accepted|received your (?:order|po|purchase)|thank(?:s| you) for your (?:order|po|purchase)|(?:as|will be|deliver(?:ed)?) (?:ordered|planned|agreed|scheduled|requested)|on (?:schedule|track|time)|no change(?:s)?(?: to)?|(?:date|delivery|schedule) (?:stands|holds|remains|is fine|works)|(?<!请)(?<!请您)(?<!帮忙)(?<!尽快)(?<!再)(?<!您)确认(?!是否|一下|函?回|后)|(?:订单|单子|po).{0,10}(?:收到|接受|没问题|ok)|(?:已|均已)?接单|接受(?:该|此|贵司)?订单|按(?:原)?(?:计划|约定|时|期)(?:交|发|出|到|完|送)|准时(?:交|发|到)|没问题|(?:eta|etd|date|delivery).{0,24}(?:remains|stays|is unchanged|still)|(?:eta|交期|日期|船期)(?:还是|仍|不变|没变)|还是.{1,14}(?:没有?变|不变)|如期(?:交|发|到|出)|照常|正常(?:交|发|出货|生产)",
    K.DELIVERY_DATE: r"realistic|earliest|at the latest|follow(?:s|ing)?(?! up)|go(?:es)? out|最快|最早|最迟|补(?:上|发|齐)|(?:have|get|receive|see|expect) (?:the goods|it|them|your|everything|all)|deliver|arriv|ship(?!ment notice)|eta(?![a-z])|etd(?![a-z])|ready|be with you|send|dispatch|despatch|leav(?:e|es|ing)|reach|land|in (?:your|the) (?:warehouse|dc)|handover|hand over|comes? in|due(?! to)|complet|finish|load|sail|pick(?:ed)? ?up|collect|expected|schedule|交(?:货|付|期|到|给)?|到(?:货|达|港|仓|齐|库|位)?|发(?:货|出|运|给|往|车)?|送(?:达|到|货)?|出(?:货|厂|运|库)|船期|开船|装(?:柜|船|车)|完(?:成|工)|可(?:到|发|出|交)|寄|抵达|入库|生产好|做好|齐货|备好|提货",
    K.QUESTION: r"[?？]|(?<![a-z])(?:could|can|would|will|should|shall|may|do|does|did|is|are|which|what|when|where|who|how|whether) (?:you|we|i|your|there|the|it|this)\b.{3,}(?:\?|$)|please (?:let (?:us|me) know|advise|tell|inform|clarify|specify|confirm (?:if|whether|your|the|that|by|back)|provide|send (?:us|me)|share)|let (?:me|us) know (?:if|whether|which|how|what|when|your)|请问|是否|能否|可否|可不可以|行不行|好吗|吗(?![\u4e00-\u9fff])|呢\??$|请(?:您)?(?:尽快|帮忙|务必|再)?(?:确认|告知|回复|提供|核对|指示)|麻烦.{0,6}(?:确认|告知|回复|提供|看|发)|怎么|多少|哪(?:个|种|天|里|一)|什么时候|还是.{1,12}\?",
}
PATTERNS = {kind: re.compile(pattern) for kind, pattern in TRIGGERS.items()}

UNCHANGED = re.compile(
    r"(?:数量|单价|价格).{0,4}(?:还是|仍是|仍为|同前)|(?:quantit|price|qty|amount|order|terms|everything|rest|other|orders? (?:already|on hand)).{0,40}(?:same|unchanged|not affected|unaffected|remains?|stays?|as before|no change|not change)|"
    r"(?:same|unchanged) (?:quantit|price|qty)|not affected|unaffected|(?:数量|单价|价格|订单|其他|其余|交期).{0,24}(?:不变|没变|不受影响|照旧|未变|保持)|不变|没变|不受影响|照旧"
)
TENTATIVE = re.compile(
    r"could (?:leave|ship|go|be|arrive|follow)|expect|probabl|should(?! (?:you|we|i|the|it)\b)|hope|hopeful|(?<![a-z])try(?:ing)?(?![a-z])|likely|around|approx|about (?=\d)|estimat|tentativ|might|(?<![a-z])may(?![a-z]| \d)|aim|plan(?:ned|ning)? to|roughly|possibl|we think|(?<![a-z])circa|if all goes|not (?:yet )?(?:sure|certain|final)|provisional|target|"
    r"预计|大概|可能|争取|估计|应该|尽量|左右|大约|或许|预期|力争|暂定|初步|差不多|希望|上下|也许|有望|目标"
)
CONDITIONAL = re.compile(
    r"(?<![a-z])if(?! all goes| you have| not received)(?![a-z])|provided|subject to|once (?:we|you|the|your|payment)|as long as|unless|in case|depend|otherwise|assuming|upon (?:receipt|payment|approval|your)|after (?:receipt|receiving|payment|your|we receive|approval)|"
    r"如果|如(?=您|贵|果|能|不|无|需|未|确)|若|只要|前提|的话|一旦|除非|视.{0,8}(?:而定|情况)|取决|收到.{0,14}(?:后|才|再)|等.{1,14}(?:确认|付款|到账|批准|到齐|回复|检验|验货|通过).{0,4}(?:后|才|再)|(?:确认|付款|到账|批准|检验|验货|通过)(?:之)?后(?!续)|同意后"
)
NO_DATE = re.compile(
    r"no (?:date|eta|etd|information|visibility|news)|(?:not|un)(?: yet)? ?(?:known|certain|confirmed|clear)|don't (?:yet )?(?:know|have)|to be (?:confirmed|advised|announced)|tba|tbc|tbd|待定|不确定|未定|没定|尚未确定|另行通知|再通知"
)
ASKS_LEAVE = re.compile(
    r"(?:could|can|may|shall|should|would) (?:we|i|you)|would (?:it|that) be|[?？]|can be|could be|propose|suggest|可否|能否|是否|可以吗|行吗|建议|可用"
)
REST_CANCELLED = re.compile(
    r"(?:rest|remaining|remainder|balance|other).{0,30}cancel|cancel.{0,20}(?:rest|remaining|remainder|balance)|(?:其余|剩余|余下|剩下).{0,10}取消|取消.{0,4}(?:其余|剩余|余下|剩下)"
)
ORDERS_CANCEL = re.compile(
    r"(?:please|kindly|pls|must|have to|need to) cancel|请.{0,4}(?:取消|作废)"
)
STRONG_CONFIRMATION = re.compile(
    r"(?<![a-z])confirmed(?![a-z])|we (?:hereby )?confirm|(?:has|have|is|are) (?:been )?accepted|已确认|确认无误|^确认|收到并确认|没问题"
)
SENDS_INSTEAD = re.compile(
    r"(?:send|ship|supply|offer|deliver|use|take|with|by|用|换成|改发|改用|替换为|替换成|发)\s?(?:you |the |our |a |some )?$"
)
REST = re.compile(
    r"(?:the )?(?:rest|remaining|remainder|balance|other)(?![a-z])|其余|剩余|余下|剩下|余量|尾数|尾货|其他的|另外"
)
OLD_VALUE_BEFORE = re.compile(
    r"(?:instead of|rather than|originally|original(?:ly)? (?:planned|promised|date)?|previously|formerly|was (?:planned|promised|scheduled|due)?(?: for| on)?|not (?:make|meet|hold|reach|keep|be ready (?:by|on|for)|arrive (?:by|on)|be delivered (?:by|on)|ship(?: on| by)?)(?: the)?|(?:make|meet|hold|reach|keep) (?:the )?(?:promised |agreed |original |planned |requested )?(?:date |deadline |delivery )?(?:of )?|(?:changes?|moved?|moves|goes|rise[sn]?|raised|adjusted|up|down|pushed|slips?|slipped|increased?|reduced|lowered|postponed|extended|delayed|rescheduled|shortened|changed)?(?: \w+){0,3} from|from|old|said|told you|quoted|mentioned|promised|miss(?:ed|es)? (?:the )?|current(?:ly)?|until now|so far|"
    r"原(?:定|来|计划|本|先|交期|价|约定|承诺|eta|预计|订)?(?:的|是|为|于|在)?(?:交期|交货期|价格|单价)?(?:是|为|定)?|由|从|不是|而不是|之前(?:说|定|报|承诺)?(?:的|是)?|上次(?:说|报)?的?|昨天说的|前面说的|本来(?:是|定)?|此前(?:是)?|以前(?:是)?|目前|现在的?|无法在|不能在|赶不上|来不及)\s?(?:the |at |a |on |by |of |days |大概|约)?$"
)
OLD_VALUE_AFTER = re.compile(
    r"^\s?(?:的)?(?:(?:的)?(?:交货|交期|到货|发货|船期|货|计划|日期)(?:的)?(?:无法|不能|赶不上|来不及|要|需要|得|将|已)?(?:完成|推迟|延|改|取消|按|往后)|不对|有误|作废|赶不(?:上|出来?)|来不及|出不来|做不完|(?:is|was) (?:wrong|not correct|no longer|not possible|not feasible|too)|date (?:cannot|can't|will not|won't)|(?:cannot|can't) be (?:met|kept|held)|(?:to|up to|until|改为|改到|调整为|调整到|推迟到|推迟至|延迟到|延迟至|顺延到|顺延至|延到|延至|变为|涨到|涨至|降到|降至|提高到|增加到|上调至|上调到|下调至|延长到|延长至|延长为|缩短为|缩短到|变更为|改成|推到|提到|改至)(?! the)(?=\s?[\d$€£¥一二两三四五六七八九十a-z]))"
)
RANGE_TO = re.compile(r"^\s?(?:to|until|till|through|thru|and|-|~|至|到|—|–)\s?(?:the )?$")
ORDERED = re.compile(
    r"(?:ordered|of (?:the )?|out of(?: the)?|total(?: of)?|all|instead of|altogether|originally|共|总共|合计|一共|订购(?:的)?|下单(?:的)?|原订|总数|总量|全部|订了|要的)\s?$"
)
PRICE_ROLE = {K.PRICE_CHANGE, K.PRICE_BREAK, K.OFFER, K.CONFIRMATION, K.INVOICE}


def certainty(folded: str, kind: EventKind) -> Certainty:
    """How sure the clause is; a fact that has happened (a shipment, an invoice) is firm."""
    if kind in (K.QUALITY_NOTICE, K.BANK_CHANGE, K.CONTACT_CHANGE, K.INVOICE):
        return "firm"
    if CONDITIONAL.search(folded) or (kind is K.SUBSTITUTION and ASKS_LEAVE.search(folded)):
        return "conditional"
    if kind in (K.SHIPMENT, K.INVOICE, K.OFFER, K.BANK_CHANGE, K.CONTACT_CHANGE, K.QUESTION):
        return "firm"
    return "tentative" if TENTATIVE.search(folded) else "firm"
