"""Electoral districts (dapil): which kecamatan belong to which, imported by the office, and the proposals that come from there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.errors import FieldError, Invalid
from app.proposals.models import ElectoralDistrict
from app.proposals.villages import village_named
from app.regions import Region, districts_of, region, villages_of
from app.sessions.models import ForumSession
from app.sheets.reading import read_table
from app.sheets.table import words_of
from app.vault import Vault

MOST_ROWS = 2000
SHOWN_ERRORS = 20
LONGEST = 80
DISTRICT = frozenset({"kecamatan", "kec", "distrik"})
DAPIL = frozenset({"dapil", "pemilihan"})
HEADINGS = DISTRICT | DAPIL | {"no", "nama", "kode", "wilayah", "daerah"}


@dataclass(frozen=True)
class Dapil:
    """An electoral district: codes of its kecamatan, and names of villages that mean one of its own and no other."""

    name: str
    districts: tuple[str, ...]
    villages: tuple[str, ...]

    def holds(self, village_code: str | None, village: str | None) -> bool:
        """Whether a place lies in it: by its code, else by its name."""
        return village_code[:8] in self.districts if village_code else village in self.villages


@dataclass(frozen=True)
class Line:
    """A row of the import: where it stands, kecamatan by name or code, dapil."""

    number: int
    district: str
    dapil: str


async def dapils_of(db: AsyncSession, region_code: str) -> dict[str, Dapil]:
    """The electoral districts of a forum's region by name, in the order of the import."""
    rows = await _rows(db, region_code[:8])
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.name, []).append(row.district_code)
    return {name: Dapil(name, tuple(codes), _villages(region_code, codes)) for name, codes in found.items()}


async def written_out(db: AsyncSession, region_code: str) -> str:
    """What is stored of the region's regency, as it would be pasted."""
    names = {one.code: one.name for one in districts_of(regency_of(region_code))}
    return "\n".join(f"{names.get(row.district_code, row.district_code)}\t{row.name}" for row in await _rows(db, regency_of(region_code)))


def names_of(dapil: Dapil) -> list[str]:
    """Its kecamatan by name."""
    return [found.name for code in dapil.districts if (found := region(code))]


def regency_of(region_code: str) -> str:
    """The regency in which a forum is held, the province for a province's forum."""
    return region_code[:5]


async def lines_of(brought: str | bytes) -> list[Line]:
    """Rows of a pasted text or of a file (CSV, XLSX): the columns named kecamatan and dapil, else the first two. Invalid `sheets.…` for no table."""
    table = await read_table(brought, HEADINGS, field="text")
    place = [_column(table.header, DISTRICT), _column(table.header, DAPIL)]
    district, dapil = place if None not in place else (0, 1)
    return [
        Line(number, row[district or 0], row[dapil or 0] if len(row) > 1 else "")
        for number, row in zip(table.lines, table.rows, strict=True)
    ]


def as_text(lines: Sequence[Line]) -> str:
    """Rows as they would be pasted."""
    return "\n".join(f"{line.district}\t{line.dapil}" for line in lines)


async def replace_dapils(db: AsyncSession, vault: Vault, session: ForumSession, lines: Sequence[Line], *, actor: str, now: datetime) -> int:
    """Put these rows in place of what was stored of the regency; how many kecamatan. Invalid with an error per wrong row, then nothing is stored."""
    within = regency_of(session.region_code)
    rows = checked(lines, districts_of(within))
    await db.execute(delete(ElectoralDistrict).where(ElectoralDistrict.district_code.startswith(within, autoescape=True)))
    db.add_all(ElectoralDistrict(district_code=code, name=name, position=n) for n, (code, name) in enumerate(rows.items()))
    await db.flush()
    facts: dict[str, object] = {"region": within, "districts": len(rows), "dapil": len(set(rows.values()))}
    await record(db, vault, session.id, now, Act(actor, "proposals.dapil_imported", f"session:{session.id}", facts))
    return len(rows)


def checked(lines: Sequence[Line], districts: Sequence[Region]) -> dict[str, str]:
    """Dapil by code of kecamatan. Invalid names each wrong row by its number, the first of many."""
    if len(lines) > MOST_ROWS:
        raise Invalid(FieldError("text", "proposals.dapil_too_many", {"most": MOST_ROWS}))
    by_name = {_key(one.name): one.code for one in districts} | {one.code: one.code for one in districts}
    found: dict[str, str] = {}
    wrong: list[FieldError] = []
    for line in lines:
        code = by_name.get(_code_of(line.district)) or by_name.get(_key(line.district))
        if not line.dapil or len(line.dapil) > LONGEST:
            wrong.append(FieldError(f"row.{line.number}", "proposals.dapil_no_name", {"row": line.number}))
        elif code is None:
            facts: dict[str, object] = {"row": line.number, "name": line.district[:LONGEST]}
            wrong.append(FieldError(f"row.{line.number}", "proposals.dapil_unknown_district", facts))
        elif found.get(code, line.dapil) != line.dapil:
            wrong.append(FieldError(f"row.{line.number}", "proposals.dapil_twice", {"row": line.number, "name": line.district[:LONGEST]}))
        else:
            found[code] = line.dapil
    if wrong:
        raise Invalid(*wrong[:SHOWN_ERRORS])
    return found


def _column(header: Sequence[str], words: frozenset[str]) -> int | None:
    return next((n for n, cell in enumerate(header) if words & set(words_of(cell))), None)


async def _rows(db: AsyncSession, prefix: str) -> Sequence[ElectoralDistrict]:
    wanted = select(ElectoralDistrict).where(ElectoralDistrict.district_code.startswith(prefix, autoescape=True))
    return (await db.scalars(wanted.order_by(ElectoralDistrict.position, ElectoralDistrict.district_code))).all()


def _villages(region_code: str, codes: Sequence[str]) -> tuple[str, ...]:
    return tuple(one.name for code in codes for one in villages_of(code) if village_named(one.name, region_code) is not None)


def _code_of(text: str) -> str:
    """A kode wilayah however it is written: `33.75.01`, `337501`."""
    found = region(text) if text[:2].isdigit() else None
    return found.code if found else text


def _key(name: str) -> str:
    """Without its kind, and without spaces: `Kec. Medan Satria` is `Medansatria`."""
    bare = " ".join(name.casefold().split())
    for word in ("kecamatan ", "kec. ", "kec ", "distrik "):
        bare = bare.removeprefix(word)
    return bare.replace(" ", "")
