"""What the model may choose instead of a tool: ask, decline, say that nothing fits, quote a term.

They are called like tools, so that every model has one way to answer, and none touches a record.
"""

from __future__ import annotations

from assistant.agent.glossary import Glossary
from tools.arguments import Ask, Concept, Decline, NoTool
from tools.facts import Choice, Fact, Source, ToolResult
from tools.spec import ToolContext
from tools.stock.overview import overview
from tools.text import Text

_ASK_ABOUT = {
    "item": Text("Stock of {}", "{}的库存"),
    "meaning": Text("Stock of {}", "{}的库存"),
    "supplier": Text("How reliable is {}?", "{}的交货表现怎么样？"),
}
_STARTERS = (
    Choice(
        Text("What should I order today?", "今天该订什么？"),
        Text("What should I order today?", "今天该订什么？"),
    ),
    Choice(
        Text("Which items are at risk?", "哪些商品有缺货风险？"),
        Text("Which items are at risk?", "哪些商品有缺货风险？"),
    ),
    Choice(
        Text("Does anything look wrong?", "有什么异常吗？"),
        Text("Does anything look wrong?", "有什么异常吗？"),
    ),
)


def ask(context: ToolContext, arguments: Ask) -> ToolResult:
    """One short question with something to click."""
    return ToolResult(
        tool="ask",
        pattern="ask",
        status="ask",
        values={"missing": arguments.missing},
        choices=_choices(context, arguments.missing),
    )


def decline(context: ToolContext, arguments: Decline) -> ToolResult:
    """What the assistant does not do in chat, and who can do it where."""
    return ToolResult(tool="decline", pattern="decline", values={"reason": arguments.reason})


def nothing_fits(context: ToolContext, arguments: NoTool) -> ToolResult:
    """Greeting, thanks, what the assistant can do, or another subject."""
    return ToolResult(
        tool="none",
        pattern="none",
        values={"kind": arguments.kind},
        choices=() if arguments.kind == "thanks" else _STARTERS,
    )


def concept(context: ToolContext, arguments: Concept) -> ToolResult:
    """A definition from the glossary, quoted with its source."""
    glossary = Glossary.load(context.language)
    entry = glossary.find(arguments.term or "") or glossary.find(context.message)
    if entry is None:
        return ToolResult(
            tool="concept",
            pattern="concept_unknown",
            status="not_found",
            values={"term": arguments.term or ""},
        )
    source = Source("glossary", {"term": entry.key}, Text(entry.source, entry.source))
    return ToolResult(
        tool="concept",
        pattern="concept",
        facts=(Fact("definition", entry.text, source=source),),
        values={"term": entry.term, "source": entry.source},
    )


RUN = {"ask": ask, "decline": decline, "none": nothing_fits, "concept": concept}


def _choices(context: ToolContext, missing: str) -> tuple[Choice, ...]:
    wording = _ASK_ABOUT.get(missing)
    if wording is None:
        return ()
    if missing == "supplier":
        entities = list(context.catalogue.entities("supplier"))[:4]
    else:
        at_risk = overview(context.engine, context.today).at_risk
        known = {e.code: e for e in context.catalogue.entities("item")}
        codes = list(dict.fromkeys(row.item for row in at_risk))[:4]
        entities = [known[code] for code in codes if code in known]
    return tuple(
        Choice(
            Text(entity.name("en"), entity.name("zh")),
            Text(wording.en.format(entity.name("en")), wording.zh.format(entity.name("zh"))),
        )
        for entity in entities
    )
