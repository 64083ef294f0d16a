"""Who may call the doors of people's rights."""

from app.access.models import Role

SECRETARIAT = {Role.SECRETARIAT}
OWN = (
    ("GET", ""),
    ("GET", "/unduh.json"),
    ("GET", "/unduh.html"),
    ("POST", "/perbaiki"),
    ("POST", "/persetujuan"),
    ("GET", "/hapus"),
    ("POST", "/hapus"),
)
RIGHTS = {
    **{(method, f"/r/{{key}}/data{path}"): "public" for method, path in OWN},
    **{(method, f"/s/{{slug}}/hadir/data{path}"): "attendee" for method, path in OWN},
    ("GET", "/meja/{slug}/data-pribadi"): SECRETARIAT,
    ("POST", "/meja/{slug}/data-pribadi/simpan"): SECRETARIAT,
    ("POST", "/meja/{slug}/data-pribadi/hapus"): SECRETARIAT,
    ("POST", "/meja/{slug}/data-pribadi/sekarang"): SECRETARIAT,
}
