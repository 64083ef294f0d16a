"""Who asks to be forgotten is found nowhere afterwards: not in any table, file, log, export or room; what they proposed in public stays."""

import json
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import LargeBinary, cast, func, select, update
from sqlalchemy import Text as TextType
from sqlalchemy.ext.asyncio import AsyncSession

from app.assembly import handlers
from app.audit.service import verify
from app.chat.models import Message, MessageState
from app.closing.archive import make_archive, want_archive
from app.database.tables import new_id
from app.guests.importing import take_in
from app.guests.models import InviteePlace
from app.guests.rows import Wanted
from app.hall.guests import describe
from app.hall.people import GuestFields
from app.hall.placeholders import complete, join
from app.invitations.join import open_device
from app.invitations.links import token_for
from app.invitations.models import Seat
from app.journal.service import DESK, PUBLIC, read
from app.kept.models import KeptFile, KeptPiece, KeptState, Purpose
from app.kept.service import drop
from app.notices.models import Notice
from app.outbox.models import Job
from app.outbox.worker import Again
from app.papers.keying import key_in
from app.papers.models import Scan, ScanKind
from app.participants.models import Consent, Participant
from app.participants.service import Former, former_of, placeholder
from app.planning import assessing
from app.planning import service as plenary
from app.planning.delegates import Named, add_delegate
from app.planning.models import Assessor, Delegate, PlenaryStep, Score
from app.planning.points import set_scheme
from app.planning.presets import PRESETS
from app.planning.undoing import undo
from app.proposals.choices import Reason, Via
from app.proposals.handing import Sheet, hand_in
from app.proposals.models import Proposal, ProposalSource, ProposalStatus, ProposalVersion
from app.proposals.replies import Reply, reply
from app.registration.keys import status_key
from app.registration.models import Application, Decision
from app.rights.correction import Corrected, correct
from app.rights.erasure import ask, let_happen
from app.rights.forgotten import ERASE, FILE
from app.rights.models import Erasure, ErasureState
from app.rights.words import REMOVED
from app.sessions.models import ForumSession, SessionState
from app.tables import metadata
from app.web.ground import Ground
from tests.conftest import Office, serving
from tests.factories import make_session
from tests.factories_invitations import make_seat
from tests.factories_papers import keyed, make_scan
from tests.factories_plenary import make_verified, seen_by
from tests.factories_registration import apply_via_service
from tests.factories_scoring import assessors, gave
from tests.room_client import Client

NAME, FORMER, GUARDIAN = "Wulandari Prabaningrum", "Wulandari Tjokroatmojo", "Kusumawardhani Tresnawati"
PERSON: dict[str, Any] = {
    "name": FORMER,
    "phone": "0857-1122-3344",
    "email": "wulan.praba@example.org",
    "address": "Gang Teratai Merah 17",
    "element": "anak",
    "age_group": "child",
    "capacity": "Ketua Forum Anak Kandang Panjang",
    "disability": "Tunarungu sejak lahir",
    "needs": "Juru bahasa isyarat bernama Yulianto",
    "disability_data": True,
    "guardian_name": GUARDIAN,
    "guardian_phone": "+62 812-7788-9900",
    "wish": "Taman baca di Gang Teratai Merah 17",
}
NEEDLES = (
    *("wulandari", "prabaningrum", "tjokroatmojo", "kusumawardhani", "tresnawati", "wulan.praba", "teratai merah", "forum anak kandang"),
    *("tunarungu sejak", "bernama yulianto", "85711223344", "1122-3344", "1122 3344", "81277889900", "7788-9900", "7788 9900"),
)
"""What could lead to her or her guardian, in small letters."""


def found(data: bytes | str) -> list[str]:
    text = (data if isinstance(data, str) else data.decode("utf-8", "replace")).lower()
    return [needle for needle in NEEDLES if needle in text]


class Story:
    """The session in which she took part, with the ways in for her and for others."""

    def __init__(self, session: ForumSession, application: Application, hers: str, other: str) -> None:
        self.session, self.application, self.hers, self.other = session, application, hers, other


async def lived(ground: Ground, office: Office) -> Story:
    """She registers, is decided about, comes in by her link; others speak, also about her."""
    session, sites = await make_session(ground, state=SessionState.LIVE)
    now = ground.clock.now()
    application = await apply_via_service(ground, session, **PERSON)
    seat = Seat(id=new_id(), session_id=session.id, participant_id=application.participant_id, way="online", generation=1, issued_at=now)
    async with ground.database.write() as db:
        db.add(seat)
        await db.flush()
        await open_device(db, seat, now)
        db.add(
            Decision(
                application_id=application.id,
                run_id=new_id(),
                version=2,
                before="submitted",
                after="selected",
                reason=f"{NAME} mewakili anak, wali 0812 7788 9900",
                by="account:x",
                at=now,
            )
        )
        (await db.get_one(Application, application.id)).reason = f"Untuk {NAME.upper()}"
        given = {"phone": PERSON["phone"], "email": PERSON["email"], "address": PERSON["address"], "capacity": PERSON["capacity"]}
        corrected = Corrected.model_validate({"name": NAME, **given})
        await correct(db, ground.vault, application.participant_id, corrected, actor="account:x", now=now)
    await besides(ground, session, application.participant_id)
    _, other = await make_seat(ground, session, "Budi Santoso", phone="+6281234567890")
    assert sites
    return Story(session, application, token_for(ground.vault, seat.id, 1), other)


async def besides(ground: Ground, session: ForumSession, person_id: str) -> None:
    """Her seat on a guest list, forms on paper and from the public page, an answer that names her, a scan, and files made before."""
    vault, now = ground.vault, ground.clock.now()
    async with ground.database.write() as db:
        guest = Wanted(
            "PKK Kandang Panjang", f"Ketua ({FORMER})", NAME, 1, "online", None, phone="+6285711223344", email="wulan.praba@example.org"
        )
        await take_in(db, vault, session.id, new_id(), f"Titipan {NAME}.xlsx", [guest], actor="account:x", now=now)
        place = (await db.scalars(select(InviteePlace))).one()
        ghost = await db.get_one(Participant, place.participant_id)
        ghost.merged_into = person_id
        held = await db.get_one(ForumSession, session.id)
        held.public_proposals_until = now + timedelta(days=1)
    sheet = Sheet(nonce=new_id(), text=f"Tong sampah. {FORMER}, 0857 1122 3344", author=NAME.upper(), capacity="RT 3")
    fields = keyed(name=NAME, title="Pos ronda", text=f"Tanya {NAME} saja", location="Gang Teratai Merah 17")
    async with ground.database.write() as db:
        await hand_in(db, vault, session.id, sheet, received_at=now, now=now)
        form = await key_in(db, vault, session, new_id(), fields, None, within=None, actor="account:x", now=now)
        said = Reply(new_id(), f"Sudah kami bahas dengan {FORMER}", "Kepala Dinas", "DPUPR")
        await reply(db, vault, session, form.proposal, said, actor="account:x", now=now)
    await named_in_plenary(ground, session)
    scan = await make_scan(ground, session, ScanKind.FORMS)
    async with ground.database.write() as db:
        (await db.get_one(Scan, scan.id)).note = f"Formulir {NAME}"
        archive = await want_archive(db, vault, session, "id", actor="account:x", now=now)
    await make_archive(ground, archive.id)


async def named_in_plenary(ground: Ground, session: ForumSession) -> None:
    """She is a delegate, and the plenary wrote her name beside somebody else's proposal, also in steps that were taken back."""
    number = await make_verified(ground, session, "Gardu")
    verbs: tuple[tuple[Any, tuple[Any, ...]], ...] = (
        (add_delegate, (Named(NAME, "anak", "female"),)),
        (plenary.fill, ([number], {"place": f"Rumah {FORMER}", "program": "Keamanan"})),
        (plenary.not_agree, ([number], (Reason.OTHER, f"Lahan {NAME}, 0857 1122 3344"))),
        (plenary.fill, ([number], {"place": f"Depan {NAME}"})),
        (undo, ()),
        (set_scheme, (PRESETS["penilai"],)),
        (assessing.add, (NAME, None)),
    )
    for verb, args in verbs:
        by = await seen_by(ground, session)
        async with ground.database.write() as db:
            await verb(db, ground.vault, session.id, *args, by)
    (one,) = await assessors(ground, session)
    await gave(ground, session, one, number, 7, remark=f"Menurut {FORMER} perlu")


async def speak(ground: Ground, office: Office, story: Story, address: str) -> dict[str, Any]:
    """Words of hers and about her in every state that words can have."""
    room, said = story.session.room, {}
    moderator, operator = office.tokens["moderator"], office.tokens["operator"]
    async with (
        Client(address, room, story.hers) as hers,
        Client(address, room, story.other) as other,
        Client(address, room, moderator) as staff,
    ):
        said["public"] = await hers.say(f"Perbaikan trotoar Jalan Bandeng. {NAME}, 085711223344", "aspiration")
        said["quiet"] = await hers.say("Lampu jalan di Gang Teratai Merah 17 mati", "aspiration")
        said["chat"] = await hers.say("Salam dari saya")
        said["about"] = await other.say("Terima kasih wulandari  prabaningrum, nomornya +62 857 1122 3344 kan?")
        async with Client(address, room, operator) as hall:
            relayed = {"via": "relay", "source": "zoom", "for": {"name": "Warga"}}
            assert (await hall.say(f"Kata {FORMER} di Zoom: setuju", **relayed))["t"] == "ack"
            said["typed"] = await hall.say(
                "Usul taman baca", "aspiration", via="hall", on_behalf=f"anak {NAME}", **{"for": story.application.participant_id}
            )
        assert (await staff.mod("mute", story.application.participant_id, v={"seconds": 60}, reason=f"{NAME} mengulang"))["t"] == "ok"
        assert (await staff.mod("unmute", story.application.participant_id))["t"] == "ok"
        assert (await staff.mod("premoderate", v={"on": True}))["t"] == "ok"
        said["held"] = await hers.say(f"Ditahan: saya {NAME}")
        assert (await staff.mod("premoderate", v={"on": False}))["t"] == "ok"
        assert (await staff.mod("announce", v={"text": f"Selamat datang {NAME}"}))["t"] == "ok"
    assert [one["t"] for one in said.values()] == ["ack"] * len(said), said
    async with ground.database.write() as db:
        public = await db.scalar(select(Proposal).where(Proposal.number == said["public"]["proposal"]))
        assert public is not None
        public.published_at, public.status, public.title = ground.clock.now(), ProposalStatus.VERIFIED, f"Trotoar usulan {NAME}"
        public.personal_checked_at = ground.clock.now()
    return said


async def everywhere(ground: Ground) -> dict[str, list[str]]:
    """Where anything of her is found: every cell of every table, and the very bytes of an embedded database."""
    places: dict[str, list[str]] = {}
    async with ground.database.read() as db:
        for table in metadata.sorted_tables:
            for column in table.columns:
                plain = column if isinstance(column.type, LargeBinary) else cast(column, TextType)
                for (cell,) in await db.execute(select(plain).where(column.is_not(None))):
                    if hits := found(cell):
                        places.setdefault(f"{table.name}.{column.name}", []).extend(hits)
    if ground.database.on_sqlite:
        path = Path(ground.settings.database_url.split(":///", 1)[1])
        for file in (path, path.with_name(path.name + "-wal")):
            if file.exists() and (hits := found(file.read_bytes())):
                places[file.name] = hits
    return places


async def test_nothing_of_the_person_is_found_afterwards(ground: Ground, office: Office, capfd: pytest.CaptureFixture[str]) -> None:
    story = await lived(ground, office)
    person_id, job = story.application.participant_id, handlers(ground)
    async with serving(ground) as address:
        said = await speak(ground, office, story, address)
        await job["proposals.wish"]({"application_id": story.application.id})
        assert len(await everywhere(ground)) > 8
        async with ground.database.write() as db:
            now = ground.clock.now()
            asked = await ask(db, ground.vault, story.session, person_id, actor=f"person:{person_id}", now=now)
        with pytest.raises(Again):
            await job[ERASE]({"erasure_id": asked.id})
        async with ground.database.write() as db:
            await let_happen(db, ground.vault, story.session, asked.id, actor="account:x", now=now)
        await done(ground, asked.id)
        async with Client(address, story.session.room, story.other) as other:
            history = await other.ask(t="history", before=10_000, n=200)
            assert found(json.dumps([history["e"], other.events, other.snapshots, other.welcome], ensure_ascii=False)) == []
        async with httpx.AsyncClient(base_url=address, timeout=60, headers=office.bearer("secretariat")) as calls:
            for table in ("proposals", "attendance", "chat", "audit"):
                export = await calls.get(f"/api/v1/sessions/{story.session.slug}/exports/{table}.csv")
                assert (export.status_code, found(export.content)) == (200, []), table
            key = status_key(ground.vault, story.application.id, 1)
            gone = await calls.get(f"/r/{key}", headers={"Accept": "text/html"})
            assert (gone.status_code, found(gone.content)) == (410, [])
    await job[ERASE]({"erasure_id": asked.id})
    await files_are_called_back(ground, person_id)
    assert await everywhere(ground) == {}
    assert found("".join(capfd.readouterr())) == []
    await what_stays(ground, story, said)


async def files_are_called_back(ground: Ground, person_id: str) -> None:
    """The archive that was made before opens nothing any more, the signed paper does; and who was forgotten is noted beside the database."""
    assert (ground.settings.data_dir / FILE).read_text().split() == [person_id]
    async with ground.database.read() as db:
        files = (await db.scalars(select(KeptFile))).all()
    for file in files:
        if file.state is KeptState.GONE:
            await drop(ground.database, file.id, ground.clock.now())
    async with ground.database.read() as db:
        there = set(await db.scalars(select(KeptPiece.file_id)))
    assert {(file.purpose, file.state, file.id in there) for file in files} == {
        (Purpose.ARCHIVE, KeptState.GONE, False),
        (Purpose.SCAN, KeptState.KEPT, True),
    }


async def done(ground: Ground, erasure_id: str) -> None:
    """Until the job has run, whoever runs it first."""
    with suppress(Again):
        await handlers(ground)[ERASE]({"erasure_id": erasure_id})
    async with ground.database.read() as db:
        assert (await db.get_one(Erasure, erasure_id)).state is ErasureState.DONE


async def what_stays(ground: Ground, story: Story, said: dict[str, Any]) -> None:
    async with ground.database.read() as db:
        person = await db.get_one(Participant, story.application.participant_id)
        pseudonym = f"Peserta {person.number}"
        assert (person.name, person.element, person.erased_at is not None) == (pseudonym, "anak", True)
        numbers = {one.number: one for one in await db.scalars(select(Proposal))}
        public, quiet = numbers[said["public"]["proposal"]], numbers[said["quiet"]["proposal"]]
        assert (public.proposer, public.title, public.published_at is not None) == (pseudonym, f"Trotoar usulan {pseudonym}", True)
        source = (await db.scalars(select(ProposalSource).where(ProposalSource.proposal_id == public.id))).one()
        assert (source.author, source.text, source.gone) == (pseudonym, f"Perbaikan trotoar Jalan Bandeng. {pseudonym}, ▪▪▪", None)
        assert (quiet.title, quiet.status, quiet.published_at) == (REMOVED, ProposalStatus.DECLINED, None)
        assert len(numbers) == 7
        delegate = (await db.scalars(select(Delegate))).one()
        assert (delegate.name, delegate.participant_id, delegate.removed_at) == (pseudonym, person.id, None)
        assert await db.scalar(select(func.count()).select_from(PlenaryStep)) == 8
        assessor = (await db.scalars(select(Assessor))).one()
        assert (assessor.name, assessor.participant_id) == (pseudonym, person.id)
        assert list(await db.scalars(select(Score.remark))) == [f"Menurut {pseudonym} perlu"]
        assert {one.proposer for one in numbers.values() if one.via in {Via.WEB, Via.PAPER}} == {"Warga"}
        versions = await db.scalars(select(ProposalVersion).where(ProposalVersion.proposal_id == quiet.id))
        assert {version.fields["title"] for version in versions} == {REMOVED}
        states = {one.id: one.state for one in await db.scalars(select(Message))}
        mine = {said[one]["id"] for one in ("public", "quiet", "chat", "typed", "held")}
        others = states.keys() - mine
        assert {said["about"]["id"]} < others
        assert states == dict.fromkeys(mine, MessageState.ERASED) | dict.fromkeys(others, MessageState.VISIBLE)
        for log in (PUBLIC, DESK):
            events = [json.loads(one.payload) for one in await read(db, story.session.room, log, 0)]
            assert [one["seq"] for one in events] == list(range(1, len(events) + 1))
            stones = {one["id"] for one in events if one.get("gone") == "erased"}
            assert stones == (mine - {said["held"]["id"]} if log == PUBLIC else {said["held"]["id"]})
        theirs = Notice.participant_id == person.id
        assert await db.scalar(select(func.count()).select_from(Notice).where(theirs)) == 0
        assert await db.scalar(select(func.count()).select_from(Consent).where(Consent.participant_id == person.id)) == 0
        verdict = await verify(db, ground.vault, story.session.id)
        assert (verdict.broken_at, verdict.entries > 5) == (None, True)


async def test_a_second_wish_is_the_same_and_a_live_session_is_waited_for(ground: Ground, office: Office) -> None:
    session, _ = await make_session(ground, state=SessionState.PAUSED)
    application = await apply_via_service(ground, session, name=NAME)
    now = ground.clock.now()
    async with ground.database.write() as db:
        first = await ask(db, ground.vault, session, application.participant_id, actor="account:x", now=now)
        again = await ask(db, ground.vault, session, application.participant_id, actor="account:x", now=now)
        assert first.id == again.id
    with pytest.raises(Again) as waits:
        await handlers(ground)[ERASE]({"erasure_id": first.id})
    assert waits.value.at - now >= timedelta(minutes=9)
    async with ground.database.write() as db:
        await db.execute(update(ForumSession).where(ForumSession.id == session.id).values(state=SessionState.ENDED, ended_at=now))
    await done(ground, first.id)
    async with ground.database.read() as db:
        person = await db.get_one(Participant, application.participant_id)
        assert (person.phone, person.phone_index, person.name) == (None, None, f"Peserta {person.number}")
        assert (await db.scalars(select(Job.payload).where(Job.kind == ERASE))).all() == [{"erasure_id": first.id}]


async def test_names_from_before_anybody_knew_who_it_was_are_forgotten_too(ground: Ground) -> None:
    session, sites = await make_session(ground)
    vault, now, actor = ground.vault, ground.clock.now(), "account:x"
    async with ground.database.write() as db:
        handed = await said_by_others(ground, db, session, f"Ibu RT 3, lalu {GUARDIAN}, {FORMER} dan wulan.praba setuju")
        one, other, anybody = [
            await placeholder(db, session.id, name, None, sites[0].id, now=now) for name in (GUARDIAN, "wulan.praba", "Ibu, RT 3")
        ]
        await complete(db, vault, session.id, one, {"name": FORMER}, actor=actor, now=now)
        await describe(db, vault, session, sites[0], one, GuestFields(name=NAME), actor=actor, now=now)
        for ghost in (other, anybody):
            await join(db, vault, session.id, ghost, one, actor=actor, now=now)
        asked = await ask(db, vault, session, one, actor=actor, now=now)
    await done(ground, asked.id)
    assert await everywhere(ground) == {}
    async with ground.database.read() as db:
        assert await written(db, handed) == "Ibu RT 3, lalu Peserta 1, Peserta 1 dan Peserta 1 setuju"


async def test_numbers_and_addresses_from_before_a_correction_are_forgotten_too(ground: Ground) -> None:
    session, _ = await make_session(ground)
    vault, now = ground.vault, ground.clock.now()
    application = await apply_via_service(ground, session, **PERSON)
    person_id = application.participant_id
    after = {"phone": "+6281300001111", "email": "baru@example.org", "address": "Jalan Kartini 40"}
    async with ground.database.write() as db:
        given = Corrected.model_validate({"name": NAME, "capacity": None, **after})
        await correct(db, vault, person_id, given, actor="account:x", now=now)
        words = "0857 1122 3344, wulan.praba@example.org, Gang Teratai  Merah 17; 0813 0000 1111, Jalan Kartini 40; 0813 0000 2222"
        handed = await said_by_others(ground, db, session, words)
        known = former_of(vault, await db.get_one(Participant, person_id))
        assert known == Former((FORMER,), ("+6285711223344", "wulan.praba@example.org", "Gang Teratai Merah 17"))
        asked = await ask(db, vault, session, person_id, actor="account:x", now=now)
    await done(ground, asked.id)
    assert await everywhere(ground) == {}
    async with ground.database.read() as db:
        assert await written(db, handed) == "▪▪▪, ▪▪▪, ▪▪▪; ▪▪▪, ▪▪▪; 0813 0000 2222"
        person = await db.get_one(Participant, person_id)
        assert (person.former_names, person.former_contacts, person.former_guardians) == (None, None, None)


async def said_by_others(ground: Ground, db: AsyncSession, session: ForumSession, words: str) -> str:
    """A form from the public page in which these words stand; its id."""
    now = ground.clock.now()
    session.public_proposals_until = (await db.get_one(ForumSession, session.id)).public_proposals_until = now + timedelta(days=1)
    sheet = Sheet(nonce=new_id(), text=words, author="Budi")
    return (await hand_in(db, ground.vault, session.id, sheet, received_at=now, now=now)).id


async def written(db: AsyncSession, handed: str) -> str:
    """What now stands in a form."""
    return (await db.scalars(select(ProposalSource.text).where(ProposalSource.source_id == handed))).one()
