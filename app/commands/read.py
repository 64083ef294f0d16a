"""`read`: what the program makes of texts, one a line."""

import argparse
import sys

from app.proposals.reading import read_lines


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The verb of this module."""
    read = verbs.add_parser("read", help="read texts from standard input, one a line, and print one JSON object a line")
    read.set_defaults(run=_read)


def _read(given: argparse.Namespace) -> int:
    read_lines(sys.stdin, sys.stdout)
    return 0
