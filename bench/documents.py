"""`python -m bench.documents [--rows N]`: how long the official record takes, with so many proposals and so many people, as PDF/A, as DOCX and as DOCX in a template of an office.

Prints three makings of each, one after the other in one process; the typesetter remembers, so the first is what an office waits for.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

from app.documents.pdf import typeset
from app.documents.template_fill import filled
from app.documents.word_file import written
from app.record.paper import Paper, typst_given, word_document
from app.record.source import Attendee, rows_of
from app.record.template_example import example
from app.record.template_words import WORDS as WORDS_OF_TEMPLATES
from app.record.template_words import about_of, values_of

WORDS = "Perbaikan drainase Jalan Buton, RT 03 RW 07"


def record(rows: int) -> Paper:
    """A final record with so many rows in annex I, II and III."""
    said = {
        **dict.fromkeys(("office", "unit", "address", "region", "forum", "slug", "number", "city", "opening", "closing"), WORDS),
        "plan_year": "2027",
        "dated_on": "2026-02-04",
        "day": "4 Februari 2026",
        "heard": [WORDS] * 3,
        "held": [["Tempat", WORDS]],
        "agreed": [["KESATU", WORDS]],
        "chair": [WORDS] * 3,
        "signers": [[WORDS] * 3] * 4,
        "priorities": [{"number": f"PKL-{at}", "cells": [WORDS] * 9} for at in range(rows)],
        "sum": "Rp100.000.000",
        "not_agreed": [{"number": f"PKL-X{at}", "cells": [WORDS] * 4} for at in range(rows)],
        "delegates": [[WORDS, WORDS]],
        "public": "https://musrenbang.example/s/kota/berita-acara/abcd",
    }
    people = [Attendee(None, f"Warga {at}", "PKK", "Jalan Buton 1, 0812-3456-7890", "") for at in range(rows)]
    return Paper(said, people, 1, "ab" * 32, "cd" * 32)


def main() -> None:
    """Make it three times and print the seconds."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=300)
    paper = record(asked.parse_args().rows)
    given = json.dumps(typst_given(paper), ensure_ascii=False)
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as rows:
        rows.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows_of(paper.attendees))
        rows.flush()
        for _ in range(3):
            began = time.perf_counter()
            Path(typeset("record.typ", given, rows.name, archival=True)).unlink()
            set_, began = time.perf_counter() - began, time.perf_counter()
            written(word_document(paper))
            word, began = time.perf_counter() - began, time.perf_counter()
            filled(example(), WORDS_OF_TEMPLATES, values_of(paper), about_of(paper))
            print(f"PDF/A {set_:.2f} s   DOCX {word:.2f} s   in a template {time.perf_counter() - began:.2f} s")


if __name__ == "__main__":
    main()
