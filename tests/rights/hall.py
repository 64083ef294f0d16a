"""Who may call the doors of hall."""

from app.access.models import Role

AT_HALL = {Role.OPERATOR, Role.MODERATOR}
API = {
    ("POST", "/api/v1/sessions/{slug}/participants"): AT_HALL,
    ("POST", "/api/v1/sessions/{slug}/participants/{participant}/complete"): {Role.OPERATOR, Role.SECRETARIAT},
    ("POST", "/api/v1/sessions/{slug}/checkins"): AT_HALL,
    ("DELETE", "/api/v1/sessions/{slug}/checkins/{stay}"): AT_HALL,
    ("GET", "/api/v1/sessions/{slug}/attendance"): AT_HALL,
}
RIGHTS = {**API}
