"""The channel for development: the letter on standard error, where the developer reads it."""

import sys

from app.notices.letters import Letter


class Console:
    """Prints; only built when the settings ask for it, since letters are personal."""

    async def send(self, letter: Letter, delivery_id: str) -> None:
        """Print the letter with its address."""
        print(f"\n--- {delivery_id} → {letter.to}\n{letter.subject}\n\n{letter.text}\n---", file=sys.stderr, flush=True)
