"""Who may work on the minutes."""

from app.access.models import Role

WRITERS = {Role.SECRETARIAT, Role.MODERATOR}

RIGHTS = {
    ("GET", "/meja/{slug}/notulen"): WRITERS,
    ("POST", "/meja/{slug}/notulen"): WRITERS,
    ("POST", "/meja/{slug}/notulen/catatan/{note_id}/tarik"): WRITERS,
}
