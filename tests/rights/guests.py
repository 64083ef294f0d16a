"""Who may call the doors of guests by letter."""

from app.access.models import Role

OFFICERS = {Role.MODERATOR, Role.SECRETARIAT}
AT_DOOR = OFFICERS | {Role.OPERATOR}

RIGHTS = {
    ("GET", "/api/v1/sessions/{slug}/invitees"): OFFICERS,
    ("POST", "/api/v1/sessions/{slug}/invitees"): OFFICERS,
    ("POST", "/api/v1/sessions/{slug}/guest-imports/{import_id}/undo"): OFFICERS,
    ("POST", "/api/v1/sessions/{slug}/invitee-places/{place_id}/deputy"): AT_DOOR,
    ("GET", "/meja/{slug}/tamu"): OFFICERS,
    ("POST", "/meja/{slug}/tamu/{invitee_id}/hapus"): OFFICERS,
    ("GET", "/meja/{slug}/tamu/impor"): OFFICERS,
    ("POST", "/meja/{slug}/tamu/impor/unggah"): OFFICERS,
    ("POST", "/meja/{slug}/tamu/impor/{import_id}/batal"): OFFICERS,
    ("GET", "/meja/{slug}/tamu/kabar"): OFFICERS,
    ("POST", "/meja/{slug}/tamu/kabar/cetak"): OFFICERS,
    ("POST", "/meja/{slug}/tamu/kabar/sampai"): OFFICERS,
    ("POST", "/meja/{slug}/tamu/kabar/{delivery_id}/cetak"): OFFICERS,
    ("POST", "/meja/{slug}/tamu/kabar/{delivery_id}/{deed}"): OFFICERS,
    ("GET", "/meja/{slug}/tamu/kursi/{place_id}"): AT_DOOR,
    ("POST", "/meja/{slug}/tamu/kursi/{place_id}"): AT_DOOR,
    ("POST", "/meja/{slug}/tamu/kursi/{place_id}/semula"): AT_DOOR,
    ("POST", "/meja/{slug}/tamu/kursi/{place_id}/cetak"): OFFICERS,
    ("GET", "/meja/{slug}/tamu/surat"): OFFICERS,
    ("POST", "/meja/{slug}/tamu/surat"): OFFICERS,
    ("POST", "/meja/{slug}/tamu/surat/cetak"): OFFICERS,
}
