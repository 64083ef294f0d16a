"""Ring and feed: each seq is released once and in order, and words that were taken away leave memory."""

import random

from hypothesis import given
from hypothesis import strategies as st

from app.live.feed import Feed
from app.live.frames import PAGE, batches, farewell, heartbeat
from app.live.ring import Item, Ring


def item(seq: int, subject: str | None = None, *, takes_away: bool = False, size: int = 0) -> Item:
    return Item(seq, f'{{"seq":{seq}}}'.encode() + b" " * size, subject, takes_away)


def seqs(items: list[Item] | None) -> list[int] | None:
    return None if items is None else [one.seq for one in items]


def test_a_ring_gives_what_follows_a_position_or_says_that_it_cannot() -> None:
    ring = Ring(most=3)
    ring.add([item(n) for n in range(1, 6)])
    assert (seqs(ring.after(2)), seqs(ring.after(4)), seqs(ring.after(5)), ring.after(1)) == ([3, 4, 5], [5], [], None)


def test_a_ring_is_bounded_in_bytes_but_keeps_the_last_event() -> None:
    ring = Ring(most_bytes=100)
    ring.add([item(1), item(2, size=60), item(3, size=60), item(4, size=500)])
    assert (seqs(ring.after(3)), ring.after(2)) == ([4], None)


def test_a_ring_starts_anew_after_a_gap() -> None:
    ring = Ring()
    ring.add([item(1), item(2)])
    ring.add([item(7)])
    assert (seqs(ring.after(6)), ring.after(2)) == ([7], None)


def test_words_that_are_taken_away_leave_memory_also_within_one_batch() -> None:
    ring = Ring()
    ring.add([item(1, "a"), item(2, "b"), item(3, "a")])
    ring.add([item(4, "c"), item(5, "c", takes_away=True), item(6, "a", takes_away=True)])
    assert ring.after(0) is None
    assert seqs(ring.after(1)) == [2]
    assert ring.after(2) is None
    assert seqs(ring.after(4)) == [5, 6]


@given(st.lists(st.integers(1, 5), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_batches_in_any_order_and_twice_are_released_once_and_in_order(sizes: list[int], chance: random.Random) -> None:
    batch, first = [], 1
    for size in sizes:
        batch.append([item(n) for n in range(first, first + size)])
        first += size
    offered = batch + batch
    chance.shuffle(offered)
    feed = Feed("public", 0)
    released: list[Item] = []
    for some in offered:
        released += feed.offer(some)
        assert feed.head == len(released)
        assert feed.known >= feed.head
    assert seqs(released) == list(range(1, first))
    assert not feed.gap


def test_a_gap_holds_back_what_follows_until_it_is_filled() -> None:
    feed = Feed("public", 10)
    assert (feed.offer([item(13)]), feed.gap, feed.head) == ([], True, 10)
    assert seqs(feed.offer([item(9), item(10), item(11), item(12)])) == [11, 12, 13]
    assert (feed.gap, feed.head) == (False, 13)


def test_memory_is_not_asked_while_something_committed_has_not_come_here() -> None:
    feed = Feed("public", 0)
    words = feed.offer([item(1, "a"), item(2, "b")])
    encoded = feed.run(words, lite=False)
    assert (seqs(feed.remembered(0)), feed.run(words, lite=False)) == ([1, 2], encoded)
    feed.hear(3)
    assert (feed.remembered(0), feed.run(words, lite=False) is encoded) == (None, False)
    feed.offer([item(3, "a", takes_away=True)])
    assert (feed.remembered(0), seqs(feed.remembered(1))) == (None, [2, 3])


def test_frames_carry_one_event_as_itself_and_several_in_pages() -> None:
    assert batches([item(1)], "public") == [b'{"seq":1}']
    assert batches([item(1), item(2)], "desk") == [b'{"t":"batch","log":"desk","e":[{"seq":1},{"seq":2}],"more":false}']
    pages = batches([item(1, size=PAGE), item(2, size=PAGE), item(3)], "public", more=True)
    assert [page[-12:] for page in pages] == [b'"more":true}'] * 3
    assert (farewell(4002, 5), farewell(4509)) == (b'{"t":"bye","code":4002,"retry":5}', b'{"t":"bye","code":4509}')
    assert (heartbeat(3, None, 9), heartbeat(3, 4, 9)) == (b'{"t":"hb","head":3,"now":9}', b'{"t":"hb","head":3,"desk":4,"now":9}')
