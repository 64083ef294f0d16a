"""What a session offers somebody who registers: read from its rows and from the region list."""

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.regions import Region, RegionKind, find_village, region, villages_of
from app.registration.form import HallOffered, Offer
from app.registration.models import Application, ApplicationState
from app.sessions.crowd import invited_by_place
from app.sessions.models import ForumSession, PrivacyNotice, Site
from app.sessions.vocabulary import Attendance

MOST_VILLAGES = 400
"""Beyond that a list is no help on a phone: the village is typed."""


async def offer_of(db: AsyncSession, session: ForumSession) -> Offer:
    """The choices of this session now. A place is full when as many people were invited by letter or told that they are selected for it."""
    sites = (await db.scalars(select(Site).where(Site.session_id == session.id).order_by(Site.position))).all()
    told = await _told_by_place(db, session.id)
    newest = await db.scalar(
        select(PrivacyNotice).where(PrivacyNotice.session_id == session.id).order_by(PrivacyNotice.version.desc()).limit(1)
    )
    return Offer(
        elements=session.elements,
        halls=[HallOffered(s.id, s.code, s.name, s.access_notes, s.seats, told.get(s.id, 0) >= s.seats) for s in sites],
        online=session.seats_online > 0,
        online_full=told.get(Attendance.ONLINE, 0) >= session.seats_online,
        villages=villages(session.region_code),
        notice_version=newest.version if newest else 1,
        notice=newest.text if newest else "",
    )


def villages(region_code: str) -> dict[str, str]:
    """Villages of a region by code, with their kind in front; empty when they are too many to choose from."""
    found = villages_of(region_code)
    if len(found) > MOST_VILLAGES:
        return {}
    names = Counter(one.label for one in found)
    labels = {one.code: one.label if names[one.label] == 1 else _with_district(one) for one in found}
    return dict(sorted(labels.items(), key=lambda pair: pair[1]))


def village_named(text: str | None, region_code: str) -> tuple[str | None, str | None]:
    """Code and name of the village that was chosen or typed; the code only when it is certain, the name as typed otherwise."""
    if not text:
        return None, None
    chosen = region(text) if text[:2].isdigit() else None
    if chosen is not None and chosen.kind is RegionKind.VILLAGE:
        return chosen.code, chosen.label
    bare = _bare(text)
    meant = [one for one in find_village(text, region_code) if _bare(one.name) == bare or _bare(one.label) == bare]
    return (meant[0].code, meant[0].label) if len(meant) == 1 else (None, text)


async def _told_by_place(db: AsyncSession, session_id: str) -> Mapping[str, int]:
    rows = await db.execute(
        select(Application.attendance, Application.site_id, func.count())
        .where(
            Application.session_id == session_id,
            Application.told_state == ApplicationState.SELECTED,
            Application.state != ApplicationState.WITHDRAWN,
        )
        .group_by(Application.attendance, Application.site_id)
    )
    found = await invited_by_place(db, session_id)
    for way, site_id, count in rows:
        place = Attendance.ONLINE if way == Attendance.ONLINE else str(site_id)
        found[place] = found.get(place, 0) + int(count)
    return found


def _with_district(village: Region) -> str:
    """The name with its district, where two villages have one name."""
    district = region(village.parent) if village.parent else None
    return f"{village.label}, {district.label}" if district else village.label


def _bare(name: str) -> str:
    words = name.casefold().replace(".", " ").split()
    if len(words) > 1 and words[0] in {"kelurahan", "kel", "desa", "ds"}:
        words = words[1:]
    return "".join(words)
