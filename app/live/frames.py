"""Server frames that need no person: batches of events, heartbeats, presence, farewells; built once and shared by every reader."""

from collections.abc import Iterable, Sequence

from app.live.ring import Item

PUBLIC = "public"
PAGE = 64 * 1024
"""Bytes of events in one frame, about."""


def batches(items: Sequence[Item], log: str, *, more: bool = False, lite: bool = False) -> list[bytes]:
    """The frames that carry these events in order: a single event as itself, several as `batch`, in pages; `more` says that further pages follow."""
    pages: list[list[bytes]] = [[]]
    size = 0
    for payload in _skipping(items) if lite else (item.payload for item in items):
        if pages[-1] and size + len(payload) > PAGE:
            pages.append([])
            size = 0
        pages[-1].append(payload)
        size += len(payload)
    last = len(pages) - 1
    # What is skipped stands for events and is none: it travels inside a batch only.
    return [_batch(page, log, more=more or n < last, alone=not lite) for n, page in enumerate(pages) if page]


def _skipping(items: Sequence[Item]) -> Iterable[bytes]:
    """The events as those read them who asked for little: ordinary chat is named by its range."""
    first = None
    for item in items:
        if item.ordinary:
            first = first or item.seq
            continue
        if first is not None:
            yield skip(first, item.seq - 1)
            first = None
        yield item.payload
    if first is not None:
        yield skip(first, items[-1].seq)


def skip(first: int, last: int) -> bytes:
    """What stands for ordinary chat in `lite`; both ends included."""
    return f'{{"t":"skip","from":{first},"to":{last}}}'.encode()


def _batch(payloads: Sequence[bytes], log: str, *, more: bool, alone: bool) -> bytes:
    if len(payloads) == 1 and alone and not more:
        return payloads[0]
    named = b"" if log == PUBLIC else b'"log":"' + log.encode() + b'",'
    return b'{"t":"batch",' + named + b'"e":[' + b",".join(payloads) + b'],"more":' + (b"true" if more else b"false") + b"}"


def heartbeat(head: int, desk: int | None, now: int) -> bytes:
    """Where the logs stand; `desk` only for those who read it."""
    named = "" if desk is None else f'"desk":{desk},'
    return f'{{"t":"hb","head":{head},{named}"now":{now}}}'.encode()


def presence(count: int) -> bytes:
    """How many people are in the room."""
    return f'{{"t":"presence","n":{count}}}'.encode()


def farewell(code: int, retry: int | None = None) -> bytes:
    """What a socket is told before it is closed; `retry` in milliseconds."""
    later = "" if retry is None else f',"retry":{retry}'
    return f'{{"t":"bye","code":{code}{later}}}'.encode()
