"""The grid in which paper forms are keyed in: a page of rows that saves each by itself, and works as one plain form without script."""

import re
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import AwareDatetime, BaseModel, Field

from app.database.tables import new_id
from app.errors import ForumError, Invalid
from app.i18n import Translator
from app.papers.guards import AtPaper, PaperDesk
from app.papers.keying import NAMELESS, FormFields, Keyed, KeyedRow, key_in, keyed_rows
from app.papers.written import SECTORS, shown_moment, shown_neighbourhoods, shown_sector
from app.sessions.navigation import desk_items
from app.web.forms import checked, typed
from app.web.ground import Ground, ground
from app.web.pages import page, translator

router = APIRouter()
Parts = Annotated[Ground, Depends(ground)]
ROW = re.compile(r"[a-z2-7]{16}")
RowId = Annotated[str, Path(pattern=ROW.pattern, max_length=16)]
CELLS = ("number", "name", "rt_rw", "written", "title", "text", "location", "quantity", "unit", "action", "sector")
"""In the order of the paper."""
SHOWN = 30
"""Rows that the page brings along; older ones stand in the list of proposals."""
BLANK = 5

Cell = Annotated[str, Field(max_length=4000)]


class TypedRow(BaseModel):
    """A row as it stands in the grid: every cell in the words that were typed; `site` is the code of a hall, `seen` the version last shown.

    `at` is when it was typed, by the device that kept it; none: just now.
    """

    site: Cell = ""
    number: Cell = ""
    name: Cell = ""
    rt_rw: Cell = ""
    written: Cell = ""
    title: Cell = ""
    text: Cell = ""
    location: Cell = ""
    quantity: Cell = ""
    unit: Cell = ""
    action: Cell = ""
    sector: Cell = ""
    seen: Cell = ""
    at: AwareDatetime | None = None


class KeyedForm(BaseModel):
    """A row as it is stored: its proposal, and what the cells read now."""

    row: str
    proposal: str
    changed: bool
    version: int
    cells: dict[str, str]


@router.put("/api/v1/sessions/{slug}/paper-forms/{row}", tags=["proposals"])
async def save_row(request: Request, parts: Parts, at: AtPaper, row: RowId, given: TypedRow) -> KeyedForm:
    """Store a row under an id chosen by its writer (16 of a–z, 2–7): the same again changes nothing, another content corrects it."""
    keyed = await _save(parts, at, row, given.model_dump(exclude={"at"}), given.at)
    async with parts.database.read() as db:
        (stored,) = await keyed_rows(db, at.session.id, row_id=row, most=1)
    cells = _cells(at, stored, translator(request))
    return KeyedForm(row=row, proposal=keyed.proposal, changed=keyed.changed, version=stored.form.version, cells=cells)


@router.get("/meja/{slug}/kertas/ketik", include_in_schema=False)
async def grid(request: Request, parts: Parts, at: AtPaper) -> Response:
    """The grid with what was keyed in last."""
    return await _grid(request, parts, at, {}, {})


@router.post("/meja/{slug}/kertas/ketik", include_in_schema=False)
async def save_all(request: Request, parts: Parts, at: AtPaper) -> Response:
    """Store every row of the page that has something in it; what is wrong comes back as typed, with what is to be done."""
    form = await typed(request)
    rows: dict[str, dict[str, str]] = {}
    for name, value in form.values.items():
        row, _, cell = name.partition(".")
        if ROW.fullmatch(row) and cell in {*CELLS, "site", "seen"}:
            rows.setdefault(row, {})[cell] = value
    wrong: dict[str, dict[str, str]] = {}
    kept: dict[str, dict[str, str]] = {}
    words = translator(request)
    for row, cells in rows.items():
        if not any(cells.get(name) for name in CELLS):
            continue
        try:
            await _save(parts, at, row, {"site": form.get("site"), **cells})
        except Invalid as problem:
            kept[row] = cells
            wrong[row] = {error.field: words.error(error.code, **error.facts) for error in problem.errors}
        except ForumError as problem:
            kept[row] = {**cells, "seen": str(problem.facts.get("version", cells.get("seen", "")))}
            wrong[row] = {"title": words.error(problem.code, **problem.facts)}
    if wrong:
        return await _grid(request, parts, at, kept, wrong, site=form.get("site"))
    return RedirectResponse(f"/meja/{at.session.slug}/kertas/ketik", 303)


async def _save(parts: Ground, at: PaperDesk, row: str, cells: dict[str, str], typed_at: datetime | None = None) -> Keyed:
    fields = checked(FormFields, {name: value for name, value in cells.items() if value.strip()})
    site = at.site_named(fields.site)
    async with parts.database.write() as db:
        place = site.id if site else None
        now = parts.clock.now()
        reach = _within(at)
        return await key_in(db, parts.vault, at.session, row, fields, place, within=reach, actor=at.actor, now=now, typed_at=typed_at)


def _within(at: PaperDesk) -> list[str] | None:
    return None if at.everywhere else [site.id for site in at.sites]


def _cells(at: PaperDesk, row: KeyedRow, words: Translator) -> dict[str, str]:
    """A stored row as it would be typed."""
    form, proposal = row.form, row.proposal
    quantity = proposal.quantity
    return {
        "site": next((site.code for site in at.sites if site.id == form.site_id), ""),
        "number": form.number or "",
        "name": "" if proposal.proposer == NAMELESS else proposal.proposer,
        "rt_rw": shown_neighbourhoods(proposal.rt, proposal.rw),
        "title": proposal.title,
        "text": proposal.problem or "",
        "location": proposal.landmark or "",
        "quantity": format(quantity.normalize(), "f").replace(".", ",") if quantity is not None else "",
        "unit": proposal.unit or "",
        "action": proposal.action or "",
        "sector": shown_sector(proposal.sector, words.label("sector", proposal.sector or "")),
        "seen": str(form.version),
        "written": shown_moment(form.written_at, at.session.zone),
    }


async def _grid(
    request: Request, parts: Ground, at: PaperDesk, kept: dict[str, dict[str, str]], wrong: dict[str, dict[str, str]], *, site: str = ""
) -> Response:
    words = translator(request)
    async with parts.database.read() as db:
        stored = await keyed_rows(db, at.session.id, within=_within(at), most=SHOWN)
    rows: list[dict[str, Any]] = [
        {"id": one.form.id, "cells": kept.get(one.form.id) or _cells(at, one, words), "proposal": one.proposal.number, "open": one.open}
        for one in stored
    ]
    known = {row["id"] for row in rows}
    rows += [{"id": id_, "cells": cells, "proposal": "", "open": True} for id_, cells in kept.items() if id_ not in known]
    rows += [{"id": new_id(), "cells": {}, "proposal": "", "open": True} for _ in range(BLANK)]
    return page(
        request,
        "papers/grid.html",
        status=422 if wrong else 200,
        session=at.session,
        desk_items=desk_items(at.session, at.desk.staff, "kertas", words),
        rows=rows,
        sectors=[words.label("sector", one.value) for one in SECTORS],
        wrong=wrong,
        sites=at.sites,
        everywhere=at.everywhere,
        site=site or ("" if at.everywhere else at.sites[0].code),
        mailbox=at.desk.staff.id,
    )
