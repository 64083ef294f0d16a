"""Of a seat on a guest list only whoever holds it is forgotten: not the invited for whom a deputy came, and not an office."""

import pytest
from sqlalchemy import select

from app.database.tables import new_id
from app.guests.deputies import Comes, as_listed, name_guest
from app.guests.importing import take_in
from app.guests.models import InviteePlace
from app.guests.rows import Wanted
from app.participants.models import Participant
from app.participants.service import former_names
from app.rights.correction import Corrected, correct
from app.rights.erasure import ask
from app.web.ground import Ground
from tests.factories import make_session
from tests.integration.test_erasure import FORMER, NAME, done, everywhere, said_by_others, written


async def test_of_a_seat_the_names_of_all_who_held_it_are_known_and_no_offices(ground: Ground) -> None:
    session, _ = await make_session(ground)
    vault, now, actor = ground.vault, ground.clock.now(), "account:x"
    async with ground.database.write() as db:
        await take_in(db, vault, session.id, new_id(), "", [Wanted("Dinas PUPR", "Kepala", None, 1, "online", None)], actor=actor, now=now)
        place = (await db.scalars(select(InviteePlace))).one()
        for name in (FORMER, NAME):
            await name_guest(db, vault, session.id, place.id, Comes(name), actor=actor, now=now)
        await as_listed(db, vault, session.id, place.id, actor=actor, now=now)
        assert former_names(vault, await db.get_one(Participant, place.participant_id)) == (FORMER, NAME)


async def test_a_deputy_is_forgotten_and_the_invited_is_not(ground: Ground) -> None:
    session, _ = await make_session(ground)
    vault, now, actor = ground.vault, ground.clock.now(), "account:x"
    wanted = Wanted("Dinas PUPR", "Kepala", "Bambang Hariyadi", 1, "online", None, phone="+6281398765432", email="bambang@example.org")
    async with ground.database.write() as db:
        await take_in(db, vault, session.id, new_id(), "", [wanted], actor=actor, now=now)
        place = (await db.scalars(select(InviteePlace))).one()
        await name_guest(db, vault, session.id, place.id, Comes(NAME, "+6285711223344"), actor=actor, now=now)
        words = f"{NAME} mewakili Bambang Hariyadi, 0857 1122 3344 bukan 0813 9876 5432 atau bambang@example.org"
        handed = await said_by_others(ground, db, session, words)
        asked = await ask(db, vault, session, place.participant_id, actor=actor, now=now)
    await done(ground, asked.id)
    assert await everywhere(ground) == {}
    async with ground.database.read() as db:
        assert await written(db, handed) == "Peserta 1 mewakili Bambang Hariyadi, ▪▪▪ bukan 0813 9876 5432 atau bambang@example.org"
        left = await db.get_one(InviteePlace, place.id)
        sealed = (vault.open(left.phone, "invitee_places", "phone", left.id), vault.open(left.email, "invitee_places", "email", left.id))
    assert (left.name, left.office, *sealed) == ("Bambang Hariyadi", "Kepala", "+6281398765432", "bambang@example.org")


async def test_the_invited_who_came_by_another_phone_are_forgotten_on_the_list_too(ground: Ground) -> None:
    session, _ = await make_session(ground)
    vault, now, actor = ground.vault, ground.clock.now(), "account:x"
    wanted = Wanted("Dinas PUPR", "Kepala", f"Ir. {NAME}", 1, "online", None, email="wulan.praba@example.org")
    async with ground.database.write() as db:
        await take_in(db, vault, session.id, new_id(), "", [wanted], actor=actor, now=now)
        place = (await db.scalars(select(InviteePlace))).one()
        await name_guest(db, vault, session.id, place.id, Comes(NAME, "+6285711223344"), actor=actor, now=now)
        asked = await ask(db, vault, session, place.participant_id, actor=actor, now=now)
    await done(ground, asked.id)
    assert await everywhere(ground) == {}
    async with ground.database.read() as db:
        left = await db.get_one(InviteePlace, place.id)
    assert (left.name, left.office, left.email) == ("Peserta 1", None, None)


@pytest.mark.parametrize(("office", "called"), [("Kepala", "Kepala Dinas PUPR"), (None, "Utusan Dinas PUPR")])
async def test_an_office_is_not_forgotten_with_whoever_holds_it(ground: Ground, office: str | None, called: str) -> None:
    session, _ = await make_session(ground)
    vault, now, actor = ground.vault, ground.clock.now(), "account:x"
    async with ground.database.write() as db:
        await take_in(db, vault, session.id, new_id(), "", [Wanted("Dinas PUPR", office, None, 1, "online", None)], actor=actor, now=now)
        place = (await db.scalars(select(InviteePlace))).one()
        handed = await said_by_others(ground, db, session, f"Mohon {called} dan {NAME} datang")
        asked = await ask(db, vault, session, place.participant_id, actor=actor, now=now)
        corrected = {"phone": None, "email": None, "address": None, "capacity": None}
        if office is None:
            await correct(db, vault, place.participant_id, Corrected(name=NAME, **corrected), actor=actor, now=now)
    await done(ground, asked.id)
    async with ground.database.read() as db:
        assert (await db.get_one(Participant, place.participant_id)).name == "Peserta 1"
        assert await written(db, handed) == f"Mohon {called} dan {NAME if office else 'Peserta 1'} datang"
