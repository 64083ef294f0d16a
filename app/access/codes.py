"""Time-based one-time passwords (RFC 6238) as every authenticator knows them: SHA-1, six digits, thirty seconds."""

import base64
import hashlib
import hmac
import secrets
import struct
from datetime import datetime
from urllib.parse import quote, urlencode

STEP = 30
"""Seconds of one code."""
DRIFT = 1
"""Steps by which a telephone's clock may differ."""
DIGITS = 6
KEY_BYTES = 20


def new_key() -> str:
    """A fresh key, base32 without padding, as people may have to type it."""
    return base64.b32encode(secrets.token_bytes(KEY_BYTES)).decode()


def present_step(now: datetime) -> int:
    """The number of the step in which a moment lies."""
    return int(now.timestamp()) // STEP


def code_at(key: str, step: int, digits: int = DIGITS) -> str:
    """The code that a telephone shows in this step."""
    mac = hmac.new(base64.b32decode(key + "=" * (-len(key) % 8)), struct.pack(">Q", step), hashlib.sha1).digest()
    place = mac[-1] & 15
    number = int.from_bytes(mac[place : place + 4], "big") & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def step_of(key: str, code: str, now: datetime) -> int | None:
    """The step to which a code belongs, now or a step beside it; None for a wrong one."""
    if len(code) != DIGITS or not code.isdecimal() or not code.isascii():
        return None
    present = present_step(now)
    steps = range(max(0, present - DRIFT), present + DRIFT + 1)
    return next((step for step in steps if hmac.compare_digest(code_at(key, step), code)), None)


def address(key: str, login: str, office: str) -> str:
    """What the QR code says to an authenticator."""
    name = quote(f"{office}:{login}")
    return f"otpauth://totp/{name}?{urlencode({'secret': key, 'issuer': office}, quote_via=quote)}"
