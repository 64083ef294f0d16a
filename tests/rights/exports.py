"""Who may take the record out."""

from app.access.models import Role

RIGHTS = {
    ("GET", "/meja/{slug}/rekaman"): {Role.SECRETARIAT, Role.READER},
    ("POST", "/meja/{slug}/rekaman/berkas"): {Role.SECRETARIAT},
    ("GET", "/meja/{slug}/rekaman/berkas/{file}"): {Role.SECRETARIAT},
    ("GET", "/meja/{slug}/rekaman/berkas/{file}/unduh"): {Role.SECRETARIAT},
    ("GET", "/s/{slug}/data"): "public",
    ("GET", "/s/{slug}/data/{name}.{kind}"): "public",
    ("GET", "/api/v1/sessions/{slug}/exports/{table}.{kind}"): {Role.SECRETARIAT},
}
