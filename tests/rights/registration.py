"""Who may call the doors of registration."""

from app.access.models import Role

REGISTRATION = {
    ("POST", "/api/v1/sessions/{slug}/applications"): "public",
    ("GET", "/api/v1/sessions/{slug}/applications"): {Role.MODERATOR, Role.SECRETARIAT},
}
RIGHTS = {**REGISTRATION}
