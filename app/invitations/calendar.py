"""The forum as a calendar file: always the same UID, and a SEQUENCE that grows with each change, so that calendars replace what they have."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

OCTETS = 75


@dataclass(frozen=True)
class Event:
    """What goes into the file; moments aware, `zone` an IANA name without summer time."""

    uid: str
    sequence: int
    title: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    place: str
    about: str
    url: str
    cancelled: bool = False
    """Also while it is postponed without a new day: the old one must not stay in anybody's calendar."""


def calendar(event: Event, now: datetime) -> bytes:
    """An iCalendar file (RFC 5545): UTF-8, CRLF, long lines folded."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Rembuk//Rembuk//ID",
        "CALSCALE:GREGORIAN",
        f"METHOD:{method(event)}",
        *_zone(event.zone, event.starts_at),
        "BEGIN:VEVENT",
        f"UID:{event.uid}",
        f"SEQUENCE:{event.sequence}",
        f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;TZID={event.zone}:{_local(event.starts_at, event.zone)}",
        f"DTEND;TZID={event.zone}:{_local(event.ends_at, event.zone)}",
        f"SUMMARY:{_escaped(event.title)}",
        f"LOCATION:{_escaped(event.place)}",
        f"DESCRIPTION:{_escaped(event.about)}",
        f"URL:{event.url}",
        f"STATUS:{'CANCELLED' if event.cancelled else 'CONFIRMED'}",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_escaped(event.title)}",
        "TRIGGER:-PT1H",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return b"".join(_folded(line) for line in lines)


def method(event: Event) -> str:
    """What a calendar shall do with the file: take the event in, or strike it out."""
    return "CANCEL" if event.cancelled else "PUBLISH"


def _zone(zone: str, at: datetime) -> list[str]:
    """The zone as it is at that moment: Indonesia has no summer time."""
    local = at.astimezone(ZoneInfo(zone))
    offset = local.utcoffset() or timedelta()
    minutes = int(offset.total_seconds() // 60)
    written = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"
    return [
        "BEGIN:VTIMEZONE",
        f"TZID:{zone}",
        "BEGIN:STANDARD",
        "DTSTART:19700101T000000",
        f"TZOFFSETFROM:{written}",
        f"TZOFFSETTO:{written}",
        f"TZNAME:{local:%Z}",
        "END:STANDARD",
        "END:VTIMEZONE",
    ]


def _local(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%Y%m%dT%H%M%S}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")


def _folded(line: str) -> bytes:
    """At most 75 octets a line, never within a character; what follows begins with a space."""
    pieces: list[bytes] = []
    piece = b""
    for sign in line:
        octets = sign.encode()
        if len(piece) + len(octets) > OCTETS - (1 if pieces else 0):
            pieces.append(piece)
            piece = b""
        piece += octets
    return b"\r\n ".join([*pieces, piece]) + b"\r\n"
