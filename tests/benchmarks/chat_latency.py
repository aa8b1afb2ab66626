"""How long a chat answer takes: `python -m tests.benchmarks.chat_latency [--rounds N]`.

Questions run one after the other through the real agent on the configured records and model, after
one unmeasured question. Printed: seconds to the first event, to the decided tool call, and to the
complete answer (median, 95th percentile), by language and in all, and the memory of the process.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import statistics
import time
import uuid
from collections.abc import Sequence

import numpy as np

from assistant.agent.run import run_turn
from assistant.agent.turn import Services
from assistant.cli.prepare import open_database
from assistant.presentation.serialise import serialise_result
from assistant.services import open_services
from assistant.settings import settings
from tools.text import Language

QUESTIONS: dict[Language, Sequence[str]] = {
    "en": (
        "how many wool scarves do we have in the warehouse?",
        "which items are at risk?",
        "what will we sell of hand warmers in December?",
        "best sellers last month",
        "what should I order today with 20k?",
        "why that many of the thermos?",
        "what if Huaxin delivers two weeks late?",
        "anything odd with the cutting board?",
        "which orders are late?",
        "how reliable is Mingda?",
        "what is our stock worth?",
        "what is safety stock?",
    ),
    "zh": (
        "保温杯还有多少？",
        "哪些商品快断货了？",
        "下个月针织帽能卖多少？",
        "上个月卖得最好的是什么？",
        "预算2万，今天该订什么？",
        "为什么保温杯要订这么多？",
        "如果华信晚到两周会怎样？",
        "最近有什么异常？",
        "哪些订单逾期了？",
        "永利准时吗？",
        "库存周转率是多少？",
        "数据质量怎么样？",
    ),
}
Times = tuple[float, float, float]


async def ask(services: Services, question: str, language: Language) -> Times:
    """Seconds to the first event, to the decided call and to the end."""
    began = time.perf_counter()
    first = decided = 0.0
    async for event in run_turn(services, f"bench_{uuid.uuid4().hex}", question, language):
        now = time.perf_counter() - began
        first = first or now
        if event["type"] == "TOOL_CALL_START" and not decided:
            decided = now
        if event["type"] == "RUN_ERROR":
            raise RuntimeError(event["message"])
    return first, decided, time.perf_counter() - began


async def measure(rounds: int) -> dict[Language, list[Times]]:
    found: dict[Language, list[Times]] = {"en": [], "zh": []}
    chosen = settings()
    engine = open_database(chosen)
    async with open_services(chosen, engine, lambda r, _c: serialise_result(r)) as services:
        for language, questions in QUESTIONS.items():
            await ask(services, questions[0], language)
        for _ in range(rounds):
            for language, questions in QUESTIONS.items():
                for question in questions:
                    found[language].append(await ask(services, question, language))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2)
    found = asyncio.run(measure(parser.parse_args().rounds))
    print("| | first event | call decided | complete | complete, 95 % | n |\n|-|-|-|-|-|-|")
    rows = {**found, "all": [*found["en"], *found["zh"]]}
    for name, times in rows.items():
        first, decided, whole = (statistics.median(column) for column in zip(*times, strict=True))
        late = float(np.quantile([t[2] for t in times], 0.95))
        print(f"| {name} | {first:.3f} | {decided:.2f} | {whole:.2f} | {late:.2f} | {len(times)} |")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
