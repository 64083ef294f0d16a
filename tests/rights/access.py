"""Who may call the doors of access."""

RIGHTS = {
    ("GET", "/pasang/{secret}"): "public",
    ("POST", "/pasang/{secret}"): "public",
    ("GET", "/masuk"): "public",
    ("POST", "/masuk"): "public",
    ("POST", "/keluar"): "public",
}
