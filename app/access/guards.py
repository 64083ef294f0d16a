"""Who is asking: staff by bearer or cookie (with CSRF), as dependencies of routes."""

import contextlib
from typing import Annotated

from fastapi import Depends, Request

from app.access.models import Role
from app.access.rights import Staff
from app.access.service import must, staff_by_bearer
from app.access.signing import note_use, staff_by_cookie, to_be_noted
from app.errors import SignInNeeded, Unavailable
from app.web.csrf import STAFF_COOKIE, check
from app.web.ground import Ground, ground
from app.web.guards import bearer


async def staff_or_none(request: Request) -> Staff | None:
    """The member of staff or program behind this request; a bearer wins over a cookie, a cookie needs the CSRF token."""
    parts = ground(request)
    secret = bearer(request)
    async with parts.database.read() as db:
        if secret is not None:
            found = await staff_by_bearer(db, secret, parts.clock.now())
        else:
            cookie = request.cookies.get(STAFF_COOKIE)
            found = await staff_by_cookie(db, cookie, parts.clock.now()) if cookie else None
    if found is not None and secret is None:
        await check(request)
        await _note_use(parts, found)
    request.state.staff = found
    return found


async def staff(found: Annotated[Staff | None, Depends(staff_or_none)]) -> Staff:
    """The same, for those who must be signed in."""
    if found is None:
        raise SignInNeeded("access.sign_in_needed")
    return found


SignedIn = Annotated[Staff, Depends(staff)]
MaybeStaff = Annotated[Staff | None, Depends(staff_or_none)]


async def office_admin(who: SignedIn) -> Staff:
    """An administrator of the whole office."""
    must(who, {Role.ADMIN})
    return who


OfficeAdmin = Annotated[Staff, Depends(office_admin)]


async def _note_use(parts: Ground, found: Staff) -> None:
    now = parts.clock.now()
    if found.sign_in_id is None or not to_be_noted(found, now):
        return
    # A database that takes no writes still lets people read.
    with contextlib.suppress(Unavailable):
        async with parts.database.write() as db:
            await note_use(db, found.sign_in_id, now)
