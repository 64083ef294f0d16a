"""Who may work on the plenary list, and who scores for it."""

from app.access.models import Role

WRITERS = {Role.SECRETARIAT, Role.MODERATOR}
SCORERS = {*WRITERS, Role.RESPONDER, Role.READER}

RIGHTS = {
    ("GET", "/meja/{slug}/pleno"): WRITERS,
    ("POST", "/meja/{slug}/pleno"): WRITERS,
    ("GET", "/meja/{slug}/pleno/daftar"): WRITERS,
    ("GET", "/meja/{slug}/pleno/{name}"): WRITERS,
    ("POST", "/meja/{slug}/pleno/{name}"): WRITERS,
    ("GET", "/meja/{slug}/penilaian"): SCORERS,
    ("POST", "/meja/{slug}/penilaian"): WRITERS,
    ("POST", "/meja/{slug}/penilaian/urungkan"): SCORERS,
    ("GET", "/meja/{slug}/penilaian/skema"): WRITERS,
    ("POST", "/meja/{slug}/penilaian/skema"): WRITERS,
    ("POST", "/meja/{slug}/penilaian/penilai"): WRITERS,
    ("GET", "/meja/{slug}/penilaian/isi/{assessor}"): SCORERS,
    ("POST", "/meja/{slug}/penilaian/isi/{assessor}"): SCORERS,
    ("GET", "/meja/{slug}/penilaian/lembar"): SCORERS,
}
