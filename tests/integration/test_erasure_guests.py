"""Of a seat on a guest list only whoever holds it is forgotten: not the invited for whom a deputy came, and not an office."""

from contextlib import suppress
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.assembly import handlers
from app.database.tables import new_id
from app.guests.deputies import Comes, as_listed, name_guest
from app.guests.holders import opened
from app.guests.importing import take_in
from app.guests.models import FormerHolder, InviteePlace
from app.guests.rows import Wanted
from app.outbox.models import Job
from app.outbox.worker import Again
from app.participants.models import Participant
from app.participants.service import Former, former_of
from app.proposals.models import ProposalSource
from app.regions import name_key
from app.rights.correction import Corrected, correct
from app.rights.erasure import ask
from app.rights.forgotten import ERASE, ERASE_FORMER, FILE, remember
from app.rights.former import ask_former, let_former_happen
from app.rights.identity import Identity
from app.rights.models import Erasure
from app.sessions.models import ForumSession, SessionState
from app.vault import Vault
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session
from tests.integration.test_erasure import FORMER, NAME, done, everywhere, said_by_others, written

FIRST = "Sutrisno Hadiwibowo"


async def test_of_a_seat_everybody_who_held_it_is_known_by_themselves_and_no_office(ground: Ground) -> None:
    session, _ = await make_session(ground)
    vault, now, actor = ground.vault, ground.clock.now(), "account:x"
    async with ground.database.write() as db:
        await take_in(db, vault, session.id, new_id(), "", [Wanted("Dinas PUPR", "Kepala", None, 1, "online", None)], actor=actor, now=now)
        place = (await db.scalars(select(InviteePlace))).one()
        for name in (FORMER, NAME):
            await name_guest(db, vault, session.id, place.id, Comes(name), actor=actor, now=now)
        await as_listed(db, vault, session.id, place.id, actor=actor, now=now)
        assert former_of(vault, await db.get_one(Participant, place.participant_id)) == Former()
        assert await held_by(db, ground.vault) == [Former((FORMER,)), Former((NAME,))]
        # Who comes again has one life on the seat, and a slip of the pen makes nobody else.
        for name in (NAME, f"{NAME[:-1]}n"):
            await name_guest(db, vault, session.id, place.id, Comes(name, "+6285711223344"), actor=actor, now=now)
        await name_guest(db, vault, session.id, place.id, Comes(NAME, "+6285700001111"), actor=actor, now=now)
        known = former_of(vault, await db.get_one(Participant, place.participant_id))
        assert (known.names[-2:], known.contacts) == ((NAME, f"{NAME[:-1]}n"), ("+6285711223344",))
        assert await held_by(db, ground.vault) == [Former((FORMER,))]


async def held_by(db: AsyncSession, vault: Vault) -> list[Former]:
    """What is known of everybody who held a seat before, in the order in which they left it."""
    rows = (await db.scalars(select(FormerHolder))).all()
    return sorted((opened(vault, row) for row in rows), key=lambda one: one.names != (FORMER,))


async def two_deputies(ground: Ground, state: SessionState = SessionState.PUBLISHED) -> tuple[ForumSession, str, str, str]:
    """First one came for the invited, then the other, and somebody wrote about all three; the session, its seat and what was written."""
    session, _ = await make_session(ground, state=state)
    now, actor = ground.clock.now(), "account:x"
    wanted = Wanted("Dinas PUPR", "Kepala", "Bambang Hariyadi", 1, "online", None, phone="+6281398765432")
    async with ground.database.write() as db:
        await take_in(db, ground.vault, session.id, new_id(), "", [wanted], actor=actor, now=now)
        place = (await db.scalars(select(InviteePlace))).one()
        for name, phone in ((FIRST, "+6281311112222"), (NAME, "+6285711223344")):
            await name_guest(db, ground.vault, session.id, place.id, Comes(name, phone), actor=actor, now=now)
        words = f"Bambang Hariyadi 0813 9876 5432, lalu {FIRST} 0813 1111 2222, lalu {NAME} 0857 1122 3344"
        handed = await said_by_others(ground, db, session, words)
    return session, place.id, place.participant_id, handed


async def holder_called(ground: Ground, name: str) -> str:
    async with ground.database.read() as db:
        rows = (await db.scalars(select(FormerHolder))).all()
    return next(row.id for row in rows if name in opened(ground.vault, row).names)


async def forget_former(ground: Ground, session: ForumSession, name: str) -> None:
    holder = await holder_called(ground, name)
    async with ground.database.write() as db:
        await ask_former(db, ground.vault, session, holder, actor="account:x", now=ground.clock.now())
    with suppress(Again):
        await handlers(ground)[ERASE_FORMER]({"holder_id": holder})


async def test_of_several_on_one_seat_only_who_asked_is_forgotten(ground: Ground) -> None:
    session, place_id, person_id, handed = await two_deputies(ground)
    await forget_former(ground, session, FIRST)
    async with ground.database.read() as db:
        person = await db.get_one(Participant, person_id)
        assert (person.name, person.erased_at) == (NAME, None)
        assert await written(db, handed) == (f"Bambang Hariyadi 0813 9876 5432, lalu Peserta 1 terdahulu ▪▪▪, lalu {NAME} 0857 1122 3344")
        assert (await db.get_one(InviteePlace, place_id)).name == "Bambang Hariyadi"
    async with ground.database.write() as db:
        asked = await ask(db, ground.vault, session, person_id, actor="account:x", now=ground.clock.now())
    await done(ground, asked.id)
    assert await everywhere(ground) == {}
    async with ground.database.read() as db:
        assert await written(db, handed) == "Bambang Hariyadi 0813 9876 5432, lalu Peserta 1 terdahulu ▪▪▪, lalu Peserta 1 ▪▪▪"
    await forget_former(ground, session, "Bambang Hariyadi")
    async with ground.database.read() as db:
        left = await db.get_one(InviteePlace, place_id)
        assert (left.name, left.phone, left.office) == ("Peserta 1 terdahulu", None, None)
        assert (await db.get_one(Participant, person_id)).name == "Peserta 1"
        assert await written(db, handed) == "Peserta 1 terdahulu ▪▪▪, lalu Peserta 1 terdahulu ▪▪▪, lalu Peserta 1 ▪▪▪"
        assert [row.known_by for row in await db.scalars(select(FormerHolder))] == [None, None]
        assert sorted((ground.settings.data_dir / FILE).read_text().split()) == sorted(
            [person_id, *await db.scalars(select(FormerHolder.id))]
        )


async def test_what_was_said_on_a_seat_is_whose_who_had_it_then(ground: Ground) -> None:
    said = {"id": "seat", "name": "Sri Wahyuni", "capacity": f"mewakili {NAME}"}
    hers = {"id": "seat", "name": NAME, "capacity": "Ketua"}
    present = Identity("seat", (NAME,), (), (), "Peserta 1", others=frozenset({name_key("Sri Wahyuni")}))
    assert (present.is_others(said), present.is_others(hers)) == (True, False)
    assert present.out_of_all([{"by": said, "text": NAME}, {"by": hers, "text": "ya"}]) == [
        {"by": {**said, "capacity": "mewakili Peserta 1"}, "text": "Peserta 1"},
        {"by": {"id": "seat", "name": "Peserta 1"}, "text": "ya"},
    ]


async def test_a_wish_is_of_who_had_the_seat_when_it_was_said(ground: Ground) -> None:
    """While a live forum goes on the wish waits, and meanwhile somebody else may come."""
    session, _, person_id, handed = await two_deputies(ground, SessionState.LIVE)
    later = ground.clock.now() + timedelta(minutes=1)
    async with ground.database.write() as db:
        place = (await db.scalars(select(InviteePlace))).one()
        asked = await ask(db, ground.vault, session, person_id, actor=f"person:{person_id}", now=ground.clock.now())
        await name_guest(db, ground.vault, session.id, place.id, Comes("Sri Wahyuni"), actor="account:x", now=later)
    await handlers(ground)[ERASE]({"erasure_id": asked.id})
    holder = await holder_called(ground, NAME)
    with pytest.raises(Again):
        await handlers(ground)[ERASE_FORMER]({"holder_id": holder})
    async with ground.database.write() as db:
        await let_former_happen(db, ground.vault, session, holder, actor="account:x", now=later)
    with suppress(Again):
        await handlers(ground)[ERASE_FORMER]({"holder_id": holder})
    await handlers(ground)[ERASE]({"erasure_id": asked.id})
    async with ground.database.read() as db:
        assert (await db.scalars(select(Erasure))).all() == []
        row = await db.get_one(FormerHolder, holder)
        assert (row.asked_by, row.done_at is not None) == (f"person:{person_id}", True)
        assert (await db.get_one(Participant, person_id)).name == "Sri Wahyuni"
        assert f"lalu {FIRST} 0813 1111 2222, lalu Peserta 1 terdahulu ▪▪▪" in await written(db, handed)


async def test_who_held_a_seat_before_is_forgotten_again_after_a_restore(ground: Ground) -> None:
    session, _, _, handed = await two_deputies(ground)
    holder = await holder_called(ground, FIRST)
    async with ground.database.read() as db:
        before = (await db.get_one(FormerHolder, holder)).known_by
    await forget_former(ground, session, FIRST)
    async with ground.database.write() as db:
        # As a backup from before still had it.
        row = await db.get_one(FormerHolder, holder)
        row.known_by, row.asked_at, row.asked_by, row.done_at = before, None, None, None
        await db.execute(update(ProposalSource).where(ProposalSource.source_id == handed).values(text=f"Tanya {FIRST}"))
        await db.execute(delete(Job).where(Job.kind == ERASE_FORMER))
    assert await remember(ground.database, ground.settings.data_dir, ground.clock.now()) == 1
    async with ground.database.read() as db:
        job = (await db.scalars(select(Job).where(Job.kind == ERASE_FORMER))).one()
    with suppress(Again):
        await handlers(ground)[ERASE_FORMER](dict(job.payload))
    async with ground.database.read() as db:
        assert await written(db, handed) == "Tanya Peserta 1 terdahulu"
        assert (await db.get_one(FormerHolder, holder)).known_by is None
    assert await remember(ground.database, ground.settings.data_dir, ground.clock.now()) == 0


async def test_the_desk_finds_who_held_a_seat_before_by_name(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _, _, handed = await two_deputies(ground)
    holder, who, base = await holder_called(ground, FIRST), office.bearer("secretariat"), f"/meja/{session.slug}/data-pribadi"
    found = (await web.get(base, params={"q": "Sutrisno"}, headers=who)).text
    assert ("dulu memegang kursi nomor 1" in found, f'name="holder" value="{holder}"' in found) == (True, True)
    assert (await web.post(f"{base}/hapus", data={"holder": holder}, headers=who)).status_code == 303
    assert (await web.post(f"{base}/hapus", data={"holder": new_id()}, headers=who)).status_code == 404
    with suppress(Again):
        await handlers(ground)[ERASE_FORMER]({"holder_id": holder})
    after = (await web.get(base, params={"q": "Sutrisno"}, headers=who)).text
    assert ("Peserta 1 terdahulu" in after, "Tidak ada peserta dengan nama itu." in after, FIRST in after) == (True, True, False)
    async with ground.database.read() as db:
        assert "Peserta 1 terdahulu" in await written(db, handed)


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
