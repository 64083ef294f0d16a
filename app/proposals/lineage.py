"""What became of a proposal that was merged or split: pure rules over who leads on to whom."""

from collections.abc import Mapping, Sequence


def forebears(leads_to: Mapping[str, Sequence[str]], number: str) -> set[str]:
    """The proposals that go on in this one, at whatever remove, itself included; circles end."""
    into: dict[str, set[str]] = {}
    for start, targets in leads_to.items():
        for target in targets:
            into.setdefault(target, set()).add(start)
    found, new = {number}, [number]
    while new:
        new = [one for one in into.get(new.pop(), ()) if one not in found] + new
        found.update(new)
    return found
