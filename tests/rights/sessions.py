"""Who may call the doors of sessions."""

from app.access.models import Role

RIGHTS = {
    ("POST", "/api/v1/sessions"): {Role.ADMIN},
    ("GET", "/api/v1/sessions"): "public",
    ("GET", "/api/v1/sessions/{slug}"): "public",
    ("PATCH", "/api/v1/sessions/{slug}"): {Role.ADMIN},
    ("POST", "/api/v1/sessions/{slug}/state"): {Role.MODERATOR},
    ("POST", "/api/v1/sessions/{slug}/schedule"): {Role.MODERATOR},
}
