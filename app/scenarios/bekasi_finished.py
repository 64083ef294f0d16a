"""What became of the first day of Bekasi in the two days after it: the words of its list, record, minutes, answers and SIPD. All of it invented."""

from decimal import Decimal

from app.planning.delegates import Named
from app.proposals.choices import Reason
from app.record.amending import Amendment
from app.record.draft import Draft

CEILING = 3_000_000_000
"""Whole rupiah for the twelve kelurahan of a day."""
PRIORITY = "Pengendalian banjir dan penataan lingkungan permukiman"
TARGET = "Genangan berkurang di dua belas kelurahan"
PROGRAMS = {
    "water": "Program pengendalian banjir",
    "roads": "Program penyelenggaraan jalan",
    "street_lighting": "Program penerangan jalan umum",
}
"""The program of annex II, by the part of the plan."""
AIMS = {
    "water": "Saluran lancar, tidak meluap pada hujan satu jam",
    "roads": "Jalan lingkungan mantap dan kering",
    "street_lighting": "Jalan terang sampai pukul 05.00",
}
MEASURES = {"water": (Decimal(350), "meter"), "roads": (Decimal(220), "meter"), "street_lighting": (Decimal(12), "titik")}
"""Quantity and unit, by the part of the plan."""
CEILINGS = (450_000_000, 380_000_000, 275_000_000, 320_000_000, 510_000_000, 240_000_000)
"""What the plenary gives the agreed ones, in its order."""
REFUSALS = (
    (Reason.CEILING_EXCEEDED, "Melebihi pagu kelurahan tahun 2019."),
    (Reason.DOCUMENTS_INCOMPLETE, "Foto dan surat pernyataan lahan belum ada."),
    (Reason.ALREADY_PROPOSED, None),
    (Reason.SIZE_NOT_STANDARD, "Lebar jalan di bawah standar; diukur ulang."),
)
"""Why the others have to wait, one after the other."""
DELEGATES = (
    Named("H. Sumarno Hadi", "rw", "male"),
    Named("Nurlaela Sari", "perempuan", "female"),
    Named("Dedi Kurniawan", "rt", "male"),
    Named("Rina Marliana", "pemuda", "female"),
    Named("Ahmad Fauzi", "lpm", "male"),
)
RECORD = Draft(
    number="005/112-Bappeda/I/2018",
    dated_on="2018-01-23",
    city="Bekasi",
    place="Ruang Telekonferensi Balai Kota dan dua belas kantor kelurahan",
    address="Jl. Ahmad Yani No. 1, Bekasi",
    chair_name="Drs. H. Koswara Atmaja",
    chair_office="Kepala Bappeda Kota Bekasi",
)
CORRECTED = 420_000_000
"""What the first of the agreed ones gets after the agency has measured anew."""
ADDENDUM = Amendment(
    "005/118-Bappeda/I/2018", "2018-01-24", "Pagu kegiatan pertama diperbaiki setelah pengukuran ulang oleh perangkat daerah."
)
OPENED = "Wali Kota membuka musrenbang dari Balai Kota. Dua belas kelurahan mengikuti lewat telekonferensi; suara Jatiranggon sempat terputus lima menit."
CONCLUDED = (
    "Forum menyepakati enam usulan untuk dibahas bersama pagu dan menunda yang lain dengan alasan masing-masing.\n"
    "Perangkat daerah mengukur ulang panjang saluran paling lambat akhir Februari."
)
ACCOMMODATED = ("Masuk rancangan rencana kerja 2019.", "Rancangan Renja Dinas", "050/77-Renja")
"""Reason, document and its number, of an agency that takes it up."""
PARTLY = "Panjangnya disesuaikan dengan hasil ukur; sisanya diusulkan tahun 2020."
LATER = "Menunggu penyerahan prasarana perumahan kepada pemerintah kota."
SIPD_IDS = ("SIPD-3275-18-00412", "SIPD-3275-18-00413", None)
"""Under which IDs the first agreed ones stand in SIPD; one whose ID is still to be written down."""
