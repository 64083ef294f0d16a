"""A run of events on its way to many readers: encoded once for each way of reading, whoever asks first."""

from collections.abc import Sequence
from functools import cached_property

from app.live.frames import batches
from app.live.framing import Opcode, frame, packed_frame
from app.live.ring import Item


class Shared:
    """Contiguous events of one log; `more` says that further ones are known to follow, `lite` that ordinary chat is skipped."""

    def __init__(self, items: Sequence[Item], log: str, *, more: bool = False, lite: bool = False) -> None:
        self.items = items
        self.log = log
        self.more = more
        self.lite = lite

    @property
    def last(self) -> int:
        """The position of a reader who was given this."""
        return self.items[-1].seq

    @cached_property
    def texts(self) -> list[bytes]:
        """The JSON frames that carry these events."""
        return batches(self.items, self.log, more=self.more, lite=self.lite)

    @cached_property
    def wire(self) -> bytes:
        """The same as the bytes of a websocket."""
        return b"".join(frame(Opcode.TEXT, text) for text in self.texts)

    @cached_property
    def packed(self) -> bytes:
        """The same for those who agreed on compression: packed once for all of them."""
        return b"".join(packed_frame(text) for text in self.texts)
