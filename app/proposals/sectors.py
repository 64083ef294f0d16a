"""The sectors (bidang) of an aspiration: stable codes stored by value; the Indonesian labels stand with the vocabulary."""

from enum import StrEnum


class Sector(StrEnum):
    """What part of the plan a wish belongs to; the value is what is stored and exported."""

    ROADS = "roads"
    WATER = "water"
    WATER_SANITATION = "water_sanitation"
    HOUSING = "housing"
    STREET_LIGHTING = "street_lighting"
    TRANSPORT = "transport"
    EDUCATION = "education"
    HEALTH = "health"
    ECONOMY = "economy"
    EMPLOYMENT = "employment"
    AGRICULTURE = "agriculture"
    FISHERIES = "fisheries"
    ENVIRONMENT = "environment"
    SOCIAL = "social"
    YOUTH_SPORT = "youth_sport"
    CULTURE_TOURISM = "culture_tourism"
    RELIGION = "religion"
    SECURITY = "security"
    DISASTER = "disaster"
    GOVERNANCE = "governance"
    COMMUNITY = "community"
