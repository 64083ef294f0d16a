"""What became of proposals: nobody reads a draft, everybody reads what is published, and whoever wrote is told exactly once of each publication."""

import random
import re

import httpx
import pytest
from sqlalchemy import select, true

from app.access.models import Account
from app.invitations.letters import compose, gather, letter_environment
from app.notices.models import Channel, Notice
from app.outcomes import listing, writing
from app.outcomes.levels import FIRST_LEVEL, LEVELS, MAY_SAY, ONWARD, Level, Verdict, ahead, follows
from app.outcomes.models import EarlierImport, EarlierOutcome, EarlierProposal, Outcome, OutcomePublication
from app.outcomes.own import own_key
from app.planning import service as plenary
from app.proposals import joining
from app.proposals.choices import Reason
from app.proposals.listing import find
from app.proposals.models import Proposal
from app.registration.models import Application, ApplicationState
from app.rights.erasure import ask, erase
from app.sessions.models import ForumSession, SessionState, Tier
from app.web.ground import Ground
from tests.conftest import PASSWORD, Office
from tests.factories import make_session
from tests.factories_outcomes import OutcomeDesk, make_known, make_writer, publications, tell_all, told
from tests.factories_plenary import make_plenary, seen_by
from tests.factories_proposals import make_proposal, words

READ = ["outcomes", "outcomes.csv", "outcomes.json", "own", "page"]
SECRET = "Belum boleh diketahui siapa pun"


async def everything_public(web: httpx.AsyncClient, ground: Ground, office: Office, session: ForumSession, number: str) -> dict[str, str]:
    """Whatever somebody outside the desk, or an export, can read of a proposal."""
    async with ground.database.read() as db:
        one = await find(db, session.id, number)
    web.cookies.clear()
    base = f"/api/v1/sessions/{session.slug}"
    addresses = {
        "page": f"/u/{number}?forum={session.slug}",
        "list": f"/s/{session.slug}/usulan",
        "outcomes": f"{base}/proposals/{number}/outcomes",
        "proposal": f"{base}/proposals/{number}",
        "proposals": f"{base}/proposals",
        "open data": f"/s/{session.slug}/data/usulan.json",
        "own": f"/jawaban/{own_key(ground.vault, str(one.participant_id))}",
    }
    found = {name: await web.get(address) for name, address in addresses.items()}
    for table in ("proposals", "priorities", "not-agreed", "outcomes"):
        for kind in ("csv", "json"):
            found[f"{table}.{kind}"] = await web.get(f"{base}/exports/{table}.{kind}", headers=office.bearer("secretariat"))
    assert {answer.status_code for answer in found.values()} == {200}
    return {name: answer.text for name, answer in found.items()}


def where(word: str, texts: dict[str, str]) -> list[str]:
    return sorted(name for name, text in texts.items() if word in text)


async def test_a_draft_is_read_nowhere_until_it_is_published(
    ground: Ground, office: Office, web: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, _ = await make_session(ground)
    number = await make_known(ground, session, "Saluran Jalan Samudra", await make_writer(ground, session))
    desk = OutcomeDesk(web, session, office.bearer("secretariat"))
    wrote = await desk.write(number, verdict="not_accommodated", reason_code="land_not_owned", reason=SECRET, document=SECRET)
    assert (wrote.status_code, SECRET in await desk.get(f"/tulis?number={number}")) == (303, True)
    assert where(SECRET, await everything_public(web, ground, office, session, number)) == []

    with monkeypatch.context() as without_filter:
        without_filter.setattr(listing, "is_published", true)
        assert where(SECRET, await everything_public(web, ground, office, session, number)) == READ

    assert (await desk.publication()).status_code == 303
    assert where(SECRET, await everything_public(web, ground, office, session, number)) == READ
    changed = await desk.write(number, verdict="accommodated", reason="Jadi dikerjakan", document="")
    texts = await everything_public(web, ground, office, session, number)
    assert (changed.status_code, where("Jadi dikerjakan", texts), where(SECRET, texts)) == (303, [], READ)


async def test_the_page_says_what_was_decided_by_whom_why_when_and_what_comes_next(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, _ = await make_session(ground)
    number = await make_known(ground, session, "Saluran Jalan Samudra")
    desk = OutcomeDesk(web, session, office.bearer("secretariat"))
    link = "https://dpupr.example/berita-acara.pdf"
    await desk.write(
        number,
        verdict="partly",
        reason="120 dari 350 meter",
        document="Berita acara desk",
        document_number="050/12/2021",
        document_link=link,
    )
    await desk.publication()
    text = (await web.get(f"/u/{number}?forum={session.slug}")).text
    for piece in ("Perangkat daerah", "diterima sebagian", "DPUPR", "120 dari 350 meter", "Senin, 1 Maret 2021", "050/12/2021", link):
        assert piece in text
    assert "Dibawa ke musyawarah kabupaten atau kota." in text
    assert "Menunggu keputusan" in text

    await desk.write(number, verdict="declined", reason_code="ceiling_exceeded", decided_on="2021-03-09")
    await desk.publication()
    text = (await web.get(f"/u/{number}?forum={session.slug}")).text
    assert "Usulan ini tidak diterima." in text
    assert "Tidak dilanjutkan." in text
    assert "Menunggu keputusan" not in text
    body = (await web.get(f"/api/v1/sessions/{session.slug}/proposals/{number}/outcomes")).json()["items"][0]
    (stop,) = body["outcomes"]
    assert (stop["verdict"], stop["publication"], [one["verdict"] for one in stop["before"]]) == ("declined", 2, ["partly"])
    assert (body["awaits"], body["earlier"]) == (None, [])


async def test_whoever_wrote_is_told_exactly_once_of_each_publication(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    """Random lives of a few proposals against a model of who must have been told."""
    for seed in range(4):
        chance = random.Random(seed)
        session, _ = await make_session(ground)
        desk = OutcomeDesk(web, session, office.bearer("secretariat"))
        people = [await make_writer(ground, session, f"Warga {'abcdef'[n] * 5}") for n in range(4)]
        # The second writes two, so that one publication about both tells once.
        by = [people[0].id, people[1].id, people[1].id, people[2].id, people[3].id]
        numbers = [await make_known(ground, session, f"Usulan ke-{n} di kampung", people[by_n]) for n, by_n in enumerate((0, 1, 1, 2, 3))]
        writers = {number: {person} for number, person in zip(numbers, by, strict=True)}
        must: set[tuple[str, str]] = set()
        for _ in range(7):
            some = chance.sample(sorted(writers), chance.randint(1, len(writers)))
            verdict = chance.choice(["accommodated", "partly", "declined", "returned"])
            wrote = await desk.write(*some, level="agency", verdict=verdict, reason=f"Sebab {chance.random()}")
            assert wrote.status_code == 303
            if chance.random() < 0.4 and len(writers) > 2:
                into, one = (
                    chance.sample(sorted(set(writers) - set(some)) or sorted(writers), 2)
                    if len(set(writers) - set(some)) > 1
                    else (None, None)
                )
                if into and one:
                    async with ground.database.write() as db:
                        await joining.merge(db, ground.vault, session, into, [one], actor="system", now=ground.clock.now())
                    writers[into] |= writers.pop(one)
            before = set(await publications(ground, session))
            assert (await desk.publication(times=chance.randint(1, 3))).status_code == 303
            (new,) = set(await publications(ground, session)) - before
            await tell_all(ground, [new])
            must |= {(new, person) for number in some for person in writers[number]}
            assert await told(ground, session) == sorted(must)


async def test_of_merged_doubles_every_writer_is_told_and_their_own_pages_show_the_answer(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, _ = await make_session(ground)
    people = [await make_writer(ground, session, name) for name in ("Siti Rahmawati", "Ahmad Zaini", "Budi Santoso")]
    a, b, c = [await make_known(ground, session, f"Saluran {n}", person) for n, person in enumerate(people)]
    desk = OutcomeDesk(web, session, office.bearer("secretariat"))
    now = ground.clock.now()
    async with ground.database.write() as db:
        await joining.merge(db, ground.vault, session, b, [a], actor="system", now=now)
    async with ground.database.write() as db:
        await joining.merge(db, ground.vault, session, c, [b], actor="system", now=now)
    refused = await desk.web.post(
        f"{desk.base}/tulis",
        data={"level": "agency", "verdict": "accommodated", "decided_on": "2021-03-01", "number": a},
        headers=desk.headers,
    )
    assert refused.status_code == 409
    await desk.write(c, reason="Dikerjakan bersama")
    await desk.publication()
    await tell_all(ground, await publications(ground, session))
    assert {person for _, person in await told(ground, session)} == {person.id for person in people}
    for number, person in zip((a, b, c), people, strict=True):
        for address in (f"/u/{number}?forum={session.slug}", f"/jawaban/{own_key(ground.vault, person.id)}"):
            text = (await web.get(address)).text
            assert ("Dikerjakan bersama" in text, number in text, "Dijawab sebagai" in text) == (True, True, number != c)


async def test_a_telling_that_is_repeated_after_a_merge_tells_the_newcomer_once_of_the_answer_that_is_theirs_now(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, _ = await make_session(ground)
    people = [await make_writer(ground, session, name) for name in ("Siti Rahmawati", "Ahmad Zaini")]
    a, b = [await make_known(ground, session, f"Saluran {n}", person) for n, person in enumerate(people)]
    desk = OutcomeDesk(web, session, office.bearer("secretariat"))
    await desk.write(a, reason="Dikerjakan bersama")
    await desk.publication()
    (publication,) = await publications(ground, session)
    await tell_all(ground, [publication])
    assert await told(ground, session) == [(publication, people[0].id)]
    async with ground.database.write() as db:
        await joining.merge(db, ground.vault, session, a, [b], actor="system", now=ground.clock.now())
    # What the job says is true at the moment at which it says it: their own page shows them the same answer.
    assert "Dikerjakan bersama" in (await web.get(f"/jawaban/{own_key(ground.vault, people[1].id)}")).text
    await tell_all(ground, [publication])
    assert await told(ground, session) == sorted((publication, person.id) for person in people)


async def test_a_part_of_a_split_one_is_answered_and_its_writer_told(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    person = await make_writer(ground, session)
    number = await make_known(ground, session, "Saluran dan lampu", person)
    async with ground.database.write() as db:
        parts = await joining.split(
            db, ground.vault, session, number, [joining.Part("Saluran"), joining.Part("Lampu")], actor="system", now=ground.clock.now()
        )
        names = [one.number for one in parts]
    desk = OutcomeDesk(web, session, office.bearer("secretariat"))
    await desk.write(names[1], reason="Lampu dulu")
    await desk.publication()
    await tell_all(ground, await publications(ground, session))
    assert [who for _, who in await told(ground, session)] == [person.id]
    own = (await web.get(f"/jawaban/{own_key(ground.vault, person.id)}")).text
    assert (own.count("Lampu dulu"), own.count('class="stack own-proposal"')) == (1, 1)


async def test_the_erased_the_withdrawn_and_those_without_a_contact_are_not_told(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, _ = await make_session(ground, state=SessionState.ENDED)
    stays, goes, withdrew, silent = [
        await make_writer(ground, session, name, **more)
        for name, more in (("Siti Rahmawati", {}), ("Ahmad Zaini", {}), ("Budi Santoso", {}), ("Dewi Lestari", {"phone": None}))
    ]
    numbers = [await make_known(ground, session, f"Usulan {one.name[:4]}", one) for one in (stays, goes, withdrew, silent)]
    async with ground.database.write() as db:
        db.add(
            Application(
                session_id=session.id,
                participant_id=withdrew.id,
                code="K7MP-2Q9T",
                name_key="budi santoso",
                attendance="online",
                flags=[],
                state=ApplicationState.WITHDRAWN,
                received_at=ground.clock.now(),
                order=1,
            )
        )
    desk = OutcomeDesk(web, session, office.bearer("secretariat"))
    await desk.write(*numbers, reason="Pak Ahmad Zaini sudah disurvei", decided_by="Lurah Ahmad Zaini")
    await desk.publication()
    key = own_key(ground.vault, goes.id)
    assert (await web.get(f"/jawaban/{key}")).status_code == 200
    async with ground.database.write() as db:
        wish = await ask(db, ground.vault, session, goes.id, actor="system", now=ground.clock.now())
    await erase(ground, wish.id)
    await tell_all(ground, await publications(ground, session))
    assert [who for _, who in await told(ground, session)] == [stays.id]
    assert (await web.get(f"/jawaban/{key}")).status_code == 404
    assert (await web.get(f"/jawaban/{stays.id}{'a' * 16}")).status_code == 404
    async with ground.database.read() as db:
        kept = {(row.reason, row.decided_by) for row in await db.scalars(select(Outcome))}
    assert (len(kept), "Ahmad Zaini" in str(kept)) == (1, False)


async def test_what_nobody_had_published_of_an_erased_person_keeps_no_word_in_its_answers(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, _ = await make_session(ground, state=SessionState.ENDED)
    person = await make_writer(ground, session)
    number = await make_proposal(ground, session, words(ground, "Mohon bantuan biaya berobat anak saya", person))
    desk = OutcomeDesk(web, session, office.bearer("secretariat"))
    await desk.write(number, verdict="declined", reason="Bantuan berobat bukan lewat forum ini")
    async with ground.database.write() as db:
        wish = await ask(db, ground.vault, session, person.id, actor="system", now=ground.clock.now())
    await erase(ground, wish.id)
    async with ground.database.read() as db:
        row = (await db.scalars(select(Outcome))).one()
    assert (row.verdict, row.reason, row.next_step) == (Verdict.DECLINED, None, None)


async def test_the_letter_tells_the_answers_of_its_publication_with_the_way_to_the_own_page(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, _ = await make_session(ground)
    person = await make_writer(ground, session)
    numbers = [await make_known(ground, session, f"Usulan {n}", person) for n in ("satu", "dua")]
    desk = OutcomeDesk(web, session, office.bearer("secretariat"))
    await desk.write(numbers[0], reason="Mulai Mei")
    await desk.write(numbers[1], verdict="declined", reason_code="ceiling_exceeded")
    await desk.publication()
    await tell_all(ground, await publications(ground, session))
    async with ground.database.read() as db:
        notice = (await db.scalars(select(Notice).where(Notice.kind == "outcome"))).one()
        sheet = await gather(db, notice.id, ground.letters)
    assert sheet is not None
    letter = compose(letter_environment(), ground, sheet, Channel.WHATSAPP_HAND)
    assert letter is not None
    own = f"{ground.settings.public_url}/jawaban/{own_key(ground.vault, person.id)}"
    for piece in ("2 usulan Anda", "Usulan satu", "Mulai Mei", "Terakomodir", "Usulan dua", "Ditolak", own, "Senin, 1 Maret 2021 (DPUPR)"):
        assert piece in letter.text
    assert "Usulan dua" in (await web.get(own.removeprefix(ground.settings.public_url))).text


async def test_what_somebody_else_changed_is_neither_published_nor_overwritten_unseen(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, _ = await make_session(ground)
    number = await make_known(ground, session, "Saluran")
    desk = OutcomeDesk(web, session, office.bearer("secretariat"))
    await desk.write(number, reason="Pertama")
    form = await desk.get("/terbitkan")
    data = {"id": re.findall(r'name="id" value="([^"]+)"', form)[0], "draft": re.findall(r'name="draft" value="([^"]+)"', form)}
    await desk.write(number, reason="Kedua")
    first = data["draft"][0]
    late = await desk.write(number, was=[f"{number}:{first}"], reason="Ketiga")
    assert (late.status_code, "Ketiga" in late.text, "Kedua" in late.text) == (409, True, True)
    stale = await web.post(f"{desk.base}/terbitkan", data=data, headers=desk.headers)
    assert stale.status_code == 409
    async with ground.database.read() as db:
        row = (await db.scalars(select(Outcome))).one()
        assert (row.reason, row.publication_id, await db.scalar(select(OutcomePublication))) == ("Kedua", None, None)
    same = await desk.write(number, reason="Kedua")
    assert (same.status_code, "Kedua" in same.text) == (409, True)
    empty = await web.post(f"{desk.base}/terbitkan", data={"id": "a" * 16}, headers=desk.headers)
    assert empty.status_code == 409
    thrown = await web.post(f"{desk.base}/buang", data={"number": number, "draft": f"{row.id}:{row.edit}"}, headers=desk.headers)
    async with ground.database.read() as db:
        assert (thrown.status_code, await db.scalar(select(Outcome))) == (303, None)


async def test_what_was_published_or_thrown_away_since_is_not_overwritten_unseen(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, _ = await make_session(ground)
    number = await make_known(ground, session, "Saluran")
    desk = OutcomeDesk(web, session, office.bearer("secretariat"))
    await desk.write(number, reason="Pertama")
    await desk.publication()
    was = re.findall(r'name="was" value="([^"]+)"', await desk.get(f"/tulis?number={number}&tingkat=agency"))
    await desk.write(number, reason="Kedua")
    draft = re.findall(r'name="draft" value="([^"]+)"', await desk.get("/terbitkan"))[0]
    await desk.publication()
    late = await desk.write(number, was=was, reason="Ketiga")
    assert (late.status_code, "Ketiga" in late.text, "Kedua" in late.text) == (409, True, True)

    slip = await desk.write(number, was=was, reason="Ketiga", decided_on="31/2/2021")
    assert (slip.status_code, re.findall(r'name="was" value="([^"]+)"', slip.text)) == (422, was)

    await desk.write(number, reason="Keempat")
    thrown = re.findall(r'name="draft" value="([^"]+)"', await desk.get("/terbitkan"))[0]
    assert thrown != draft
    await web.post(f"{desk.base}/buang", data={"number": number, "draft": thrown}, headers=desk.headers)
    await desk.write(number, reason="Kelima")
    late = await desk.write(number, was=[f"{number}:{thrown}"], reason="Keenam")
    twice = await desk.write(number, was=[f"{number}:{thrown}"], reason="Kelima")
    assert (late.status_code, twice.status_code, "sama dengan yang sudah ada" in twice.text) == (409, 409, True)
    async with ground.database.read() as db:
        rows = await db.scalars(select(Outcome).order_by(Outcome.version))
        assert [row.reason for row in rows] == ["Pertama", "Kedua", "Kelima"]


async def test_a_form_pressed_again_with_other_drafts_is_not_taken_for_the_first_press(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, _ = await make_session(ground)
    numbers = [await make_known(ground, session, f"Usulan {n}") for n in ("satu", "dua")]
    desk = OutcomeDesk(web, session, office.bearer("secretariat"))
    await desk.write(*numbers)
    form = await desk.get("/terbitkan")
    id_, (one, other) = re.findall(r'name="id" value="([^"]+)"', form)[0], re.findall(r'name="draft" value="([^"]+)"', form)
    answers = [
        await web.post(f"{desk.base}/terbitkan", data={"id": id_, "draft": some}, headers=desk.headers) for some in (one, one, other)
    ]
    assert [answer.status_code for answer in answers] == [303, 303, 409]
    assert (await desk.publication()).status_code == 303
    assert len(await publications(ground, session)) == 2


async def test_an_answer_to_what_was_merged_while_it_was_typed_is_refused_with_its_words_kept(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, _ = await make_session(ground)
    a, b = [await make_known(ground, session, f"Saluran {n}") for n in ("satu", "dua")]
    desk = OutcomeDesk(web, session, office.bearer("secretariat"))
    async with ground.database.write() as db:
        await joining.merge(db, ground.vault, session, b, [a], actor="system", now=ground.clock.now())
    late = await desk.write(a, reason="Dikerjakan mulai Mei", next_step="Survei dulu")
    kept = [piece in late.text for piece in ("Dikerjakan mulai Mei", "Survei dulu", f"Tulis jawabannya pada {b}")]
    assert (late.status_code, kept) == (409, [True, True, True])


async def test_a_draft_that_was_changed_meanwhile_is_not_thrown_away_and_its_words_stay_in_the_form(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, _ = await make_session(ground)
    number = await make_known(ground, session, "Saluran")
    desk = OutcomeDesk(web, session, office.bearer("secretariat"))
    await desk.write(number, reason="Pertama")
    seen = re.findall(r'name="draft" value="([^"]+)"', await desk.get("/terbitkan"))[0]
    await desk.write(number, reason="Kedua")
    late = await web.post(f"{desk.base}/buang", data={"number": number, "draft": seen}, headers=desk.headers)
    assert (late.status_code, "Kedua" in late.text, "Tulisan Anda masih ada" in late.text) == (409, True, False)


async def test_what_the_office_of_an_earlier_year_is_called_is_covered_like_its_reasons(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    number = await make_known(ground, session, "Saluran")
    async with ground.database.write() as db:
        one, now = await find(db, session.id, number), ground.clock.now()
        made = EarlierImport(session_id=session.id, title="2020", proposals=1, by="system", at=now)
        db.add(made)
        await db.flush()
        row = EarlierProposal(
            session_id=session.id, import_id=made.id, position=1, year=2020, number="7", title="Saluran", proposal_id=one.id, adopted=False
        )
        db.add(row)
        await db.flush()
        said = {"decided_by": "Pak Lurah 085326905742", "document": "Surat Pak RT 085326905742"}
        db.add(EarlierOutcome(earlier_id=row.id, import_id=row.import_id, level=Level.VILLAGE, verdict=Verdict.AGREED, **said))
    page = (await web.get(f"/u/{number}?forum={session.slug}")).text
    body = (await web.get(f"/api/v1/sessions/{session.slug}/proposals/{number}/outcomes")).text
    assert [("Pak Lurah" in text, "Surat Pak RT" in text, "085326905742" in text) for text in (page, body)] == [(True, True, False)] * 2


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"verdict": "declined"}, "reason_code", "Pengusul berhak tahu mengapa"),
        ({"verdict": "agreed"}, "verdict", "tidak diberikan pada tingkat tersebut"),
        ({"verdict": "declined", "reason_code": "other"}, "reason", "Isian ini"),
        ({"decided_on": "31/2/2021"}, "decided_on", "Isi tanggal seperti 17/2/2026."),
        ({"decided_on": "2999-01-01"}, "decided_on", "belum tiba"),
        ({"document_link": "javascript:alert(1)"}, "document_link", "diawali https://"),
    ],
)
async def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(
    ground: Ground, office: Office, web: httpx.AsyncClient, typed: dict[str, str], field: str, sentence: str
) -> None:
    session, _ = await make_session(ground)
    number = await make_known(ground, session, "Saluran")
    desk = OutcomeDesk(web, session, office.bearer("secretariat"))
    refused = await desk.write(number, **{"next_step": "Tetap ada di sini", **typed})
    assert (refused.status_code, "Tetap ada di sini" in refused.text) == (422, True)
    error = re.findall(rf'id="f-{field}-error">.*?</span></span>', refused.text, re.DOTALL)
    assert len(error) == 1, refused.text
    assert sentence in error[0] or field == "reason"
    async with ground.database.read() as db:
        assert await db.scalar(select(Outcome)) is None


async def test_a_responder_answers_for_their_own_agency_alone_and_does_not_publish(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, _ = await make_session(ground)
    mine, other = await make_known(ground, session, "Saluran"), await make_known(ground, session, "Puskesmas", agency="Dinas Kesehatan")
    async with ground.database.write() as db:
        account = (await db.scalars(select(Account).where(Account.login == "responder"))).one()
        account.agency = "D.P.U.P.R. Kota Pekalongan"
    await web.post("/masuk", data={"login": "responder", "password": PASSWORD})
    headers = {"X-CSRF-Token": re.findall(r'name="csrf" value="([^"]+)"', (await web.get(f"/meja/{session.slug}/hasil")).text)[0]}
    desk = OutcomeDesk(web, session, {})
    text = await desk.get()
    assert (mine in text, other in text, "Puskesmas" in text) == (True, False, False)
    data = {"level": "agency", "verdict": "accommodated", "decided_on": "2021-03-01"}
    answers = [
        await web.post(f"{desk.base}/tulis", data={**data, "number": number, **more}, headers=headers)
        for number, more in ((mine, {}), (other, {}), (mine, {"level": "plan"}))
    ]
    assert [answer.status_code for answer in answers] == [303, 403, 403]
    assert (await web.get(f"{desk.base}/terbitkan")).status_code == 403
    async with ground.database.read() as db:
        assert [(row.level, row.publication_id) for row in await db.scalars(select(Outcome))] == [(Level.AGENCY, None)]


async def test_a_responder_reads_no_draft_of_another_level(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground, tier=Tier.DISTRICT)
    number = await make_known(ground, session, "Saluran")
    await OutcomeDesk(web, session, office.bearer("secretariat")).write(number, level="district", verdict="agreed", reason=SECRET)
    async with ground.database.write() as db:
        account = (await db.scalars(select(Account).where(Account.login == "responder"))).one()
        account.agency = "DPUPR"
    await web.post("/masuk", data={"login": "responder", "password": PASSWORD})
    desk = OutcomeDesk(web, session, {})
    texts = [await desk.get(path) for path in ("", "/ringkasan", *(f"/tulis?number={number}&tingkat={level.value}" for level in LEVELS))]
    assert [SECRET in text for text in texts] == [False] * len(texts)
    assert all('name="level" value="agency"' in text for text in texts[2:])


async def test_the_plenarys_decisions_become_drafts_of_the_forums_own_level_once(
    ground: Ground, office: Office, web: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So many that one transaction would be too long.
    monkeypatch.setattr(writing, "MOST", 2)
    session, (a, b, c, _) = await make_plenary(ground, tier=Tier.DISTRICT)
    by = await seen_by(ground, session)
    async with ground.database.write() as db:
        await plenary.agree(db, ground.vault, session.id, [a, b], by, was={})
    async with ground.database.write() as db:
        await plenary.not_agree(db, ground.vault, session.id, [c], (Reason.CEILING_EXCEEDED, None), await seen_by(ground, session), was={})
    desk = OutcomeDesk(web, session, office.bearer("secretariat"))
    answers = [await web.post(f"{desk.base}/dari-pleno", headers=desk.headers) for _ in range(2)]
    assert [answer.headers["location"].rpartition("/")[2] for answer in answers] == [
        "terbitkan?kabar=pleno&jumlah=3",
        "hasil?kabar=nothing_decided",
    ]
    async with ground.database.read() as db:
        rows = await db.execute(
            select(Proposal.number, Outcome).join(Outcome, Outcome.proposal_id == Proposal.id).order_by(Proposal.number)
        )
        said = [(number, row.level, row.verdict, row.reason_code, row.publication_id) for number, row in rows]
    assert said == [
        (a, Level.DISTRICT, Verdict.AGREED, None, None),
        (b, Level.DISTRICT, Verdict.AGREED, None, None),
        (c, Level.DISTRICT, Verdict.NOT_AGREED, "ceiling_exceeded", None),
    ]


async def test_the_summary_counts_what_waits_by_agency_and_level(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground, tier=Tier.DISTRICT)
    a, b, _ = [await make_known(ground, session, f"Usulan {n}", await make_writer(ground, session, f"Warga {n * 4}")) for n in "xyz"]
    await make_known(ground, session, "Puskesmas", agency="Dinas Kesehatan")
    desk = OutcomeDesk(web, session, office.bearer("secretariat"))
    await desk.write(a, level="district", verdict="agreed")
    await desk.write(b, level="district", verdict="not_agreed", reason_code="good_condition")
    await desk.publication()
    await tell_all(ground, await publications(ground, session))
    text = await desk.get("/ringkasan")
    body = [re.findall(r">(\d+)<", row) for row in re.findall(r"<tr>(.*?)</tr>", text, re.DOTALL)]
    # Of DPUPR one waits for the district and one for the agency, of the other office one for the district; publication 1 told two of two answers.
    assert body == [[], ["0", "1", "1", "0", "0", "0"], ["0", "1", "0", "0", "0", "0"], [], ["1", "2", "2"]]


def test_every_level_may_say_something_and_everything_leads_somewhere() -> None:
    for level in LEVELS:
        for verdict in MAY_SAY[level]:
            ahead_now = ahead(Level.VILLAGE, {level: verdict})
            assert bool(ahead_now) == (verdict in ONWARD and level is not LEVELS[-1])
            assert follows(level, verdict) == (f"to_{ahead_now[0].value}" if ahead_now else follows(level, verdict))
    assert set(FIRST_LEVEL) == {tier.value for tier in Tier}
    assert ahead(Level.DISTRICT, {}) == LEVELS[1:]
