"""The desk's forms of proposals: what is read from them, and what a pressed button changes."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field

from app.proposals.choices import Handling, LandStatus, Reason, UrgencyLevel, Via, WorkType
from app.proposals.fields import LONG, NAMES, SHORT, Content, Line, clean
from app.proposals.models import ProposalStatus
from app.proposals.sectors import Sector
from app.proposals.status import WITH_REASON

FORM = tuple(name for name in NAMES if name != "village_code")
PUBLISHING: dict[str, dict[str, object]] = {
    "publish": {"published": True},
    "publish_masked": {"published": True, "personal_masked": True},
    "publish_checked": {"published": True, "personal_checked": True},
    "unpublish": {"published": False},
}

CHOICES: dict[str, list[Any]] = {
    "sector": list(Sector),
    "type": list(WorkType),
    "urgency": list(UrgencyLevel),
    "handling": list(Handling),
    "land_status": list(LandStatus),
    "reason": list(Reason),
    "status": list(ProposalStatus),
    "via": list(Via),
}


class Edited(Content):
    """The form of one proposal: its columns, the version that was seen, the button that was pressed."""

    version: Annotated[int, Field(ge=0, le=2**31)]
    act: Annotated[str, Field(max_length=20)] = "save"
    reason_code: Reason | None = None
    reason: Annotated[str, AfterValidator(clean), Field(max_length=LONG)] | None = None


class Noted(Content):
    """The form of a proposal that the desk writes down."""

    text: Annotated[str, AfterValidator(clean), Field(min_length=1, max_length=LONG)]
    proposer: Annotated[Line, Field(max_length=SHORT)] | None = None
    capacity: Annotated[Line, Field(max_length=SHORT)] | None = None
    on_behalf: Annotated[Line, Field(max_length=SHORT)] | None = None
    site: Annotated[Line, Field(max_length=30)] | None = None


class Merged(BaseModel):
    """The number that is to stand for this one."""

    into: Annotated[Line, Field(min_length=1, max_length=30)]


class Parted(BaseModel):
    """One title a line."""

    titles: Annotated[str, Field(min_length=1, max_length=4 * LONG)]


def changes_of(edited: Edited) -> dict[str, Any]:
    """The columns as typed, with what the pressed button adds: a status with its reason, publishing, or nothing."""
    changes: dict[str, Any] = {name: getattr(edited, name) for name in FORM}
    if edited.act in PUBLISHING:
        return {**changes, **PUBLISHING[edited.act]}
    if edited.act == "already_proposed":
        return {**changes, "status": ProposalStatus.DECLINED, "reason_code": Reason.ALREADY_PROPOSED, "reason": edited.reason}
    if edited.act in set(ProposalStatus):
        status = ProposalStatus(edited.act)
        why = {"reason_code": edited.reason_code, "reason": edited.reason} if status in WITH_REASON else {}
        return {**changes, "status": status, **why}
    return changes
