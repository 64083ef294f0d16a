# ruff: noqa: F811 - pytest hands fixtures over by the name of the argument
"""Whatever is said, changed, taken away and missed in whatever order: what each client computes is what the database holds.

Real hubs, real writers, real databases, in one loop; on PostgreSQL two processes' worth of them on one database.
"""

import asyncio
import os
import random
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import settings as pace
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from app.assembly import lay_ground
from app.settings import Settings
from tests.browser.room_files import address  # noqa: F401 - a fixture
from tests.proof.guest import Guest
from tests.proof.inside import Program
from tests.proof.reducer import differences, reduced
from tests.proof.world import World

CYCLES = int(os.environ.get("REMBUK_PROOF_CYCLES", "20"))
WHO = st.sampled_from(["seat0", "seat1", "seat2", "seat3", "moderator", "operator"])
ANYBODY = st.sampled_from(["seat0", "seat1", "seat2", "seat3", "seat4", "moderator", "operator"])
WHICH = st.integers(0, 2**16)


class Stage:
    """The loop and the programs, which all examples of a test share."""

    def __init__(self, settings: Settings) -> None:
        self.runner = asyncio.Runner()
        self.guests: list[Guest] = []
        self.programs = [Program(settings, lay_ground(settings)) for _ in range(1 if settings.on_sqlite else 2)]
        for program in self.programs:
            self.run(program.start())

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    def close(self) -> None:
        for program in self.programs:
            self.run(program.stop())
        self.runner.close()


@pytest.fixture
def stage(settings: Settings) -> Iterator[Stage]:
    found = Stage(settings)
    yield found
    found.close()


class Room(RuleBasedStateMachine):
    """One room; every rule begins something and lets the loop turn for a moment, `quiet` waits and compares."""

    stage: Stage

    @initialize()
    def opens(self) -> None:
        self.world = World(self.stage.programs)
        self.stage.run(self.world.open())

    @rule(who=WHO, kind=st.sampled_from(["chat", "chat", "aspiration", "question"]))
    def says(self, who: str, kind: str) -> None:
        self._turn(lambda world: world.say(who, kind, "Mohon talud"))

    @rule(words=st.sampled_from([3, 12]))
    def says_much_at_once(self, words: int) -> None:
        """So much that who does not read is parked."""

        def say(world: World) -> None:
            for _ in range(words):
                world.say("operator", "spoken", "🌾" * 1900)

        self._turn(say)

    @rule(which=WHICH)
    def says_it_again(self, which: int) -> None:
        self._turn(lambda world: world.repeat(_one(list(world.answers), which)) if world.answers else None)

    @rule(op=st.sampled_from(["hide", "hide", "unhide", "unhide", "delete", "pin", "unpin", "approve", "reject"]), which=WHICH)
    def moderates(self, op: str, which: int) -> None:
        self._turn(lambda world: world.moderate(op, _one(world.ids, which)) if world.ids else None)

    @rule(which=WHICH)
    def edits(self, which: int) -> None:
        self._turn(lambda world: world.edit(_one(world.ids, which)) if world.ids else None)

    @rule(which=WHICH, count=st.integers(1, 3))
    def captures(self, which: int, count: int) -> None:
        self._turn(lambda world: world.capture(list({_one(world.ids, which + n) for n in range(count)})) if world.ids else None)

    @rule(mode=st.sampled_from([("lock", "on", True), ("lock", "on", False), ("premoderate", "on", True), ("premoderate", "on", False)]))
    def changes_the_mode(self, mode: tuple[str, str, Any]) -> None:
        self._turn(lambda world: world.moderate(mode[0], **{mode[1]: mode[2]}))

    @rule(state=st.sampled_from(["paused", "open", "open"]))
    def changes_the_state(self, state: str) -> None:
        self._turn(lambda world: world.moderate("state", to=state))

    @rule(seconds=st.sampled_from([0, 0, 30]))
    def slows_down(self, seconds: int) -> None:
        self._turn(lambda world: world.moderate("slow", seconds=seconds))

    @rule()
    def announces(self) -> None:
        self._turn(lambda world: world.moderate("announce", text="Mohon tertib"))

    @rule(count=st.sampled_from([1, 5, 600]))
    def another_part_appends(self, count: int) -> None:
        """600 are more than a client that was away is given one by one."""
        self.stage.run(self.world.elsewhere(count))

    @rule(who=ANYBODY)
    def stops_reading(self, who: str) -> None:
        self._turn(lambda world: world.guests[who].read(on=False))

    @rule(who=ANYBODY)
    def reads_on(self, who: str) -> None:
        self._turn(lambda world: world.guests[who].read(on=True))

    @rule(who=ANYBODY)
    def loses_the_line(self, who: str) -> None:
        self.stage.run(self.world.guests[who].leave())

    @rule(who=ANYBODY)
    def comes_back(self, who: str) -> None:
        self.stage.run(self.world.guests[who].come())

    @rule(who=ANYBODY)
    def comes_with_another_device(self, who: str) -> None:
        async def change() -> None:
            guest = self.world.guests[who]
            await guest.leave()
            guest.forget()
            await guest.come()

        self.stage.run(change())

    @rule(who=ANYBODY)
    def reads_what_was_before(self, who: str) -> None:
        self._turn(lambda world: world.begin(world.page(who)))

    @rule()
    def all_is_quiet(self) -> None:
        self._compare()

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            self._compare()
            self.stage.guests += self.world.guests.values()
        finally:
            self.stage.run(self.world.close())

    def _turn(self, deed: Any) -> None:
        async def run() -> None:
            deed(self.world)
            await asyncio.sleep(random.choice((0, 0, 0.001, 0.005)))

        self.stage.run(run())

    def _compare(self) -> None:
        async def run() -> None:
            await self.world.quiet()
            await self.world.check()

        self.stage.run(run())


def _one(choices: list[str], which: int) -> str:
    return choices[which % len(choices)]


def _play(stage: Stage, examples: int) -> None:
    calm = pace(
        max_examples=examples,
        stateful_step_count=40,
        deadline=None,
        derandomize=CYCLES <= 20,
        database=None,
        # Each step takes real time: a failure is shown as it was found.
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    run_state_machine_as_test(type("Room", (Room,), {"stage": stage}), settings=calm)


@pytest.mark.xdist_group("proof-model")
def test_state_and_events_are_the_state_for_every_client_whatever_the_interleaving(stage: Stage) -> None:
    _play(stage, max(1, 6 * CYCLES // 20))


@pytest.mark.xdist_group("proof-model")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_page_computes_the_same_from_the_same_frames(stage: Stage, address: str) -> None:
    _play(stage, max(1, 3 * CYCLES // 20))
    pages = stage.run(reduced(address, stage.guests))
    wrong = [f"{guest.name}: {what}" for guest, page in zip(stage.guests, pages, strict=True) for what in differences(page, guest.picture)]
    assert not wrong, "\n".join(wrong[:20])
