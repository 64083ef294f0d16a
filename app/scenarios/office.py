"""The office of a scenario: its administrator, and the staff of a session, all with one password."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeAlias

from app.access.models import Role
from app.access.passwords import Hashed, choose
from app.access.rights import GrantOf
from app.access.service import create_account, grant
from app.sessions.rows import sites_of
from app.web.ground import Ground

PASSWORD = "rembuk bersama warga"  # noqa: S105 - of a throw-away copy, printed for whoever tries it
Staff: TypeAlias = tuple[str, str, str | None, str, str | None]
"""Log-in, name, agency, role, code of the hall."""


async def open_office(ground: Ground, now: datetime) -> tuple[str, Hashed]:
    """The actor that the administrator is, and everybody's password."""
    password = await choose(PASSWORD)
    async with ground.database.write() as db:
        admin = await create_account(db, ground.vault, login="admin", name="Pengelola", password=password, actor="system", now=now)
        await grant(db, ground.vault, admin.id, GrantOf(Role.ADMIN), actor="system", now=now)
    return f"account:{admin.id}", password


async def employ(ground: Ground, session_id: str, staff: Iterable[Staff], password: Hashed, *, actor: str, now: datetime) -> None:
    """An account and a grant in this session for each."""
    async with ground.database.read() as db:
        halls = {site.code: site.id for site in await sites_of(db, session_id)}
    for login, name, agency, role, hall in staff:
        async with ground.database.write() as db:
            account = await create_account(db, ground.vault, login=login, name=name, password=password, agency=agency, actor=actor, now=now)
            given = GrantOf(Role(role), session_id, halls[hall] if hall else None)
            await grant(db, ground.vault, account.id, given, actor=actor, now=now)
