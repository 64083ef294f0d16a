"""The door of the package: kode wilayah, zones, telephone numbers, names and personal data in free text."""

from app.regions.marks import composed
from app.regions.names import name_key
from app.regions.personal import PersonalData, PersonalKind, finds_personal
from app.regions.phones import (
    PhoneProblem,
    last_four,
    mask_phone,
    normalize_phone,
    phone_problem,
    show_phone,
    wa_number,
)
from app.regions.places import (
    Region,
    RegionKind,
    VillageType,
    districts_of,
    full_name,
    region,
    regions_in,
    villages_of,
    warm_up,
)
from app.regions.search import find_regencies, find_village
from app.regions.zones import zone_of

__all__ = [
    "PersonalData",
    "PersonalKind",
    "PhoneProblem",
    "Region",
    "RegionKind",
    "VillageType",
    "composed",
    "districts_of",
    "find_regencies",
    "find_village",
    "finds_personal",
    "full_name",
    "last_four",
    "mask_phone",
    "name_key",
    "normalize_phone",
    "phone_problem",
    "region",
    "regions_in",
    "show_phone",
    "villages_of",
    "wa_number",
    "warm_up",
    "zone_of",
]
