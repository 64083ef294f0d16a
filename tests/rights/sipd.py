"""Who may key proposals into SIPD."""

from app.access.models import Role

WRITERS = {Role.SECRETARIAT, Role.MODERATOR}

RIGHTS = {
    ("GET", "/meja/{slug}/sipd"): WRITERS,
    ("GET", "/meja/{slug}/sipd/{number}"): WRITERS,
    ("POST", "/meja/{slug}/sipd/tenggat"): WRITERS,
    ("POST", "/meja/{slug}/sipd/{number}"): WRITERS,
    ("POST", "/meja/{slug}/sipd/{number}/urungkan"): WRITERS,
    ("POST", "/meja/{slug}/sipd/{number}/pegang"): WRITERS,
}
