"""The page *Salin ke SIPD* as it is drawn: one proposal, the queue beside it, and how far each village is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import Response

from app.access.models import Role
from app.errors import ForumError, Invalid, NotFound
from app.proposals.fields import SHORT, clean
from app.proposals.listing import written
from app.proposals.photos_shown import photos_of
from app.proposals.triage import names_of
from app.sessions.desk_page import desk_page
from app.sessions.guards import Desk
from app.sipd.columns import row
from app.sipd.fields import empty_of, fields_of
from app.sipd.listing import Item, Scope, by_number, following, items_of, meant, of_scope, of_village, progress_of, strays_of
from app.sipd.service import due_of
from app.web.forms import Typed
from app.web.ground import Ground
from app.web.pages import translator

QUEUE = 200
"""Proposals that are listed beside the shown one."""


@dataclass(frozen=True)
class Chosen:
    """Which proposals the page is about, and how that stands in its address."""

    scope: Scope
    village: str | None
    query: Mapping[str, str]

    @property
    def address(self) -> str:
        """`?list=verified&village=Krapyak`, or nothing."""
        return f"?{urlencode(self.query)}" if self.query else ""

    def other(self, **changes: str) -> str:
        """The address with something else chosen; an empty value takes it away."""
        query = {name: value for name, value in {**self.query, **changes}.items() if value}
        return f"?{urlencode(query)}" if query else ""


def chosen_in(params: Mapping[str, str]) -> Chosen:
    """What stands in an address; what makes no sense there is ignored."""
    scope = Scope.VERIFIED if params.get("list") == Scope.VERIFIED else Scope.AGREED
    village = clean(params.get("village", ""))[:SHORT]
    query = {"list": scope.value if scope is Scope.VERIFIED else "", "village": village}
    return Chosen(scope, meant(village), {name: value for name, value in query.items() if value})


def deadline(due_on: date | None, zone: str, now: datetime) -> tuple[datetime, int] | None:
    """The last day of entry as a moment of it, and how many days are left (0: today, below: over)."""
    if due_on is None:
        return None
    return _noon(due_on, zone), (due_on - now.astimezone(ZoneInfo(zone)).date()).days


def _noon(day: date, zone: str) -> datetime:
    """A moment of a day, from which pages write the day."""
    return datetime.combine(day, time(12), ZoneInfo(zone)).astimezone(UTC)


async def drawn(
    request: Request,
    parts: Ground,
    at: Desk,
    number: str | None = None,
    *,
    form: Typed | None = None,
    refused: ForumError | None = None,
    lenient: bool = False,
) -> Response:
    """The page about a proposal, or about the next one to be entered; after a refusal with everything typed.

    NotFound for a number that is not on the list; when `lenient`, the list without it and what was typed about it.
    """
    words, now, actor = translator(request), parts.clock.now(), at.staff.actor
    chosen = chosen_in(request.query_params)
    async with parts.database.read() as db:
        wide = await items_of(db, at.session, Scope.VERIFIED)
        strays = await strays_of(db, at.session.id, wide)
        every = of_scope(wide, chosen.scope)
        due_on = await due_of(db, at.session.id)
        items = of_village(every, chosen.village)
        item = None if lenient and number and written(number) not in by_number(every) else _shown(every, items, number, actor, now)
        done = by_number(every).get(request.query_params.get("done", ""))
        who = [name for one in (item, done) if one and one.entry for name in (one.entry.by, one.entry.held_by) if name]
        names = await names_of(db, who)
        photos = (await photos_of(db, [item.line.proposal], public=False))[item.line.proposal.id] if item else []
    # What is typed into SIPD is Indonesian, whatever language its reader has chosen.
    label = parts.catalogues.translator("id").label
    cells = row(items.index(item) + 1 if item in items else 1, item.facts, label) if item else {}
    if form is not None and isinstance(refused, Invalid):
        form = form.with_errors(refused, words)
    return desk_page(
        request,
        "sipd/page.html",
        at,
        "sipd",
        refused=refused,
        chosen=chosen,
        items=items,
        queue=_beside(items, item),
        entered=sum(one.entered for one in items),
        item=item,
        fields=fields_of(cells) if item else [],
        empty_fields=empty_of(cells) if item else [],
        entered_at=_noon(item.entry.entered_on, at.session.zone) if item and item.entry and item.entry.entered_on else None,
        photos=photos,
        held=item is not None and item.held_by_another(actor, now),
        next_one=following(items, item.number if item else None, actor, now),
        around=_around(items, item),
        done=done if done is not item and done and done.entered else None,
        progress=progress_of(every),
        strays=strays,
        left=written(number) if number and item is None else "",
        due_on=due_on,
        deadline=deadline(due_on, at.session.zone, now),
        today=now.astimezone(ZoneInfo(at.session.zone)).date().isoformat(),
        names=names,
        form=form or Typed(),
        may_export=at.staff.may({Role.SECRETARIAT}, at.session.id),
    )


def _shown(every: list[Item], items: list[Item], number: str | None, actor: str, now: datetime) -> Item | None:
    if number is None:
        return following(items, None, actor, now)
    found = by_number(every).get(written(number))
    if found is None:
        raise NotFound("sipd.not_listed", number=written(number))
    return found


def _beside(items: list[Item], item: Item | None) -> list[Item]:
    """The stretch of the queue around the shown one: all of a long list would be sent again with every proposal."""
    at = next((n for n, one in enumerate(items) if one is item), 0)
    start = max(0, min(at - QUEUE // 2, len(items) - QUEUE))
    return items[start : start + QUEUE]


def _around(items: list[Item], item: Item | None) -> tuple[str | None, str | None]:
    """The numbers before and after the shown one in the queue."""
    at = next((n for n, one in enumerate(items) if one is item), None)
    if at is None:
        return None, None
    return items[at - 1].number if at else None, items[at + 1].number if at + 1 < len(items) else None
