"""The 26 columns of the SIPD-shaped sheet, in their order and with their headings, and what a proposal says in each. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias
from zoneinfo import ZoneInfo

from app.i18n import rupiah
from app.planning.columns import Columns
from app.planning.listing import AGREED, Line
from app.proposals.models import Proposal
from app.sessions.models import Tier

Cell: TypeAlias = str | int | Decimal | date | None
Label: TypeAlias = Callable[[str, str], str]
"""The Indonesian word for a stored value: `label("status", "agreed")`."""

HEADINGS = (
    ("no", "No"),
    ("id", "ID Usulan"),
    ("proposed_on", "Tanggal Usul"),
    ("proposer", "Pengusul"),
    ("profile", "Profil"),
    ("proposal", "Usulan"),
    ("problem", "Masalah"),
    ("address", "Alamat"),
    ("regency", "Kabupaten/Kota"),
    ("district", "Kecamatan"),
    ("village", "Kelurahan/Desa"),
    ("order", "Usulan Ke"),
    ("agency_first", "OPD Tujuan Awal"),
    ("agency_last", "OPD Tujuan Akhir"),
    ("status", "Status"),
    ("note", "Catatan"),
    ("advice_partner", "Rekomendasi Mitra"),
    ("advice_village", "Rekomendasi Kelurahan/Desa"),
    ("advice_district", "Rekomendasi Kecamatan"),
    ("advice_agency", "Rekomendasi SKPD"),
    ("advice_budget_team", "Rekomendasi TAPD"),
    ("quantity", "Volume"),
    ("unit", "Satuan"),
    ("budget", "Anggaran"),
    ("spending", "Jenis Belanja"),
    ("sub_activity", "Sub Kegiatan"),
)
"""Key for programs, heading as SIPD writes it; never translated."""
ADVICE = {
    Tier.VILLAGE: "advice_village",
    Tier.PRE_DISTRICT: "advice_partner",
    Tier.DISTRICT: "advice_district",
    Tier.AGENCY_FORUM: "advice_agency",
    Tier.REGENCY: "advice_budget_team",
}
"""In whose column stands what a forum of this level recommends; other levels have none in SIPD."""


@dataclass(frozen=True)
class Place:
    """Where a proposal lies, by name; empty where it is not known."""

    regency: str = ""
    district: str = ""


@dataclass(frozen=True)
class Facts:
    """A line of the plenary list and what else its row says: `order` is its place among the agreed ones, from 1."""

    line: Line
    place: Place
    tier: Tier
    zone: str
    order: int | None = None
    sipd_id: str | None = None
    entered_on: date | None = None


def row(number: int, facts: Facts, label: Label) -> dict[str, Cell]:
    """One row by key, its running number first; a key that is not there is an empty cell."""
    one, final = facts.line.proposal, facts.line.columns
    cells: dict[str, Cell] = {
        "no": number,
        "id": one.number,
        "proposed_on": one.created_at.astimezone(ZoneInfo(facts.zone)).date(),
        "proposer": one.proposer,
        "profile": one.capacity,
        "proposal": one.title,
        "problem": one.problem,
        "address": address(one),
        "regency": facts.place.regency,
        "district": facts.place.district,
        "village": one.village,
        "order": facts.order,
        "agency_first": one.agency,
        "agency_last": final.agency,
        "status": label("status", one.status.value),
        "note": note(facts, label),
        "quantity": final.quantity,
        "unit": final.unit,
        "budget": final.ceiling,
        "spending": label("work_type", one.type) if one.type else None,
    }
    if facts.tier in ADVICE and facts.line.decision:
        cells[ADVICE[facts.tier]] = advice(facts.line, label)
    return {key: cells.get(key) or None for key, _ in HEADINGS}


def address(one: Proposal) -> str | None:
    """`Dusun Krajan, RT 01/RW 02, dekat balai RW`: where the work is to be done, below the village."""
    rt, rw = (", ".join(f"{name} {n:02d}" for n in numbers) for name, numbers in (("RT", one.rt), ("RW", one.rw)))
    return ", ".join(filter(None, (one.hamlet, "/".join(filter(None, (rt, rw))), one.landmark))) or None


def advice(line: Line, label: Label) -> str:
    """What this forum recommends, with its own words, quantity and budget: `Disepakati: Rumah pompa; 350 m; Rp100.000.000`."""
    said = label("status", line.decision or "")
    if line.decision != AGREED:
        return said
    one = line.columns
    parts = (one.activity, volume(one), None if one.ceiling is None else rupiah(one.ceiling))
    return f"{said}: {'; '.join(filter(None, parts))}"


def volume(one: Columns) -> str | None:
    """Quantity and unit together: `350 m`."""
    return " ".join(filter(None, (None if one.quantity is None else plain(one.quantity), one.unit))) or None


def note(facts: Facts, label: Label) -> str | None:
    """Why it stands where it stands, and under which ID SIPD knows it."""
    line = facts.line
    code = line.reason_code if line.reason_code != "other" else None
    known = f"ID SIPD {facts.sipd_id}" if facts.sipd_id else None
    return "; ".join(filter(None, (label("reason", code) if code else None, line.reason, known))) or None


def plain(value: Decimal) -> str:
    """A quantity as it is typed into a form: decimal comma, no zeros at the end, no thousands' dots."""
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")
