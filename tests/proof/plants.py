"""Faults to plant: each names what is replaced by what in a copy of the tree, and the words with which the proof must fail."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """In the file at `path` the text `anchor`, which stands there exactly once, becomes `instead`."""

    path: str
    anchor: str
    instead: str


@dataclass(frozen=True)
class Plant:
    """`test` (a pytest expression) run with so many cycles must fail, and say `shows`."""

    name: str
    meaning: str
    edits: tuple[Edit, ...]
    test: str
    cycles: int
    shows: str


PLANTS = (
    Plant(
        "ack-before-commit",
        "a message is acknowledged when it has been inserted, before its transaction commits",
        (
            Edit(
                "app/chat/writer.py",
                "        return await self._database.batch(lambda db: write(db, self._clock, room, [one.asked for one in some], self._buckets))\n",
                "        loop = asyncio.get_running_loop()\n\n"
                "        async def work(db):\n"
                "            outcome = await write(db, self._clock, room, [one.asked for one in some], self._buckets)\n"
                "            loop.call_soon_threadsafe(_acknowledge, some, outcome)\n"
                "            return outcome\n\n"
                "        return await self._database.batch(work)\n",
            ),
        ),
        "sqlite-full_disk",
        1,
        "acknowledged although nothing could be written",
    ),
    Plant(
        "no-idempotency",
        "nobody looks whether a cid was there before, and nothing forbids it twice",
        (
            Edit("app/chat/batch.py", "        row = self.facts.repeated.get(key)\n", "        row = None\n"),
            Edit("app/chat/batch.py", "        if key in self.accepted:\n", "        if False:\n"),
            Edit("app/chat/models.py", '        UniqueConstraint("room", "sender", "cid"),\n', ""),
            Edit(
                "migrations/versions/*_chat.py",
                '        sa.UniqueConstraint("room", "sender", "cid", name=op.f("uq_messages_room_sender_cid")),\n',
                "",
            ),
        ),
        "sqlite-freeze",
        1,
        "was acknowledged first as",
    ),
    Plant(
        "hole-between-replay-and-live",
        "what was missed is read first, and only then does the socket listen: what is committed in between is nobody's",
        (
            Edit(
                "app/chat/socket.py",
                "    reader = Reader(line, person.id, person.room, tuple(given.at), lite=hello.lite)\n",
                "    for name, seq in given.at.items():\n"
                "        for item in await house._read(room, name, seq, 500):\n"
                "            line.write(item.payload)\n"
                "    reader = Reader(line, person.id, person.room, tuple(given.at), lite=hello.lite)\n",
            ),
            Edit(
                "app/live/hub.py",
                "            self._fanout.bring(room, room.feeds[name], reader, at[name])\n",
                "            feed = room.feeds[name]\n"
                "            self._fanout.bring(room, feed, reader, max(feed.head, feed.audience(reader.lite).at))\n",
            ),
        ),
        "sqlite-bad_line",
        10,
        "something was left out",
    ),
    Plant(
        "released-as-it-comes",
        "a process sends out what it has committed at once, whatever another process committed before, and takes its memory for the whole log",
        (
            Edit("app/live/feed.py", "        if items[0].seq > self.head + 1:\n", "        if False:\n"),
            Edit("app/live/ring.py", "        if not self._items or seq + 1 < self._items[0].seq:\n", "        if not self._items:\n"),
            Edit(
                "app/live/ring.py",
                "self._items[seq + 1 - self._items[0].seq :]",
                "self._items[max(0, seq + 1 - self._items[0].seq) :]",
            ),
        ),
        "test_model and sqlite and not page",
        20,
        " came after ",
    ),
    Plant(
        "memory-keeps-words",
        "the events in memory keep the words of a message that was hidden or deleted",
        (Edit("app/live/ring.py", "                self._forget(item.subject)\n", "                pass\n"),),
        "test_model and sqlite and not page",
        20,
        "was taken away and is in",
    ),
    Plant(
        "resume-repeats",
        "who comes back is given the last event once more",
        (
            Edit(
                "app/chat/welcome.py",
                "    at = {log: hello.resume[log][1] if known else stands[log].head for log, known in recovered.items()}\n",
                "    at = {log: max(0, hello.resume[log][1] - 1) if known else stands[log].head for log, known in recovered.items()}\n",
            ),
        ),
        "sqlite-bad_line",
        1,
        "came again",
    ),
)
