"""Who may call the doors of sessions."""

from app.access.models import Role

RIGHTS = {
    ("GET", "/"): "public",
    ("GET", "/s/{slug}"): "public",
    ("GET", "/meja"): "signed_in",
    ("GET", "/meja/{slug}"): set(Role),
    ("POST", "/meja/{slug}/keadaan"): {Role.MODERATOR},
    ("POST", "/api/v1/sessions"): {Role.ADMIN},
    ("GET", "/api/v1/sessions"): "public",
    ("GET", "/api/v1/sessions/{slug}"): "public",
    ("PATCH", "/api/v1/sessions/{slug}"): {Role.ADMIN},
    ("POST", "/api/v1/sessions/{slug}/state"): {Role.MODERATOR},
    ("POST", "/api/v1/sessions/{slug}/schedule"): {Role.MODERATOR},
}
