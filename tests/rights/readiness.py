"""Who may call the doors of readiness and rehearsal."""

from app.access.models import Role

PREPARING = {Role.MODERATOR, Role.SECRETARIAT}
RIGHTS = {
    ("GET", "/meja/{slug}/siap"): PREPARING,
    ("POST", "/meja/{slug}/siap/surel"): PREPARING,
    ("POST", "/meja/{slug}/latihan/mulai"): {Role.MODERATOR},
    ("POST", "/meja/{slug}/latihan/hapus"): {Role.MODERATOR},
}
