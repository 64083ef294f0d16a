"""Who may write, publish and read what became of proposals."""

from app.access.models import Role

WRITING = {Role.SECRETARIAT, Role.RESPONDER}
PUBLISHING = {Role.SECRETARIAT}

RIGHTS = {
    ("GET", "/u/{number}"): "public",
    ("GET", "/s/{slug}/usulan/kirim/{key}"): "public",
    ("GET", "/jawaban/{key}"): "public",
    ("GET", "/foto-usulan/{key}"): "public",
    ("POST", "/foto-usulan/{key}/unggah"): "public",
    ("GET", "/foto-usulan/{key}/{photo}"): "public",
    ("GET", "/foto-usulan/{key}/{photo}/kecil"): "public",
    ("POST", "/foto-usulan/{key}/{photo}"): "public",
    ("GET", "/u/{number}/foto/{photo}"): "public",
    ("GET", "/u/{number}/foto/{photo}/kecil"): "public",
    ("GET", "/api/v1/sessions/{slug}/proposals/{number}/outcomes"): "public",
    ("GET", "/meja/{slug}/hasil"): WRITING,
    ("GET", "/meja/{slug}/hasil/tulis"): WRITING,
    ("POST", "/meja/{slug}/hasil/tulis"): WRITING,
    ("POST", "/meja/{slug}/hasil/buang"): WRITING,
    ("POST", "/meja/{slug}/hasil/dari-pleno"): PUBLISHING,
    ("GET", "/meja/{slug}/hasil/terbitkan"): PUBLISHING,
    ("POST", "/meja/{slug}/hasil/terbitkan"): PUBLISHING,
    ("GET", "/meja/{slug}/hasil/ringkasan"): WRITING,
    ("GET", "/meja/{slug}/hasil/tahun-lalu"): PUBLISHING,
    ("POST", "/meja/{slug}/hasil/tahun-lalu"): PUBLISHING,
    ("GET", "/meja/{slug}/hasil/tahun-lalu/impor"): PUBLISHING,
    ("POST", "/meja/{slug}/hasil/tahun-lalu/unggah"): PUBLISHING,
    ("POST", "/meja/{slug}/hasil/tahun-lalu/{import_id}/batal"): PUBLISHING,
}
