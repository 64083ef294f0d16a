"""Who is asking: an attendee by the seat's token as bearer, or by the cookie of a browser that opened the link (with CSRF)."""

from typing import Annotated

from fastapi import Depends, Request

from app.errors import SignInNeeded
from app.invitations.links import SeatHolder, resolve, resolve_device
from app.web.csrf import SEAT_COOKIE, check
from app.web.ground import ground
from app.web.guards import bearer


async def attendee_or_none(request: Request) -> SeatHolder | None:
    """The attendee behind this request; a bearer wins over a cookie, a cookie needs the CSRF token."""
    parts = ground(request)
    secret = bearer(request)
    async with parts.database.read() as db:
        if secret is not None:
            return await resolve(db, parts.vault, secret, parts.clock.now())
        cookie = request.cookies.get(SEAT_COOKIE)
        found = await resolve_device(db, cookie, parts.clock.now()) if cookie else None
    if found is not None:
        await check(request)
    return found


async def attendee(found: Annotated[SeatHolder | None, Depends(attendee_or_none)]) -> SeatHolder:
    """The same, for doors that open to attendees only."""
    if found is None:
        raise SignInNeeded("invitations.link_needed")
    return found


Attendee = Annotated[SeatHolder, Depends(attendee)]
MaybeAttendee = Annotated[SeatHolder | None, Depends(attendee_or_none)]
