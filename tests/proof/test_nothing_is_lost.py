"""Nothing that was acknowledged is lost, doubled, reordered or made up, whatever goes wrong: real processes, 20 who send and 20 who read.

`REMBUK_PROOF_CYCLES` is how many cycles each database gets in all (20 unless said); `./rembuk test proof --cycles 200` sets it.
"""

import os
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from tests.proof.faults import FAULTS, Fault
from tests.proof.place import Place
from tests.proof.run import run

FIGURES = "proof figures"
CYCLES = int(os.environ.get("REMBUK_PROOF_CYCLES", "20"))
SOON = 5.0 if CYCLES > 20 else 20.0
"""Seconds to the first acknowledgement: the promise is five; beside other tests on two cores the machine itself may take some of them."""
RUNS = [
    pytest.param(kind, fault, max(1, share * CYCLES // 20), id=f"{kind}-{fault.__name__}", marks=pytest.mark.xdist_group(f"proof-{kind}"))
    for kind, faults in FAULTS.items()
    for fault, share in faults.items()
]


@pytest_asyncio.fixture(scope="module")
async def places() -> AsyncIterator[dict[str, Place]]:
    """One place per kind of database, opened when it is first asked for."""
    found: dict[str, Place] = {}
    yield found
    for place in found.values():
        await place.close()


@pytest.mark.parametrize(("kind", "fault", "cycles"), RUNS)
async def test_every_acknowledged_word_stands_once_and_is_read_by_all(
    places: dict[str, Place], kind: str, fault: Fault, cycles: int, record_property: Callable[[str, object], None]
) -> None:
    if kind not in places:
        places[kind] = Place(kind)
        await places[kind].open()
    figures = await run(places[kind], fault, cycles)
    record_property(FIGURES, f"{kind:11} {fault.__name__:18} {cycles:>6} {figures.line()}")
    assert max(figures.first) < SOON
