"""Who may work on the plenary list."""

from app.access.models import Role

WRITERS = {Role.SECRETARIAT, Role.MODERATOR}

RIGHTS = {
    ("GET", "/meja/{slug}/pleno"): WRITERS,
    ("POST", "/meja/{slug}/pleno"): WRITERS,
    ("GET", "/meja/{slug}/pleno/daftar"): WRITERS,
    ("GET", "/meja/{slug}/pleno/{name}"): WRITERS,
    ("POST", "/meja/{slug}/pleno/{name}"): WRITERS,
}
