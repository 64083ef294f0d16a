"""Who works with paper: secretariat and moderators with that of every hall, operators with that of their own."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from app.access.models import Role
from app.errors import FieldError, Invalid, NotFound
from app.sessions.guards import Desk, desk
from app.sessions.models import ForumSession, Site
from app.sessions.rows import sites_of
from app.web.ground import ground

EVERYWHERE = {Role.SECRETARIAT, Role.MODERATOR}
ROLES = {*EVERYWHERE, Role.OPERATOR}


@dataclass(frozen=True)
class PaperDesk:
    """A member of staff at the papers of a session: `sites` are the halls that are theirs, `everywhere` also what belongs to no hall."""

    session: ForumSession
    desk: Desk
    sites: tuple[Site, ...]
    everywhere: bool

    @property
    def actor(self) -> str:
        """As the audit chain writes them."""
        return self.desk.staff.actor

    def reaches(self, site_id: str | None) -> bool:
        """Whether a paper of this hall (or of none) is theirs."""
        return self.everywhere if site_id is None else any(site.id == site_id for site in self.sites)

    def site_named(self, code: str | None) -> Site | None:
        """Their hall of this code; None for no code, Invalid for a hall that is not there or not theirs."""
        if not code and self.everywhere:
            return None
        found = next((site for site in self.sites if site.code == code), None)
        if found is None:
            raise Invalid(FieldError("site", "field.required" if not code else "field.not_a_choice"))
        return found


async def paper_desk(request: Request, at: Annotated[Desk, Depends(desk(*ROLES))]) -> PaperDesk:
    """The papers of this session that are within reach; NotFound when no hall is and nothing else either."""
    async with ground(request).database.read() as db:
        sites = await sites_of(db, at.session.id)
    everywhere = at.staff.may(EVERYWHERE, at.session.id)
    reached = tuple(site for site in sites if everywhere or at.staff.may(ROLES, at.session.id, site.id))
    if not everywhere and not reached:
        raise NotFound("hall.unknown_site")
    return PaperDesk(at.session, at, reached, everywhere)


AtPaper = Annotated[PaperDesk, Depends(paper_desk)]
