"""Applications for programs: hand one in, and the list for the desk."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime, BaseModel

from app.access.models import Role
from app.errors import Conflict
from app.registration.applying import Sender, apply
from app.registration.desk import MOST_A_PAGE, Applicant, applicants
from app.registration.form import ApplicationForm
from app.registration.keys import status_key
from app.registration.models import ApplicationState
from app.sessions.guards import Desk, PublicSession, desk
from app.web.ground import Ground, ground, received_at
from app.web.pages import translator
from app.web.throttle import must_wait

router = APIRouter(prefix="/api/v1/sessions/{slug}", tags=["applications"])
Parts = Annotated[Ground, Depends(ground)]
MOST_ORDER = 2**31 - 1


class NewApplication(ApplicationForm):
    """An application; with `late_consent` a form that came after the deadline is kept as late (state `late`) instead of being refused."""

    late_consent: bool = False


class ApplicationMade(BaseModel):
    """What the applicant keeps: the code to be read aloud, the key of the status page, and when the form was received."""

    id: str
    code: str
    key: str
    state: ApplicationState
    status_url: str
    at: AwareDatetime


class ApplicantList(BaseModel):
    """A page of applicants; `next` is the value of `after` for the page that follows."""

    items: list[Applicant]
    next: str | None = None


@router.post("/applications", status_code=201)
async def hand_in(request: Request, parts: Parts, session: PublicSession, body: NewApplication) -> ApplicationMade:
    """Apply to take part. 409 `registration.duplicate`, 410 `registration.closed`, 425 `registration.not_open`, 422 with a sentence per field."""
    slow_down(request, parts)
    sender = Sender(language=translator(request).language, late_consent=body.late_consent)
    try:
        async with parts.counter.held(), parts.database.write() as db:
            made = await apply(db, parts.vault, session.id, body, sender, received_at=received_at(request), now=parts.clock.now())
    except Conflict as conflict:
        # Which application it is must not be told to whoever knows a neighbour's name and number.
        raise Conflict(conflict.code) from None
    key = status_key(parts.vault, made.id, made.key_generation)
    return ApplicationMade(id=made.id, code=made.code, key=key, state=made.state, status_url=status_url(parts, key), at=made.received_at)


@router.get("/applications", response_model_exclude_none=False)
async def list_applications(
    parts: Parts,
    at: Annotated[Desk, Depends(desk(Role.MODERATOR, Role.SECRETARIAT))],
    state: ApplicationState | None = None,
    q: Annotated[str | None, Query(max_length=120)] = None,
    after: Annotated[int, Query(ge=0, le=MOST_ORDER)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_A_PAGE)] = 100,
) -> ApplicantList:
    """Applicants in the order of registration, by state and by name, code or phone."""
    async with parts.database.read() as db:
        items, onward = await applicants(db, parts.vault, at.session.id, state=state, q=q, after=after, limit=limit)
    return ApplicantList(items=items, next=str(onward) if onward is not None else None)


def slow_down(request: Request, parts: Ground) -> None:
    """Many applications from one address are slowed down, far beyond what a hall full of people sends."""
    if parts.settings.limits and request.client is not None:
        must_wait(parts.throttles.address, f"apply|{request.client.host}")


def status_url(parts: Ground, key: str) -> str:
    """The whole address of the status page."""
    return f"{parts.settings.public_url}/r/{key}"
