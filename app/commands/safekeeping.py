"""`backup`, `restore` and `keys`: what an office does so that nothing is lost with a machine, and nothing read with a lost key."""

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

from app.assembly import lay_ground
from app.commands.serve import alone
from app.database.migrate import migrate
from app.errors import Unavailable
from app.rights.forgotten import FILE
from app.safekeeping import rotation
from app.safekeeping.book import SafekeepingProblem
from app.safekeeping.check import Contents
from app.safekeeping.dump import Made, back_up
from app.safekeeping.restore import Restored, restore
from app.settings import Settings, from_environment
from app.vault import load_vault, with_new_keys
from app.web.ground import Ground


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The verbs of this module."""
    backup = verbs.add_parser("backup", help="write everything but the keys into one file, also while the server runs")
    backup.add_argument("file", type=Path)
    backup.set_defaults(run=_backup)
    again = verbs.add_parser("restore", help="put a backup in the place of the database; the server must be stopped")
    again.add_argument("file", type=Path)
    again.add_argument("--force", action="store_true", help="also when the database is not empty")
    again.set_defaults(run=_restore)
    keys = verbs.add_parser("keys", help="the keys under which personal data are sealed").add_subparsers(required=True, metavar="WHAT")
    listed = keys.add_parser("list", help="which keys there are, and how much stands under each")
    listed.set_defaults(run=_list)
    rotate = keys.add_parser("rotate", help="new keys, everything sealed under them, old keys taken out; also while the server runs")
    rotate.set_defaults(run=_rotate)
    new = keys.add_parser("new", help="print the present keys with new ones added, for REMBUK_KEYS on several machines")
    new.set_defaults(run=_new)


def _backup(given: argparse.Namespace) -> int:
    settings = from_environment()

    async def run() -> Made:
        ground = lay_ground(settings)
        try:
            return await back_up(ground, given.file.absolute())
        finally:
            await ground.database.close()

    made = done(run())
    print(f"{made.path}: {_sum(made.contents)}, written and read again.")
    source = "REMBUK_KEYS" if settings.keys else str(settings.data_dir / "keys.json")
    print(f"The keys are not in it. Keep a copy of {source} in another place: without it nobody can restore this backup.")
    return 0


def _restore(given: argparse.Namespace) -> int:
    settings = from_environment()
    if settings.keys is None and not (settings.data_dir / "keys.json").exists():
        raise SafekeepingProblem(f"there is no {settings.data_dir / 'keys.json'}; put the key file that belongs to the backup there first")
    vault = load_vault(settings.keys, settings.data_dir)
    with alone(settings):
        found: Restored = done(restore(settings, vault, given.file.absolute(), force=given.force))
    print(f"{given.file}: {_sum(found.contents)}, restored as of {found.contents.made_at:%Y-%m-%d %H:%M} UTC. The rooms have new epochs.")
    if found.kept:
        print(
            f"The database that was here is kept as {found.kept}. It holds what people confided: delete it when you do not need it any more."
        )
    if found.forgotten:
        print(f"{found.forgotten} people were forgotten after this backup was made; the server forgets them again when it starts.")
    if not found.all_known:
        print(
            f"This machine does not know who was forgotten after {found.contents.made_at:%Y-%m-%d %H:%M} UTC, but for a {FILE} beside the backup. "
            f"Put the {FILE} of the former machine into {settings.data_dir} before you start the server, "
            "or ask for the erasures since then again at Data pribadi.",
            file=sys.stderr,
        )
    for sentence in found.findings:
        print(f"rembuk: already so in the backup: {sentence}", file=sys.stderr)
    return 1 if found.findings else 0


def done(work: Coroutine[Any, Any, Any]) -> Any:
    """The outcome of work on the database; one that does not answer is a sentence."""
    try:
        return asyncio.run(work)
    except Unavailable:
        raise SafekeepingProblem("the database does not answer; nothing was changed") from None


def _sum(contents: Contents) -> str:
    return f"{sum(contents.rows.values())} rows of {len(contents.rows)} tables and {len(contents.files)} files"


def _list(given: argparse.Namespace) -> int:
    return int(done(_with_ground(from_environment(), _listed)))


def _rotate(given: argparse.Namespace) -> int:
    return int(done(_with_ground(from_environment(), _rotated)))


def _new(given: argparse.Namespace) -> int:
    settings = from_environment()
    load_vault(settings.keys, settings.data_dir)
    print(with_new_keys(settings.keys or (settings.data_dir / "keys.json").read_text(encoding="utf-8")), end="")
    return 0


async def _with_ground(settings: Settings, work: Callable[[Ground], Awaitable[int]]) -> int:
    await migrate(settings.database_url)
    ground = lay_ground(settings)
    try:
        return await work(ground)
    finally:
        await ground.database.close()


async def _listed(ground: Ground) -> int:
    for name, number in (await rotation.counts(ground)).items():
        now = " (seals now)" if name == ground.vault.sealing_id else ""
        if name != "?":
            print(f"{name}: {number} sealed{now}")
        elif number:
            print(f"unknown keys: {number} sealed; nobody can read these without the key file they were made with", file=sys.stderr)
            return 1
    if rotation.under_way(ground.vault):
        print("A change of keys is under way: `rembuk keys rotate` goes on with it.")
    return 0


async def _rotated(ground: Ground) -> int:
    if ground.settings.keys is not None:
        return await _rotated_by_hand(ground)
    path = ground.settings.data_dir / "keys.json"
    began = time.monotonic()
    if rotation.begin(path):
        print(f"New keys are in {path}. The former file is kept beside it: older backups open only with that one; keep it where they are.")
    else:
        print("A change of keys was under way; going on.")
    rows = await rotation.rewrite(ground, begun=began)
    rotation.finish(path)
    print(f"{rows} rows written again under {ground.vault.sealing_id}; the old keys are out of {path}. Make a backup now.")
    return 0


async def _rotated_by_hand(ground: Ground) -> int:
    if not rotation.under_way(ground.vault):
        raise SafekeepingProblem(
            "the keys come from REMBUK_KEYS: give every machine what `rembuk keys new` prints, restart them all, then call this again"
        )
    rows = await rotation.rewrite(ground, begun=time.monotonic())
    print(f"{rows} rows written again under {ground.vault.sealing_id}; take the older keys out of REMBUK_KEYS on every machine.")
    return 0
