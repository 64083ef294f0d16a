"""The truth of the model's room: what the database holds, and where a client's picture is another one."""

from typing import Any

from sqlalchemy import text

from tests.proof.inside import Program
from tests.proof.picture import Picture, Seen

GONE = {"hidden", "deleted", "erased"}


class Truth:
    """What the database holds, read past the program's own code."""

    def __init__(self) -> None:
        self.messages: dict[str, Seen] = {}
        self.seqs: dict[str, int] = {}
        self.by_cid: dict[str, str] = {}
        self.undecided: set[str] = set()
        self.pinned: list[str] = []
        self.mode: dict[str, Any] = {}
        self.taken: list[str] = []

    @classmethod
    async def read(cls, program: Program, room: str) -> "Truth":
        found = cls()
        async with program.ground.database.reader.connect() as db:
            here = {"room": room}
            rows = await db.execute(text("SELECT id, cid, state, text, proposal, seq, pinned_at FROM messages WHERE room = :room"), here)
            pinned = []
            for id_, cid, state, words, proposal, seq, pinned_at in rows:
                found.by_cid[cid] = id_
                if state in GONE:
                    found.taken.append(id_)
                if state in {"held", "late"}:
                    found.undecided.add(id_)
                if seq is not None:
                    found.seqs[id_] = seq
                    found.messages[id_] = Seen(None, state, None) if state in GONE else Seen(words, None, proposal, whole=True)
                if pinned_at is not None:
                    pinned.append((str(pinned_at), id_))
            found.pinned = [id_ for _, id_ in sorted(pinned, reverse=True)]
            rows = await db.execute(
                text(
                    "SELECT s.state, r.slow_seconds, r.locked, r.premoderated FROM forum_sessions s JOIN rooms r ON r.id = s.room WHERE s.room = :room"
                ),
                here,
            )
            state, slow, locked, premoderated = rows.one()
            found.mode = {
                "state": {"live": "open"}.get(state, state),
                "slow": slow,
                "locked": bool(locked),
                "premoderated": bool(premoderated),
            }
        return found


def differences(picture: Picture, truth: Truth) -> list[str]:
    """Where a client's picture is not what the database holds, from its floor on."""
    wrong = []
    known = picture.messages
    for id_, stored in truth.messages.items():
        seq = truth.seqs[id_]
        if (seq < picture.floor and id_ not in known) or seq in picture.skipped:
            continue
        seen = known.get(id_)
        if (
            seen is None
            or (seen.text, seen.gone) != (stored.text, stored.gone)
            or (stored.gone is None and seen.proposal != stored.proposal and (seen.whole or seen.proposal is not None))
        ):
            wrong.append(f"message {id_} at {seq} is {stored}, seen as {seen}")
    wrong += [f"message {id_} is seen and not stored" for id_ in known if id_ not in truth.messages]
    if picture.epoch is not None:
        if picture.mode != truth.mode:
            wrong.append(f"the mode is {truth.mode}, seen as {picture.mode}")
        if picture.pinned != truth.pinned:
            wrong.append(f"pinned are {truth.pinned}, seen as {picture.pinned}")
    return wrong
