"""Who may call the doors of registration."""

from app.access.models import Role

COUNTER = {Role.MODERATOR, Role.OPERATOR, Role.SECRETARIAT}
REGISTRATION = {
    ("POST", "/api/v1/sessions/{slug}/applications"): "public",
    ("GET", "/api/v1/sessions/{slug}/applications"): {Role.MODERATOR, Role.SECRETARIAT},
    ("GET", "/s/{slug}/daftar"): "public",
    ("POST", "/s/{slug}/daftar"): "public",
    ("POST", "/s/{slug}/daftar/tautan"): "public",
    ("GET", "/r/{key}"): "public",
    ("GET", "/r/{key}/terdaftar"): "public",
    ("GET", "/r/{key}/ubah"): "public",
    ("POST", "/r/{key}/ubah"): "public",
    ("GET", "/r/{key}/tarik"): "public",
    ("POST", "/r/{key}/tarik"): "public",
    ("POST", "/r/{key}/pindah"): "public",
    ("POST", "/r/{key}/tautan"): "public",
    ("GET", "/status"): "public",
    ("POST", "/status"): "public",
    ("POST", "/status/tautan"): "public",
    ("GET", "/meja/{slug}/pendaftar/baru"): COUNTER,
    ("POST", "/meja/{slug}/pendaftar/baru"): COUNTER,
}
RIGHTS = {("POST", "/meja/{slug}/pendaftar/baru/tautan"): {Role.MODERATOR, Role.SECRETARIAT}, **REGISTRATION}
