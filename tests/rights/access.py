"""Who may call the doors of access."""

from app.access.models import Role

RIGHTS = {
    ("GET", "/meja/petugas"): {Role.ADMIN},
    ("POST", "/meja/petugas"): {Role.ADMIN},
    ("POST", "/meja/petugas/{account}/sandi"): {Role.ADMIN},
    ("POST", "/meja/petugas/{account}/kunci"): {Role.ADMIN},
    ("POST", "/meja/petugas/{account}/buka"): {Role.ADMIN},
    ("GET", "/meja/sandi"): "signed_in",
    ("POST", "/meja/sandi"): "signed_in",
    ("GET", "/pasang/{secret}"): "public",
    ("POST", "/pasang/{secret}"): "public",
    ("GET", "/masuk"): "public",
    ("POST", "/masuk"): "public",
    ("POST", "/keluar"): "public",
}
