"""What can happen to a person around a forum, in any order: each step by the service or door that an office or the person would use.

Whoever is made here has names, numbers and words that nobody else has, so that anything left of them can be found.
"""

import random
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import select, update

from app.assembly import handlers
from app.closing.archive import make_archive, want_archive
from app.database.tables import new_id
from app.guests.deputies import Comes, name_guest
from app.guests.importing import take_in
from app.guests.models import InviteePlace
from app.guests.rows import Wanted
from app.hall.checkin import Scan as Press
from app.hall.checkin import add_walk_in, check_in
from app.hall.guests import describe
from app.hall.people import GuestFields
from app.hall.placeholders import join
from app.invitations.links import token_for
from app.invitations.models import Seat
from app.invitations.publish import publish
from app.invitations.switching import switch_place
from app.notices.hand import claim, mark_sent
from app.outbox.worker import Worker
from app.papers.keying import key_in
from app.papers.models import Scan, ScanKind
from app.participants.models import Participant
from app.participants.service import Person, open_contact, placeholder
from app.proposals.handing import Sheet, hand_in
from app.proposals.replies import Reply, reply
from app.readiness import rehearsal
from app.registration.applying import Sender, apply
from app.registration.decisions import Item, decide
from app.registration.form import ApplicationForm
from app.registration.models import Application, ApplicationState
from app.registration.selection import Choice
from app.rights.correction import Corrected, correct
from app.sessions.models import ForumSession, SessionState, Site
from app.sessions.service import change_state
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session
from tests.factories_papers import PDF, keyed, make_scan
from tests.factories_proposals import make_proposal
from tests.factories_registration import form_values

DESK = "account:desk"
BETWEEN = re.compile(r"[\s().\-–·/+]")


@dataclass(frozen=True)
class Words:
    """All that could lead to somebody: names as they stand at one time or another, and what was confided."""

    names: tuple[str, ...]
    digits: str
    mail: str
    address: str
    needs: str
    guardian: str
    guardian_digits: str
    former: tuple[str, ...] = ()
    """Numbers, e-mail and addresses that were corrected since."""

    @property
    def needles(self) -> list[str]:
        """Pieces that nobody else has, in small letters; numbers bare of signs."""
        said = [word for name in (*self.names, self.guardian) for word in name.casefold().split()]
        confided = (self.mail.partition("@")[0], self.address.casefold(), self.needs.casefold().rpartition(" ")[2])
        before = (one.partition("@")[0].casefold() for one in self.former)
        return [*said, *filter(None, (*confided, self.digits, self.guardian_digits, *before))]

    def found(self, data: bytes | str) -> list[str]:
        """Which of these stand in the data, numbers in any spelling."""
        text = (data if isinstance(data, str) else data.decode("utf-8", "replace")).casefold()
        bare = BETWEEN.sub("", text)
        return [one for one in self.needles if one in (bare if one.isdigit() else text)]


def somebody(dice: random.Random) -> Words:
    """A person whom nobody else resembles."""

    def odd(begins: str) -> str:
        return begins + "".join(dice.choice("bdgjklmnprst") + dice.choice("aiueo") for _ in range(4))

    names = tuple(f"{odd('Wul')} {odd('Pra')}" for _ in range(3))
    digits = [f"857{dice.randrange(10**7, 10**8)}" for _ in range(2)]
    address, needs = f"Gang {odd('Mel')} {dice.randint(11, 99)}", f"Juru bahasa bernama {odd('Yul')}"
    return Words(names, digits[0], f"{odd('w')}@contoh.example", address, needs, f"{odd('Kus')} {odd('Tres')}", digits[1])


def said_of(one: Words) -> str:
    """What somebody wrote about a person who held the seat, when another came."""
    return " atau ".join((f"Usul pos ronda, kata {one.names[0]}. Hubungi 0{one.digits}", *filter(None, (one.mail, *one.former))))


class Life:
    """One person in one session; `person_id` from the moment they are known, `token` while they have a seat.

    `before` are who held the seat before, the invited first, who is `listed` with what the guest list says.
    """

    def __init__(self, ground: Ground, office: Office, calls: httpx.AsyncClient, seed: str) -> None:
        self.ground, self.office, self.calls, self.dice = ground, office, calls, random.Random(seed)
        self.words = somebody(self.dice)
        self.listed = self.words
        self.before: list[Words] = []
        self.name = self.words.names[0]
        self.person_id, self.token, self.seat_id = "", "", ""
        self.application_id: str | None = None
        self.place_id: str | None = None
        self.session: ForumSession
        self.sites: list[Site]

    @property
    def now(self) -> Any:
        return self.ground.clock.now()

    @property
    def phone(self) -> str:
        """The number in one of its spellings."""
        return self.spelled(self.words.digits)

    def spelled(self, d: str) -> str:
        """A number as people write it."""
        spelled = (
            f"0{d}",
            f"+62 {d[:3]}-{d[3:7]}-{d[7:]}",
            f"62{d}",
            f"0{d[:3]} {d[3:7]} {d[7:]}",
            f"(0{d[:3]}) {d[3:7]}.{d[7:]}",
            f"0062{d}",
        )
        return self.dice.choice(spelled)

    def talk(self) -> str:
        """A line in which the person is named, by one name or another, with number or address."""
        name = self.dice.choice([self.name, self.name.upper(), "  ".join(self.name.split()), self.name.replace(" ", "-")])
        w = self.words
        known = [
            (w.digits, self.phone),
            (w.mail, w.mail),
            (w.address, w.address),
            (w.guardian, f"wali {w.guardian}"),
            (name, f"Ibu {name}"),
            *((one, self.spelled(one) if one.isdigit() else one) for one in w.former),
        ]
        more = self.dice.choice([said for confided, said in known if confided])
        return f"Usul perbaikan saluran {self.dice.randint(1, 999)}, kata {name}. Hubungi {more} saja"

    async def begin(self) -> None:
        """The session, with a neighbour who has a seat in it."""
        self.session, self.sites = await make_session(self.ground, publication="live")
        comes = self.dice.choice([self.applies, self.applies_late, self.is_on_a_list, self.walks_in])
        # Only what somebody confided can be looked for when they want to be forgotten.
        if comes in (self.is_on_a_list, self.walks_in):
            self.words = replace(self.words, address="", needs="", guardian="", guardian_digits="")
        if comes == self.walks_in:
            self.words = replace(self.words, digits="", mail="")
        await comes()

    async def applies(self, *, late: bool = False) -> None:
        w, now = self.words, self.now
        values = form_values(
            name=self.name, phone=f"0{w.digits}", email=w.mail, address=w.address, element="anak", age_group="child", needs=w.needs,
            disability=w.needs, disability_data=True, guardian_name=w.guardian, guardian_phone=f"0{w.guardian_digits}", wish=self.talk(),
            capacity=f"Anak {self.name}"[:100],
        )  # fmt: skip
        async with self.ground.database.write() as db:
            if late:
                await db.execute(
                    update(ForumSession).where(ForumSession.id == self.session.id).values(registration_closes_at=now - timedelta(hours=1))
                )
            form, sender = ApplicationForm.model_validate(values), Sender(late_consent=late)
            made = await apply(db, self.ground.vault, self.session.id, form, sender, received_at=now, now=now)
        self.person_id, self.application_id = made.participant_id, made.id

    async def applies_late(self) -> None:
        await self.applies(late=True)

    async def is_on_a_list(self) -> None:
        w = self.listed = self.words
        wanted = Wanted(
            f"PKK {self.name}", f"Ketua {self.name}", self.name, 1, "warga", self.sites[0].id, phone=f"+62{w.digits}", email=w.mail
        )
        async with self.ground.database.write() as db:
            await take_in(db, self.ground.vault, self.session.id, new_id(), f"Titipan {self.name}", [wanted], actor=DESK, now=self.now)
            place = (await db.scalars(select(InviteePlace).where(InviteePlace.session_id == self.session.id))).one()
        self.person_id, self.place_id = place.participant_id, place.id
        await self._find_seat()

    async def _find_seat(self) -> None:
        async with self.ground.database.read() as db:
            seat = await db.scalar(select(Seat).where(Seat.participant_id == self.person_id))
        if seat is not None:
            self.seat_id, self.token = seat.id, token_for(self.ground.vault, seat.id, seat.generation)

    async def is_selected(self) -> None:
        if self.application_id is None or self.token:
            return
        async with self.ground.database.write() as db:
            one = await db.get_one(Application, self.application_id)
            choice = Choice.ADMIT if one.state is ApplicationState.LATE else Choice.SELECT
            item = [Item(one.id, one.version)]
            why = f"Karena {self.name}, {self.phone}"
            await decide(db, self.ground.vault, self.session.id, item, choice, why, actor=DESK, now=self.now)
            if choice is Choice.SELECT:
                await publish(db, self.ground.vault, self.session.id, actor=DESK, now=self.now)
        await self._find_seat()

    async def is_written_to(self) -> None:
        """Everything that is due is done: letters leave by mail, wishes become proposals."""
        worker = Worker(self.ground.database, self.ground.clock, handlers(self.ground))
        while await worker.once():
            pass

    async def is_told_by_hand(self) -> None:
        async with self.ground.database.write() as db:
            for row in await claim(db, self.session.id, DESK, self.now):
                await mark_sent(db, self.session.id, row, DESK, self.now)

    async def moves(self) -> None:
        if self.token:
            async with self.ground.database.write() as db:
                place = self.dice.choice(["online", *(f"in_person:{one.code}" for one in self.sites)])
                await switch_place(db, self.ground.vault, self.seat_id, place, now=self.now)

    async def is_renamed(self) -> None:
        """A slip in the name is corrected; others go on writing the old one."""
        self.name = self.dice.choice(self.words.names)
        async with self.ground.database.write() as db:
            person = await db.get_one(Participant, self.person_id)
            known = open_contact(self.ground.vault, person)
            given = Corrected(name=self.name, phone=known.phone, email=known.email, address=known.address, capacity=person.capacity)
            await correct(db, self.ground.vault, self.person_id, given, actor=DESK, now=self.now)

    async def is_reached_anew(self) -> None:
        """Whatever was confided of number, e-mail and address is corrected; others go on writing the old ones."""
        w, new = self.words, somebody(self.dice)
        confided = {"digits": w.digits, "mail": w.mail, "address": w.address}
        changed = {name: getattr(new, name) for name, value in confided.items() if value}
        self.words = replace(w, **changed, former=(*w.former, *filter(None, confided.values())))
        phone = f"+62{self.words.digits}" if self.words.digits else None
        async with self.ground.database.write() as db:
            person = await db.get_one(Participant, self.person_id)
            reached = {"phone": phone, "email": self.words.mail or None, "address": self.words.address or None}
            given = Corrected(name=person.name, capacity=person.capacity, **reached)
            await correct(db, self.ground.vault, self.person_id, given, actor=DESK, now=self.now)

    async def is_stood_in_for(self) -> None:
        """From here on this is the life of the deputy; whoever held the seat before is spoken of as well, and does not ask to be forgotten."""
        if self.place_id is None:
            return
        self.before.append(self.words)
        self.words = replace(somebody(self.dice), mail="", address="", needs="", guardian="", guardian_digits="")
        self.name = self.words.names[0]
        async with self.ground.database.write() as db:
            comes = Comes(self.name, f"+62{self.words.digits}")
            await name_guest(db, self.ground.vault, self.session.id, self.place_id, comes, actor=DESK, now=self.now)
            (await db.get_one(ForumSession, self.session.id)).public_proposals_until = self.now + timedelta(days=1)
            await db.flush()
            sheet = Sheet(nonce=new_id(), text=said_of(self.before[-1]), author="Warga", capacity="RT 3")
            await hand_in(db, self.ground.vault, self.session.id, sheet, received_at=self.now, now=self.now)

    async def has_a_letter(self) -> None:
        if self.place_id is not None:
            answer = await self.calls.post(f"/meja/{self.session.slug}/tamu/surat/cetak", headers=self.office.bearer("secretariat"))
            assert answer.status_code == 200, answer.text

    async def practises(self) -> None:
        async with self.ground.database.write() as db:
            await rehearsal.begin(db, self.ground.vault, self.session.id, actor=DESK, now=self.now)
        await self.is_spoken_of()
        async with self.ground.database.write() as db:
            await rehearsal.wipe(db, self.ground.vault, self.session.id, actor=DESK, now=self.now)

    async def change(self, to: SessionState) -> None:
        async with self.ground.database.write() as db:
            await change_state(db, self.ground.vault, self.session.id, to, actor=DESK, reason=None, now=self.now)

    async def is_checked_in(self) -> None:
        async with self.ground.database.write() as db:
            press = Press(new_id())
            await check_in(db, self.ground.vault, self.dice.choice(self.sites), self.person_id, press, actor=DESK, now=self.now)

    async def walks_in(self) -> None:
        """On no list at all: the door knows a name, and more when somebody has time to ask."""
        site = self.sites[0]
        async with self.ground.database.write() as db:
            person = Person(name=self.name, site_id=site.id, capacity=f"Kader {self.name}")
            guest, _ = await add_walk_in(db, self.ground.vault, site, person, Press(new_id()), actor=DESK, now=self.now)
            known = GuestFields(name=self.words.names[2], institution=f"PKK {self.name}")
            await describe(db, self.ground.vault, self.session, site, guest.id, known, actor=DESK, now=self.now)
            self.person_id = guest.id
        await self.is_known_later()

    async def is_known_later(self) -> None:
        """Of whom somebody in the hall only had a name turns out to be this person."""
        async with self.ground.database.write() as db:
            ghost = await placeholder(db, self.session.id, self.name, f"RT {self.name}", self.sites[0].id, now=self.now)
            await join(db, self.ground.vault, self.session.id, ghost, self.person_id, actor=DESK, now=self.now)

    async def speaks(self) -> None:
        if self.token:
            kind = self.dice.choice(["chat", "aspiration"])
            await self._say({"Authorization": f"Bearer {self.token}"}, {"kind": kind, "text": self.talk()})

    async def is_spoken_of(self) -> None:
        """By the operator: a relayed line of this name, words typed for the person, and others' words about them."""
        who = self.office.bearer("operator")
        await self._say(who, {"text": self.talk(), "via": "relay", "source": "zoom", "for": {"name": "Warga"}})
        stranger = {"name": "Ibu, RT 3"}
        await self._say(
            who, {"kind": "aspiration", "text": self.talk(), "via": "hall", "for": stranger, "on_behalf": f"keluarga {self.name}"}
        )
        await self._say(who, {"kind": "aspiration", "text": self.talk(), "via": "hall", "for": self.person_id})

    async def hands_in(self) -> None:
        whose = self.person_id if self.token and self.dice.random() < 0.5 else None
        async with self.ground.database.write() as db:
            (await db.get_one(ForumSession, self.session.id)).public_proposals_until = self.now + timedelta(days=1)
            await db.flush()
            sheet = Sheet(nonce=new_id(), text=self.talk(), author=self.name, capacity="RT 3", participant_id=whose)
            await hand_in(db, self.ground.vault, self.session.id, sheet, received_at=self.now, now=self.now)

    async def is_on_paper(self) -> None:
        fields = keyed(name=self.name, title="Pos ronda", text=self.talk(), location=self.words.address or "Jalan Buton")
        async with self.ground.database.write() as db:
            form = await key_in(db, self.ground.vault, self.session, new_id(), fields, None, within=None, actor=DESK, now=self.now)
            said = Reply(new_id(), f"Sudah dibahas. {self.talk()}", "Kepala Dinas", "DPUPR")
            await reply(db, self.ground.vault, self.session, form.proposal, said, actor=DESK, now=self.now)

    async def is_scanned(self) -> None:
        scan = await make_scan(self.ground, self.session, ScanKind.FORMS, content=PDF[:-6] + new_id().encode() + b"%%EOF\n")
        async with self.ground.database.write() as db:
            (await db.get_one(Scan, scan.id)).note = f"Formulir {self.name}"

    async def is_proposed_for(self) -> None:
        number = await make_proposal(self.ground, self.session)
        form = {"title": f"Jalan depan rumah {self.name}", "personal_checked": "1", "published": "1"}
        await self.calls.post(f"/meja/{self.session.slug}/usulan/{number}", data=form, headers=self.office.bearer("secretariat"))

    async def is_exported(self) -> None:
        for table in ("proposals", "attendance", "chat", "audit"):
            await self._fetch(f"/api/v1/sessions/{self.session.slug}/exports/{table}.csv")

    async def is_archived(self) -> None:
        async with self.ground.database.write() as db:
            file = await want_archive(
                db, self.ground.vault, await db.get_one(ForumSession, self.session.id), "id", actor=DESK, now=self.now
            )
        await make_archive(self.ground, file.id)

    async def _say(self, who: dict[str, str], body: dict[str, Any]) -> None:
        sent = {"cid": new_id(), "kind": "chat", **body}
        answer = await self.calls.post(f"/api/v1/rooms/{self.session.room}/messages", json=sent, headers=who)
        assert answer.status_code in {201, 409, 429}, answer.text

    async def _fetch(self, address: str) -> bytes:
        answer = await self.calls.get(address, headers=self.office.bearer("secretariat"))
        assert answer.status_code == 200, answer.text
        return answer.content

    async def change_to_live_with_everything(self) -> None:
        """The steps that leave words of the person in texts of others."""
        await self.change(SessionState.LIVE)
        for step in (self.is_spoken_of, self.hands_in, self.is_on_paper, self.is_scanned):
            await step()

    async def live(self) -> list[str]:
        """A random life: what happened, in its order."""
        await self.begin()
        before = [
            *(self.is_selected, self.is_selected, self.is_written_to, self.is_told_by_hand, self.moves, self.is_renamed),
            *(
                self.is_reached_anew,
                self.is_stood_in_for,
                self.is_stood_in_for,
                self.has_a_letter,
                self.practises,
                self.hands_in,
                self.is_on_paper,
            ),
        ]
        during = [
            *(
                self.is_checked_in,
                self.is_known_later,
                self.speaks,
                self.speaks,
                self.is_spoken_of,
                self.hands_in,
                self.is_on_paper,
                self.is_renamed,
                self.is_reached_anew,
            ),
            *(self.is_scanned, self.is_exported, self.is_archived, self.is_written_to, self.moves, self.is_proposed_for),
        ]
        lived = await self._some(before)
        await self.change(SessionState.LIVE)
        lived += ["opens", *await self._some(during)]
        if self.dice.random() < 0.5:
            await self.change(SessionState.ENDED)
            lived += ["ends", *await self._some([self.is_renamed, self.hands_in, self.is_on_paper, self.is_archived])]
        return lived

    async def _some(self, steps: list[Callable[[], Awaitable[None]]]) -> list[str]:
        chosen = self.dice.sample(steps, self.dice.randint(len(steps) * 2 // 3, len(steps)))
        for step in chosen:
            await step()
        return [step.__name__ for step in chosen]
