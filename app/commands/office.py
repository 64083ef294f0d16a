"""`admin`, `token` and `audit`: what an office does at the console."""

import argparse
import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from anyio import to_thread
from sqlalchemy import select

from app.access.models import Role
from app.access.passwords import choose
from app.access.rights import GrantOf
from app.access.service import create_account, create_token, grant
from app.assembly import lay_ground
from app.audit.service import chains, verify
from app.database.migrate import migrate
from app.errors import Invalid
from app.record.proof import known, sha256_of, told
from app.sessions.models import ForumSession
from app.settings import SettingsProblem, from_environment
from app.web.ground import Ground

MOST_DAYS = 3650


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The verbs of this module."""
    admin = verbs.add_parser("admin", help="accounts of administrators").add_subparsers(required=True)
    create = admin.add_parser("create", help="make an administrator; asks for the password, or reads it from standard input")
    create.add_argument("--login", required=True)
    create.add_argument("--name", required=True)
    create.set_defaults(run=lambda given: _with_ground(lambda ground: _admin(ground, given)))
    token = verbs.add_parser("token", help="bearer tokens for programs").add_subparsers(required=True)
    make = token.add_parser("create", help="make a token; it is printed once")
    make.add_argument("--role", required=True, choices=[role.value for role in Role])
    make.add_argument("--session", help="slug of the forum session; everywhere when left out")
    make.add_argument("--expires", type=_days, default=30, metavar="DAYS", help="1 to 3650; 30 when left out")
    make.add_argument("--name", default="console")
    make.set_defaults(run=lambda given: _with_ground(lambda ground: _token(ground, given)))
    audit = verbs.add_parser("audit", help="the audit chains").add_subparsers(required=True)
    proof = verbs.add_parser("record", help="the official record").add_subparsers(required=True)
    asked = proof.add_parser("verify", help="say what a file is: a final record, a signed one, or unknown (exit status 1)")
    asked.add_argument("file", type=Path, help="PDF, DOCX or scan")
    asked.set_defaults(run=lambda given: _with_ground(lambda ground: _record(ground, given.file)))
    check = audit.add_parser("verify", help="recompute every chain; exit status 1 when one is broken")
    check.set_defaults(run=lambda given: _with_ground(_verify))


def _days(text: str) -> int:
    """A life in days, within what a calendar holds."""
    days = int(text)
    if not 1 <= days <= MOST_DAYS:
        raise argparse.ArgumentTypeError(f"1 to {MOST_DAYS} days")
    return days


def _with_ground(work: Callable[[Ground], Awaitable[int]]) -> int:
    settings = from_environment()

    async def run() -> int:
        await migrate(settings.database_url)
        ground = lay_ground(settings)
        try:
            return await work(ground)
        finally:
            await ground.database.close()

    return asyncio.run(run())


async def _admin(ground: Ground, given: argparse.Namespace) -> int:
    password = getpass.getpass("Kata sandi: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    now = ground.clock.now()
    try:
        hashed = await choose(password)
        async with ground.database.write() as db:
            account = await create_account(db, ground.vault, login=given.login, name=given.name, password=hashed, actor="system", now=now)
            await grant(db, ground.vault, account.id, GrantOf(Role.ADMIN), actor="system", now=now)
    except Invalid as wrong:
        words = ground.catalogues.translator("id")
        for error in wrong.errors:
            print(f"{error.field}: {words.error(error.code, **error.facts)}", file=sys.stderr)
        return 1
    print(account.login)
    return 0


async def _token(ground: Ground, given: argparse.Namespace) -> int:
    now = ground.clock.now()
    async with ground.database.write() as db:
        session_id = None
        if given.session:
            session_id = await db.scalar(select(ForumSession.id).where(ForumSession.slug == given.session))
            if session_id is None:
                raise SettingsProblem(f"--session: no forum session {given.session!r}")
        secret = await create_token(
            db,
            ground.vault,
            name=given.name,
            grants=[GrantOf(Role(given.role), session_id)],
            expires_at=now + timedelta(days=given.expires),
            actor="system",
            now=now,
        )
    print(secret)
    return 0


async def _record(ground: Ground, path: Path) -> int:
    try:
        sha256 = await to_thread.run_sync(_hashed, path)
    except OSError as problem:
        raise SettingsProblem(f"{path}: {problem.strerror}") from None
    async with ground.database.read() as db:
        found = await known(db, sha256)
    print(f"SHA-256 {sha256}", *told(found, ground.catalogues.translator("id")), sep="\n")
    return 0 if any(not one.removed for one in found) else 1


def _hashed(path: Path) -> str:
    with open(path, "rb") as file:
        return sha256_of(file)


async def _verify(ground: Ground) -> int:
    broken = 0
    async with ground.database.read() as db:
        for chain in await chains(db):
            verdict = await verify(db, ground.vault, chain)
            ok = verdict.broken_at is None
            broken += not ok
            print(f"{chain}: {verdict.entries} entries, head {verdict.head}" + ("" if ok else f", BROKEN at {verdict.broken_at}"))
    return 1 if broken else 0
