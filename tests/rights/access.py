"""Who may call the doors of access."""

from app.access.models import Role

RIGHTS = {
    ("GET", "/meja/petugas"): {Role.ADMIN},
    ("POST", "/meja/petugas"): {Role.ADMIN},
    ("POST", "/meja/petugas/{account}/sandi"): {Role.ADMIN},
    ("POST", "/meja/petugas/{account}/kunci"): {Role.ADMIN},
    ("POST", "/meja/petugas/{account}/buka"): {Role.ADMIN},
    ("POST", "/meja/petugas/{account}/kode"): {Role.ADMIN},
    ("GET", "/meja/petugas/masuk"): {Role.ADMIN},
    ("POST", "/meja/petugas/{account}/keluar"): {Role.ADMIN},
    ("GET", "/meja/keamanan"): "signed_in",
    ("POST", "/meja/keamanan/keluar"): "signed_in",
    ("POST", "/meja/keamanan/kode/mulai"): "signed_in",
    ("GET", "/meja/keamanan/kode"): "signed_in",
    ("POST", "/meja/keamanan/kode"): "signed_in",
    ("POST", "/meja/keamanan/kode/cadangan"): "signed_in",
    ("POST", "/meja/keamanan/kode/hapus"): "signed_in",
    ("GET", "/sandi-baru/{secret}"): "public",
    ("POST", "/sandi-baru/{secret}"): "public",
    ("POST", "/masuk/kode"): "public",
    ("GET", "/meja/sandi"): "signed_in",
    ("POST", "/meja/sandi"): "signed_in",
    ("GET", "/pasang/{secret}"): "public",
    ("POST", "/pasang/{secret}"): "public",
    ("GET", "/masuk"): "public",
    ("POST", "/masuk"): "public",
    ("POST", "/keluar"): "public",
}
