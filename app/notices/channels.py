"""What every channel answers: nothing when the letter was taken, `Refused` for never, `Delayed` for later."""

from typing import Protocol

from app.notices.letters import Letter


class Refused(Exception):
    """Never for that address; `code` says why, without a word of the provider."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Delayed(Exception):
    """Not now: try again later."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Sender(Protocol):
    """One channel that the machine serves."""

    async def send(self, letter: Letter, delivery_id: str) -> None:
        """Hand the letter over; repeats of one delivery carry the same id."""
