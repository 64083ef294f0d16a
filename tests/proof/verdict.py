"""The verdict on a run: what was acknowledged stands in the log once, under its seq, and everybody has read that log and nothing else."""

import asyncio
import json
from collections import Counter
from typing import Any

import httpx
from sqlalchemy import text

from app.database.engine import connect
from app.settings import database_url
from tests.proof.crew import Crew


async def read_by_calls(address: str, crew: Crew) -> list[dict[str, Any]]:
    """The public log from its beginning, as any client may read it."""
    found: list[dict[str, Any]] = []
    headers = {"Authorization": f"Bearer {crew.room.staff['secretariat']}"}
    async with httpx.AsyncClient(base_url=address, timeout=60, headers=headers) as calls:
        more = True
        while more:
            after = found[-1]["seq"] if found else 0
            answer = await calls.get(f"/api/v1/rooms/{crew.room.room}/events", params={"after": after})
            if answer.status_code == 503:
                await asyncio.sleep(1)
                continue
            page = answer.raise_for_status().json()
            found += page["e"]
            more = page["more"]
    return found


class Tables:
    """What the database itself holds of a room, read past the program's own code."""

    head: int
    events: list[dict[str, Any]]
    messages: list[tuple[str, str, int]]
    proposals: list[str]

    @classmethod
    async def read(cls, url: str, room: str) -> "Tables":
        found = cls()
        database = connect(database_url(url), pool=1)
        try:
            async with database.reader.connect() as db:
                here = {"room": room}
                found.head = (
                    await db.execute(text("SELECT head FROM journal_logs WHERE room = :room AND log = 'public'"), here)
                ).scalar_one()
                rows = await db.execute(
                    text("SELECT seq, payload FROM journal_events WHERE room = :room AND log = 'public' ORDER BY seq"), here
                )
                found.events = [{"row": seq, **json.loads(bytes(payload))} for seq, payload in rows]
                rows = await db.execute(text("SELECT cid, id, seq FROM messages WHERE room = :room ORDER BY seq"), here)
                found.messages = [(cid, id_, seq) for cid, id_, seq in rows]
                rows = await db.execute(
                    text("SELECT p.number FROM proposals p JOIN forum_sessions s ON s.id = p.session_id WHERE s.room = :room"), here
                )
                found.proposals = [number for (number,) in rows]
                if database.on_sqlite:
                    assert (await db.execute(text("PRAGMA integrity_check"))).scalar_one() == "ok", "the database file is damaged"
        finally:
            await database.close()
        return found


def judge(crew: Crew, called: list[dict[str, Any]], tables: Tables) -> None:
    """Raises AssertionError with the first sentences of what is wrong."""
    wrong = list(crew.notes.wrong)
    acked, said = crew.notes.acked, crew.notes.said
    wrong += [f"{cid} was never acknowledged" for cid in said if cid not in acked]
    wrong += _log(called, tables)
    events = {event["seq"]: event for event in called}
    wrong += _acknowledged(crew, events)
    wrong += [f"{event['cid']} stands in the log but nobody said it so" for event in called if _unsaid(crew, event)]
    wrong += _proposals(crew, tables)
    for reader in crew.readers:
        wrong += [f"reader {reader.number}: {what}" for what in reader.wrong]
        wrong += [f"reader {reader.number}: {what}" for what in _read(reader.seen, called)]
    wrong += _in_order(crew)
    assert not wrong, f"{len(wrong)} things are wrong:\n" + "\n".join(wrong[:25])


def _log(called: list[dict[str, Any]], tables: Tables) -> list[str]:
    wrong = []
    seqs = [event["seq"] for event in tables.events]
    if seqs != list(range(1, len(seqs) + 1)) or seqs != [event["row"] for event in tables.events]:
        wrong.append(f"the log's seqs are not 1, 2, 3 …: {seqs[:20]} …")
    if tables.head != len(seqs):
        wrong.append(f"the log's head is {tables.head}, it holds {len(seqs)} events")
    if [{"row": event["seq"], **event} for event in called] != tables.events:
        wrong.append("what is read by calls is not what the database holds")
    if tables.messages != [(event["cid"], event["id"], event["seq"]) for event in tables.events]:
        wrong.append("the messages' rows are not what the log says")
    for name in ("cid", "id"):
        twice = [value for value, times in Counter(event[name] for event in tables.events).items() if times > 1]
        wrong += [f"{name} {value} stands more than once in the log" for value in twice]
    return wrong


def _acknowledged(crew: Crew, events: dict[int, dict[str, Any]]) -> list[str]:
    wrong = []
    for cid, ack in crew.notes.acked.items():
        event = events.get(ack.seq)
        if event is None or (event["cid"], event["id"], event.get("proposal")) != (cid, ack.id, ack.proposal):
            wrong.append(f"{cid} was acknowledged as {ack}, at that seq stands {event}")
    return wrong


def _unsaid(crew: Crew, event: dict[str, Any]) -> bool:
    said = crew.notes.said.get(event["cid"])
    return said is None or (said.kind, said.text) != (event["kind"], event["text"])


def _proposals(crew: Crew, tables: Tables) -> list[str]:
    """Every aspiration is one proposal, with a number of its own and without a number left out."""
    named = sorted(ack.proposal for ack in crew.notes.acked.values() if ack.proposal is not None)
    aspirations = sum(said.kind == "aspiration" for said in crew.notes.said.values())
    wrong = [] if named == sorted(tables.proposals) and len(set(named)) == aspirations else ["proposals and aspirations differ"]
    numbers = sorted(int(number.rsplit("-", 1)[1]) for number in tables.proposals)
    return wrong if numbers == list(range(1, len(numbers) + 1)) else [*wrong, "a number of a proposal was left out"]


def _read(seen: list[tuple[int, str, str, str]], called: list[dict[str, Any]]) -> list[str]:
    log = [(event["seq"], event["id"], event["cid"], event["text"]) for event in called]
    if seen == log:
        return []
    ghosts = set(seen) - set(log)
    return [f"read {len(seen)} of {len(log)} events, {len(ghosts)} of them not in the log: {sorted(ghosts)[:3]}"]


def _in_order(crew: Crew) -> list[str]:
    """Each waited for an acknowledgement before they said the next thing: so it stands in the log."""
    wrong = []
    for sender in range(len(crew.senders)):
        seqs = [
            crew.notes.acked[said.cid].seq for said in crew.notes.said.values() if said.sender == sender and said.cid in crew.notes.acked
        ]
        if seqs != sorted(seqs):
            wrong.append(f"sender {sender}: what was said later stands earlier")
    return wrong
