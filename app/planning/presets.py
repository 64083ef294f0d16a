"""Three ways of scoring that offices use, to start from and change. Their words go into the office's own papers, so they are never translated."""

from decimal import Decimal

from app.planning.scoring import Combine, Criterion, Scheme, Weighing

_FIVE = ((1, "Sangat rendah"), (2, "Rendah"), (3, "Sedang"), (4, "Tinggi"), (5, "Sangat tinggi"))
PRESETS: dict[str, Scheme] = {
    "bobot": Scheme(
        criteria=(
            Criterion("", "Mendesak", Decimal(30), 1, 5, _FIVE),
            Criterion("", "Banyaknya warga yang merasakan manfaat", Decimal(25), 1, 5, _FIVE),
            Criterion("", "Mendukung prioritas daerah", Decimal(25), 1, 5, _FIVE),
            Criterion("", "Siap dilaksanakan", Decimal(20), 1, 5, _FIVE),
        ),
        weighing=Weighing.SHARE,
        combine=Combine.MEAN,
    ),
    "penilai": Scheme(
        criteria=(Criterion("", "Kelayakan", Decimal(1), 1, 10, ((1, "Tidak layak"), (10, "Sangat layak"))),), combine=Combine.SUM
    ),
    "persyaratan": Scheme(
        criteria=(
            Criterion("", "Mendesak", Decimal(1), 0, 3, ((0, "Tidak"), (1, "Dapat menunggu"), (2, "Perlu segera"), (3, "Sangat mendesak"))),
            Criterion("", "Manfaat bagi warga", Decimal(1), 0, 2, ((0, "Tidak ada"), (1, "Satu RT"), (2, "Satu RW atau lebih"))),
            Criterion("", "Sesuai rencana daerah", Decimal(1), 0, 1, ((0, "Tidak"), (1, "Ya"))),
        ),
        combine=Combine.MEAN,
        factor=Decimal(2),
        condition="Persyaratan lengkap",
        threshold=Decimal(8),
    ),
}
