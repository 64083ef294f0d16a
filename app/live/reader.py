"""A connection in a room, as the hub knows it."""

from dataclasses import dataclass

from app.live.line import Line


@dataclass(eq=False, slots=True)
class Reader:
    """A connection in a room: the logs it `reads`, whether it asked for little, and whether its label counts as a person."""

    line: Line
    label: str
    room: str
    reads: tuple[str, ...]
    lite: bool = False
    counted: bool = True
    turn: int = 0
