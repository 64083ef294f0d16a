"""The closed lists from which the columns of a proposal are chosen, stored by value; their words stand in the catalogues."""

from enum import StrEnum


class WorkType(StrEnum):
    """What is asked for: something built, a service, or goods."""

    WORKS = "works"
    SERVICES = "services"
    GOODS = "goods"


class UrgencyLevel(StrEnum):
    """How pressing it is."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    EMERGENCY = "emergency"


class Handling(StrEnum):
    """The level that has to deal with it, from the neighbours themselves upward."""

    COMMUNITY = "community"
    VILLAGE = "village"
    DISTRICT = "district"
    REGENCY = "regency"
    PROVINCE = "province"
    NATIONAL = "national"


class LandStatus(StrEnum):
    """Whose the land is on which something is to be built."""

    GOVERNMENT = "government"
    VILLAGE = "village"
    GRANTED = "granted"
    PRIVATE = "private"
    UNCLEAR = "unclear"
    NOT_NEEDED = "not_needed"


class Reason(StrEnum):
    """Why something was refused or sent back, as offices really write it."""

    LAND_NOT_OWNED = "land_not_owned"
    GOOD_CONDITION = "good_condition"
    SIZE_NOT_STANDARD = "size_not_standard"
    UNREASONABLE_VOLUME = "unreasonable_volume"
    DOCUMENTS_INCOMPLETE = "documents_incomplete"
    ENTERED_TWICE = "entered_twice"
    WRONG_ADDRESS = "wrong_address"
    ALREADY_PROPOSED = "already_proposed"
    WRONG_AGENCY = "wrong_agency"
    NOT_IN_CATALOGUE = "not_in_catalogue"
    NOT_OUR_COMPETENCE = "not_our_competence"
    CEILING_EXCEEDED = "ceiling_exceeded"
    OTHER = "other"


class Via(StrEnum):
    """The way by which the words came."""

    ONLINE = "online"
    HALL = "hall"
    RELAY = "relay"
    IMPORT = "import"
    REGISTRATION = "registration"
    DESK = "desk"
    WEB = "web"
    PAPER = "paper"


class Flag(StrEnum):
    """What somebody must look at before the public reads the words."""

    PHONE_IN_TEXT = "phone_in_text"
    NIK_IN_TEXT = "nik_in_text"
    NAME_IN_TEXT = "name_in_text"
