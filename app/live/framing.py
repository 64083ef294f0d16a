"""RFC 6455 frames: what a client sends, checked to the letter, and what we send, built once. Pure: bytes in, messages out."""

import codecs
import zlib
from enum import IntEnum

from websockets import frames as _frames

_unmask = _frames.apply_mask  # type: ignore[attr-defined]  # C where the wheel has it; not re-exported


class Opcode(IntEnum):
    """The frame types in use; all others are an error."""

    CONTINUATION = 0x0
    TEXT = 0x1
    BINARY = 0x2
    CLOSE = 0x8
    PING = 0x9
    PONG = 0xA


PROTOCOL_ERROR, NOT_UTF8, TOO_BIG, NO_CODE = 1002, 1007, 1009, 1005
LONGEST_CONTROL = 125
OPCODES = frozenset(Opcode)
CLOSE_CODES = frozenset({1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, *range(3000, 5000)})
"""What a peer may put into its close frame."""


PACKED = 0x40
"""The first reserved bit: this message is compressed."""
FLUSHED = b"\x00\x00\xff\xff"
"""What permessage-deflate leaves away at the end of every message."""


class Fault(Exception):
    """The peer broke the protocol: the connection is failed with this close code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def frame(opcode: Opcode, payload: bytes) -> bytes:
    """A server's frame: whole, not masked, not compressed."""
    size = len(payload)
    if size < 126:
        return bytes((0x80 | opcode, size)) + payload
    if size < 65536:
        return bytes((0x80 | opcode, 126)) + size.to_bytes(2, "big") + payload
    return bytes((0x80 | opcode, 127)) + size.to_bytes(8, "big") + payload


def packed_frame(payload: bytes) -> bytes:
    """A text frame compressed on its own, so that the same bytes serve every reader; plain where that is not smaller."""
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    packed = packer.compress(payload) + packer.flush(zlib.Z_SYNC_FLUSH)
    plain = frame(Opcode.TEXT, payload)
    if len(packed) - len(FLUSHED) >= len(payload):
        return plain
    small = frame(Opcode.TEXT, packed[: -len(FLUSHED)])
    return bytes((small[0] | PACKED,)) + small[1:]


def close_frame(code: int) -> bytes:
    """A close frame without a reason; 1005 stands for an empty one."""
    return frame(Opcode.CLOSE, b"" if code == NO_CODE else code.to_bytes(2, "big"))


class Inbound:
    """Cuts a client's bytes into messages: `feed` gives (opcode, payload) for each whole text or binary message and control frame.

    Text is valid UTF-8, a close payload is its code as two bytes or empty. Nothing comes after a close, nor after a `fault`: the
    close code with which the connection is to be failed. A message has at most `most` bytes, also once unpacked; `packed` says that
    permessage-deflate without context takeover was agreed on.
    """

    __slots__ = ("_bytes", "_check", "_kind", "_parts", "_size", "_squeezed", "closed", "fault", "most", "packed")

    def __init__(self, most: int, *, packed: bool = False) -> None:
        self.most = most
        self.packed = packed
        self._squeezed = False
        self.closed = False
        self.fault: int | None = None
        self._bytes = b""
        self._parts: list[bytes] | None = None
        self._kind = Opcode.TEXT
        self._size = 0
        self._check: codecs.IncrementalDecoder | None = None

    def feed(self, data: bytes) -> list[tuple[Opcode, bytes]]:
        """The messages that these bytes complete, in order."""
        found: list[tuple[Opcode, bytes]] = []
        bytes_ = self._bytes + data if self._bytes else data
        at, end = 0, len(bytes_)
        try:
            while not self.closed and end - at >= 2:
                taken = self._one(bytes_, at, end, found)
                if not taken:
                    break
                at = taken
        except Fault as fault:
            self.fault, self.closed = fault.code, True
        self._bytes = b"" if self.closed else bytes_[at:]
        return found

    def _one(self, data: bytes, at: int, end: int, found: list[tuple[Opcode, bytes]]) -> int:
        """Take one frame; the place after it, or 0 when it is not whole yet."""
        first, second = data[at], data[at + 1]
        size, place = second & 0x7F, at + 2
        opcode = first & 0x0F
        squeezed = bool(first & PACKED)
        if first & 0x30 or opcode not in OPCODES or not second & 0x80:
            raise Fault(PROTOCOL_ERROR)
        if squeezed and (not self.packed or opcode not in {Opcode.TEXT, Opcode.BINARY}):
            raise Fault(PROTOCOL_ERROR)
        if opcode >= Opcode.CLOSE and (size > LONGEST_CONTROL or not first & 0x80):
            raise Fault(PROTOCOL_ERROR)
        if size >= 126:
            width = 2 if size == 126 else 8
            if end < place + width:
                return 0
            size = int.from_bytes(data[place : place + width], "big")
            place += width
            if size > self.most:
                raise Fault(TOO_BIG if size < 1 << 63 else PROTOCOL_ERROR)
        stop = place + 4 + size
        if end < stop:
            return 0
        payload = _unmask(data[place + 4 : stop], data[place : place + 4]) if size else b""
        self._take(Opcode(opcode), payload, found, fin=bool(first & 0x80), squeezed=squeezed)
        return stop

    def _take(self, opcode: Opcode, payload: bytes, found: list[tuple[Opcode, bytes]], *, fin: bool, squeezed: bool) -> None:
        if opcode >= Opcode.CLOSE:
            if opcode is Opcode.CLOSE:
                payload = _close_payload(payload)
                self.closed = True
            found.append((opcode, payload))
            return
        if (opcode is Opcode.CONTINUATION) is (self._parts is None):
            raise Fault(PROTOCOL_ERROR)
        if opcode is not Opcode.CONTINUATION:
            if fin:
                found.append((opcode, self._whole(opcode, payload, squeezed=squeezed)))
                return
            self._kind, self._parts, self._size, self._squeezed = opcode, [], 0, squeezed
            self._check = codecs.getincrementaldecoder("utf-8")() if opcode is Opcode.TEXT and not squeezed else None
        self._join(payload, found, fin=fin)

    def _join(self, payload: bytes, found: list[tuple[Opcode, bytes]], *, fin: bool) -> None:
        assert self._parts is not None
        self._size += len(payload)
        if self._size > self.most or len(self._parts) > self.most:
            raise Fault(TOO_BIG)
        if self._check is not None:
            try:
                self._check.decode(payload, final=fin)
            except UnicodeDecodeError:
                raise Fault(NOT_UTF8) from None
        self._parts.append(payload)
        if fin:
            found.append((self._kind, self._whole(self._kind, b"".join(self._parts), squeezed=self._squeezed)))
            self._parts = self._check = None

    def _whole(self, opcode: Opcode, payload: bytes, *, squeezed: bool) -> bytes:
        """A message as its sender meant it."""
        if squeezed:
            payload = _unpacked(payload, self.most)
        if opcode is Opcode.TEXT:
            _utf8(payload)
        return payload


def _unpacked(payload: bytes, most: int) -> bytes:
    opener = zlib.decompressobj(-15)
    try:
        found = opener.decompress(payload + FLUSHED, most + 1)
    except zlib.error:
        raise Fault(PROTOCOL_ERROR) from None
    if len(found) > most or opener.unconsumed_tail:
        raise Fault(TOO_BIG)
    return found


def _utf8(payload: bytes) -> None:
    try:
        payload.decode()
    except UnicodeDecodeError:
        raise Fault(NOT_UTF8) from None


def _close_payload(payload: bytes) -> bytes:
    if not payload:
        return b""
    if len(payload) == 1 or int.from_bytes(payload[:2], "big") not in CLOSE_CODES:
        raise Fault(PROTOCOL_ERROR)
    _utf8(payload[2:])
    return payload[:2]
