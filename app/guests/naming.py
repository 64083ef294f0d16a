"""How an invited guest is named: the office with its institution, whoever comes for it, and the guest of whom nothing is known yet. Pure."""

_WITHIN = {
    "camat": "kecamatan",
    "lurah": "kelurahan",
    "kepala desa": "desa",
    "kades": "desa",
    "kapolres": "polres",
    "kapolsek": "polsek",
    "dandim": "kodim",
    "danramil": "koramil",
    "bupati": "kabupaten",
    "wali kota": "kota",
    "walikota": "kota",
    "gubernur": "provinsi",
}
"""Offices whose word for the place is not said twice: Lurah Poncol, of the Kelurahan Poncol."""


def titled(office: str | None, institution: str) -> str:
    """The office with its institution as people say it: `Kepala Dinas` of `Dinas PUPR` is `Kepala Dinas PUPR`."""
    if not office:
        return institution
    said, place = office.split(), institution.split()
    small, where = [word.casefold() for word in said], [word.casefold() for word in place]
    if _within(where, small):
        return office
    shared = next((n for n in range(min(len(small), len(where)), 0, -1) if small[-n:] == where[:n]), 0)
    if not shared and where[:1] == [_WITHIN.get(office.casefold().strip(), "")]:
        shared = 1
    return " ".join([*said, *place[shared:]])


def guest_named(name: str | None, office: str | None, institution: str, position: int, seats: int) -> tuple[str, str | None]:
    """Name and capacity of a guest as the list knows them; `position` of `seats` tells apart those of whom no name is known."""
    if name:
        return name, office
    if office:
        return titled(office, institution), None
    return f"Utusan {institution}" + (f" ({position})" if seats > 1 else ""), None


def nobodys(office: str | None, institution: str, position: int, seats: int) -> set[str]:
    """What a seat of which the list knows no name may be called, also while it was the only one: nobody's name."""
    return {guest_named(None, office, institution, position, many)[0] for many in (1, seats)}


def deputised(invited: str | None, office: str | None, institution: str) -> str:
    """The capacity of somebody who comes for an office, else for the invited person, else for the institution."""
    return f"mewakili {titled(office, institution) if office or not invited else invited}"


def _within(words: list[str], text: list[str]) -> bool:
    return any(text[at : at + len(words)] == words for at in range(len(text) - len(words) + 1))
