"""What the rights of people mean for photos: of a seat that changes hands, under *Data saya*, and when the term of a session ends."""

import io
from datetime import timedelta

import httpx
from sqlalchemy import select

from app.database.tables import new_id
from app.guests.deputies import Comes, name_guest
from app.guests.importing import take_in
from app.guests.models import InviteePlace
from app.guests.rows import Wanted
from app.outcomes.own_photos import by_photo_key
from app.participants.models import Participant
from app.participants.service import add_consents
from app.proposals import photos
from app.proposals.listing import find
from app.proposals.photo_models import Photo, PhotoAct
from app.proposals.photos import Brought
from app.rights.correction import withdraw_consent
from app.rights.erasure import ask, erase
from app.rights.mine import everything, mine
from app.rights.plan import Kept
from app.rights.retention import _remove
from app.sessions.models import ForumSession
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session
from tests.factories_outcomes import make_known, make_writer
from tests.factories_photos import bring, jpeg, photos_on, writers_address
from tests.integration.test_erasure import NAME
from tests.integration.test_erasure_guests import FIRST, forget_former


async def brought(ground: Ground, session: ForumSession, number: str, person_id: str, seed: int) -> str:
    """A photo of a participant's, kept at this moment."""
    async with ground.database.read() as db:
        proposal_id = (await find(db, session.id, number)).id
    said = Brought(new_id(), f"participant:{person_id}", participant_id=person_id)
    photo = await photos.bring(ground.database, ground.vault, proposal_id, said, io.BytesIO(jpeg(seed=seed)), now=ground.clock.now())
    return photo.id


async def acts(ground: Ground, photo_id: str) -> list[tuple[str, str]]:
    async with ground.database.read() as db:
        rows = await db.execute(select(PhotoAct.what, PhotoAct.by).where(PhotoAct.photo_id == photo_id).order_by(PhotoAct.at, PhotoAct.id))
        return sorted((row[0], row[1]) for row in rows)


async def test_another_photo_under_the_same_mark_is_another(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    number = await make_known(ground, session, "Saluran Jalan Samudra")
    desk = office.bearer("secretariat")
    for seed in (1, 2, 1):
        assert (await bring(web, session, number, jpeg(seed=seed), desk, nonce="satu-tekanan")).status_code == 303
    assert len(await photos_on(ground, session, number)) == 2
    # Made smaller for a slow line, it is the photo that was chosen.
    for size in (900, 700):
        answer = await bring(web, session, number, jpeg(size, seed=3), desk, nonce="satu-tekanan", chosen="4711 1 IMG_3.jpg")
        assert answer.status_code == 303
    assert len(await photos_on(ground, session, number)) == 3


async def test_a_seat_that_changes_hands_passes_no_photo_on(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    start, actor = ground.clock.now() - timedelta(hours=2), "account:x"
    async with ground.database.write() as db:
        await take_in(
            db, ground.vault, session.id, new_id(), "", [Wanted("Dinas PUPR", "Kepala", None, 1, "online", None)], actor=actor, now=start
        )
        place = (await db.scalars(select(InviteePlace))).one()
        await name_guest(db, ground.vault, session.id, place.id, Comes(FIRST, "+6281311112222"), actor=actor, now=start)
        person = await db.get_one(Participant, place.participant_id)
        person.publish_photos = True
    number = await make_known(ground, session, "Saluran Jalan Samudra", person)
    own = await writers_address(ground, session, number, person.id)
    hers = await brought(ground, session, number, person.id, 1)
    async with ground.database.write() as db:
        (await db.get_one(Photo, hers)).added_at = start + timedelta(minutes=30)
        await name_guest(db, ground.vault, session.id, place.id, Comes(NAME, "+6285711223344"), actor=actor, now=start + timedelta(hours=1))
        await add_consents(db, person.id, {"photos": True}, None, ground.clock.now())
        (await db.get_one(Participant, person.id)).publish_photos = True
    his = await brought(ground, session, number, person.id, 2)
    answer = (await web.get(own)).text
    assert (hers in answer, his in answer, 'value="1" checked' in answer) == (False, True, False)
    assert (await web.get(f"{own}/{hers}", headers={"Accept": "text/html"})).status_code == 404
    async with ground.database.write() as db:
        await withdraw_consent(db, ground.vault, person.id, "photos", actor=f"participant:{person.id}", now=ground.clock.now())
    assert [one.agreed for one in await photos_on(ground, session, number)] == [True, False]
    await forget_former(ground, session, FIRST)
    assert [one.id for one in await photos_on(ground, session, number)] == [his]


async def test_my_data_hand_out_photos_and_every_end_of_one_is_told(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    person = await make_writer(ground, session, publish_photos=True)
    number = await make_known(ground, session, "Saluran Jalan Samudra", person)
    mine_id = await brought(ground, session, number, person.id, 1)
    async with ground.database.read() as db:
        told = await everything(db, ground.vault, await mine(db, ground.vault, session, await db.get_one(Participant, person.id)))
    (one,) = told["photos"]
    answer = await web.get(one["address"])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    who = f"participant:{person.id}"
    async with ground.database.write() as db:
        await add_consents(db, person.id, {"photos": True}, None, ground.clock.now())
        await db.flush()
        await withdraw_consent(db, ground.vault, person.id, "photos", actor=who, now=ground.clock.now())
    assert await acts(ground, mine_id) == [("added", who), ("disagreed", who)]
    async with ground.database.write() as db:
        wish = await ask(db, ground.vault, session, person.id, actor=who, now=ground.clock.now())
    await erase(ground, wish.id)
    assert await acts(ground, mine_id) == [("added", who), ("disagreed", who), ("removed", "system")]


async def test_photos_that_nobody_was_shown_go_when_contact_goes(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    person = await make_writer(ground, session)
    number = await make_known(ground, session, "Saluran Jalan Samudra", person)
    shown = await brought(ground, session, number, person.id, 1)
    await brought(ground, session, number, person.id, 2)
    await bring(web, session, number, jpeg(seed=3), office.bearer("secretariat"))
    refused = await make_known(ground, session, "Taman Kota", person)
    no_more = await brought(ground, session, refused, person.id, 4)
    async with ground.database.write() as db:
        for one in (shown, no_more):
            (await db.get_one(Photo, one)).shown_at = ground.clock.now()
        (await find(db, session.id, refused)).published_at = None
    await _remove(ground, session.id, Kept.CONTACT)
    assert [(one.place, one.shown_at is not None) for one in await photos_on(ground, session, number)] == [(1, True), (3, False)]
    assert await photos_on(ground, session, refused) == []
    async with ground.database.read() as db:
        key = (await writers_address(ground, session, number, person.id)).rsplit("/", 1)[1]
        assert (await by_photo_key(db, ground.vault, key)).participant is not None
