"""What is wrong with a Word template of an office: codes with facts and the spot; sentences are made at the edges."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

MANY = 40
"""Findings that are told at once."""


class Part(StrEnum):
    """Where in a document something stands."""

    BODY = "body"
    TABLE = "table"
    HEADER = "header"
    FOOTER = "footer"
    NOTE = "note"


@dataclass(frozen=True)
class Spot:
    """A place that somebody can find in Word: the part, the table and row (from 1) when it is in one, and the words around."""

    part: Part
    around: str = ""
    table: int = 0
    row: int = 0


@dataclass(frozen=True)
class Finding:
    """One thing that keeps a template from being used: a code `template.reason`, facts for its sentence, and the spot if it has one."""

    code: str
    facts: Mapping[str, str] = field(default_factory=dict)
    spot: Spot | None = None


class Unfit(Exception):
    """A template that cannot be used, with everything that was found."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__(*findings)
        self.findings = findings


def each_once(findings: Iterable[Finding]) -> list[Finding]:
    """The findings in their order, the same one only once, and no more than people read."""
    return list({repr(one): one for one in findings}.values())[:MANY]
