"""The door's calls: the list that a device keeps, presses that it kept while the line was down, and what operators decide about them."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from app.hall import door, pin
from app.hall.door import Decision, Outcome, Press
from app.hall.door_list import known_at, present, salt_of, version_of
from app.hall.guards import AtHall
from app.hall.roster import Expected
from app.i18n import Translator
from app.registration.fields import a_name
from app.sessions.rows import sites_of
from app.web.ground import Ground, ground
from app.web.pages import translator
from app.web.problems import CodedValueError

router = APIRouter(prefix="/api/v1/sessions/{slug}/sites/{site}", tags=["hall"])
Parts = Annotated[Ground, Depends(ground)]
Nonce = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
AT_ONCE = 40
"""Presses in one call; each is a transaction of its own."""


class PressIn(BaseModel):
    """One press on a device, `at` its own time: by `participant`, by `code` (or scanned link), or the `name` of a guest who is on no list.

    Without `at` it counts from now on, whatever rehearsal the device believes to be in: for what was answered with `practice` and was meant.
    """

    model_config = ConfigDict(str_strip_whitespace=True)

    nonce: Nonce
    at: AwareDatetime | None = None
    participant: str | None = Field(None, max_length=40)
    code: str | None = Field(None, max_length=300)
    name: str | None = Field(None, max_length=120)


class PressesIn(BaseModel):
    """What a device kept, the oldest first."""

    presses: list[PressIn] = Field(min_length=1, max_length=AT_ONCE)


class PressOut(BaseModel):
    """`in` now or `again`; `refused` waits for an operator, with the reason; `wrong` was not kept: the name is none; `practice` was made in a wiped rehearsal, not kept either."""

    nonce: str
    state: Literal["in", "again", "refused", "wrong", "practice"]
    participant: str | None = None
    name: str | None = None
    at: datetime | None = None
    code: str | None = None
    sentence: str | None = None


class PressesOut(BaseModel):
    """One answer per press, in the order in which they were given."""

    items: list[PressOut]


class KnownOut(BaseModel):
    """Somebody who may be checked in; `prints` are short fingerprints of their codes."""

    id: str
    name: str
    capacity: str | None = None
    expected: Expected
    hall: str | None = None
    prints: list[str]


class PresentOut(BaseModel):
    """Somebody in a hall now; `site` is the hall's id."""

    participant: str
    site: str
    at: datetime


class WaitingOut(BaseModel):
    """A press that waits for an operator."""

    id: str
    nonce: str
    code: str
    sentence: str
    participant: str | None
    name: str | None
    hint: str | None
    pressed_at: datetime
    uploaded_at: datetime


class DoorOut(BaseModel):
    """The door now; `people` only when the list is another than the one that the caller knows; `pin_seconds` is how long the PIN is still good."""

    version: str
    salt: str
    here: str
    halls: dict[str, str]
    seats: int
    pin: str
    pin_until: datetime
    pin_seconds: float
    present: list[PresentOut]
    waiting: list[WaitingOut]
    people: list[KnownOut] | None = None


class SettleIn(BaseModel):
    """Let in after all (as `participant`, or the guest of this `name`, when the press names nobody), or not counted."""

    model_config = ConfigDict(str_strip_whitespace=True)

    admit: bool
    participant: str | None = Field(None, min_length=1, max_length=40)
    name: Annotated[str, AfterValidator(a_name)] | None = Field(None, max_length=120)


@router.get("/door")
async def look(request: Request, parts: Parts, hall: AtHall, known: Annotated[str, Query(max_length=120)] = "") -> DoorOut:
    """What a device at the door keeps; the PIN is for the operator's eyes."""
    now, words = parts.clock.now(), translator(request)
    async with parts.database.read() as db:
        version = await version_of(db, hall.session.id)
        people = await known_at(db, parts.vault, hall.site) if known != version else None
        there = await present(db, hall.session.id)
        waiting = await door.unsettled(db, hall.site)
        halls = {site.id: site.name for site in await sites_of(db, hall.session.id)}
    return DoorOut(
        version=version,
        salt=salt_of(parts.vault, hall.session.id),
        here=hall.site.id,
        halls=halls,
        seats=hall.site.seats,
        pin=pin.pin_of(parts.vault, hall.site.id, pin.turn_of(now)),
        pin_until=pin.until(now),
        pin_seconds=(pin.until(now) - now).total_seconds(),
        present=[PresentOut(**asdict(one)) for one in there],
        waiting=[
            WaitingOut(
                id=one.id,
                code=one.refusal,
                sentence=_sentence(words, one.refusal, {"person": one.name or "–", "hall": one.hall or "–"}),
                **{name: getattr(one, name) for name in ("nonce", "participant", "name", "hint", "pressed_at", "uploaded_at")},
            )
            for one in waiting
        ],
        people=[KnownOut(**asdict(one)) for one in people] if people is not None else None,
    )


@router.post("/presses")
async def take(request: Request, parts: Parts, hall: AtHall, kept: PressesIn) -> PressesOut:
    """Take what a device kept. The same call again, whole or in part, changes nothing more."""
    words = translator(request)
    answers = []
    for given in kept.presses:
        try:
            name = str(a_name(given.name)) if given.name is not None else None
        except CodedValueError as wrong:
            sentence = _sentence(words, wrong.code, wrong.facts)
            answers.append(PressOut(nonce=given.nonce, state="wrong", name=given.name, code=wrong.code, sentence=sentence))
            continue
        press = Press(given.nonce, given.at, given.participant, given.code, name)
        async with parts.database.write() as db:
            outcome = await door.take(db, parts.vault, hall.site, press, actor=hall.actor, now=parts.clock.now())
        answers.append(_answer(words, outcome))
    return PressesOut(items=answers)


@router.post("/presses/{press}/settle", status_code=204)
async def settle(parts: Parts, hall: AtHall, press: Annotated[str, Path(max_length=40)], wish: SettleIn) -> Response:
    """Decide about a press that could not simply be counted; whoever decides second changes nothing."""
    async with parts.database.write() as db:
        decision = Decision(wish.admit, wish.participant, wish.name)
        await door.settle(db, parts.vault, hall.site, press, decision, actor=hall.actor, now=parts.clock.now())
    return Response(status_code=204)


def _answer(words: Translator, outcome: Outcome) -> PressOut:
    state: Literal["in", "again", "refused", "practice"] = (
        "practice" if outcome.practice else "refused" if outcome.refusal else "in" if outcome.fresh else "again"
    )
    told = {"code": outcome.refusal, "sentence": _sentence(words, outcome.refusal, outcome.facts)} if outcome.refusal else {}
    return PressOut(nonce=outcome.nonce, state=state, participant=outcome.participant, name=outcome.name, at=outcome.at, **told)


def _sentence(words: Translator, code: str, facts: dict[str, object]) -> str:
    return words.error(code, **{"person": "–", "hall": "–", **facts})
