"""Imports the public Online Retail file and prints time, peak memory and the reconciliation.

    python -m tests.benchmarks.online_retail_import [FILE] [--database URL]

Without a URL a fresh SQLite file is made. The second import of the same file must change nothing.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

from tools.data import frames
from tools.data.imports import ImportReport, import_file
from tools.data.migrate import upgrade

FILE = Path(__file__).resolve().parents[3] / "shared/data/online_retail/online_retail.parquet"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=FILE)
    parser.add_argument("--database", help="address of an empty database")
    chosen = parser.parse_args()
    if not chosen.file.exists():
        print(f"{chosen.file} is not there; nothing to measure.")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        engine = upgrade(chosen.database or f"sqlite:///{folder}/records.db")
        report = None
        for attempt in ("first import", "same file again"):
            wall, processor = time.perf_counter(), time.process_time()
            report = import_file(engine, chosen.file)
            print(
                f"{attempt}: {time.perf_counter() - wall:.1f} s "
                f"({time.process_time() - processor:.1f} s of processor time), peak memory "
                f"{peak_memory_mb():,.0f} MB, {report.rows_changed:,} records written"
            )
        start = time.perf_counter()
        sales = frames.sales(engine)
        print(f"sales frame: {len(sales):,} rows in {time.perf_counter() - start:.1f} s")
        if report is not None:
            print_reconciliation(report)
        print(
            f"records: {sales['quantity'].sum():,.0f} units sold, "
            f"{sales['returned'].sum():,.0f} returned"
        )
        engine.dispose()
    return 0


def peak_memory_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def print_reconciliation(report: ImportReport) -> None:
    print(f"\n| {'class':<55} | {'lines':>9} | {'units':>12} | {'money':>16} |")
    print(f"|{'-' * 57}|{'-' * 10}:|{'-' * 13}:|{'-' * 17}:|")
    for entry in report.reconciliation:
        print(
            f"| {entry['title']['en']:<55} | {entry['lines']:>9,} | {entry['units']:>12,.0f} "
            f"| {float(entry['money']):>16,.2f} |"
        )
    print()


if __name__ == "__main__":
    raise SystemExit(main())
