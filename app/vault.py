"""Secrets: sealing personal data, blind indexes, and tokens that are derived rather than stored.

AES-256-GCM with associated data `table|column|row` so that a ciphertext moved elsewhere does not open; the id of the key stands in front.
"""

import base64
import contextlib
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12


class VaultProblem(Exception):
    """The keys are missing, malformed, or not those that sealed this datum."""


@dataclass(frozen=True)
class Vault:
    """The keys of this installation: `sealing` by id (the last one seals), `index` for blind indexes, `tokens` for derived links, `audit` for chains."""

    sealing: Mapping[str, bytes]
    index: bytes
    tokens: bytes
    audit: bytes

    def seal(self, text: str | None, table: str, column: str, row: str) -> bytes | None:
        """Ciphertext of `text` bound to its place; nothing stays nothing."""
        if text is None or text == "":
            return None
        key_id = list(self.sealing)[-1]
        key = self.sealing[key_id]
        nonce = os.urandom(NONCE)
        return bytes(key_id.encode() + b":" + nonce + AESGCM(key).encrypt(nonce, text.encode(), _place(table, column, row)))

    def open(self, sealed: bytes | None, table: str, column: str, row: str) -> str | None:
        """The text sealed for that place; raises VaultProblem for another place or an unknown key."""
        if sealed is None:
            return None
        key_id, _, rest = bytes(sealed).partition(b":")
        key = self.sealing.get(key_id.decode("ascii", "replace"))
        if key is None:
            raise VaultProblem(f"no key {key_id!r} for {table}.{column}")
        try:
            return AESGCM(key).decrypt(rest[:NONCE], rest[NONCE:], _place(table, column, row)).decode()
        except InvalidTag:
            raise VaultProblem(f"{table}.{column} was not sealed for this row") from None

    def blind(self, purpose: str, text: str) -> str:
        """A keyed fingerprint by which equal texts are found without reading them (hex, 64 characters)."""
        return hmac.new(self.index, f"{purpose}|{text}".encode(), hashlib.sha256).hexdigest()

    def derive(self, purpose: str, row: str, generation: int, length: int = 16) -> str:
        """The secret part of a link that can be sent again: the same for the same row and generation (base32, lower case)."""
        mac = hmac.new(self.tokens, f"{purpose}|{row}|{generation}".encode(), hashlib.sha256).digest()
        return base64.b32encode(mac).decode().lower()[:length]

    def chain(self, previous: bytes, entry: bytes) -> bytes:
        """The next link of an audit chain (32 bytes)."""
        return hmac.new(self.audit, previous + hashlib.sha256(entry).digest(), hashlib.sha256).digest()


def same(a: str, b: str) -> bool:
    """Equality in constant time."""
    return hmac.compare_digest(a.encode(), b.encode())


def token(size: int = 20) -> str:
    """A fresh random secret for a cookie or bearer (base32, lower case, `size` bytes of entropy)."""
    return base64.b32encode(secrets.token_bytes(size)).decode().lower().rstrip("=")


def fingerprint(secret: str) -> str:
    """What is stored of a secret of high entropy: its SHA-256 in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


def make_keys() -> str:
    """A fresh key file as JSON text."""
    fresh = {name: secrets.token_hex(32) for name in ("index", "tokens", "audit")}
    return json.dumps({"sealing": {"k1": secrets.token_hex(32)}, **fresh}, indent=1) + "\n"


def load_vault(keys: str | None, data_dir: Path) -> Vault:
    """The vault from the setting (JSON text) or from `keys.json` beside the data, made at the first start with mode 0600."""
    if keys is None:
        path = data_dir / "keys.json"
        data_dir.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _write_keys(path)
        keys = path.read_text(encoding="utf-8")
    try:
        read = json.loads(keys)
        sealing = {str(name): bytes.fromhex(key) for name, key in read["sealing"].items()}
        vault = Vault(sealing, *(bytes.fromhex(read[name]) for name in ("index", "tokens", "audit")))
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise VaultProblem("the keys are not readable: expected JSON with sealing, index, tokens, audit") from problem
    if not sealing or any(len(key) != 32 for key in (*sealing.values(), vault.index, vault.tokens, vault.audit)):
        raise VaultProblem("each key must be 32 bytes in hex")
    return vault


def _write_keys(path: Path) -> None:
    """A whole file or none, never over one that is there: two first starts at once end with the same keys."""
    draft = path.with_name(f".keys.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(make_keys())
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _place(table: str, column: str, row: str) -> bytes:
    return f"{table}|{column}|{row}".encode()
