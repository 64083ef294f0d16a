"""Who may have the daily digest, and who may stop it: whoever holds the letter."""

from app.access.models import Role

RIGHTS = {
    ("GET", "/meja/kabar"): {Role.SECRETARIAT},
    ("POST", "/meja/kabar"): {Role.SECRETARIAT},
    ("POST", "/meja/kabar/mati"): {Role.SECRETARIAT},
    ("GET", "/kabar-harian/{key}"): "public",
    ("POST", "/kabar-harian/{key}"): "public",
}
