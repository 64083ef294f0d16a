"""Who may call the doors of selection."""

from app.access.models import Role

MODERATOR = {Role.MODERATOR}
RIGHTS = {
    ("POST", "/api/v1/sessions/{slug}/selections"): MODERATOR,
    ("POST", "/api/v1/sessions/{slug}/selections/undo"): MODERATOR,
    ("POST", "/api/v1/sessions/{slug}/selections/fill"): MODERATOR,
    ("GET", "/api/v1/sessions/{slug}/selections/meters"): MODERATOR,
    ("GET", "/api/v1/sessions/{slug}/selections/changes"): MODERATOR,
    ("GET", "/meja/{slug}/pendaftar"): MODERATOR,
    ("POST", "/meja/{slug}/pendaftar"): MODERATOR,
    ("POST", "/meja/{slug}/pendaftar/urungkan"): MODERATOR,
    ("GET", "/meja/{slug}/pendaftar/meter"): MODERATOR,
    ("GET", "/meja/{slug}/pendaftar/isi"): MODERATOR,
    ("POST", "/meja/{slug}/pendaftar/isi"): MODERATOR,
    ("GET", "/meja/{slug}/pendaftar/orang/{application}"): MODERATOR,
    ("POST", "/meja/{slug}/pendaftar/orang/{application}/nomor"): MODERATOR,
}
