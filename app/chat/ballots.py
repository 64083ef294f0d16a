"""Votes on their way: what comes for a room while one transaction runs goes together into the next, and is answered after its commit."""

import time

import structlog

from app.chat.conduct import VOTE_BURST, VOTE_PAUSE, PartInRoom, spend, still_spent
from app.chat.people import Person
from app.chat.queues import TRY_AGAIN, Queues, Waiting
from app.chat.refusals import later
from app.chat.votes import Ballot, cast_votes
from app.clock import Clock
from app.database.engine import Database
from app.errors import Unavailable

TOGETHER = 200
"""Votes in one transaction."""

log = structlog.get_logger()


class Ballots:
    """Takes votes for every room of this process; `queues.run` drives it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._buckets: dict[str, float] = {}
        self.queues: Queues[Ballot, None] = Queues(self._write, TOGETHER)

    async def cast(self, person: Person, message: str, *, on: bool, limited: bool) -> None:
        """Done once this returns: committed. Raises the refusal; `limited` counts the vote against the person's rate."""
        if not self.queues.takes(person.room):
            raise later("unavailable", TRY_AGAIN)
        if limited and person.part is PartInRoom.ATTENDEE:
            now = time.monotonic()
            self._buckets[person.id] = spend(self._buckets.get(person.id, 0.0), now, burst=VOTE_BURST, pause=VOTE_PAUSE)
            self._buckets = still_spent(self._buckets, now)
        await self.queues.submit(person.room, Ballot(person, message, on))

    async def _write(self, room: str, some: list[Waiting[Ballot, None]]) -> None:
        try:
            async with self._database.write() as db:
                found = await cast_votes(db, room, [one.asked for one in some], self._clock.now())
        except Unavailable:
            log.warning("chat.votes_unavailable", votes=len(some))
            return
        except Exception:
            log.exception("chat.votes_failed", votes=len(some))
            return
        for one, refusal in zip(some, found, strict=True):
            one.reply(refusal)
