"""Annex II and III of the official record: the columns of the regulation in its order, with its headings, never translated, and what stands in their cells."""

from decimal import Decimal

from app.i18n import Translator
from app.planning.columns import Columns
from app.planning.listing import Line

PRIORITIES = (
    ("no", "No"),
    ("regional_priority", "Prioritas Daerah"),
    ("regional_target", "Sasaran Daerah"),
    ("program", "Program"),
    ("activity", "Kegiatan Prioritas"),
    ("activity_target", "Sasaran Kegiatan"),
    ("place", "Lokasi (desa/kel)"),
    ("quantity", "Volume"),
    ("ceiling", "Pagu"),
    ("agency", "Perangkat Daerah Penanggungjawab"),
)
NOT_AGREED = (
    ("no", "No"),
    ("activity", "Kegiatan"),
    ("place", "Lokasi (Desa/Kelurahan)"),
    ("quantity", "Volume"),
    ("reason", "Alasan"),
)


def volume(one: Columns) -> str | None:
    """Quantity and unit in one cell: `350 m`, with a decimal comma."""
    return " ".join(filter(None, (None if one.quantity is None else _comma(one.quantity), one.unit))) or None


def reason(words: Translator, line: Line) -> str | None:
    """The word of the closed list, then the plenary's own words."""
    said = words.label("reason", line.reason_code) if line.reason_code else ""
    if line.reason and line.reason_code in {None, "other"}:
        return line.reason
    return ". ".join(filter(None, (said, line.reason))) or None


def _comma(quantity: Decimal) -> str:
    text = format(quantity, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")
