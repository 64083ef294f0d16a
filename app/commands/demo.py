"""`demo`: one of the five events of the field in the middle of its life, on a throw-away copy, ready to click through."""

import argparse
import asyncio
import json
import multiprocessing
import os
import random
import shutil
import socket
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from app.access.models import Role
from app.access.rights import GrantOf
from app.access.service import create_token
from app.assembly import lay_ground
from app.commands.serve import run_server
from app.database.migrate import migrate
from app.proposals.kinds import Kind
from app.proposals.reading import read
from app.scenarios import pekalongan
from app.scenarios.crowd import Line, Play, perform
from app.scenarios.fill import PASSWORD, Filled, fill_pekalongan, shifted
from app.sessions.models import ForumSession, Site
from app.settings import Settings, SettingsProblem, from_environment
from app.web.ground import Ground

SCENARIOS = ("pekalongan-2021",)
ONWARD = 250
"""How many more lines are said after those written for the event."""


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The verb of this module."""
    demo = verbs.add_parser("demo", help="a forum in the middle of its life, on a throw-away copy")
    demo.add_argument("scenario", nargs="?", default=SCENARIOS[0], choices=SCENARIOS)
    demo.add_argument("--port", type=int, default=None, help="default: 8000, or the next free one")
    demo.add_argument(
        "--texts", action="append", type=Path, default=[], metavar="FILE", help="JSON lines with a `text`, said in the room too"
    )
    demo.add_argument("--quiet", action="store_true", help="nobody speaks by themselves")
    demo.set_defaults(run=_demo)


def _demo(given: argparse.Namespace) -> int:
    texts = [text for path in given.texts for text in _texts(path)]
    folder = Path(tempfile.mkdtemp(prefix="rembuk-demo-"))
    try:
        port = _free(given.port or 8000, exact=given.port is not None)
        settings = _settings(folder, port)
        print("Menyiapkan Musrenbang Kota Pekalongan 2021 …", flush=True)
        filled, play = asyncio.run(_prepared(settings, texts))
        _say(settings, filled)
        crowd = multiprocessing.get_context("spawn").Process(target=perform, args=(play,), daemon=True)
        if not given.quiet:
            crowd.start()
        try:
            run_server(settings)
        finally:
            if crowd.is_alive():
                crowd.terminate()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _settings(folder: Path, port: int) -> Settings:
    os.environ.pop("REMBUK_PUBLIC_URL", None)
    settings = from_environment({"REMBUK_DATA_DIR": str(folder)}).at("127.0.0.1", port)
    offset = shifted(datetime.now(UTC)).offset
    return replace(settings, clock_offset=offset, office_name="Kota Pekalongan", office_unit="Bappeda")


async def _prepared(settings: Settings, texts: list[str]) -> tuple[Filled, Play]:
    await migrate(settings.database_url)
    ground = lay_ground(settings)
    try:
        filled = await fill_pekalongan(ground)
        return filled, await _play(ground, filled, texts)
    finally:
        await ground.database.close()


async def _play(ground: Ground, filled: Filled, texts: list[str]) -> Play:
    """Who says what: residents online, operators for their halls, agencies in answer, then the texts that were given."""
    tokens = await _staff_tokens(ground, filled)
    lines: list[Line] = []
    online = [Line(filled.online[3 * n % len(filled.online)].token, {"kind": k, "text": t}) for n, (k, t) in enumerate(pekalongan.ONLINE)]
    halls = [
        Line(tokens[hall], {"kind": kind, "text": text, "via": "hall", "for": {"name": name, **({"capacity": who} if who else {})}})
        for hall, name, who, kind, text in pekalongan.HALL
    ]
    answers = [Line(tokens[who], {"kind": "response", "text": text}) for who, text in pekalongan.ANSWERS]
    for number, line in enumerate(online):
        lines.append(line)
        if number % 4 == 3 and halls:
            lines.append(halls.pop(0))
        if number % 9 == 8 and answers:
            lines.append(answers.pop(0))
    said = [Line(filled.online[n % len(filled.online)].token, _as_said(text)) for n, text in enumerate(texts)]
    lines += [*halls, *answers, *said, *_onward(filled)]
    return Play(ground.settings.public_url, filled.room, [guest.token for guest in filled.online], lines)


def _onward(filled: Filled) -> list[Line]:
    """What residents go on saying for about half an hour, so that somebody who looks later still sees messages arrive."""
    talk = [text for kind, text in pekalongan.ONLINE if kind == "chat"]
    dice = random.Random(22)  # noqa: S311 - the same at every demonstration
    lines = []
    for number in range(ONWARD):
        guest = filled.online[7 * number % len(filled.online)]
        if number % 3:
            lines.append(Line(guest.token, {"kind": "chat", "text": talk[number % len(talk)]}))
            continue
        places = {
            "rt": f"{dice.randint(1, 9):02}",
            "rw": f"{dice.randint(1, 12):02}",
            "n": dice.randint(5, 25),
            "village": dice.choice(pekalongan.VILLAGES),
        }
        lines.append(Line(guest.token, {"kind": "aspiration", "text": dice.choice(pekalongan.WISHES).format(**places)}))
    return lines


async def _staff_tokens(ground: Ground, filled: Filled) -> dict[str, str]:
    """Bearers for those of the office who speak by themselves in the demonstration."""
    now = pekalongan.NOW
    tokens: dict[str, str] = {}
    async with ground.database.write() as db:
        session_id = await db.scalar(select(ForumSession.id).where(ForumSession.slug == filled.slug))
        for login, name, agency, role, hall in pekalongan.STAFF:
            if role not in {"operator", "responder"}:
                continue
            site = await db.scalar(select(Site.id).where(Site.session_id == session_id, Site.code == hall)) if hall else None
            grants = [GrantOf(Role(role), session_id, site)]
            expires = now + timedelta(days=1)
            tokens[hall or login] = await create_token(
                db, ground.vault, name=agency or name, grants=grants, expires_at=expires, actor="system", now=now
            )
    return tokens


def _as_said(text: str) -> dict[str, object]:
    """A text as its writer would send it: a wish as an aspiration, anything else as chat."""
    return {"kind": "aspiration" if read(text).kind == Kind.PROPOSAL else "chat", "text": text[:1000]}


def _texts(path: Path) -> list[str]:
    if not path.is_file():
        raise SettingsProblem(f"--texts: no file {path}")
    with open(path, encoding="utf-8") as file:
        return [str(json.loads(line)["text"]).strip() for line in file if line.strip()]


def _free(port: int, *, exact: bool) -> int:
    for wanted in (port,) if exact else range(port, port + 20):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", wanted))
            except OSError:
                continue
            return wanted
    raise SettingsProblem(f"--port: {port} is taken")


def _say(settings: Settings, filled: Filled) -> None:
    url = settings.public_url
    print(
        f"""
Musrenbang Kota Pekalongan, Minggu 11 April 2021, sekarang 19.33 WIB. Salinan ini dibuang saat Anda berhenti (Ctrl+C).

  Halaman umum    {url}/s/{filled.slug}
  Meja kerja      {url}/masuk      kata sandi semua petugas: {PASSWORD}
                  admin, moderator, sekretariat, operator1, operator2, dpupr, dprd, kepala
  Peserta daring  {url}/j/{filled.online[0].token}   empat angka terakhir: {filled.online[0].last_four}
                  {url}/j/{filled.online[1].token}   empat angka terakhir: {filled.online[1].last_four}
  Tanpa masuk     {url}/s/{filled.slug}/usulan
""",
        flush=True,
    )
