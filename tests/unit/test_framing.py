"""What a client may send over a websocket and what it may not: the cases of the Autobahn suite, rebuilt, whole and byte by byte."""

import itertools
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame
from websockets.frames import Opcode as Their
from websockets.protocol import Side
from websockets.server import ServerProtocol

from app.live.framing import NO_CODE, Inbound, Opcode, close_frame, frame, packed_frame

T, B, C, P, O, X = Opcode.TEXT, Opcode.BINARY, Opcode.CONTINUATION, Opcode.PING, Opcode.PONG, Opcode.CLOSE
MOST = 70_000
GREEK = "κόσμε".encode()


def sent(opcode: int, payload: bytes = b"", *, fin: bool = True, rsv: int = 0, masked: bool = True) -> bytes:
    """A client's frame, however wrong."""
    size = len(payload)
    first = (0x80 if fin else 0) | rsv << 4 | opcode
    head = bytes((first, (0x80 if masked else 0) | (size if size < 126 else 126 if size < 65536 else 127)))
    head += b"" if size < 126 else size.to_bytes(2 if size < 65536 else 8, "big")
    mask = b"\x37\xfa\x21\x3d"
    body = bytes(byte ^ key for byte, key in zip(payload, itertools.cycle(mask), strict=False))
    return head + mask + body if masked else head + payload


def closing(code: int, reason: bytes = b"") -> bytes:
    return sent(X, code.to_bytes(2, "big") + reason)


CASES = {
    # 1: sizes
    **{f"1.1 text of {n}": (sent(T, b"*" * n), [(T, b"*" * n)], None) for n in (0, 125, 126, 127, 128, 65535, 65536)},
    **{f"1.2 binary of {n}": (sent(B, b"\xfe" * n), [(B, b"\xfe" * n)], None) for n in (0, 125, 126, 127, 128, 65535, 65536)},
    # 2: pings and pongs
    "2.1 empty ping": (sent(P), [(P, b"")], None),
    "2.3 binary ping": (sent(P, b"\x00\xff\xfe\xfd"), [(P, b"\x00\xff\xfe\xfd")], None),
    "2.4 ping of 125": (sent(P, b"\xfe" * 125), [(P, b"\xfe" * 125)], None),
    "2.5 ping of 126": (sent(P, b"\xfe" * 126), [], 1002),
    "2.7 unasked pong": (sent(O) + sent(P), [(O, b""), (P, b"")], None),
    "2.10 ten pings": (b"".join(sent(P, b"%d" % n) for n in range(10)), [(P, b"%d" % n) for n in range(10)], None),
    # 3: reserved bits, also after a good frame, which still counts
    **{f"3.{n} reserved bits {n}": (sent(T, b"a") + sent(T, b"b", rsv=n) + sent(P), [(T, b"a")], 1002) for n in range(1, 8)},
    # 4: reserved opcodes
    **{f"4 opcode {n}": (sent(T, b"a") + sent(n, b"b") + sent(P), [(T, b"a")], 1002) for n in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)},
    # 5: fragments
    "5.1 ping in fragments": (sent(P, b"a", fin=False) + sent(C, b"b"), [], 1002),
    "5.2 pong in fragments": (sent(O, b"a", fin=False) + sent(C, b"b"), [], 1002),
    "5.3 text in two": (sent(T, b"a", fin=False) + sent(C, b"b"), [(T, b"ab")], None),
    "5.6 a ping between": (sent(T, b"a", fin=False) + sent(P, b"p") + sent(C, b"b"), [(P, b"p"), (T, b"ab")], None),
    "5.9 nothing to continue": (sent(C, b"a") + sent(T, b"b"), [], 1002),
    "5.12 nothing to continue, not final": (sent(C, b"a", fin=False) + sent(T, b"b"), [], 1002),
    "5.15 continued after its end": (sent(T, b"a", fin=False) + sent(C, b"b") + sent(C, b"c"), [(T, b"ab")], 1002),
    "5.18 a new text inside": (sent(T, b"a", fin=False) + sent(T, b"b"), [], 1002),
    "5.19 many": (
        sent(T, b"1", fin=False) + sent(C, b"2", fin=False) + sent(P) + sent(C, b"", fin=False) + sent(C, b"3"),
        [(P, b""), (T, b"123")],
        None,
    ),
    "5 binary in two": (sent(B, b"\xff", fin=False) + sent(C, b"\xfe"), [(B, b"\xff\xfe")], None),
    # 6: UTF-8
    "6.1 empty fragments": (sent(T, fin=False) + sent(C, fin=False) + sent(C), [(T, b"")], None),
    "6.2 cut inside a letter": (sent(T, GREEK[:1], fin=False) + sent(C, GREEK[1:]), [(T, GREEK)], None),
    "6.3 not UTF-8": (sent(T, GREEK + b"\xed\xa0\x80edited"), [], 1007),
    "6.4 not UTF-8 in the first fragment": (sent(T, GREEK + b"\xf4\x90\x80\x80", fin=False), [], 1007),
    "6.6 an unfinished letter": (sent(T, b"\xce"), [], 1007),
    "6.6 an unfinished letter at the end": (sent(T, b"a", fin=False) + sent(C, b"\xce"), [], 1007),
    "6.12 overlong": (sent(T, b"\xc0\xaf"), [], 1007),
    "6.23 no character": (sent(T, "\uffff".encode()), [(T, "\uffff".encode())], None),
    # 7: closing
    "7.1 nothing after a close": (closing(1000) + sent(T, b"late"), [(X, (1000).to_bytes(2, "big"))], None),
    "7.1.5 closed inside fragments": (sent(T, b"a", fin=False) + closing(1000) + sent(C, b"b"), [(X, (1000).to_bytes(2, "big"))], None),
    "7.3.1 an empty close": (sent(X), [(X, b"")], None),
    "7.3.2 a close of one byte": (sent(X, b"a"), [], 1002),
    "7.3.5 the longest reason": (closing(1000, b"*" * 123), [(X, (1000).to_bytes(2, "big"))], None),
    "7.3.6 a longer reason": (closing(1000, b"*" * 124), [], 1002),
    "7.5.1 a reason that is not UTF-8": (closing(1000, b"\xce\xba\xed\xa0\x80"), [], 1007),
    **{
        f"7.7 close {n}": (closing(n), [(X, n.to_bytes(2, "big"))], None)
        for n in (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999)
    },
    **{f"7.9 close {n}": (closing(n), [], 1002) for n in (0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535)},
    # 9: bounds, and what only a client must do
    "9 as long as may be": (sent(T, b"*" * MOST), [(T, b"*" * MOST)], None),
    "9 longer": (sent(T, b"*" * (MOST + 1)), [], 1009),
    "9 longer in fragments": (sent(T, b"*" * MOST, fin=False) + sent(C, b"*"), [], 1009),
    "9 a length of nine quintillions": (bytes((0x81, 0xFF)) + b"\x80" + b"\x00" * 7 + b"mask", [], 1002),
    "not masked": (sent(T, b"a", masked=False), [], 1002),
}


def outcome(inbound: Inbound, chunks: list[bytes]) -> tuple[list[tuple[Opcode, bytes]], int | None]:
    found = [message for chunk in chunks for message in inbound.feed(chunk)]
    return found, inbound.fault


@pytest.mark.parametrize("name", CASES)
def test_frames_are_taken_or_refused_as_the_standard_says(name: str) -> None:
    data, found, fault = CASES[name]
    assert outcome(Inbound(MOST), [data]) == (found, fault)
    sizes = (1, 7) if len(data) < 1000 else (1000, 4096)
    for size in sizes:
        assert outcome(Inbound(MOST), [data[at : at + size] for at in range(0, len(data), size)]) == (found, fault)


def squeezed(payload: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return (packer.compress(payload) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]


PACKED = {
    "whole": (sent(T, squeezed(GREEK), rsv=4), [(T, GREEK)], None),
    "in fragments, of which only the first says so": (
        sent(T, squeezed(GREEK)[:4], fin=False, rsv=4) + sent(P) + sent(C, squeezed(GREEK)[4:]),
        [(P, b""), (T, GREEK)],
        None,
    ),
    "plain between packed ones": (sent(T, squeezed(b"a"), rsv=4) + sent(T, b"b"), [(T, b"a"), (T, b"b")], None),
    "as long as may be": (sent(T, squeezed(b" " * MOST), rsv=4), [(T, b" " * MOST)], None),
    "a bomb": (sent(T, squeezed(b" " * 50_000_000), rsv=4), [], 1009),
    "not packed at all": (sent(T, b"\xff" * 40, rsv=4), [], 1002),
    "not UTF-8 once unpacked": (sent(T, squeezed(b"\xff"), rsv=4), [], 1007),
    "a packed ping": (sent(P, squeezed(b"a"), rsv=4), [], 1002),
    "packed from the second fragment": (sent(T, b"a", fin=False) + sent(C, squeezed(b"a"), rsv=4), [], 1002),
    "another reserved bit": (sent(T, b"a", rsv=2), [], 1002),
}


@pytest.mark.parametrize("name", PACKED)
def test_packed_messages_are_taken_or_refused(name: str) -> None:
    data, found, fault = PACKED[name]
    assert outcome(Inbound(MOST, packed=True), [data]) == (found, fault)
    assert outcome(Inbound(MOST, packed=True), [data[at : at + 1] for at in range(len(data))]) == (found, fault)


@given(st.text(max_size=400))
def test_what_we_pack_unpacks_to_the_same_and_is_never_longer(text: str) -> None:
    made, plain = packed_frame(text.encode()), frame(T, text.encode())
    assert len(made) <= len(plain)
    inbound = Inbound(MOST, packed=True)
    size = 2 if made[1] < 126 else 4
    again = sent(T, made[size:], rsv=(made[0] >> 4) & 7)
    assert outcome(inbound, [again]) == ([(T, text.encode())], None)


def test_nothing_is_taken_after_a_fault() -> None:
    inbound = Inbound(MOST)
    assert outcome(inbound, [sent(3), sent(T, b"a")]) == ([], 1002)
    assert inbound.feed(sent(T, b"b")) == []


@given(st.lists(st.tuples(st.sampled_from([T, B, P, O]), st.binary(max_size=120)), max_size=8), st.lists(st.integers(0, 400), max_size=6))
def test_however_the_network_cuts_them_frames_read_as_another_library_reads_them(said: list[tuple[Opcode, bytes]], cuts: list[int]) -> None:
    """The same bytes through the `websockets` library's own parser."""
    data = b"".join(Frame(Their(kind), payload).serialize(mask=True) for kind, payload in said)
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    chunks = [data[a:b] for a, b in itertools.pairwise(places)]
    found, fault = outcome(Inbound(MOST), chunks)
    valid = list(itertools.takewhile(lambda one: one[0] is not T or _is_text(one[1]), said))
    assert found == valid
    assert fault == (1007 if len(valid) < len(said) else None)


def _is_text(payload: bytes) -> bool:
    try:
        payload.decode()
    except UnicodeDecodeError:
        return False
    return True


@pytest.mark.parametrize("size", [0, 125, 126, 65535, 65536])
def test_what_we_send_reads_as_one_whole_frame(size: int) -> None:
    """Read by the `websockets` library in the part of a client."""
    reader = ServerProtocol()
    reader.side = Side.CLIENT
    reader.reader.feed_data(frame(T, b"*" * size))
    parsing = Frame.parse(reader.reader.read_exact, mask=False, max_size=None)
    with pytest.raises(StopIteration) as end:
        next(parsing)
    assert end.value.value == Frame(Their.TEXT, b"*" * size)


def test_a_close_says_its_code_or_nothing() -> None:
    assert (close_frame(4001), close_frame(NO_CODE)) == (b"\x88\x02\x0f\xa1", b"\x88\x00")
