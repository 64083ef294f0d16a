"""The events that can be shown: how each is filled, who speaks in it, and what is said at its start."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from types import ModuleType

from app.scenarios import banjarmasin, bekasi, lasem, lombok, pekalongan
from app.scenarios.fill import Filled, fill_pekalongan
from app.scenarios.fill_bekasi import fill_bekasi
from app.scenarios.fill_meeting import fill_meeting
from app.scenarios.lines import Script
from app.web.ground import Ground


@dataclass(frozen=True)
class Event:
    """One event; `told` is printed with the addresses, `logins` are those of its staff, `series` the last part of its series' address."""

    name: str
    office: str
    told: str
    logins: str
    script: Script
    fill: Callable[[Ground], Awaitable[Filled]]
    series: str | None = None
    finished: str | None = None
    """The address part of a forum of it that is over, down to its record, answers and SIPD."""


def script_of(event: ModuleType) -> Script:
    """What the module of an event says of it."""
    return Script(event.NOW, event.STAFF, event.ONLINE, event.HALL, event.ANSWERS, event.WISHES, event.VILLAGES)


EVENTS = {
    "pekalongan-2021": Event(
        name="Musrenbang Kota Pekalongan 2021",
        office="Kota Pekalongan",
        told="Musrenbang Kota Pekalongan, Minggu 11 April 2021, sekarang 19.33 WIB.",
        logins="admin, moderator, sekretariat, operator1, operator2, dpupr, dprd, kepala",
        script=script_of(pekalongan),
        fill=fill_pekalongan,
    ),
    "bekasi-2018": Event(
        name="Musrenbang Kota Bekasi 2018",
        office="Kota Bekasi",
        told="Musrenbang Kota Bekasi, Kamis 25 Januari 2018, hari ketiga dari lima, sekarang 09.52 WIB.",
        logins="admin, moderator, sekretariat, operator1 … operator12 (satu per kelurahan), dbmsda, dprd, kepala",
        script=script_of(bekasi),
        fill=fill_bekasi,
        series="musrenbang-kota-bekasi-2018",
        finished=bekasi.FIRST.slug,
    ),
    "lombok-2020": Event(
        name="Musrenbang Tematik Iklim Lombok Timur 2020",
        office="Kabupaten Lombok Timur",
        told="Musrenbang Tematik Iklim Lombok Timur, Kamis 16 Juli 2020, dua tempat, sekarang 10.34 WITA.",
        logins="admin, moderator, sekretariat, operator1, operator2, dlhk, dkp, kepala",
        script=script_of(lombok),
        fill=partial(fill_meeting, meeting=lombok.MEETING),
    ),
    "lasem-2023": Event(
        name="Pra-Musrenbang Kecamatan Lasem 2023",
        office="Kecamatan Lasem",
        told="Pra-Musrenbang Kecamatan Lasem, Jumat 17 Februari 2023, sekarang 10.48 WIB.",
        logins="admin, moderator, sekretariat, operator1, bappeda, dputaru, kepala",
        script=script_of(lasem),
        fill=partial(fill_meeting, meeting=lasem.MEETING),
    ),
    "banjarmasin-2017": Event(
        name="Desk Trilateral Kota Banjarmasin 2017",
        office="Kota Banjarmasin",
        told="Desk Trilateral Kota Banjarmasin, Kamis 16 Maret 2017, sekarang 11.12 WITA.",
        logins="admin, moderator, sekretariat, operator1, operator2, pupr, dinkes, kepala",
        script=script_of(banjarmasin),
        fill=partial(fill_meeting, meeting=banjarmasin.MEETING),
    ),
}
