"""A message on its way into the log: whose words it carries, how it reads in each log, and the row that stays."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.chat.models import MessageState
from app.chat.people import Person
from app.chat.requests import Kind, Send
from app.clock import millis, moment
from app.journal.service import Entry
from app.proposals.answering import Answer
from app.proposals.capture import Words


@dataclass
class Draft:
    """A message that was accepted; `seq`, `proposal` and the id of a placeholder are filled in as they are given out."""

    id: str
    person: Person
    message: Send
    state: MessageState
    at: datetime
    author_id: str
    author: str
    capacity: str | None
    speaks_for_other: bool
    via: str
    participant_id: str | None = None
    seq: int | None = None
    proposal: str | None = None

    @property
    def by(self) -> dict[str, Any]:
        """Whose words these are, as everybody sees it; a person in the hall for whom an operator types is an attendee."""
        found: dict[str, Any] = {
            "id": self.author_id,
            "name": self.author,
            "role": "attendee" if self.speaks_for_other else self.person.part.value,
        }
        if self.capacity:
            found["capacity"] = self.capacity
        if self.via == "hall" and self.person.site:
            found["site"] = self.person.site
        return {**found, "via": self.via}

    @property
    def captured(self) -> bool:
        """Whether it becomes a proposal in the same transaction."""
        return self.state is MessageState.VISIBLE and self.message.kind is Kind.ASPIRATION

    def words(self) -> Words:
        """As the source of a proposal."""
        return Words(
            source_kind="message",
            source_id=self.id,
            text=self.message.text,
            author=self.author,
            at=self.at,
            participant_id=self.participant_id,
            capacity=self.capacity,
            on_behalf=self.message.on_behalf,
            site_id=self.site_id,
            via=self.via,
            fields=self.message.fields,
            in_office=self.person.on_staff and not self.speaks_for_other,
        )

    @property
    def answers(self) -> bool:
        """Whether it is kept as an answer in the same transaction."""
        return self.state is MessageState.VISIBLE and self.message.kind is Kind.RESPONSE

    def answer(self) -> Answer:
        """As an answer to a proposal."""
        return Answer(
            message_id=self.id,
            text=self.message.text,
            author=self.author,
            at=self.at,
            by=self.person.actor,
            re=self.message.re,
            number=self.message.answers,
            participant_id=self.participant_id,
            capacity=self.capacity,
            in_office=self.person.on_staff and not self.speaks_for_other,
        )

    @property
    def site_id(self) -> str | None:
        """The hall in which it was said, if any."""
        return self.person.site_id if self.via == "hall" else None

    def entry(self) -> Entry:
        """The event: `msg` in the public log, `held` or `late` in the desk's."""
        body = frame_of(
            self.id,
            self.message.cid,
            self.by,
            self.message.kind,
            self.message.text,
            self.at,
            proposal=self.proposal,
            re=self.message.re,
            on_behalf=self.message.on_behalf,
            source=self.message.source,
        )
        if self.state is MessageState.VISIBLE:
            return Entry(body, self.id)
        sent_at = {} if self.message.sent_at is None else {"sent_at": self.message.sent_at}
        return Entry({**body, "t": self.state.value, **sent_at}, self.id)

    def row(self) -> dict[str, Any]:
        """The row of `messages`."""
        return {
            "id": self.id,
            "room": self.person.room,
            "sender": self.person.id,
            "cid": self.message.cid,
            "body_hash": self.message.body_hash,
            "kind": self.message.kind.value,
            "text": self.message.text,
            "by": self.by,
            "re": self.message.re,
            "participant_id": self.participant_id,
            "on_behalf": self.message.on_behalf,
            "site_id": self.site_id,
            "via": self.via,
            "source": self.message.source,
            "fields": dict(self.message.fields) or None,
            "state": self.state,
            "seq": self.seq,
            "proposal": self.proposal,
            "received_at": self.at,
            "sent_at": None if self.message.sent_at is None else moment(self.message.sent_at),
        }


def frame_of(
    message_id: str,
    cid: str,
    by: dict[str, Any],
    kind: str,
    text: str,
    at: datetime,
    *,
    proposal: str | None,
    re: str | None,
    on_behalf: str | None,
    source: str | None,
) -> dict[str, Any]:
    """A `msg` event without its seq; what is absent is left out."""
    body = {"t": "msg", "id": message_id, "cid": cid, "by": by, "kind": str(kind), "text": text, "at": millis(at)}
    rest = {"proposal": proposal, "re": re, "on_behalf": on_behalf, "source": source}
    return body | {name: value for name, value in rest.items() if value is not None}
