"""Who may call the doors of proposals."""

from app.access.models import Role

WRITERS = {Role.SECRETARIAT, Role.MODERATOR}
ANSWERING = {*WRITERS, Role.RESPONDER, Role.OPERATOR}

RIGHTS = {
    ("GET", "/seri/{series}"): "public",
    ("GET", "/meja/{slug}/usulan"): WRITERS,
    ("GET", "/meja/{slug}/usulan/baru"): WRITERS,
    ("POST", "/meja/{slug}/usulan/baru"): WRITERS,
    ("GET", "/meja/{slug}/usulan/{number}"): WRITERS,
    ("POST", "/meja/{slug}/usulan/{number}"): WRITERS,
    ("POST", "/meja/{slug}/usulan/{number}/gabung"): WRITERS,
    ("POST", "/meja/{slug}/usulan/{number}/pecah"): WRITERS,
    ("POST", "/meja/{slug}/usulan/{number}/urungkan"): WRITERS,
    ("POST", "/meja/{slug}/usulan/{number}/foto/unggah"): WRITERS,
    ("GET", "/meja/{slug}/usulan/{number}/foto/semua.zip"): {*ANSWERING, Role.READER},
    ("GET", "/meja/{slug}/usulan/{number}/foto/{photo}"): {*ANSWERING, Role.READER},
    ("GET", "/meja/{slug}/usulan/{number}/foto/{photo}/kecil"): {*ANSWERING, Role.READER},
    ("POST", "/meja/{slug}/usulan/{number}/foto/{photo}"): WRITERS,
    ("POST", "/meja/{slug}/usulan/{number}/foto/{photo}/buang"): WRITERS,
    ("GET", "/meja/{slug}/tanggapan"): ANSWERING,
    ("GET", "/meja/{slug}/tanggapan/{number}"): ANSWERING,
    ("POST", "/meja/{slug}/tanggapan/{number}"): ANSWERING,
    ("POST", "/meja/{slug}/tanggapan/{number}/{response}"): ANSWERING,
    ("GET", "/meja/{slug}/dapil"): {Role.SECRETARIAT},
    ("POST", "/meja/{slug}/dapil"): {Role.SECRETARIAT},
    ("POST", "/meja/{slug}/dapil/unggah"): {Role.SECRETARIAT},
    ("GET", "/s/{slug}/usulan"): "public",
    ("GET", "/s/{slug}/usulan/kirim"): "public",
    ("POST", "/s/{slug}/usulan/kirim"): "public",
    ("GET", "/api/v1/sessions/{slug}/proposals"): "public",
    ("POST", "/api/v1/sessions/{slug}/proposals"): {*WRITERS, Role.OPERATOR},
    ("POST", "/api/v1/sessions/{slug}/proposals/merge"): WRITERS,
    ("GET", "/api/v1/sessions/{slug}/proposals/{number}"): "public",
    ("PATCH", "/api/v1/sessions/{slug}/proposals/{number}"): WRITERS,
    ("POST", "/api/v1/sessions/{slug}/proposals/{number}/split"): WRITERS,
    ("POST", "/api/v1/sessions/{slug}/proposals/{number}/photos"): WRITERS,
    ("PATCH", "/api/v1/sessions/{slug}/proposals/{number}/photos/{photo}"): WRITERS,
    ("DELETE", "/api/v1/sessions/{slug}/proposals/{number}/photos/{photo}"): WRITERS,
}
