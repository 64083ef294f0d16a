"""Server frames that need no person: batches of events, heartbeats, presence, farewells; built once and shared by every socket."""

from collections.abc import Sequence

from app.live.ring import Item

PUBLIC = "public"
PAGE = 64 * 1024
"""Bytes of events in one frame, about."""


def batches(items: Sequence[Item], log: str, *, more: bool = False) -> list[str]:
    """The frames that carry these events in order: a single event as itself, several as `batch`, in pages; `more` says that further pages follow."""
    pages: list[list[Item]] = [[]]
    size = 0
    for item in items:
        if pages[-1] and size + len(item.payload) > PAGE:
            pages.append([])
            size = 0
        pages[-1].append(item)
        size += len(item.payload)
    last = len(pages) - 1
    return [_batch(page, log, more=more or n < last) for n, page in enumerate(pages) if page]


def _batch(items: Sequence[Item], log: str, *, more: bool) -> str:
    if len(items) == 1 and not more:
        return items[0].payload.decode()
    named = "" if log == PUBLIC else f'"log":"{log}",'
    return f'{{"t":"batch",{named}"e":[{joined(items)}],"more":{"true" if more else "false"}}}'


def joined(items: Sequence[Item]) -> str:
    """The events as the inside of a JSON list."""
    return b",".join(item.payload for item in items).decode()


def heartbeat(head: int, desk: int | None, now: int) -> str:
    """Where the logs stand; `desk` only for those who read it."""
    named = "" if desk is None else f'"desk":{desk},'
    return f'{{"t":"hb","head":{head},{named}"now":{now}}}'


def presence(count: int) -> str:
    """How many people are in the room."""
    return f'{{"t":"presence","n":{count}}}'


def farewell(code: int, retry: int | None = None) -> str:
    """What a socket is told before it is closed; `retry` in milliseconds."""
    later = "" if retry is None else f',"retry":{retry}'
    return f'{{"t":"bye","code":{code}{later}}}'
