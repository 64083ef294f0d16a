"""Who closes a session: moderators end it, the secretariat takes the archive out."""

from app.access.models import Role

RIGHTS = {
    ("GET", "/meja/{slug}/penutupan"): {Role.MODERATOR, Role.SECRETARIAT},
    ("GET", "/meja/{slug}/penutupan/angka"): {Role.MODERATOR, Role.SECRETARIAT},
    ("POST", "/meja/{slug}/penutupan/pulang"): {Role.MODERATOR, Role.SECRETARIAT},
    ("POST", "/meja/{slug}/penutupan/akhiri"): {Role.MODERATOR},
    ("POST", "/meja/{slug}/penutupan/arsip"): {Role.SECRETARIAT},
    ("GET", "/meja/{slug}/penutupan/arsip/{file}"): {Role.SECRETARIAT},
    ("GET", "/meja/{slug}/penutupan/arsip/{file}/berkas"): {Role.SECRETARIAT},
    ("POST", "/api/v1/sessions/{slug}/archive"): {Role.SECRETARIAT},
    ("GET", "/api/v1/jobs/{job}"): "signed_in",
}
