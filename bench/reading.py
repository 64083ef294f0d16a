"""Measure the reading of aspirations: `python -m bench.reading PROPOSALS.jsonl CHATTER.jsonl [--show]` prints tables of how well and how fast."""

import argparse
import json
import re
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from app.proposals.kinds import Kind
from app.proposals.reading import Reading, read
from app.proposals.sectors import Sector

Sample = dict[str, Any]

# A department's sector covers several of ours.
ALLOWED: dict[str, set[Sector]] = {
    "Pekerjaan Umum dan Penataan Ruang": {
        Sector.ROADS, Sector.WATER, Sector.WATER_SANITATION, Sector.HOUSING, Sector.STREET_LIGHTING, Sector.GOVERNANCE,
    },
    "Pertanian": {Sector.AGRICULTURE, Sector.WATER},
    "Tenaga Kerja": {Sector.EMPLOYMENT},
    "Kesehatan": {Sector.HEALTH, Sector.WATER_SANITATION},
    "Perhubungan": {Sector.STREET_LIGHTING, Sector.TRANSPORT},
    "Lingkungan Hidup": {Sector.ENVIRONMENT, Sector.WATER},
    "Kelautan dan Perikanan": {Sector.FISHERIES},
    "Pariwisata": {Sector.CULTURE_TOURISM},
    "Koperasi, Usaha Kecil dan Menengah": {Sector.ECONOMY},
    "Pemberdayaan Masyarakat dan Desa": {Sector.COMMUNITY, Sector.ECONOMY},
    "Pendidikan": {Sector.EDUCATION, Sector.YOUTH_SPORT},
    "Sosial": {Sector.SOCIAL},
    "Perpustakaan": {Sector.EDUCATION},
}  # fmt: skip
ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "X": 10, "XI": 11, "XII": 12}


def load(path: Path) -> list[Sample]:
    """The samples of one file, one JSON object a line."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def _folded(text: str) -> str:
    return " ".join(re.sub(r"\b(?:jalan|jln|jl)\b\.?", "jl", re.sub(r"[^\w]+", " ", text.lower())).split())


def _count(label: object) -> int | None:
    written = str(label).strip()
    return ROMAN.get(written.upper()) or (int(written) if written.isdigit() else None)


def _rt_rw(name: str) -> Callable[[Sample, Reading], bool | None]:
    def check(sample: Sample, reading: Reading) -> bool | None:
        number = _count(sample.get(name))
        if number is None or not re.search(rf"\b{name}\W?\s?(?:\d|[ivx]+\b)", sample["text"], re.IGNORECASE):
            return None
        return number in getattr(reading.fields, name)

    return check


def _quantity(sample: Sample, reading: Reading) -> bool | None:
    label = re.match(r"\d+", str(sample.get("volume", "")))
    units = r"m2|m3|km|m|mtr|meter|unit|titik|buah|paket|orang|ekor|batang|kelompok|klp"
    if not label or not re.search(rf"(?<!\d){label.group()}\s?(?:{units})\b", sample["text"], re.IGNORECASE):
        return None
    return bool(reading.fields.quantity == float(label.group()))


def _village(sample: Sample, reading: Reading) -> bool | None:
    name = sample.get("kelurahan")
    if not name or not re.search(rf"\b(?:kel|kal|kelurahan|kalurahan|desa)\b\.?\s+{re.escape(name)}\b", sample["text"], re.IGNORECASE):
        return None
    return (reading.fields.village or "").lower() == str(name).lower()


def _location(sample: Sample, reading: Reading) -> bool | None:
    label = _folded(sample.get("lokasi", ""))
    if len(label) < 4 or label not in _folded(sample["text"]):
        return None
    numbered = re.sub(r"\b0+(\d)", r"\1", _folded(f"{reading.fields.location or ''} {reading.fields.village or ''}"))
    wanted = {word for word in re.sub(r"\b0+(\d)", r"\1", label).split() if not word.isdigit() and word.upper() not in ROMAN}
    return bool(wanted & set(numbered.split()))


def _sector(sample: Sample, reading: Reading) -> bool | None:
    allowed = ALLOWED.get(sample.get("bidang", ""))
    return None if allowed is None else reading.fields.sector in allowed


CHECKS: dict[str, Callable[[Sample, Reading], bool | None]] = {
    "rt": _rt_rw("rt"), "rw": _rt_rw("rw"), "quantity": _quantity, "village": _village, "location": _location, "sector": _sector,
}  # fmt: skip


def _time(texts: Sequence[str]) -> list[float]:
    spent: list[float] = []
    for text in texts:
        began = time.perf_counter()
        read(text)
        spent.append((time.perf_counter() - began) * 1e6)
    return spent


def _kinds(groups: dict[str, list[Reading]]) -> None:
    print(f"{'kind':<28}" + "".join(f"{kind.value:>11}" for kind in Kind))
    for name, readings in groups.items():
        counted = Counter(reading.kind for reading in readings)
        print(f"{name:<28}" + "".join(f"{counted[kind]:>11}" for kind in Kind))


def _fields(samples: Iterable[tuple[Sample, Reading]], show: bool) -> None:
    tally: dict[str, list[bool]] = defaultdict(list)
    for sample, reading in samples:
        for name, check in CHECKS.items():
            verdict = check(sample, reading)
            if verdict is not None:
                tally[name].append(verdict)
                if show and not verdict:
                    print(f"  {name}: {sample['text'][:140]!r} -> {reading.fields}")
    for name, verdicts in tally.items():
        print(f"{name:<10} {sum(verdicts):>4} of {len(verdicts):<4} {sum(verdicts) / len(verdicts):.3f}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables for two files of samples; `--show` adds the samples that were read wrongly."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("proposals", type=Path)
    parser.add_argument("chatter", type=Path)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args(arguments)
    proposals, chatter = load(options.proposals), load(options.chatter)
    read("hangat")
    wanted = [(sample, read(sample["text"])) for sample in proposals]
    other = [(sample, read(sample["text"])) for sample in chatter]
    groups: dict[str, list[Reading]] = defaultdict(list)
    for sample, reading in wanted:
        groups[f"proposals/{sample.get('register', '')}"].append(reading)
    for sample, reading in other:
        groups[f"chatter/{sample.get('kind', '')}"[:27]].append(reading)
    _kinds(groups)
    right = sum(reading.kind is Kind.PROPOSAL for _, reading in wanted)
    wrong = sum(reading.kind is Kind.PROPOSAL for _, reading in other)
    print(f"\nproposal or not: precision {right / max(1, right + wrong):.3f}, recall {right / max(1, len(wanted)):.3f}\n")
    if options.show:
        for sample, reading in wanted + other:
            if (reading.kind is Kind.PROPOSAL) != (sample in proposals):
                print(f"  {reading.kind.value} {reading.confidence}: {sample['text'][:160]!r}")
    _fields(wanted, options.show)
    spent = sorted(_time([sample["text"] for sample, _ in wanted + other] * 3))
    print(f"\nmicroseconds a text: median {statistics.median(spent):.0f}, 95th {spent[int(len(spent) * 0.95)]:.0f}, most {spent[-1]:.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
