"""CSRF: a form or script that acts with one of our cookies must show a token derived from that cookie.

The token is salted anew for each page, so that compressing a page that echoes input tells nothing about it.
"""

from fastapi import Request

from app.errors import NotAllowed
from app.vault import Vault, fingerprint, same, token
from app.web.ground import ground
from app.web.posted import posted

STAFF_COOKIE = "rembuk_staff"
SEAT_COOKIE = "rembuk_seat"
SAFE = {"GET", "HEAD", "OPTIONS"}


def token_for(request: Request) -> str:
    """A token for the forms of this visitor; empty when there is no cookie to protect."""
    salt = token(5)
    secret = _secret(request)
    return f"{salt}.{_derive(ground(request).vault, secret, salt)}" if secret else ""


async def check(request: Request) -> None:
    """Refuse an unsafe request that acts by cookie without the right token in the form field `csrf` or the header `X-CSRF-Token`."""
    secret = _secret(request)
    if request.method in SAFE or not secret:
        return
    given = request.headers.get("x-csrf-token") or ""
    if not given and _is_form(request):
        value = (await posted(request)).get("csrf")
        given = value if isinstance(value, str) else ""
    salt, _, mac = given.partition(".")
    if not salt or not same(mac, _derive(ground(request).vault, secret, salt)):
        raise NotAllowed("web.csrf")


def _secret(request: Request) -> str:
    """Both cookies together: a page may carry forms for staff and for a seat in one browser."""
    return request.cookies.get(STAFF_COOKIE, "") + "|" + request.cookies.get(SEAT_COOKIE, "") if _has_cookie(request) else ""


def _has_cookie(request: Request) -> bool:
    return STAFF_COOKIE in request.cookies or SEAT_COOKIE in request.cookies


def _derive(vault: Vault, secret: str, salt: str) -> str:
    return vault.derive("csrf", f"{fingerprint(secret)}|{salt}", 0, 32)


def _is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").startswith(("application/x-www-form-urlencoded", "multipart/form-data"))
