"""The events that can be shown: how each is filled, who speaks in it, and what is said at its start."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from app.scenarios import bekasi, pekalongan
from app.scenarios.fill import Filled, fill_pekalongan
from app.scenarios.fill_bekasi import fill_bekasi
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


EVENTS = {
    "pekalongan-2021": Event(
        name="Musrenbang Kota Pekalongan 2021",
        office="Kota Pekalongan",
        told="Musrenbang Kota Pekalongan, Minggu 11 April 2021, sekarang 19.33 WIB.",
        logins="admin, moderator, sekretariat, operator1, operator2, dpupr, dprd, kepala",
        script=Script(
            pekalongan.NOW,
            pekalongan.STAFF,
            pekalongan.ONLINE,
            pekalongan.HALL,
            pekalongan.ANSWERS,
            pekalongan.WISHES,
            pekalongan.VILLAGES,
        ),
        fill=fill_pekalongan,
    ),
    "bekasi-2018": Event(
        name="Musrenbang Kota Bekasi 2018",
        office="Kota Bekasi",
        told="Musrenbang Kota Bekasi, Kamis 25 Januari 2018, hari ketiga dari lima, sekarang 09.52 WIB.",
        logins="admin, moderator, sekretariat, operator1 … operator12 (satu per kelurahan), dbmsda, dprd, kepala",
        script=Script(bekasi.NOW, bekasi.STAFF, bekasi.ONLINE, bekasi.HALL, bekasi.ANSWERS, bekasi.WISHES, bekasi.VILLAGES),
        fill=fill_bekasi,
        series="musrenbang-kota-bekasi-2018",
    ),
}
