"""A link opens its seat, and nothing else does."""

from datetime import timedelta

import pytest

from app.database.tables import new_id
from app.invitations.links import SeatHolder, resolve, resolve_device, token_for
from app.invitations.models import Seat, SeatDevice, SeatState
from app.participants.models import Participant
from app.sessions.models import ForumSession, SessionState
from app.vault import fingerprint, token
from app.web.ground import Ground
from tests.factories import make_session
from tests.factories_invitations import make_seat


async def who(ground: Ground, secret: str, *, later: timedelta = timedelta()) -> SeatHolder | None:
    async with ground.database.read() as db:
        return await resolve(db, ground.vault, secret, ground.clock.now() + later)


async def test_a_link_opens_the_seat_of_one_person(ground: Ground) -> None:
    session, sites = await make_session(ground)
    seat, secret = await make_seat(ground, session, "Siti", way="in_person", site_id=sites[0].id, capacity="Ketua RT 03/RW 05")
    assert len(secret) == 32
    assert await who(ground, secret) == SeatHolder(
        seat.id, session.id, session.room, seat.participant_id, "Siti", "Ketua RT 03/RW 05", "rt", "in_person", sites[0].id, 1
    )


async def test_nothing_else_opens_it(ground: Ground) -> None:
    session, _ = await make_session(ground)
    seat, secret = await make_seat(ground, session, "Siti")
    _, other = await make_seat(ground, session, "Budi", phone="+6281234567890")
    wrong = [
        "",
        "x",
        seat.id,
        secret[:-1],
        secret + "a",
        secret.upper(),
        secret[:16] + other[16:],
        new_id() + secret[16:],
        "ü" * 32,
        "\0" * 32,
    ]
    wrong.append(token_for(ground.vault, seat.id, 2))
    assert [await who(ground, one) for one in wrong] == [None] * len(wrong)


@pytest.mark.parametrize("change", ["rotated", "revoked", "erased"])
async def test_a_link_ends_with_its_seat(ground: Ground, change: str) -> None:
    session, _ = await make_session(ground)
    seat, secret = await make_seat(ground, session)
    cookie = token()
    async with ground.database.write() as db:
        db.add(SeatDevice(fingerprint=fingerprint(cookie), seat_id=seat.id, generation=1, opened_at=ground.clock.now()))
    async with ground.database.read() as db:
        device = await resolve_device(db, cookie, ground.clock.now())
    assert device is not None
    assert device.seat_id == seat.id
    assert device.device_id is not None
    async with ground.database.write() as db:
        mine = await db.get_one(Seat, seat.id)
        if change == "rotated":
            mine.generation = 2
        elif change == "revoked":
            mine.state = SeatState.REVOKED
        else:
            (await db.get_one(Participant, seat.participant_id)).erased_at = ground.clock.now()
    assert await who(ground, secret) is None
    async with ground.database.read() as db:
        assert await resolve_device(db, cookie, ground.clock.now()) is None
    assert (await who(ground, token_for(ground.vault, seat.id, 2)) is not None) == (change == "rotated")


async def test_links_work_until_the_late_hours_are_over_and_never_end_while_the_session_is_live(ground: Ground) -> None:
    session, _ = await make_session(ground, late_hours=24)
    _, secret = await make_seat(ground, session)
    end = session.ends_at - ground.clock.now()
    assert await who(ground, secret, later=end + timedelta(hours=23, minutes=59)) is not None
    assert await who(ground, secret, later=end + timedelta(hours=24, minutes=1)) is None
    async with ground.database.write() as db:
        (await db.get_one(ForumSession, session.id)).state = SessionState.LIVE
    assert await who(ground, secret, later=end + timedelta(hours=30)) is not None
