"""Is everything there that the day needs? Pure rules: facts of the installation and of the session in, points of a list out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.sessions.readiness import Urgency

SEEN_LATELY = timedelta(minutes=1)
CLOCK_SECONDS = 5.0
LOW_DISK = 2 * 2**30
"""A forum with photos and its backup needs some; below the alarm of the health page it is a must."""
FULL_DISK = 200 * 2**20
LATE_JOBS = 120.0


@dataclass(frozen=True)
class Machine:
    """What is known of the installation; None where it could not be asked. `here` is the address under which the page was opened."""

    public_url: str
    here: str
    ready: bool
    skew: float | None
    disk_free: int | None
    mail: bool
    jobs_waiting: int
    jobs_set_aside: int
    oldest_job: float


@dataclass(frozen=True)
class Place:
    """Somewhere with seats: `name` empty for online; `seen_at` when its desk last asked for news."""

    name: str
    seats: int
    invited: int
    seen_at: datetime | None = None


@dataclass(frozen=True)
class Gathering:
    """What is known of the session's places; the screen's last sign of life."""

    places: Sequence[Place]
    screen_seen_at: datetime | None
    undelivered: int
    failed: int


@dataclass(frozen=True)
class Item:
    """A point of the page: `key` names its words, `page` the desk page that mends it (none: it is mended elsewhere)."""

    key: str
    urgency: Urgency
    page: str = ""
    facts: dict[str, object] = field(default_factory=dict)


def items(machine: Machine, there: Gathering, now: datetime) -> list[Item]:
    """The points of installation and places, the most urgent first."""
    found = [*_machine(machine), *_messages(there), *_places(there, now)]
    order = list(Urgency)
    return sorted(found, key=lambda one: order.index(one.urgency))


def seen(moment: datetime | None, now: datetime) -> bool:
    """Whether something gave a sign of life in the last minute."""
    return moment is not None and now - moment <= SEEN_LATELY


def _machine(machine: Machine) -> list[Item]:
    secure = machine.public_url.startswith("https://")
    disk = machine.disk_free
    return [
        Item("server", _unless(machine.ready, Urgency.MUST)),
        Item("https", _unless(secure, Urgency.MUST), facts={"address": machine.public_url}),
        Item(
            "address",
            _unless(machine.here == machine.public_url, Urgency.SHOULD),
            facts={"address": machine.public_url, "here": machine.here},
        ),
        Item("clock", _unless(machine.skew is not None and machine.skew < CLOCK_SECONDS, Urgency.MUST)),
        *([Item("disk", _disk(disk), facts={"free": disk})] if disk is not None else []),
        Item("mail", _unless(machine.mail, Urgency.SHOULD)),
        Item("jobs", _unless(machine.oldest_job <= LATE_JOBS, Urgency.MUST), facts={"waiting": machine.jobs_waiting}),
        Item("set_aside", _unless(machine.jobs_set_aside == 0, Urgency.SHOULD), facts={"count": machine.jobs_set_aside}),
    ]


def _messages(there: Gathering) -> list[Item]:
    return [
        Item(
            "undelivered", _unless(there.undelivered == 0, Urgency.SHOULD), "undangan", {"count": there.undelivered, "failed": there.failed}
        )
    ]


def _places(there: Gathering, now: datetime) -> list[Item]:
    over = [place for place in there.places if place.invited > place.seats]
    invited, seats = sum(place.invited for place in there.places), sum(place.seats for place in there.places)
    halls = [place for place in there.places if place.name]
    away = [place for place in halls if not seen(place.seen_at, now)]
    found = [
        Item("seats", Urgency.MUST if over else _unless(invited > 0, Urgency.SHOULD), "pendaftar", {"invited": invited, "seats": seats, "over": [place.name for place in over]}),
        Item("screen", _unless(seen(there.screen_seen_at, now), Urgency.SHOULD), "layar"),
    ]  # fmt: skip
    return [
        *found,
        *(
            [Item("halls", _unless(not away, Urgency.SHOULD), "lokasi", {"there": len(halls) - len(away), "all": len(halls)})]
            if halls
            else []
        ),
    ]


def _unless(done: bool, otherwise: Urgency) -> Urgency:
    return Urgency.READY if done else otherwise


def _disk(free: int) -> Urgency:
    return Urgency.MUST if free < FULL_DISK else Urgency.SHOULD if free < LOW_DISK else Urgency.READY
