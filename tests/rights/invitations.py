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
    ("GET", "/meja/{slug}/pendaftar/umumkan"): MODERATOR,
    ("POST", "/meja/{slug}/pendaftar/umumkan"): MODERATOR,
    ("GET", "/meja/{slug}/undangan"): OFFICERS,
    ("POST", "/meja/{slug}/undangan/ambil"): OFFICERS,
    ("POST", "/meja/{slug}/undangan/{delivery_id}/{verb}"): OFFICERS,
    ("GET", "/meja/{slug}/undangan/kursi/{seat_id}"): MODERATOR,
    ("POST", "/meja/{slug}/undangan/kursi/{seat_id}/{deed}"): MODERATOR,
    ("GET", "/j/{secret}"): "public",
    ("POST", "/j/{secret}"): "public",
    ("GET", "/k/{code}"): "public",
    ("POST", "/k/{code}"): "public",
    ("GET", "/s/{slug}/hadir"): "attendee",
    ("POST", "/s/{slug}/hadir"): "attendee",
    ("GET", "/s/{slug}/hadir/kalender.ics"): "attendee",
    ("POST", "/s/{slug}/hadir/tempat"): "attendee",
    ("POST", "/s/{slug}/hadir/kembalikan"): "attendee",
    ("POST", "/r/{key}/tempat"): "public",
    ("POST", "/r/{key}/kembalikan"): "public",
    ("POST", "/api/v1/join/place"): "attendee",
    ("POST", "/api/v1/join/return"): "attendee",
}
