"""Who works with paper: secretariat and moderators everywhere, operators at their halls."""

from app.access.models import Role

PAPER = {Role.SECRETARIAT, Role.MODERATOR, Role.OPERATOR}
RIGHTS = {
    ("GET", "/meja/{slug}/kertas"): PAPER,
    ("POST", "/meja/{slug}/kertas/cetak"): PAPER,
    ("GET", "/meja/{slug}/kertas/cetak/{file}"): PAPER,
    ("GET", "/meja/{slug}/kertas/berkas/{file}"): PAPER,
    ("GET", "/meja/{slug}/kertas/pindaian"): PAPER,
    ("POST", "/meja/{slug}/kertas/pindaian/unggah"): PAPER,
    ("GET", "/meja/{slug}/kertas/pindaian/{scan}"): PAPER,
    ("POST", "/meja/{slug}/kertas/pindaian/{scan}/buang"): PAPER,
    ("GET", "/meja/{slug}/kertas/ketik"): PAPER,
    ("POST", "/meja/{slug}/kertas/ketik"): PAPER,
    ("PUT", "/api/v1/sessions/{slug}/paper-forms/{row}"): PAPER,
}
