"""`python benchmarks/run.py`: what the pages cost on a full demo county, and whether the goals of speed are met.

Starts the real server (gunicorn as the demo does) on a county of its own, signs in once per persona and asks for each
page in turn, round after round; before each page the bare page, so that a busy machine slows both. A time is that of
the whole answer at the browser's end of a kept connection; medians are compared with the bare page's, which
benchmarks/urls.py explains. Queries are all those of the request, also for session, user and rights (counting.py).
Saves write other values each time. Goals: lists 10 queries, home, sheet and overview 20, a save of any size 12; no
page slower than 8 times the bare page.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

if not __package__:
    sys.path[0] = str(Path(__file__).resolve().parent.parent)  # run as a file: the packages lie one folder up

from benchmarks import database, server  # noqa: E402
from benchmarks.browser import Answer, Browser  # noqa: E402
from benchmarks.pages import PERSONAS, Page, pages_of  # noqa: E402
from benchmarks.report import MOST_TIMES_FLOOR, Measured, Sample, row_of, table  # noqa: E402
from jinxian import environment  # noqa: E402

BARE, FACTS = "/bare/", "/bare/facts/"
WARM_UP = 3  # rounds that are not counted
QUERIES, DATABASE_MS, CPU_MS = "x-benchmark-queries", "x-benchmark-database-ms", "x-benchmark-cpu-ms"


def main() -> int:
    asked = arguments()
    environment.enter("benchmark")
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda *_: sys.exit("Stopped."))  # through every `finally`, so that the server ends, too
    with served(asked) as browsers:
        report = measure(browsers, asked.rounds, asked.only)
    if asked.json:
        print(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        tell(report)
    has_missed = any(row["misses"] for row in report["pages"])
    return 1 if asked.check and has_missed else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="What the pages cost on a full demo county.")
    parser.add_argument("--rounds", type=positive, default=15, help="how often each page is asked for (15)")
    parser.add_argument("--database", default="", metavar="PATH", help="measure a copy of this demo, not a new one")
    parser.add_argument("--scale", choices=["county", "township"], default="county", help="of a new one")
    parser.add_argument("--only", default="", metavar="WORD", help="only pages whose name has this word")
    parser.add_argument("--json", action="store_true", help="the same as JSON")
    parser.add_argument("--check", action="store_true", help="exit status 1 where a goal is missed")
    return parser.parse_args()


def positive(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= 10_000):
        raise argparse.ArgumentTypeError(f"“{text}” is no number of rounds: give a whole number from 1 to 10000.")
    return int(text)


@contextmanager
def served(asked: argparse.Namespace) -> Iterator[dict[str, Browser]]:
    """A signed-in browser per persona, before the running server."""
    var = environment.ROOT / "var"  # the demo's own disk: a temporary one in memory would write for nothing
    var.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=var) as name:
        folder = Path(name)
        with database.prepared(asked.database, folder) as address:
            server.set_variables(address)
            accounts = server.prepare_demo(folder, asked.scale)
            if not accounts.keys() >= PERSONAS.keys():
                environment.stop("This is no demo county: its personas have no accounts there.")
            with server.running(folder) as port:
                yield {persona: Browser(port, accounts[persona]) for persona in PERSONAS}


def measure(browsers: dict[str, Browser], rounds: int, only: str) -> dict[str, Any]:
    pages = [page for page in pages_of(browsers) if only in page.name]
    if not pages:
        environment.stop(f"No page has “{only}” in its name.")
    bare: list[float] = []
    found = [Measured(page.name, PERSONAS[page.persona], page.most_queries) for page in pages]
    load = os.getloadavg()[0]
    for done in range(-WARM_UP, rounds):
        if done == 0:
            environment.say(f"Measuring {rounds} rounds …")
        for page, measured in zip(pages, found, strict=True):
            ask_once(browsers[page.persona], page, measured, bare, is_counted=done >= 0)
    return {
        "pages": [row_of(measured, bare) for measured in found],
        "floor_ms": round(median(bare), 2),
        "floor_fastest_ms": round(min(bare), 2),
        "goal_ratio": MOST_TIMES_FLOOR,
        "rounds": rounds,
        "machine": machine(load) | json.loads(next(iter(browsers.values())).page(FACTS).text),
    }


def ask_once(browser: Browser, page: Page, measured: Measured, bare: list[float], *, is_counted: bool) -> None:
    """The bare page and the page, over the same connection."""
    ask = page.ask(browser)
    floor = browser.page(BARE)
    answer = browser.send(ask)
    page.prove(browser, answer)
    if not is_counted:
        return
    bare.append(floor.milliseconds)
    measured.samples.append(sample_of(answer))
    measured.size = len(answer.body)
    measured.cells = len(page.saving.posted) if page.saving else None


def sample_of(answer: Answer) -> Sample:
    said = answer.headers
    return Sample(answer.milliseconds, float(said[CPU_MS]), float(said[DATABASE_MS]), int(said[QUERIES]))


def machine(load_before: float) -> dict[str, Any]:
    return {
        "processors": os.cpu_count(),
        "platform": platform.platform(),
        "python": platform.python_version(),
        "load_before": round(load_before, 2),
        "load_after": round(os.getloadavg()[0], 2),
    }


def tell(report: dict[str, Any]) -> None:
    facts = report["machine"]
    rows = ", ".join(f"{count:,} {name}" for name, count in facts["rows"].items())
    print(f"{facts['database']}: {rows}")
    print(f"{facts['processors']} processors, load {facts['load_before']} → {facts['load_after']}, ", end="")
    print(f"Python {facts['python']}, {report['rounds']} rounds; the bare page takes {report['floor_ms']:.2f} ms\n")
    print(table(report["pages"]))


if __name__ == "__main__":
    sys.exit(main())
