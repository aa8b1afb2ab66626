"""Prints how well the rules read the labelled supplier messages.

Run it as `python tests/benchmarks/supplier_messages.py`.
"""

from __future__ import annotations

import datetime as dt
import statistics
import tempfile
from pathlib import Path

from tools.data.catalogue import Catalogue
from tools.data.demo.build import build_demo
from tools.data.migrate import upgrade
from tools.suppliers.messages.extract import ClauseExtractor
from tools.suppliers.messages.rules import RuleReader
from tools.suppliers.messages.scoring import load_cases, score

CASES = Path(__file__).parents[1] / "evaluation"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine = upgrade(f"sqlite:///{folder}/records.db")
        build_demo(engine, today=dt.date(2026, 11, 18), months=2)
        extractor = ClauseExtractor(RuleReader(), Catalogue.load(engine))
        print("file | lang | messages | field F1 | whole message | ms (median)")
        for path in sorted(CASES.glob("messages_*.jsonl")):
            result = score(load_cases([path]), extractor)
            for language in ("en", "zh"):
                counts = result.overall(language)
                print(
                    f"{path.stem} | {language} | {result.by_language[language]} | "
                    f"{counts.f1:.3f} | {result.exact_rate(language):.3f} | "
                    f"{1000 * statistics.median(result.seconds):.0f}"
                )
            print(
                f"{path.stem}: inventions {result.inventions}, omissions {result.omissions}, "
                f"invalid spans {result.invalid_spans} of {result.spans}"
            )
        engine.dispose()


if __name__ == "__main__":
    main()
