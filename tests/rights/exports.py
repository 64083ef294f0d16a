"""Who may take the record out."""

from app.access.models import Role

RIGHTS = {
    ("GET", "/meja/{slug}/rekaman"): {Role.SECRETARIAT, Role.READER},
    ("GET", "/api/v1/sessions/{slug}/exports/{table}.{kind}"): {Role.SECRETARIAT},
}
