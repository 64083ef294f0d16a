"""Whether words are still held in memory: everything that the live part holds is gone through, whatever its classes are called."""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

OURS = ("app.live", "app.chat")


def holds(root: object, words: Iterable[str]) -> list[str]:
    """Those of the words that stand in some bytes or text reachable from here through plain containers and objects of the live part."""
    wanted = {word: word.encode() for word in words}
    if not wanted:
        return []
    found = set()
    for value in reachable(root):
        raw = value.encode() if isinstance(value, str) else bytes(value)
        found |= {word for word, sought in wanted.items() if sought in raw}
    return sorted(found)


def reachable(root: object) -> Iterator[str | bytes]:
    """Every text and bytes that `root` holds."""
    waiting: list[Any] = [root]
    known: set[int] = set()
    while waiting:
        value = waiting.pop()
        if isinstance(value, str | bytes | bytearray):
            yield bytes(value) if isinstance(value, bytearray) else value
            continue
        if id(value) in known:
            continue
        known.add(id(value))
        waiting += _inside(value)


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    if isinstance(value, list | tuple | set | frozenset | deque):
        return list(value)
    if type(value).__module__.startswith(OURS):
        slots = [name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ())]
        return [*getattr(value, "__dict__", {}).values(), *(getattr(value, name) for name in slots if hasattr(value, name))]
    return []
