"""The words in which people and quotas of a forum are counted; each has a label `element:…`, `gender:…` and so on in the catalogues."""

from enum import StrEnum


class Element(StrEnum):
    """The part of society (*unsur*) for which somebody comes."""

    RT = "rt"
    RW = "rw"
    LPM = "lpm"
    BPD = "bpd"
    VILLAGE_OFFICE = "kelurahan"
    DISTRICT_OFFICE = "kecamatan"
    AGENCY = "opd"
    COUNCIL = "dprd"
    UNIVERSITY = "perguruan_tinggi"
    COMMUNITY = "lsm"
    RELIGIOUS_LEADER = "tokoh_agama"
    COMMUNITY_LEADER = "tokoh_masyarakat"
    WOMEN = "perempuan"
    YOUTH = "pemuda"
    CHILDREN = "anak"
    DISABLED = "disabilitas"
    BUSINESS = "swasta"
    SERVICE_UNIT = "uptd"
    ARMED_FORCES = "tni_polri"
    RESIDENT = "warga"


class Gender(StrEnum):
    """As people say it of themselves; leaving it empty is always possible."""

    FEMALE = "female"
    MALE = "male"


class AgeGroup(StrEnum):
    """Under 18, 18 to 30, 31 to 59, and from 60 years on."""

    CHILD = "child"
    YOUTH = "youth"
    ADULT = "adult"
    ELDER = "elder"


class Attendance(StrEnum):
    """How somebody takes part."""

    ONLINE = "online"
    IN_PERSON = "in_person"


class QuotaAttribute(StrEnum):
    """What a quota counts. Values: an element, a gender, an age group, `yes` for disability, a village's code, a way of attending, a hall's code."""

    ELEMENT = "element"
    GENDER = "gender"
    AGE_GROUP = "age_group"
    DISABILITY = "disability"
    VILLAGE = "village"
    ATTENDANCE = "attendance"
    SITE = "site"


HAS_DISABILITY = "yes"

FIXED_VALUES: dict[QuotaAttribute, tuple[str, ...]] = {
    QuotaAttribute.ELEMENT: tuple(Element),
    QuotaAttribute.GENDER: tuple(Gender),
    QuotaAttribute.AGE_GROUP: tuple(AgeGroup),
    QuotaAttribute.DISABILITY: (HAS_DISABILITY,),
    QuotaAttribute.ATTENDANCE: tuple(Attendance),
}
"""The values that are the same in every forum; villages and halls belong to the place."""

ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
