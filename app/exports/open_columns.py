"""The dictionary of open data: each column, what it means, and the closed list whose words may stand in it.

Headings, meanings and values are Indonesian whatever language a visitor reads: a data set has one form.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from app.exports.tables import Kind
from app.outcomes.levels import MAY_SAY, Level
from app.proposals.choices import LandStatus, Reason, UrgencyLevel, Via, WorkType
from app.proposals.models import ProposalStatus
from app.proposals.sectors import Sector


@dataclass(frozen=True)
class Meaning:
    """A column and what the dictionary says of it; `label` and `values` are the closed list whose words may stand in it."""

    key: str
    heading: str
    kind: Kind
    width: int
    meaning: str
    label: str = ""
    values: tuple[str, ...] = ()


LEVEL_NAMES: Mapping[Level, tuple[str, str]] = {
    Level.VILLAGE: ("kelurahan_desa", "musyawarah kelurahan atau desa"),
    Level.DISTRICT: ("kecamatan", "musyawarah kecamatan"),
    Level.AGENCY: ("perangkat_daerah", "perangkat daerah"),
    Level.REGENCY: ("kabupaten_kota", "musyawarah kabupaten atau kota"),
    Level.PLAN: ("rkpd", "rencana kerja daerah (RKPD)"),
    Level.BUDGET: ("apbd", "anggaran daerah (APBD)"),
}
"""How columns of a level are headed, and the level in a sentence."""


def _answers(level: Level) -> tuple[Meaning, ...]:
    heading, told = LEVEL_NAMES[level]
    said = f"Jawaban terakhir yang sudah diterbitkan dari {told}; kosong bila belum ada. Usulan yang digabung atau dipecah dijawab di nomor lanjutannya."
    day = f"Hari keputusan dari {told}, menurut dokumen atau sekretariat."
    why = f"Alasan dari daftar tetap untuk jawaban dari {told}, bila disebut."
    return (
        Meaning(f"{level.value}_verdict", f"jawaban_{heading}", Kind.TEXT, 20, said, "verdict", tuple(MAY_SAY[level])),
        Meaning(f"{level.value}_decided_on", f"tanggal_{heading}", Kind.DAY, 13, day),
        Meaning(f"{level.value}_reason", f"alasan_{heading}", Kind.TEXT, 24, why, "reason", tuple(Reason)),
    )


DICTIONARY = (
    Meaning("number", "nomor", Kind.TEXT, 16, "Nomor usulan, tetap sejak diterima. Halaman usulan ada di /u/nomor."),
    Meaning("status", "status", Kind.TEXT, 18, "Keadaan usulan saat berkas ini dibuat.", "status", tuple(ProposalStatus)),
    Meaning("title", "judul", Kind.TEXT, 40, "Usulan dalam satu kalimat. Nama orang dan nomor pribadi ditutup dengan ▪▪▪."),
    Meaning("problem", "masalah", Kind.TEXT, 40, "Masalah yang hendak diatasi, ditutup seperti judul."),
    Meaning("action", "gagasan", Kind.TEXT, 30, "Gagasan pengusul tentang jalan keluarnya, ditutup seperti judul."),
    Meaning("village_code", "kode_wilayah", Kind.TEXT, 14, "Kode wilayah kelurahan atau desa tempat kegiatan, bila diketahui."),
    Meaning("village", "kelurahan_desa", Kind.TEXT, 20, "Kelurahan atau desa tempat kegiatan, bukan tempat tinggal pengusul."),
    Meaning("rt", "rt", Kind.TEXT, 8, "Nomor RT tempat kegiatan, dua angka, dipisah koma."),
    Meaning("rw", "rw", Kind.TEXT, 8, "Nomor RW tempat kegiatan, dua angka, dipisah koma."),
    Meaning("sector", "bidang", Kind.TEXT, 22, "Bidang pembangunan.", "sector", tuple(Sector)),
    Meaning("type", "jenis", Kind.TEXT, 12, "Bentuk yang diminta.", "work_type", tuple(WorkType)),
    Meaning("urgency", "urgensi", Kind.TEXT, 12, "Seberapa mendesak.", "urgency", tuple(UrgencyLevel)),
    Meaning("quantity", "volume", Kind.NUMBER, 10, "Banyaknya menurut usulan, paling banyak tiga angka di belakang koma."),
    Meaning("unit", "satuan", Kind.TEXT, 10, "Satuan dari volume."),
    Meaning("beneficiaries", "penerima_manfaat", Kind.NUMBER, 12, "Perkiraan jumlah orang yang terbantu."),
    Meaning("land_status", "status_lahan", Kind.TEXT, 18, "Milik siapa lahan tempat kegiatan.", "land_status", tuple(LandStatus)),
    Meaning("budget", "anggaran", Kind.MONEY, 18, "Perkiraan biaya menurut usulan, dalam rupiah utuh."),
    Meaning("agency", "perangkat_daerah", Kind.TEXT, 24, "Perangkat daerah yang dituju."),
    Meaning(
        "reason",
        "alasan",
        Kind.TEXT,
        24,
        "Alasan dari daftar tetap bila dikembalikan, ditolak, atau belum disepakati.",
        "reason",
        tuple(Reason),
    ),
    Meaning("hall", "lokasi_forum", Kind.TEXT, 20, "Tempat forum di mana usulan disampaikan; kosong bila tidak di tempat."),
    Meaning("via", "cara_masuk", Kind.TEXT, 14, "Cara usulan disampaikan.", "via", tuple(Via)),
    Meaning("photos", "foto", Kind.TEXT, 30, "Alamat foto yang boleh dilihat umum di laman ini, dipisah spasi."),
    Meaning("leads_to", "berlanjut_di", Kind.TEXT, 16, "Nomor usulan lain bila digabung atau dipecah, dipisah koma."),
    Meaning("created_on", "tanggal_usul", Kind.DAY, 13, "Hari usulan diterima, menurut waktu setempat."),
    Meaning("published_on", "tanggal_terbit", Kind.DAY, 13, "Hari usulan terbit untuk umum, menurut waktu setempat."),
    *(one for level in Level for one in _answers(level)),
)
"""The columns in their order. Nothing here says who proposed."""
