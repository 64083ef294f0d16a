"""Who may call the doors of rooms; seat holders pass the first three and the calls with their link as well."""

from app.access.models import Role

PARTS = {Role.MODERATOR, Role.SECRETARIAT, Role.OPERATOR, Role.RESPONDER}

RIGHTS = {
    ("GET", "/s/{slug}/ruang"): PARTS,
    ("GET", "/s/{slug}/ruang/polos"): PARTS,
    ("POST", "/s/{slug}/ruang/polos"): PARTS,
    ("GET", "/s/{slug}/hadir/usulan"): "attendee",
    ("POST", "/s/{slug}/hadir/usulan"): "attendee",
    ("GET", "/meja/{slug}/ruang"): PARTS,
    ("GET", "/api/v1/rooms/{room}/events"): PARTS,
    ("GET", "/api/v1/rooms/{room}/stream"): PARTS,
    ("POST", "/api/v1/rooms/{room}/hello"): PARTS,
    ("POST", "/api/v1/rooms/{room}/frames"): PARTS,
    ("POST", "/api/v1/rooms/{room}/messages"): PARTS,
    ("PUT", "/api/v1/rooms/{room}/messages/{message}/vote"): PARTS,
    ("POST", "/s/{slug}/ruang/polos/dukungan"): PARTS,
    ("POST", "/api/v1/rooms/{room}/reading"): PARTS,
    ("PATCH", "/api/v1/rooms/{room}/messages/{message}"): PARTS - {Role.RESPONDER},
}
