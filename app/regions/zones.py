"""The three time zones of Indonesia, by province."""

_PROVINCES_BY_ZONE = {
    "Asia/Jakarta": "11 12 13 14 15 16 17 18 19 21 31 32 33 34 35 36 61 62",
    "Asia/Makassar": "51 52 53 63 64 65 71 72 73 74 75 76",
    "Asia/Jayapura": "81 82 91 92 93 94 95 96",
}
_ZONE_BY_PROVINCE = {province: zone for zone, provinces in _PROVINCES_BY_ZONE.items() for province in provinces.split()}

PROVINCE_CODES = frozenset(_ZONE_BY_PROVINCE)


def zone_of(code: str) -> str:
    """Return the IANA zone of any kode wilayah; ValueError when it does not begin with a province."""
    zone = _ZONE_BY_PROVINCE.get(code.strip()[:2])
    if zone is None:
        message = f"no province begins this code: {code[:20]!r}"
        raise ValueError(message)
    return zone
