"""Who writes the official record, and that everybody may ask what a file is."""

from app.access.models import Role

WRITERS = {Role.SECRETARIAT, Role.MODERATOR}
DESK, PUBLIC = "/meja/{slug}/berita-acara", "/s/{slug}/berita-acara"

RIGHTS = {
    ("GET", DESK): WRITERS,
    ("POST", DESK): WRITERS,
    ("GET", f"{DESK}/rancangan.{{kind}}"): WRITERS,
    ("POST", f"{DESK}/tetapkan"): WRITERS,
    ("POST", f"{DESK}/adendum"): WRITERS,
    ("GET", f"{DESK}/versi/{{number}}.{{kind}}"): WRITERS,
    ("POST", f"{DESK}/versi/{{number}}/unggah"): WRITERS,
    ("GET", f"{DESK}/versi/{{number}}/resmi/{{file}}"): WRITERS,
    ("POST", f"{DESK}/versi/{{number}}/resmi/{{file}}/buang"): WRITERS,
    ("GET", f"{DESK}/koreksi"): WRITERS,
    ("POST", f"{DESK}/koreksi"): WRITERS,
    ("POST", f"{DESK}/koreksi/catat"): WRITERS,
    ("POST", f"{DESK}/koreksi/{{objection}}/jawab"): WRITERS,
    ("GET", "/koreksi/{key}"): "public",
    ("POST", "/koreksi/{key}"): "public",
    ("GET", "/s/{slug}/hadir/koreksi"): "attendee",
    ("POST", "/s/{slug}/hadir/koreksi"): "attendee",
    ("GET", f"{DESK}/templat"): WRITERS,
    ("GET", f"{DESK}/templat/contoh.docx"): WRITERS,
    ("POST", f"{DESK}/templat/unggah"): {Role.SECRETARIAT},
    ("POST", f"{DESK}/templat/bawaan"): {Role.SECRETARIAT},
    ("GET", f"{DESK}/templat/{{template_id}}/templat.docx"): WRITERS,
    ("GET", f"{DESK}/templat/{{template_id}}/pratinjau.docx"): WRITERS,
    ("POST", f"{DESK}/templat/{{template_id}}/pakai"): {Role.SECRETARIAT},
    ("POST", f"{DESK}/templat/{{template_id}}/buang"): {Role.SECRETARIAT},
    ("GET", PUBLIC): "public",
    ("GET", f"{PUBLIC}/{{code}}"): "public",
    ("POST", f"{PUBLIC}/periksa/unggah"): "public",
}
