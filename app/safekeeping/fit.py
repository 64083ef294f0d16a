"""Whether the keys at hand are those with which a backup was made: checks that only these keys can repeat."""

from typing import Any

from app.vault import Vault, VaultProblem

WORD = "rembuk"
PLACE = ("backup", "check")


def checks(vault: Vault, backup_id: str) -> dict[str, Any]:
    """What stands in the header: a sealed word per sealing key, and a mark of each other key; none of them tells the key."""
    alone = {name: Vault({name: key}, vault.index, vault.tokens, vault.audit) for name, key in vault.sealing.items()}
    return {
        "sealing": {name: (one.seal(WORD, *PLACE, backup_id) or b"").hex() for name, one in alone.items()},
        "index": vault.blind("backup", backup_id),
        "tokens": vault.derive("backup", backup_id, 0, 32),
        "audit": vault.chain(bytes(32), backup_id.encode()).hex(),
    }


def missing(vault: Vault, backup_id: str, stated: dict[str, Any]) -> list[str]:
    """The names of keys that this vault lacks or has otherwise; empty when everything in the backup can be read."""
    lacking = [f"sealing {name}" for name, sealed in stated["sealing"].items() if not _opens(vault, backup_id, sealed)]
    own = checks(vault, backup_id)
    return lacking + [name for name in ("index", "tokens", "audit") if own[name] != stated[name]]


def _opens(vault: Vault, backup_id: str, sealed: str) -> bool:
    try:
        return vault.open(bytes.fromhex(sealed), *PLACE, backup_id) == WORD
    except VaultProblem:
        return False
