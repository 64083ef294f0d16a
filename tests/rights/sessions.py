"""Who may call the doors of sessions."""

from app.access.models import Role

RIGHTS = {
    ("GET", "/"): "public",
    ("GET", "/s/{slug}"): "public",
    ("GET", "/meja"): "signed_in",
    ("GET", "/meja/baru"): {Role.ADMIN},
    ("POST", "/meja/baru"): {Role.ADMIN},
    ("GET", "/meja/{slug}"): set(Role),
    ("GET", "/meja/{slug}/atur"): {Role.ADMIN},
    ("POST", "/meja/{slug}/atur"): {Role.ADMIN},
    ("GET", "/meja/{slug}/jadwal"): {Role.MODERATOR},
    ("POST", "/meja/{slug}/jadwal"): {Role.MODERATOR},
    ("GET", "/meja/{slug}/petugas"): {Role.ADMIN},
    ("POST", "/meja/{slug}/petugas"): {Role.ADMIN},
    ("POST", "/meja/{slug}/petugas/baru"): {Role.ADMIN},
    ("POST", "/meja/{slug}/petugas/cabut"): {Role.ADMIN},
    ("POST", "/meja/{slug}/keadaan"): {Role.MODERATOR},
    ("POST", "/api/v1/sessions"): {Role.ADMIN},
    ("GET", "/api/v1/sessions"): "public",
    ("GET", "/api/v1/sessions/{slug}"): "public",
    ("PATCH", "/api/v1/sessions/{slug}"): {Role.ADMIN},
    ("POST", "/api/v1/sessions/{slug}/state"): {Role.MODERATOR},
    ("POST", "/api/v1/sessions/{slug}/schedule"): {Role.MODERATOR},
}
