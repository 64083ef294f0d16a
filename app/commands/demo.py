"""`demo`: one of the five events of the field in the middle of its life, on a throw-away copy, ready to click through."""

import argparse
import asyncio
import json
import multiprocessing
import os
import shutil
import socket
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from app.assembly import lay_ground
from app.commands.serve import run_server
from app.database.migrate import migrate
from app.scenarios.crowd import Play, perform
from app.scenarios.events import EVENTS, Event
from app.scenarios.fill import Filled, Guest, shifted
from app.scenarios.lines import play_of
from app.scenarios.office import PASSWORD
from app.settings import Settings, SettingsProblem, from_environment

SCENARIOS = tuple(EVENTS)


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
        event = EVENTS[given.scenario]
        settings = _settings(folder, port, event)
        print(f"Menyiapkan {event.name} …", flush=True)
        filled, play = asyncio.run(_prepared(settings, event, texts))
        _say(settings, event, filled)
        crowd = multiprocessing.get_context("spawn").Process(target=perform, args=(play,), daemon=True)
        if not given.quiet:
            crowd.start()
        try:
            return run_server(settings)
        finally:
            if crowd.is_alive():
                crowd.terminate()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _settings(folder: Path, port: int, event: Event) -> Settings:
    os.environ.pop("REMBUK_PUBLIC_URL", None)
    settings = from_environment({"REMBUK_DATA_DIR": str(folder)}).at("127.0.0.1", port)
    offset = shifted(datetime.now(UTC), event.script.now).offset
    return replace(settings, clock_offset=offset, office_name=event.office, office_unit="Bappeda")


async def _prepared(settings: Settings, event: Event, texts: list[str]) -> tuple[Filled, Play]:
    await migrate(settings.database_url)
    ground = lay_ground(settings)
    try:
        filled = await event.fill(ground)
        return filled, await play_of(ground, filled, event.script, texts)
    finally:
        await ground.database.close()


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


def _link(url: str, guest: Guest) -> str:
    """Whoever was invited by letter is asked for no digits."""
    return f"{url}/j/{guest.token}" + (f"   empat angka terakhir: {guest.last_four}" if guest.last_four else "")


def _say(settings: Settings, event: Event, filled: Filled) -> None:
    url = settings.public_url
    series = f"\n  Rangkaian       {url}/seri/{event.series}" if event.series else ""
    finished = (
        f"\n  Sudah selesai   {url}/s/{event.finished}/berita-acara\n                  {url}/meja/{event.finished}"
        if event.finished
        else ""
    )
    print(
        f"""
{event.told} Salinan ini dibuang saat Anda berhenti (Ctrl+C).

  Halaman umum    {url}/s/{filled.slug}{series}{finished}
  Meja kerja      {url}/masuk      kata sandi semua petugas: {PASSWORD}
                  {event.logins}
  Peserta         {_link(url, filled.online[0])}
                  {_link(url, filled.online[1])}
  Tanpa masuk     {url}/s/{filled.slug}/usulan
""",
        flush=True,
    )
