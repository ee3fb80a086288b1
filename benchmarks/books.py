"""`python benchmarks/books.py`: how long a whole county takes as a workbook, out and in, and how much memory.

Takes the full demo county out without its targets (some 265,000 rows), then brings the file into an empty database:
once only looking, once writing. Each step is the command that people use, in a process of its own; memory is the
highest sum of the process and its children, sampled ten times a second. Goals: looking at most 30 s, writing at most
60 s more, below 600 MiB. `--into` names an empty PostgreSQL database; without it SQLite is measured.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

if not __package__:
    sys.path[0] = str(Path(__file__).resolve().parent.parent)  # run as a file: the packages lie one folder up

from benchmarks import database, server  # noqa: E402
from jinxian import environment  # noqa: E402

GOALS = {"check": 30.0, "write": 90.0}
MOST_MEMORY = 600  # MiB
SHEETS = "county,townships,villages,teams,branches,groups,areas,members,posts,exemptions,households,links,appointments"
MANAGE = Path(__file__).resolve().parent.parent / "manage.py"


def main() -> int:
    asked = arguments()
    environment.enter("benchmark")
    var = environment.ROOT / "var"  # the demo's own disk: a temporary one in memory would write for nothing
    var.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="benchmark-", dir=var) as folder,
        database.prepared(asked.database, Path(folder)) as county,
    ):
        server.set_variables(county)
        if not asked.database:
            step(county, "demo", "--no-serve")
        step(county, "migrate", "-v0")
        file = str(Path(folder) / "county.xlsx")
        empty = asked.into or f"sqlite:///{Path(folder) / 'empty.sqlite3'}"
        step(empty, "migrate", "-v0")
        rows = {
            "take out": step(county, "export_workbook", file, "--sheets", SHEETS),
            "check": step(empty, "import_workbook", file, "--check"),
            "write": step(empty, "import_workbook", file),
            "check again": step(empty, "import_workbook", file, "--check"),
        }
    print(json.dumps(rows, indent=2) if asked.json else told(rows))
    return 1 if any(row["misses"] for row in rows.values()) else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--database", default="", help="an SQLite file or postgres://… with the county to take out")
    parser.add_argument("--into", default="", help="postgres://… of an empty database to bring it into")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def step(url: str, *command: str) -> dict[str, Any]:
    """Run one command on a database: seconds, MiB at most, and which goals it misses. It ends all where it fails."""
    begun, most = time.monotonic(), 0
    process = subprocess.Popen(
        [sys.executable, str(MANAGE), *command], env=os.environ | {"DATABASE_URL": url}, stdout=subprocess.DEVNULL
    )
    while process.poll() is None:
        most = max(most, memory_of(process.pid))
        time.sleep(0.1)
    if process.returncode:
        environment.stop(f"{' '.join(command)} failed.")
    seconds = time.monotonic() - begun
    name = "write" if command[0] == "import_workbook" and "--check" not in command else "check"
    misses = []
    if command[0] == "import_workbook":
        misses += ["seconds"] if seconds > GOALS[name] else []
        misses += ["memory"] if most > MOST_MEMORY else []
    return {"seconds": round(seconds, 1), "mebibytes": most, "misses": misses}


def memory_of(pid: int) -> int:
    """MiB that the process and everything below it hold; 0 where it has gone meanwhile."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0
    held = next((line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")), "0")
    return int(held) // 1024 + sum(memory_of(int(child)) for child in below)


def told(rows: dict[str, dict[str, Any]]) -> str:
    lines = [f"{'step':<14}{'seconds':>9}{'MiB':>7}  misses"]
    lines += [
        f"{name:<14}{row['seconds']:>9}{row['mebibytes']:>7}  {', '.join(row['misses']) or '-'}"
        for name, row in rows.items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
