"""Who may call the doors of selection."""

from app.access.models import Role

MODERATOR = {Role.MODERATOR}
RIGHTS = {
    ("POST", "/api/v1/sessions/{slug}/selections"): MODERATOR,
    ("POST", "/api/v1/sessions/{slug}/selections/undo"): MODERATOR,
    ("POST", "/api/v1/sessions/{slug}/selections/fill"): MODERATOR,
    ("GET", "/api/v1/sessions/{slug}/selections/meters"): MODERATOR,
    ("GET", "/api/v1/sessions/{slug}/selections/changes"): MODERATOR,
}
