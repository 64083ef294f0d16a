"""What somebody is known by: everything that is stored of names, numbers and addresses, opened to be looked for."""

from collections.abc import Iterable, Iterator, Sequence

from app.guests.models import Invitee, InviteePlace
from app.guests.naming import nobodys
from app.participants.models import Participant
from app.participants.service import Former, known_by
from app.regions import name_key
from app.rights.identity import Identity, names_somebody
from app.vault import Vault

SEATS = InviteePlace.__tablename__
Listed = Sequence[tuple[InviteePlace, Invitee]]
"""Seats on guest lists with whom they invite."""


def identity_of(
    vault: Vault, person: Participant, ghosts: Sequence[Participant] = (), listed: Listed = (), before: Sequence[Former] = ()
) -> Identity:
    """What the person is known by and was before it was corrected; `ghosts` are placeholders who turned out to be this person.

    `listed` are the person's seats on guest lists, `before` whoever held them at other times. Of those, of the invited for whom a deputy comes,
    and of an office, nothing belongs to the person.
    """
    mine = [place for place, _ in listed if is_of(place, [person.name])]
    said = [known_by(vault, one) for one in (person, *ghosts)]
    known = Former(
        (person.name, *filter(names_somebody, (name for one in said for name in one.names)), *(one.name for one in mine if one.name)),
        (*(contact for one in said for contact in one.contacts), *_on_lists(vault, mine)),
        tuple(guardian for one in said for guardian in one.guardians),
    )
    others = _keys((*(name for one in before for name in one.names), former_pseudonym_of(person)))
    ids = frozenset(one.id for one in ghosts)
    return _identity(person, known, others | _keys(_not_theirs(listed, [person.name])), pseudonym_of(person), ids, others)


def identity_of_former(vault: Vault, person: Participant, known: Former, listed: Listed = (), others: Sequence[Former] = ()) -> Identity:
    """The same of somebody `known` by this who held the seat before this person did; `others` are those who did at yet other times."""
    mine = [place for place, _ in listed if is_listed(place, known.names)]
    names = (*filter(names_somebody, known.names), *(one.name for one in mine if one.name))
    theirs = Former(names, (*known.contacts, *_on_lists(vault, mine)), known.guardians)
    present = (*known_by(vault, person).names, pseudonym_of(person))
    keys = _keys((*present, *(name for one in others for name in one.names), *_not_theirs(listed, known.names)))
    besides = keys - _keys(known.names)
    return _identity(person, theirs, besides, former_pseudonym_of(person), frozenset(), besides)


def is_of(place: InviteePlace, names: Iterable[str]) -> bool:
    """Whether name and contact on the list are those of whoever has the seat: a deputy comes for somebody else, unless by the same name."""
    return not place.deputy or is_listed(place, names)


def is_listed(place: InviteePlace, names: Iterable[str]) -> bool:
    """Whether the list means somebody of these names."""
    return place.name is not None and name_key(place.name) in _keys(names)


def pseudonym_of(person: Participant) -> str:
    """What stands for the name afterwards, in the language of the record: the place on the list, which says nothing outside of it."""
    return f"Peserta {person.number}"


def former_pseudonym_of(person: Participant) -> str:
    """The same for whoever held this seat before."""
    return f"{pseudonym_of(person)} terdahulu"


def _identity(
    person: Participant, known: Former, not_theirs: frozenset[str], pseudonym: str, ghosts: frozenset[str], others: frozenset[str]
) -> Identity:
    own = [name for name in known.names if name_key(name) not in not_theirs]
    # Numbers are stored as E.164, which nothing else looks like.
    reached, guardians = [[one for one in said if not one.startswith("+")] for said in (known.contacts, known.guardians)]
    phones = [one for one in (*known.contacts, *known.guardians) if one.startswith("+")]
    names = dict.fromkeys((*own, *map(name_key, own), *guardians))
    return Identity(person.id, tuple(filter(None, names)), tuple(phones), tuple(reached), pseudonym, ghosts, others)


def _keys(names: Iterable[str]) -> frozenset[str]:
    return frozenset(map(name_key, names))


def _on_lists(vault: Vault, places: Iterable[InviteePlace]) -> Iterator[str]:
    for one in places:
        yield from filter(None, (vault.open(getattr(one, name), SEATS, name, one.id) for name in ("phone", "email")))


def _not_theirs(listed: Listed, names: Sequence[str]) -> Iterator[str]:
    """The invited for whom a deputy comes, and what a seat is called of which the list knows no name."""
    for place, invitee in listed:
        if place.name is None:
            yield from nobodys(place.office, invitee.institution, place.position, invitee.seats)
        elif place.deputy and not is_listed(place, names):
            yield place.name
