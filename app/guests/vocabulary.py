"""What people write for an element, a sex or a way of attending, and which element an institution's name tells. Pure."""

import re

from app.sessions.vocabulary import Element, Gender

_ELEMENTS = (
    (Element.WOMEN, r"\bpkk\b|dharma wanita|perempuan|wanita|\bgow\b|muslimat|aisyiyah|fatayat"),
    (Element.CHILDREN, r"forum anak|\banak\b"),
    (Element.DISABLED, r"disabilitas|difabel|tuna ?netra|tuna ?rungu|\bppdi\b|\bpertuni\b|\bgerkatin\b"),
    (Element.YOUTH, r"karang taruna|pemuda|\bknpi\b|pramuka|\bosis\b|mahasiswa"),
    (Element.UNIVERSITY, r"universitas|politeknik|institut\b|sekolah tinggi|perguruan tinggi|akademi|\bsti[ekn]\w*|kampus"),
    (Element.COUNCIL, r"\bdprd\b|dewan perwakilan|\bfraksi\b|\bkomisi [a-d]\b"),
    (Element.ARMED_FORCES, r"polres|polsek|polda|polri|kepolisian|kodim|koramil|\btni\b|\blanal\b|kejaksaan|bhabinkamtibmas|babinsa"),
    (Element.SERVICE_UNIT, r"puskesmas|\bupt[d]?\b|\brsud\b"),
    (Element.BPD, r"\bbpd\b|badan permusyawaratan"),
    (Element.LPM, r"\blpmk?\b|\blkmd\b|pemberdayaan masyarakat kelurahan"),
    (Element.RELIGIOUS_LEADER, r"\bmui\b|\bfkub\b|nahdlatul|muhammadiyah|tokoh agama|gereja|vihara|\bpcnu\b|\bphdi\b|masjid"),
    (Element.COMMUNITY_LEADER, r"tokoh masyarakat|sesepuh|tokoh adat"),
    (Element.BUSINESS, r"\bbank\b|\bpt\b|\bcv\b|\bhipmi\b|\bkadin\b|apindo|koperasi|swasta|perbankan|perusahaan|\bbumd\b|perumda|\bbpr\b"),
    (Element.COMMUNITY, r"\blsm\b|yayasan|komunitas|\bngo\b|paguyuban|forum\b|perkumpulan"),
    (Element.DISTRICT_OFFICE, r"kecamatan|\bcamat\b"),
    (Element.VILLAGE_OFFICE, r"kelurahan|\blurah\b|\bdesa\b|\bkades\b"),
    (Element.RT, r"\brt\b"),
    (Element.RW, r"\brw\b"),
    (
        Element.AGENCY,
        r"dinas|badan|bappeda|sekretariat|inspektorat|satpol|bagian|\bopd\b|\bskpd\b|kantor|perangkat daerah|pemerintah|\bbpkad\b|\bbps\b",
    ),
    (Element.RESIDENT, r"warga|masyarakat umum"),
)
_ONLINE = frozenset({"daring", "online", "zoom", "virtual", "jarak jauh", "on line"})
_IN_PERSON = frozenset(
    {"luring", "offline", "hadir", "langsung", "di tempat", "tatap muka", "in person", "hadir langsung", "aula", "ruang"}
)
_GENDERS = {
    Gender.FEMALE: frozenset({"p", "pr", "perempuan", "wanita", "female", "f", "w"}),
    Gender.MALE: frozenset({"l", "lk", "laki", "laki laki", "pria", "male", "m"}),
}


def element_meant(text: str, labels: dict[str, str]) -> str | None:
    """The element for which a word stands: its key, one of its `labels` (small letters → key), or what it says of an institution."""
    said = plain(text)
    key = said.replace(" ", "_")
    return labels.get(said) or (key if key in set(Element) else None) or element_told(text)


def element_told(institution: str) -> str | None:
    """The element that an institution's name tells."""
    small = institution.casefold()
    return next((element.value for element, pattern in _ELEMENTS if re.search(pattern, small)), None)


def gender_meant(text: str) -> str | None:
    """The sex for which a word or letter stands."""
    return next((gender.value for gender, words in _GENDERS.items() if plain(text) in words), None)


def place_meant(text: str, halls: dict[str, str]) -> str | None:
    """`online`, `in_person` (no hall said), or the id of the hall whose name or code (small letters → id) this is; None for anything else."""
    said = plain(text)
    if said in halls:
        return halls[said]
    return "online" if said in _ONLINE else "in_person" if said in _IN_PERSON else None


def plain(text: str) -> str:
    """A text as such words are compared: small letters and figures with single spaces."""
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))
