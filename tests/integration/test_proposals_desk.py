"""The desk of proposals: forms that lose nothing, steps that can be taken back, and wishes that arrive by themselves."""

import re

import httpx
import pytest
from sqlalchemy import func, select

from app.assembly import handlers
from app.database.tables import new_id
from app.participants.models import Participant
from app.proposals import joining, service, undoing
from app.proposals.capture import words_gone
from app.proposals.doubles import Rival, doubles
from app.proposals.listing import find, sources_of
from app.proposals.models import Proposal, ProposalSource
from app.registration.models import Application
from app.sessions.models import ForumSession
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session
from tests.factories_proposals import NAME, SAID, make_person, make_proposal, words

TALK = "Lampu di tanggul Panjang Baru mati sejak Januari. Mohon 12 titik diganti, kira-kira 60 juta. Warga RT 02 RW 07."


def at_desk(office: Office) -> dict[str, str]:
    return {"Accept": "text/html", **office.bearer("secretariat")}


def desk(session: ForumSession, rest: str = "") -> str:
    return f"/meja/{session.slug}/usulan{rest}"


async def state(ground: Ground, session: ForumSession, number: str) -> tuple[str, int, bool]:
    async with ground.database.read() as db:
        found = await find(db, session.id, number)
    return found.status.value, found.version, found.published_at is not None


async def test_fields_are_filled_from_the_words_and_marked(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    number = await make_proposal(ground, session, words(ground, TALK))
    text = (await web.get(desk(session, f"/{number}"), headers=at_desk(office))).text
    values = dict(re.findall(r'<input class="input[^>]* name="(\w+)" value="([^"]*)"', text))
    assert (values["village"], values["rt"], values["rw"], values["quantity"], values["budget"]) == (
        "Panjang Baru",
        "02",
        "07",
        "12",
        "60.000.000",
    )
    assert "dibaca dari teks" in text
    assert TALK in text


async def test_verifying_saves_the_fields_and_goes_on_to_the_next(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    first, second = await make_proposal(ground, session), await make_proposal(ground, session)
    form = {"version": "1", "act": "verified", "title": "Pengerukan saluran", "budget": "Rp185.000.000", "quantity": "1,5", "rt": "3, 4"}
    answer = await web.post(desk(session, f"/{first}"), data=form, headers=at_desk(office))
    assert (answer.status_code, answer.headers["location"]) == (303, desk(session, f"/{second}?done={first}"))
    async with ground.database.read() as db:
        found = await find(db, session.id, first)
    assert (found.status, found.budget, str(found.quantity), found.rt) == ("verified", 185_000_000, "1.500", [3, 4])
    onward = await web.get(answer.headers["location"], headers=at_desk(office))
    assert f"{first}: Terverifikasi." in onward.text
    undone = await web.post(desk(session, f"/{first}/urungkan"), data={"version": "2"}, headers=at_desk(office))
    assert undone.status_code == 303
    assert (await state(ground, session, first))[:2] == ("new", 3)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"title": ""}, "Bagian ini perlu diisi."),
        ({"village": "Atlantis"}, "Kelurahan atau desa ini tidak ada di daftar wilayah."),
        ({"budget": "mahal"}, "Tulis rupiah dengan angka"),
        ({"rt": "tiga"}, "Tulis nomor saja"),
        ({"act": "declined"}, "Pilih alasannya"),
        ({"act": "declined", "reason_code": "other"}, "Bagian ini perlu diisi."),
    ],
)
async def test_a_wrong_field_gets_a_sentence_and_loses_nothing(
    ground: Ground, office: Office, web: httpx.AsyncClient, wrong: dict[str, str], sentence: str
) -> None:
    session, _ = await make_session(ground)
    number = await make_proposal(ground, session)
    form = {"version": "1", "act": "verified", "title": "Pengerukan", "problem": "Tiap rob air masuk", "agency": "DPUPR", **wrong}
    answer = await web.post(desk(session, f"/{number}"), data=form, headers=at_desk(office))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Tiap rob air masuk" in answer.text
    assert 'value="DPUPR"' in answer.text
    assert (await state(ground, session, number))[:2] == ("new", 1)


async def test_two_at_one_proposal_never_overwrite_each_other(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    number = await make_proposal(ground, session)
    await web.post(desk(session, f"/{number}"), data={"version": "1", "act": "save", "title": "Dari A"}, headers=at_desk(office))
    late = await web.post(desk(session, f"/{number}"), data={"version": "1", "act": "save", "title": "Dari B"}, headers=at_desk(office))
    assert late.status_code == 412
    assert 'value="Dari B"' in late.text
    assert "Sekarang: Dari A" in late.text
    again = await web.post(desk(session, f"/{number}"), data={"version": "2", "act": "save", "title": "Dari B"}, headers=at_desk(office))
    assert again.status_code == 303


async def test_the_desk_writes_down_filters_merges_and_splits(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    staff = at_desk(office)
    empty = await web.post(desk(session, "/baru"), data={"text": "", "agency": "DLH"}, headers=staff)
    assert (empty.status_code, 'value="DLH"' in empty.text) == (422, True)
    made = await web.post(desk(session, "/baru"), data={"text": TALK, "proposer": "Ibu, RT 3"}, headers=staff)
    first = made.headers["location"].rsplit("/", 1)[1]
    second = await make_proposal(ground, session, words(ground, "PJU tanggul mohon diganti"))
    unknown = await web.post(desk(session, f"/{second}/gabung"), data={"into": "PKL-2022-9999"}, headers=staff)
    assert (unknown.status_code, 'value="PKL-2022-9999"' in unknown.text) == (422, True)
    assert (await web.post(desk(session, f"/{second}/gabung"), data={"into": first.lower()}, headers=staff)).status_code == 303
    assert (await state(ground, session, second))[0] == "merged"
    one = await web.post(desk(session, f"/{first}/pecah"), data={"titles": "Lampu"}, headers=staff)
    assert (one.status_code, "paling sedikit dua judul" in one.text) == (422, True)
    assert (await web.post(desk(session, f"/{first}/pecah"), data={"titles": "Lampu\nTalud"}, headers=staff)).status_code == 303
    listed = (await web.get(desk(session, "?status=waiting"), headers=staff)).text
    assert re.findall(r"usulan/(PKL-2022-\d+)\?status=waiting\">PKL", listed) == ["PKL-2022-0003", "PKL-2022-0004"]
    assert (await web.get(desk(session, "/PKL-2022-0099"), headers=staff)).status_code == 404


async def test_a_merge_and_a_split_can_be_taken_back(ground: Ground) -> None:
    session, _ = await make_session(ground)
    into, other = await make_proposal(ground, session), await make_proposal(ground, session, words(ground, "PJU padam"))
    now = ground.clock.now()

    async def sources(number: str) -> list[str]:
        async with ground.database.read() as db:
            found = await find(db, session.id, number)
            return [source.text for source in (await sources_of(db, [found]))[found.id]]

    async with ground.database.write() as db:
        await joining.merge(db, ground.vault, session, into, [other], actor="system", now=now)
    assert await sources(into) == [SAID, "PJU padam"]
    async with ground.database.write() as db:
        await undoing.undo(db, ground.vault, session, other, if_version=2, actor="system", now=now)
    assert (await sources(into), (await state(ground, session, other))[0]) == ([SAID], "new")
    async with ground.database.write() as db:
        parts = await joining.split(db, ground.vault, session, into, [joining.Part("A"), joining.Part("B")], actor="system", now=now)
    async with ground.database.write() as db:
        whole = await undoing.undo(db, ground.vault, session, into, if_version=4, actor="system", now=now)
    assert (whole.status, whole.leads_to) == ("new", [])
    assert {(await state(ground, session, part.number))[0] for part in parts} == {"merged"}


async def test_words_taken_away_are_not_published_again_by_verifying(ground: Ground) -> None:
    session, _ = await make_session(ground)
    said = words(ground)
    number = await make_proposal(ground, session, said)
    async with ground.database.write() as db:
        await words_gone(db, said.source_id, "deleted")
    async with ground.database.write() as db:
        changes = {"status": "verified"}
        await service.change(db, ground.vault, session, number, changes, if_version=1, actor="system", now=ground.clock.now())
    assert await state(ground, session, number) == ("verified", 2, False)


async def make_wish(ground: Ground, session: ForumSession, person: Participant, wish: str | None) -> str:
    values = {"phone_index": None, "name_key": "siti", "attendance": "online", "flags": [], "order": 1}
    application = Application(
        id=new_id(), session_id=session.id, participant_id=person.id, code="K7MP-2Q9T", wish=wish, received_at=ground.clock.now(), **values
    )
    async with ground.database.write() as db:
        db.add(application)
    return application.id


async def test_a_wish_becomes_one_proposal_however_often_the_job_runs(ground: Ground) -> None:
    session, _ = await make_session(ground)
    person = await make_person(ground, session)
    wish = await make_wish(ground, session, person, SAID)
    job = handlers(ground)["proposals.wish"]
    for _ in range(3):
        await job({"application_id": wish})
    await job({"application_id": new_id()})
    async with ground.database.write() as db:
        (found,) = (await db.scalars(select(Proposal))).all()
        application = await db.get(Application, wish)
        assert application is not None
        application.wish = "Minta taman baca di Medono"
    assert (found.via, found.participant_id, found.proposer) == ("registration", person.id, NAME)
    await job({"application_id": wish})
    async with ground.database.read() as db:
        assert (await db.scalars(select(ProposalSource.text))).all() == ["Minta taman baca di Medono"]
        assert await db.scalar(select(func.count()).select_from(Proposal)) == 1
        assert "taman baca" in str(await db.scalar(select(Proposal.title))).lower()


async def test_a_withdrawn_consent_and_an_erasure_reach_the_proposals(ground: Ground) -> None:
    session, _ = await make_session(ground)
    person = await make_person(ground, session, publish_name=True)
    public, private = (
        await make_proposal(ground, session, words(ground, person=person)),
        await make_proposal(ground, session, words(ground, person=person)),
    )
    async with ground.database.write() as db:
        now = ground.clock.now()
        await service.change(db, ground.vault, session, public, {"status": "verified"}, if_version=1, actor="system", now=now)
        held = await db.get(Participant, person.id)
        assert held is not None
        held.name, held.capacity, held.publish_name, held.erased_at = "Peserta 17", None, False, now
    await handlers(ground)["proposals.person"]({"participant_id": person.id})
    async with ground.database.read() as db:
        rows = [(p.number, p.proposer, p.name_public) for p in await db.scalars(select(Proposal).order_by(Proposal.number))]
        texts = dict(
            (
                await db.execute(
                    select(Proposal.number, ProposalSource.text).join(ProposalSource, ProposalSource.proposal_id == Proposal.id)
                )
            ).all()
        )
        authors = set(await db.scalars(select(ProposalSource.author)))
    assert rows == [(public, "Peserta 17", False), (private, "Peserta 17", False)]
    assert (texts, authors) == ({public: SAID, private: ""}, {"Peserta 17"})


def test_doubles_are_alike_in_words_and_place() -> None:
    one = Rival("1", "Penggantian lampu tanggul Panjang Baru", "Panjang Baru", (7,))
    same = Rival("2", "Penggantian lampu jalan tanggul Panjang Baru", "Panjang Baru", (7,))
    elsewhere = Rival("3", "Penggantian lampu tanggul Panjang Baru", "Krapyak", (2,))
    other = Rival("4", "Pelatihan batik", "Panjang Baru", (7,))
    found = doubles(one, [one, other, elsewhere, same])
    assert [(double.rival.number, double.very) for double in found] == [("2", True)]
