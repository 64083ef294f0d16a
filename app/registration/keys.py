"""The short code that is printed and read aloud, and the key of the status page that can be sent again."""

import secrets

from app.vault import Vault, same

ALPHABET = "234679ACDEFGHJKMNPQRTVWXY"
"""Signs that are not taken for one another when written by hand or said aloud."""
_HALF = 4
_ID = 16
_SECRET = 16


def new_code() -> str:
    """A fresh code like K7MP-2Q9T."""
    return written("".join(secrets.choice(ALPHABET) for _ in range(2 * _HALF)))


def written(code: str) -> str:
    """A code as it is stored, from however it was typed; what is no code comes back as something that is never stored."""
    signs = "".join(sign for sign in code[:40].upper() if sign.isascii() and sign.isalnum())
    return f"{signs[:_HALF]}-{signs[_HALF:]}"


def status_key(vault: Vault, application_id: str, generation: int) -> str:
    """The key in the address of the status page; the same for the same generation."""
    return application_id + vault.derive("status", application_id, generation, _SECRET)


def application_of(key: str) -> str:
    """The id of the application whose key this claims to be."""
    return key[:_ID]


def opens(vault: Vault, key: str, application_id: str, generation: int) -> bool:
    """Whether this is the valid key of the application."""
    return key.isascii() and same(key, status_key(vault, application_id, generation))
