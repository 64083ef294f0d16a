"""`python -m bench.exports [--rows N]`: long tables as Rembuk writes them beside the bare libraries, each in a process of its own.

Prints the time, the peak memory of the largest process and the ratios; the peak at a tenth of the rows beside it shows whether memory grows with them.
"""

import argparse
import csv
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import anyio
import xlsxwriter

from app.exports.made_files import xlsx
from app.exports.plain_files import csv_lines, json_lines
from app.exports.proposals_table import COLUMNS
from app.exports.tables import Cell, Column, Kind, Row, Sheet
from bench import machine

PAGE = 500
FIRST = datetime(2021, 4, 11, 11, 30, tzinfo=UTC)
WORDS = "Saluran Jalan Samudra mampet, tiap rob air masuk 40 rumah. Mohon dikeruk dan diberi pintu air."


@dataclass(frozen=True)
class Run:
    """One process that wrote one file: seconds, KiB of its largest process at the peak, bytes of the file."""

    contender: str
    rows: int
    seconds: float
    peak_kib: int
    size: int


def rows(count: int) -> Iterator[Row]:
    """Proposals as the list of proposals has them: 33 columns, most of them filled."""
    for n in range(count):
        yield tuple(_cell(kind, at, n) for at, (_, _, kind, _) in enumerate(COLUMNS))


def _cell(kind: Kind, at: int, n: int) -> Cell:
    match kind:
        case Kind.NUMBER:
            return Decimal(n % 997) / 2
        case Kind.MONEY:
            return 1_000_000 * (n % 500)
        case Kind.MOMENT:
            return FIRST + timedelta(seconds=n)
        case _ if at in {2, 3, 28}:
            return f"{WORDS} Nomor {n}."
        case _ if at % 5 == 4:
            return None
    return f"kata {at} {n % 1000}"


def _sheet(count: int) -> Sheet:
    async def pages() -> AsyncIterator[list[Row]]:
        page: list[Row] = []
        for row in rows(count):
            page.append(row)
            if len(page) == PAGE:
                yield page
                page = []
        if page:
            yield page

    return Sheet("proposals", "Daftar usulan", "Forum", "Asia/Jakarta", tuple(Column(*one) for one in COLUMNS), pages())


def _rembuk_xlsx(count: int, target: Path) -> None:
    async def make() -> None:
        (await xlsx(_sheet(count))).replace(target)

    anyio.run(make)


def _rembuk_csv(count: int, target: Path) -> None:
    anyio.run(_write, csv_lines(_sheet(count)), target)


def _rembuk_json(count: int, target: Path) -> None:
    anyio.run(_write, json_lines(_sheet(count), {}), target)


async def _write(lines: AsyncIterator[bytes], target: Path) -> None:
    with target.open("wb") as out:
        async for line in lines:
            out.write(line)


def _bare_xlsx(count: int, target: Path, *, constant: bool = True) -> None:
    options = {"constant_memory": constant, "strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    with xlsxwriter.Workbook(target, options) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "dd-mm-yyyy hh:mm"})
        sheet.write_row(0, 0, [heading for _, heading, _, _ in COLUMNS])
        for number, row in enumerate(rows(count), 1):
            for at, cell in enumerate(row):
                if isinstance(cell, datetime):
                    sheet.write_datetime(number, at, cell, day)
                elif cell is not None:
                    sheet.write(number, at, cell)


def _bare_xlsx_in_memory(count: int, target: Path) -> None:
    _bare_xlsx(count, target, constant=False)


def _bare_csv(count: int, target: Path) -> None:
    with target.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out, delimiter=";")
        writer.writerow([heading for _, heading, _, _ in COLUMNS])
        writer.writerows(rows(count))


def _bare_json(count: int, target: Path) -> None:
    keys = [key for key, *_ in COLUMNS]
    with target.open("w", encoding="utf-8") as out:
        json.dump({"rows": [dict(zip(keys, row, strict=True)) for row in rows(count)]}, out, ensure_ascii=False, default=str)


CONTENDERS: dict[str, Callable[[int, Path], None]] = {
    "rembuk-xlsx": _rembuk_xlsx,
    "xlsxwriter": _bare_xlsx,
    "xlsxwriter-in-memory": _bare_xlsx_in_memory,
    "rembuk-csv": _rembuk_csv,
    "csv.writer": _bare_csv,
    "rembuk-json": _rembuk_json,
    "json.dump": _bare_json,
}
BESIDE = {"rembuk-xlsx": "xlsxwriter", "rembuk-csv": "csv.writer", "rembuk-json": "json.dump"}


def _one(contender: str, count: int) -> Run:
    """Write a file in this process and say what it took."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "file"
        began = time.perf_counter()
        CONTENDERS[contender](count, target)
        seconds = time.perf_counter() - began
        peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        return Run(contender, count, seconds, peak, target.stat().st_size)


def _apart(contender: str, count: int) -> Run:
    command = [sys.executable, "-m", "bench.exports", "--rows", str(count), "--one", contender]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, "PYTHONHASHSEED": "0"})
    return Run(**json.loads(done.stdout.splitlines()[-1]))


def _median(runs: list[Run]) -> Run:
    first = runs[0]
    return Run(
        first.contender,
        first.rows,
        statistics.median(r.seconds for r in runs),
        int(statistics.median(r.peak_kib for r in runs)),
        first.size,
    )


def report(count: int, rounds: int) -> list[str]:
    """The table of all contenders, in turn within each round, as Markdown."""
    found: dict[str, list[Run]] = {name: [] for name in CONTENDERS}
    for _ in range(rounds):
        for name in CONTENDERS:
            found[name].append(_apart(name, count))
    full = {name: _median(runs) for name, runs in found.items()}
    tenth = {name: _apart(name, count // 10) for name in CONTENDERS}
    lines = [
        f"{count:,} rows of {len(COLUMNS)} columns, median of {rounds}; {machine.noise()}",
        "",
        "| | seconds | peak MiB | peak MiB at a tenth of the rows | file MiB | time, memory beside the bare library |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, run in full.items():
        bare = full.get(BESIDE.get(name, ""))
        ratios = f"{run.seconds / bare.seconds:.2f}, {run.peak_kib / bare.peak_kib:.2f}" if bare else ""
        peaks = f"{run.peak_kib / 1024:.0f} | {tenth[name].peak_kib / 1024:.0f}"
        lines.append(f"| {name} | {run.seconds:.1f} | {peaks} | {run.size / 2**20:.1f} | {ratios} |")
    return lines


def main() -> int:
    """Exit status 0 when every file was written."""
    parser = argparse.ArgumentParser(prog="python -m bench.exports", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one", choices=CONTENDERS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(asdict(_one(given.one, given.rows))))
    else:
        print("\n".join(report(given.rows, given.rounds)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
