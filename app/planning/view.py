"""The plenary page as it is drawn: the list narrowed by the address, its moving part alone, and the forms beside it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy import select

from app.errors import ForumError, Invalid
from app.planning import forms, scored, undoing
from app.planning.columns import NAMES, Columns
from app.planning.listing import AGREED, NOT_AGREED, Line, Totals, delegates_of, lines_of, plenary_of, pulse, record_is_final, totals
from app.planning.models import Delegate, Plenary, PlenaryStep
from app.planning.scored import Results
from app.planning.scoring import written
from app.proposals.agencies import agency_key, one_each
from app.proposals.choices import Reason
from app.proposals.doubles import Rival, doubles
from app.proposals.fields import SHORT, clean
from app.proposals.sectors import Sector
from app.proposals.triage import names_of, shown
from app.sessions.guards import Desk
from app.sessions.navigation import desk_items
from app.sessions.vocabulary import Element, Gender
from app.web.forms import Typed
from app.web.ground import Ground
from app.web.pages import page, translator
from app.web.problems import status_of

STATES = {"open": None, "agreed": AGREED, "not_agreed": NOT_AGREED}
HISTORY = 12
PART = "x-part"
"""A header by which the page's script asks for the moving part, or a form, alone; the answer says in it which of them it is."""
OVERTAKEN = ("planning.stale", "planning.decided_elsewhere")
"""How the codes begin that say: somebody else was faster: the present state is shown and counts as seen."""


@dataclass(frozen=True)
class Narrowed:
    """What the list is narrowed to, and how that stands in an address."""

    query: Mapping[str, str]

    @property
    def address(self) -> str:
        """`?state=open&sector=water`, or nothing."""
        return f"?{urlencode(self.query)}" if self.query else ""

    @property
    def more(self) -> str:
        """The same after another question: `&state=open`, or nothing."""
        return f"&{urlencode(self.query)}" if self.query else ""

    def holds(self, line: Line) -> bool:
        """Whether a line is shown."""
        wanted, one = self.query, line.proposal
        return (
            ("state" not in wanted or line.decision == STATES[wanted["state"]])
            and wanted.get("village") in (None, one.village)
            and wanted.get("sector") in (None, one.sector)
            and ("agency" not in wanted or agency_key(line.columns.agency or "") == agency_key(wanted["agency"]))
        )


@dataclass(frozen=True)
class Board:
    """All that the page shows of the list at one moment."""

    plenary: Plenary
    every: Sequence[Line]
    lines: Sequence[Line]
    chosen: Narrowed
    totals: Totals
    delegates: Sequence[Delegate]
    villages: Sequence[str]
    agencies: Sequence[str]
    mine: PlenaryStep | None
    shown_at: Mapping[int, int]
    """Where in `lines` the line of a place stands."""
    points: Results | None
    """What was scored, as this member of staff may see it; None where nothing is."""
    final: bool
    """Whether a final record exists: what changes now goes into an addendum."""

    def up(self, line: Line) -> str | None:
        """Before which number a line goes that is moved up among those shown; None for the first."""
        at = self.shown_at[line.place]
        return self.lines[at - 1].proposal.number if at else None

    def down(self, line: Line) -> str | None:
        """The same for moving down: empty for the end of the list, None for the last."""
        at = self.shown_at[line.place]
        return self.after(self.lines[at + 1]) if at + 1 < len(self.lines) else None

    def after(self, line: Line) -> str:
        """The number that follows on the whole list; empty after the last."""
        return self.every[line.place].proposal.number if line.place < len(self.every) else ""


def narrowed(params: Mapping[str, str]) -> Narrowed:
    """Filters from an address; what makes no sense there is ignored."""
    given = {name: clean(params.get(name, ""))[:SHORT] for name in ("state", "sector", "village", "agency")}
    if given["state"] not in STATES:
        given["state"] = ""
    if given["sector"] not in set(Sector):
        given["sector"] = ""
    return Narrowed({name: value for name, value in given.items() if value})


async def board_of(parts: Ground, at: Desk, params: Mapping[str, str]) -> Board:
    """Read the list as it stands."""
    chosen = narrowed(params)
    async with parts.database.read() as db:
        plenary = await plenary_of(db, at.session.id)
        every = await lines_of(db, at.session)
        delegates = await delegates_of(db, at.session.id)
        mine = await undoing.newest_of(db, at.session.id, at.staff.actor)
        points = await scored.results_of(db, at.session.id, [one.proposal.id for one in every], reader=at.staff.id)
        final = await record_is_final(db, at.session.id)
    villages = sorted({one.proposal.village for one in every if one.proposal.village})
    agencies = one_each({one.columns.agency for one in every if one.columns.agency})
    lines = [one for one in every if chosen.holds(one)]
    shown_at = {line.place: n for n, line in enumerate(lines)}
    return Board(
        plenary, every, lines, chosen, totals(every, plenary.ceiling), delegates, villages, agencies, mine, shown_at, points, final
    )


async def whole(request: Request, parts: Ground, at: Desk, *, refused: ForumError | None = None) -> Response:
    """The page; after a refusal with its sentence above the list."""
    return await _drawn(request, parts, at, "planning/plenary.html", refused)


async def moving(request: Request, parts: Ground, at: Desk, *, refused: ForumError | None = None) -> Response:
    """The part of the page that changes; 304 while nothing has."""
    chosen = hashlib.sha256(narrowed(request.query_params).address.encode()).hexdigest()[:12]
    async with parts.database.read() as db:
        final = await record_is_final(db, at.session.id)
        tag = f'"{await pulse(db, at.session.id)}.{translator(request).language}.{chosen}{".f" if final else ""}"'
    if refused is None and request.method == "GET" and request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    answer = await _drawn(request, parts, at, "planning/board.html", refused)
    answer.headers["ETag"], answer.headers[PART] = tag, "board"
    return answer


async def _drawn(request: Request, parts: Ground, at: Desk, template: str, refused: ForumError | None) -> Response:
    words = translator(request)
    board = await board_of(parts, at, request.query_params)
    return page(
        request,
        template,
        status=status_of(refused) if refused else 200,
        session=at.session,
        desk_items=desk_items(at.session, at.staff, "pleno", words),
        board=board,
        sectors=list(Sector),
        written=written,
        refused=_sentence(request, refused),
    )


async def form_of(
    request: Request,
    parts: Ground,
    at: Desk,
    name: str,
    numbers: Sequence[str],
    *,
    part: bool,
    form: Typed | None = None,
    refused: ForumError | None = None,
) -> Response:
    """One of the forms beside the list, alone for a dialog or on a page of its own; after a refusal with everything typed."""
    words = translator(request)
    board = await board_of(parts, at, request.query_params)
    wanted = set(numbers)
    lines = [one for one in board.every if one.proposal.number in wanted]
    present = _present(name, lines, board.plenary)
    anew = form is None or (refused is not None and refused.code.startswith(OVERTAKEN))
    opened = present if form is None or anew else {field: form.get(f"was_{field}") for field in present}
    typed = Typed(present) if form is None else forms.over(present, form) if anew else form
    decided = {one.proposal.number: one.decision or "" for one in lines}
    if isinstance(refused, Invalid):
        typed = typed.with_errors(refused, words)
    return page(
        request,
        "planning/form_part.html" if part else "planning/form.html",
        status=status_of(refused) if refused else 200,
        headers={PART: "form"} if part else None,
        session=at.session,
        desk_items=desk_items(at.session, at.staff, "pleno", words),
        name=name,
        board=board,
        chosen=lines,
        own=_own(lines[0].own) if len(lines) == 1 else {},
        form=typed,
        opened=opened,
        changed=_changed(form, present) if form and anew else {},
        was=decided if form is None or anew else {**decided, **forms.was_in(form)},
        seen=form.get("seen") if form and form.get("seen") and not anew else str(board.plenary.head),
        refused=None if isinstance(refused, Invalid) else _sentence(request, refused),
        reasons=list(Reason),
        rivals=_rivals(lines, board.every) if name == "gabung" else [],
        elements=at.session.elements or list(Element),
        genders=list(Gender),
        history=await _history(parts, at) if name == "langkah" else [],
        known={one.proposal.id: one.proposal.number for one in board.every},
        part=part,
    )


def _changed(form: Typed, present: Mapping[str, str]) -> dict[str, str]:
    """Fields in which somebody else wrote as well: what they say now."""
    return {
        name: value
        for name, value in present.items()
        if forms.touched(form, name) and value not in {form.get(f"was_{name}"), form.get(name)}
    }


def _present(name: str, lines: Sequence[Line], plenary: Plenary) -> dict[str, str]:
    """What the fields of a form say at present, empty ones too."""
    if name == "pagu":
        return {"ceiling": shown(plenary.ceiling)}
    if name == "isi" and len(lines) == 1:
        given = lines[0].filled
        full = lines[0].columns
        return {column: shown(getattr(full, column)) if column in given else "" for column in NAMES}
    if name == "belum" and len(lines) == 1:
        return {"reason_code": lines[0].reason_code or "", "reason": lines[0].reason or ""}
    return {}


def _own(one: Columns) -> dict[str, str]:
    return {name: shown(getattr(one, name)) for name in NAMES if getattr(one, name) is not None}


def _rivals(lines: Sequence[Line], every: Sequence[Line]) -> list[Line]:
    """Where several are chosen those; else who may say the same, then everybody else."""
    if len(lines) != 1:
        return list(lines)
    me = _rival(lines[0])
    others = [one for one in every if one is not lines[0]]
    alike = [found.rival.number for found in doubles(me, [_rival(one) for one in others])]
    return sorted(others, key=lambda one: (alike.index(one.proposal.number) if one.proposal.number in alike else len(alike), one.place))


def _rival(line: Line) -> Rival:
    one = line.proposal
    return Rival(one.number, one.title, one.village, tuple(one.rw))


async def _history(parts: Ground, at: Desk) -> list[tuple[PlenaryStep, str]]:
    async with parts.database.read() as db:
        wanted = select(PlenaryStep).where(PlenaryStep.session_id == at.session.id).order_by(PlenaryStep.number.desc()).limit(HISTORY)
        rows = (await db.scalars(wanted)).all()
        names = await names_of(db, [row.by for row in rows])
    return [(row, names.get(row.by, "")) for row in rows]


def _sentence(request: Request, refused: ForumError | None) -> str | None:
    if refused is None:
        return None
    words = translator(request)
    if isinstance(refused, Invalid) and refused.errors:
        return words.error(refused.errors[0].code, **refused.errors[0].facts)
    return words.error(refused.code, **refused.facts)
