"""Who may call the doors of hall."""

from app.access.models import Role

AT_HALL = {Role.OPERATOR, Role.MODERATOR}
READERS = {*AT_HALL, Role.SECRETARIAT, Role.READER}
API = {
    ("POST", "/api/v1/sessions/{slug}/participants"): AT_HALL,
    ("POST", "/api/v1/sessions/{slug}/participants/{participant}/complete"): {Role.OPERATOR, Role.SECRETARIAT},
    ("POST", "/api/v1/sessions/{slug}/checkins"): AT_HALL,
    ("DELETE", "/api/v1/sessions/{slug}/checkins/{stay}"): AT_HALL,
    ("POST", "/api/v1/sessions/{slug}/sites/{site}/messages"): AT_HALL,
    ("GET", "/api/v1/sessions/{slug}/attendance"): READERS,
    ("GET", "/api/v1/sessions/{slug}/sites/{site}/door"): AT_HALL,
    ("POST", "/api/v1/sessions/{slug}/sites/{site}/presses"): AT_HALL,
    ("POST", "/api/v1/sessions/{slug}/sites/{site}/presses/{press}/settle"): AT_HALL,
}
PAGES = {
    ("GET", "/meja/{slug}/lokasi"): AT_HALL,
    ("GET", "/meja/{slug}/lokasi/{site}"): AT_HALL,
    ("GET", "/meja/{slug}/lokasi/{site}/keadaan"): AT_HALL,
    ("POST", "/meja/{slug}/lokasi/{site}/hadir"): AT_HALL,
    ("POST", "/meja/{slug}/lokasi/{site}/kebutuhan"): AT_HALL,
    ("POST", "/meja/{slug}/lokasi/{site}/batal"): AT_HALL,
    ("POST", "/meja/{slug}/lokasi/{site}/tarik"): AT_HALL,
    ("GET", "/meja/{slug}/lokasi/{site}/poster"): AT_HALL,
    ("GET", "/meja/{slug}/lokasi/{site}/pintu"): AT_HALL,
    ("POST", "/meja/{slug}/lokasi/{site}/tamu"): AT_HALL,
    ("POST", "/meja/{slug}/lokasi/{site}/kata"): AT_HALL,
    ("POST", "/meja/{slug}/lokasi/{site}/baca"): AT_HALL,
    ("POST", "/meja/{slug}/lokasi/{site}/lengkapi/{participant}"): {Role.OPERATOR, Role.SECRETARIAT},
    ("GET", "/meja/{slug}/lokasi/{site}/tamu/{participant}"): AT_HALL,
    ("POST", "/meja/{slug}/lokasi/{site}/tamu/{participant}"): AT_HALL,
    ("GET", "/meja/{slug}/kebutuhan"): AT_HALL,
    ("POST", "/meja/{slug}/kebutuhan"): AT_HALL,
    ("GET", "/meja/{slug}/kehadiran"): READERS,
    ("GET", "/meja/{slug}/piket"): {Role.MODERATOR},
    ("POST", "/meja/{slug}/piket"): {Role.MODERATOR},
    ("POST", "/meja/{slug}/piket/{link}/cabut"): {Role.MODERATOR},
    ("POST", "/meja/{slug}/piket/petugas/{shift}/akhiri"): {Role.MODERATOR},
    ("GET", "/meja/{slug}/terusan"): AT_HALL,
    ("POST", "/meja/{slug}/terusan"): AT_HALL,
    ("GET", "/meja/{slug}/layar"): AT_HALL,
    ("GET", "/meja/{slug}/layar/keadaan"): AT_HALL,
    ("POST", "/meja/{slug}/layar"): AT_HALL,
}
SCREEN = {
    ("GET", "/layar"): "public",
    ("GET", "/h/{site}"): "public",
    ("POST", "/h/{site}"): "public",
    ("GET", "/piket/{secret}"): "public",
    ("POST", "/piket/{secret}"): "public",
    ("GET", "/pekerja.js"): "public",
    ("GET", "/s/{slug}/layar"): "public",
    ("GET", "/s/{slug}/layar/data"): "public",
}
RIGHTS = {**API, **PAGES, **SCREEN}
