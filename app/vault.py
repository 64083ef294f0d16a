"""Secrets: sealing personal data, blind indexes, and tokens that are derived rather than stored.

AES-256-GCM with associated data `table|column|row` so that a ciphertext moved elsewhere does not open; the id of the key stands in front.
A key file that is exchanged while processes run is read again by each of them before its next use.
"""

import base64
import contextlib
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12


class VaultProblem(Exception):
    """The keys are missing, malformed, or not those that sealed this datum."""


@dataclass(frozen=True)
class Vault:
    """The keys of this installation: `sealing` by id (the last one seals), `index` for blind indexes, `tokens` for derived links, `audit` for chains.

    `former` are index keys under which rows may still stand while keys are being changed; `file` is where the present keys are read.
    """

    sealing: Mapping[str, bytes]
    index: bytes
    tokens: bytes
    audit: bytes
    former: tuple[bytes, ...] = ()
    file: "KeyFile | None" = field(default=None, compare=False)

    @property
    def present(self) -> "Vault":
        """The keys as they stand now in the file, if these come from one."""
        return self.file.vault() if self.file is not None else self

    @property
    def sealing_id(self) -> str:
        """The id of the key that seals now."""
        return list(self.present.sealing)[-1]

    def seal(self, text: str | None, table: str, column: str, row: str) -> bytes | None:
        """Ciphertext of `text` bound to its place; nothing stays nothing."""
        if text is None or text == "":
            return None
        now = self.present
        key_id = list(now.sealing)[-1]
        key = now.sealing[key_id]
        nonce = os.urandom(NONCE)
        return bytes(key_id.encode() + b":" + nonce + AESGCM(key).encrypt(nonce, text.encode(), _place(table, column, row)))

    def open(self, sealed: bytes | None, table: str, column: str, row: str) -> str | None:
        """The text sealed for that place; raises VaultProblem for another place or an unknown key."""
        if sealed is None:
            return None
        key_id, _, rest = bytes(sealed).partition(b":")
        key = self.present.sealing.get(key_id.decode("ascii", "replace"))
        if key is None:
            raise VaultProblem(f"no key {key_id!r} for {table}.{column}")
        try:
            return AESGCM(key).decrypt(rest[:NONCE], rest[NONCE:], _place(table, column, row)).decode()
        except InvalidTag:
            raise VaultProblem(f"{table}.{column} was not sealed for this row") from None

    def blind(self, purpose: str, text: str) -> str:
        """A keyed fingerprint by which equal texts are found without reading them (hex, 64 characters)."""
        return _blind(self.present.index, purpose, text)

    def former_blinds(self, purpose: str, text: str | None) -> list[str]:
        """The fingerprints of a text under keys that are being changed: rows that were not rewritten yet are found by these."""
        return [_blind(key, purpose, text) for key in self.present.former] if text else []

    def derive(self, purpose: str, row: str, generation: int, length: int = 16) -> str:
        """The secret part of a link that can be sent again: the same for the same row and generation (base32, lower case)."""
        mac = hmac.new(self.tokens, f"{purpose}|{row}|{generation}".encode(), hashlib.sha256).digest()
        return base64.b32encode(mac).decode().lower()[:length]

    def chain(self, previous: bytes, entry: bytes) -> bytes:
        """The next link of an audit chain (32 bytes)."""
        return hmac.new(self.audit, previous + hashlib.sha256(entry).digest(), hashlib.sha256).digest()


class KeyFile:
    """A key file that may be exchanged; one that cannot be read leaves the keys as they were."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = _stamp(path)
        self._vault = read_keys(path.read_text(encoding="utf-8"))

    def vault(self) -> Vault:
        """The keys as they stand in the file now."""
        with contextlib.suppress(OSError, VaultProblem):
            stamp = _stamp(self._path)
            if stamp != self._stamp:
                self._vault = read_keys(self._path.read_text(encoding="utf-8"))
                self._stamp = stamp
        return self._vault


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
    if keys is not None:
        return read_keys(keys)
    path = data_dir / "keys.json"
    data_dir.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        write_keys(path, make_keys())
    file = KeyFile(path)
    return replace(file.vault(), file=file)


def read_keys(text: str) -> Vault:
    """The keys of a JSON text: `sealing` by id, `index` one key or several by id (the last one counts), `tokens`, `audit`, all in hex."""
    try:
        read = json.loads(text)
        sealing = {str(name): bytes.fromhex(key) for name, key in read["sealing"].items()}
        stated = read["index"].values() if isinstance(read["index"], dict) else [read["index"]]
        *former, index = [bytes.fromhex(key) for key in stated]
        vault = Vault(sealing, index, bytes.fromhex(read["tokens"]), bytes.fromhex(read["audit"]), tuple(former))
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise VaultProblem("the keys are not readable: expected JSON with sealing, index, tokens, audit") from problem
    every = (*sealing.values(), *vault.former, vault.index, vault.tokens, vault.audit)
    if not sealing or any(len(key) != 32 for key in every):
        raise VaultProblem("each key must be 32 bytes in hex")
    return vault


def with_new_keys(text: str) -> str:
    """The same key file with one more sealing and one more index key, which count from now on; links and audit chains keep theirs."""
    read = json.loads(text)
    index = read["index"] if isinstance(read["index"], dict) else {"i1": read["index"]}
    number = 1 + max(int("".join(sign for sign in name if sign.isdecimal()) or 1) for name in (*read["sealing"], *index))
    read["sealing"][f"k{number}"] = secrets.token_hex(32)
    read["index"] = {**index, f"i{number}": secrets.token_hex(32)}
    return json.dumps(read, indent=1) + "\n"


def without_old_keys(text: str) -> str:
    """The same key file with the newest sealing and index key only."""
    read = json.loads(text)
    last = list(read["sealing"])[-1]
    read["sealing"] = {last: read["sealing"][last]}
    if isinstance(read["index"], dict):
        name = list(read["index"])[-1]
        read["index"] = {name: read["index"][name]}
    return json.dumps(read, indent=1) + "\n"


def write_keys(path: Path, text: str, *, over: bool = False) -> None:
    """A whole file or none; without `over` never over one that is there: two first starts at once end with the same keys."""
    draft = path.with_name(f".keys.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if over:
            draft.replace(path)
            return
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _blind(key: bytes, purpose: str, text: str) -> str:
    return hmac.new(key, f"{purpose}|{text}".encode(), hashlib.sha256).hexdigest()


def _stamp(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_ino, found.st_mtime_ns, found.st_size


def _place(table: str, column: str, row: str) -> bytes:
    return f"{table}|{column}|{row}".encode()
