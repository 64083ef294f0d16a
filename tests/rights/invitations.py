"""Who may call the doors of invitations."""

from app.access.models import Role

MODERATOR = {Role.MODERATOR}
OFFICERS = {Role.MODERATOR, Role.SECRETARIAT}

RIGHTS = {
    ("POST", "/api/v1/sessions/{slug}/selections/publish"): MODERATOR,
    ("POST", "/api/v1/sessions/{slug}/seats/{seat_id}/revoke"): MODERATOR,
    ("POST", "/api/v1/sessions/{slug}/seats/{seat_id}/rotate"): MODERATOR,
    ("GET", "/api/v1/sessions/{slug}/deliveries"): OFFICERS,
    ("POST", "/api/v1/sessions/{slug}/deliveries/{delivery_id}/{verb}"): OFFICERS,
    ("POST", "/api/v1/join/reveal"): "attendee",
}
