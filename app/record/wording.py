"""The words of the record before anybody changes them, in the language of the record; `{…}` are filled in when it is printed. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from babel.dates import format_date

from app.i18n.spelled import spelled

ORDINALS = ("KESATU", "KEDUA", "KETIGA", "KEEMPAT", "KELIMA", "KEENAM", "KETUJUH", "KEDELAPAN", "KESEMBILAN", "KESEPULUH")
OPENING = (
    "Pada hari ini, {hari_tanggal}, bertempat di {tempat}, telah diselenggarakan {forum} yang dihadiri {hadir} dari para pemangku "
    "kepentingan sesuai dengan Daftar Hadir Peserta sebagaimana tercantum dalam LAMPIRAN I berita acara ini."
)
HEARD = (
    "Sambutan dan arahan yang disampaikan pada pembukaan acara;",
    "Pemaparan rancangan rencana pembangunan untuk tahun {tahun_rencana};",
    "Usulan, tanggapan, dan saran seluruh peserta, baik yang hadir di lokasi maupun yang hadir secara daring.",
)
AGREED = (
    (
        "Menyepakati daftar urutan kegiatan prioritas beserta sasaran, lokasi, volume, pagu, dan perangkat daerah penanggung jawabnya untuk "
        "tahun {tahun_rencana} sebagaimana tercantum dalam LAMPIRAN II berita acara ini."
    ),
    "Menyepakati daftar kegiatan yang belum disepakati beserta alasannya sebagaimana tercantum dalam LAMPIRAN III berita acara ini.",
    "Menetapkan utusan forum yang akan menyampaikan hasil kesepakatan ini pada musyawarah jenjang berikutnya: {utusan}.",
    (
        "Berita acara ini beserta lampirannya merupakan satu kesatuan yang tidak terpisahkan, dan menjadi bahan penyusunan rencana "
        "pembangunan tahun {tahun_rencana}."
    ),
)
CLOSING = "Demikian berita acara ini dibuat dan disahkan untuk dipergunakan sebagaimana mestinya."
AMENDED = (
    "Pada hari ini, {hari_tanggal}, terhadap Berita Acara Kesepakatan Hasil {forum} Nomor {nomor_semula} tanggal "
    "{tanggal_semula} dilakukan perubahan sebagai berikut, dengan alasan: {alasan}"
)
AMENDED_CLOSING = (
    "Hal lain dalam berita acara tersebut yang tidak diubah dengan adendum ini tetap berlaku. Adendum ini merupakan bagian yang tidak "
    "terpisahkan dari berita acara tersebut; LAMPIRAN II dan LAMPIRAN III setelah perubahan tercantum dalam adendum ini."
)
BLANK = "." * 24
"""Where a pen goes."""
FILLED = ("hari_tanggal", "tempat", "forum", "hadir", "tahun_rencana", "utusan", "nomor")
"""What may stand in braces in the texts that staff edit."""
_NAMED = re.compile(r"\{(\w{3,20})\}")


def filled(text: str, given: Mapping[str, str]) -> str:
    """The text with the known words in braces filled in; any other braces are text, and what is filled in is not looked at again."""
    return _NAMED.sub(lambda found: given.get(found[1], found[0]), text)


def day_in_words(day: date) -> str:
    """`Minggu, tanggal sebelas bulan April tahun dua ribu dua puluh satu`."""
    weekday, month = format_date(day, "EEEE", locale="id"), format_date(day, "MMMM", locale="id")
    return f"{weekday}, tanggal {spelled(day.day)} bulan {month} tahun {spelled(day.year)}"


def day_of(day: date) -> str:
    """`11 April 2021`."""
    return format_date(day, "d MMMM y", locale="id")


def came(total: int, online: int) -> str:
    """How many came, in words of the opening."""
    if not total:
        return "peserta"
    return f"{total} orang" if not online else f"{total} orang ({total - online} di lokasi dan {online} daring)"


def decided(lines: Sequence[str]) -> list[tuple[str, str]]:
    """Each decision with its ordinal."""
    return [(ORDINALS[at] if at < len(ORDINALS) else f"KE-{at + 1}", line) for at, line in enumerate(lines)]


def place_of(source: Mapping[str, Any]) -> str:
    """Where the forum was held, as the source data of a record or an addendum say it."""
    held: Any = source["held"]
    return str(source["place"] if "place" in source else held[2][1])


def corrected(told: Mapping[str, Any]) -> str:
    """That the draft was open to correction, when, and how many objected."""
    windows = "; kemudian ".join(told["windows"])
    opened = f"Sebelum ditetapkan, rancangan berita acara ini dibuka untuk dikoreksi oleh peserta yang hadir: {windows}."
    if not told["filed"]:
        return f"{opened} Tidak ada keberatan yang diajukan."
    waiting = told["filed"] - told["accepted"] - told["declined"]
    counts = [f"{told['accepted']} diterima", f"{told['declined']} tidak diterima", *([f"{waiting} belum dijawab"] if waiting else [])]
    return f"{opened} Diajukan {told['filed']} keberatan: {', '.join(counts)}."
