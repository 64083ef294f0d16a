"""Moments as an Indonesian office writes them, in the forum's own zone: `Sabtu, 10 April 2021 pukul 10.00 WIB`."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date

_ZONE_WORDS = {
    "Asia/Jakarta": "WIB",
    "Asia/Pontianak": "WIB",
    "Asia/Makassar": "WITA",
    "Asia/Jayapura": "WIT",
}


@dataclass(frozen=True)
class _Wording:
    """What a language puts around dates and times; `units` are day, hour, minute, second as (one, many)."""

    when: str
    same_day: str
    units: tuple[tuple[str, str], ...]
    past: str
    now: str


_INDONESIAN = _Wording(
    when="{day} pukul {clock}",
    same_day="pukul {start}–{end}",
    units=(("hari", "hari"), ("jam", "jam"), ("menit", "menit"), ("detik", "detik")),
    past="{length} yang lalu",
    now="baru saja",
)
_WORDINGS = {
    "id": _INDONESIAN,
    "en": _Wording(
        when="{day}, {clock}",
        same_day="{start}–{end}",
        units=(("day", "days"), ("hour", "hours"), ("minute", "minutes"), ("second", "seconds")),
        past="{length} ago",
        now="just now",
    ),
}


def when(moment: datetime, zone: str, lang: str = "id") -> str:
    """Write day and time; `moment` must be aware, `zone` is an IANA name."""
    return _wording(lang).when.format(day=day(moment, zone, lang), clock=clock(moment, zone))


def day(moment: datetime, zone: str, lang: str = "id") -> str:
    """Write the day on which an aware moment falls in the zone: `Sabtu, 10 April 2021`."""
    return _date(_local(moment, zone).date(), lang)


def clock(moment: datetime, zone: str) -> str:
    """Write the time of an aware moment, the same in every language: `10.00 WIB`."""
    return f"{_local(moment, zone):%H.%M} {zone_word(zone)}"


def span(start: datetime, end: datetime, zone: str, lang: str = "id") -> str:
    """Write `pukul 18.30–21.30 WIB`; when the end falls on another day, both moments in full."""
    first, last = _local(start, zone), _local(end, zone)
    if first.date() != last.date():
        return f"{when(start, zone, lang)} – {when(end, zone, lang)}"
    return _wording(lang).same_day.format(start=f"{first:%H.%M}", end=clock(end, zone))


def zone_word(zone: str) -> str:
    """Return WIB, WITA or WIT; a zone outside Indonesia keeps its name."""
    return _ZONE_WORDS.get(zone, zone)


def countdown_words(left: timedelta, lang: str = "id") -> str:
    """Write `1 hari 15 jam 42 menit`, with seconds only on the last day; what is over is 0 seconds."""
    units = _wording(lang).units
    parts = _parts(left)
    shown = parts[:3] if parts[0] else parts
    words = [_counted(count, unit) for count, unit in zip(shown, units, strict=False) if count]
    return " ".join(words) or _counted(0, units[3])


def ago(moment: datetime, now: datetime, lang: str = "id") -> str:
    """Write how long ago an aware moment was, in its largest unit from a minute on: `5 menit yang lalu`."""
    wording = _wording(lang)
    for count, unit in zip(_parts(now - moment)[:3], wording.units, strict=False):
        if count:
            return wording.past.format(length=_counted(count, unit))
    return wording.now


def _wording(lang: str) -> _Wording:
    return _WORDINGS.get(lang, _INDONESIAN)


def _date(value: date, lang: str) -> str:
    return format_date(value, "EEEE, d MMMM y", locale=lang)


def _local(moment: datetime, zone: str) -> datetime:
    if moment.tzinfo is None:
        message = "a moment needs its zone"
        raise ValueError(message)
    return moment.astimezone(ZoneInfo(zone))


def _parts(length: timedelta) -> tuple[int, int, int, int]:
    """Return whole days, hours, minutes and seconds; nothing is negative."""
    seconds = max(0, int(length.total_seconds()))
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return days, hours, minutes, seconds


def _counted(count: int, unit: tuple[str, str]) -> str:
    return f"{count} {unit[0] if count == 1 else unit[1]}"
