"""Who may call the doors of figures."""

from app.access.models import Role

READING = {Role.READER, Role.MODERATOR, Role.SECRETARIAT}
RIGHTS = {
    ("GET", "/meja/angka"): "signed_in",
    ("GET", "/meja/angka/data"): "signed_in",
    ("GET", "/meja/{slug}/angka"): READING,
    ("GET", "/meja/{slug}/angka/data"): READING,
}
