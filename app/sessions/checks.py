"""How the values of a session must fit together: pure rules that name each wrong field."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.errors import FieldError
from app.regions import region
from app.sessions.fields import AgendaFields, QuotaFields, SiteFields
from app.sessions.models import QuotaUnit
from app.sessions.vocabulary import FIXED_VALUES, QuotaAttribute


@dataclass(frozen=True)
class Times:
    """The four moments of a session and the year it plans."""

    starts_at: datetime
    ends_at: datetime
    registration_opens_at: datetime
    registration_closes_at: datetime


def time_problems(times: Times) -> list[FieldError]:
    """Registration opens, closes, then the forum begins and ends."""
    wrong = []
    if times.ends_at <= times.starts_at:
        wrong.append(FieldError("ends_at", "sessions.ends_before_start"))
    if times.registration_closes_at <= times.registration_opens_at:
        wrong.append(FieldError("registration_closes_at", "sessions.closes_before_opens"))
    elif times.registration_closes_at > times.starts_at:
        wrong.append(FieldError("registration_closes_at", "sessions.closes_after_start"))
    return wrong


def year_problems(year_held: int, plan_year: int) -> list[FieldError]:
    """A forum plans its own year or a later one, not one long past nor far away."""
    if year_held <= plan_year <= year_held + 6:
        return []
    return [FieldError("plan_year", "sessions.plan_year_far", {"first": year_held, "last": year_held + 6})]


def seat_problems(seats_online: int, sites: Sequence[SiteFields]) -> list[FieldError]:
    """Somebody must be able to sit somewhere, and two halls need two names."""
    wrong = []
    if seats_online + sum(site.seats for site in sites) == 0:
        wrong.append(FieldError("seats_online", "sessions.no_seats"))
    names: set[str] = set()
    codes: set[str] = set()
    for place, site in enumerate(sites):
        if site.name.casefold() in names:
            wrong.append(FieldError(f"sites.{place}.name", "sessions.same_hall"))
        if site.code is not None and site.code in codes:
            wrong.append(FieldError(f"sites.{place}.code", "sessions.same_hall"))
        names.add(site.name.casefold())
        codes |= {site.code} if site.code is not None else set()
    return wrong


def quorum_problems(quorum: int | None, unit: QuotaUnit) -> list[FieldError]:
    """A share is at most the whole."""
    over = quorum is not None and unit is QuotaUnit.PERCENT and quorum > 100
    return [FieldError("quorum", "field.too_big", {"most": 100})] if over else []


def quota_problems(quotas: Sequence[QuotaFields], site_codes: set[str], region_code: str) -> list[FieldError]:
    """Each quota has a bound, a value that exists here, and stands once."""
    wrong = []
    seen: set[tuple[str, str]] = set()
    for place, quota in enumerate(quotas):
        at = f"quotas.{place}"
        if not _value_exists(quota, site_codes, region_code):
            wrong.append(FieldError(f"{at}.value", "sessions.quota_value"))
        elif (quota.attribute, quota.value) in seen:
            wrong.append(FieldError(f"{at}.value", "sessions.same_quota"))
        seen.add((quota.attribute, quota.value))
        wrong += _bound_problems(at, quota)
    return wrong


def agenda_problems(agenda: Sequence[AgendaFields]) -> list[FieldError]:
    """Times on the agenda do not run backwards."""
    wrong = []
    last: datetime | None = None
    for place, item in enumerate(agenda):
        if item.planned_at is None:
            continue
        if last is not None and item.planned_at < last:
            wrong.append(FieldError(f"agenda.{place}.planned_at", "sessions.agenda_backwards"))
        last = item.planned_at
    return wrong


def _bound_problems(at: str, quota: QuotaFields) -> list[FieldError]:
    wrong = []
    if quota.minimum is None and quota.maximum is None:
        wrong.append(FieldError(f"{at}.minimum", "sessions.quota_unbounded"))
    elif quota.minimum is not None and quota.maximum is not None and quota.minimum > quota.maximum:
        wrong.append(FieldError(f"{at}.maximum", "sessions.quota_bounds"))
    if quota.unit is QuotaUnit.PERCENT:
        bounds = (("minimum", quota.minimum), ("maximum", quota.maximum))
        wrong += [FieldError(f"{at}.{name}", "field.too_big", {"most": 100}) for name, bound in bounds if bound is not None and bound > 100]
    return wrong


def _value_exists(quota: QuotaFields, site_codes: set[str], region_code: str) -> bool:
    match quota.attribute:
        case QuotaAttribute.SITE:
            return quota.value in site_codes
        case QuotaAttribute.VILLAGE:
            return quota.value.startswith(region_code) and region(quota.value) is not None
        case _:
            return quota.value in FIXED_VALUES[quota.attribute]
