"""Who may do what and where: pure rules over grants."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.access.models import Role


@dataclass(frozen=True)
class GrantOf:
    """One grant as plain values: everywhere when `session_id` is None, at every site when `site_id` is None."""

    role: Role
    session_id: str | None = None
    site_id: str | None = None


@dataclass(frozen=True)
class Staff:
    """A signed-in member of staff or a program with a bearer token; `kind` is `account`, `token`, or `duty` (by a day's link)."""

    id: str
    kind: str
    name: str
    grants: tuple[GrantOf, ...]
    agency: str | None = None
    csrf: str | None = None
    sign_in_id: str | None = None
    used_at: datetime | None = None
    """When this sign-in was last written down as used."""

    @property
    def actor(self) -> str:
        """As the audit chain writes it."""
        return f"{self.kind}:{self.id}"

    def may(self, roles: Iterable[Role], session_id: str | None = None, site_id: str | None = None) -> bool:
        """Whether any grant of these roles (or admin) reaches this session and site; without a session, only grants that reach everywhere count."""
        wanted = {*roles, Role.ADMIN}
        return any(grant.role in wanted and _reaches(grant, session_id, site_id) for grant in self.grants)

    def roles_in(self, session_id: str) -> set[Role]:
        """Every role held in a session, at whichever site."""
        return {grant.role for grant in self.grants if grant.session_id in {None, session_id}}

    def sites_in(self, session_id: str, role: Role) -> set[str] | None:
        """The sites to which a role is bound in a session; None when it holds at all of them."""
        held = [g for g in self.grants if g.role in {role, Role.ADMIN} and g.session_id in {None, session_id}]
        if any(g.site_id is None for g in held):
            return None
        return {g.site_id for g in held if g.site_id is not None}


def _reaches(grant: GrantOf, session_id: str | None, site_id: str | None) -> bool:
    if grant.session_id is not None and grant.session_id != session_id:
        return False
    return grant.site_id is None or site_id is None or grant.site_id == site_id
