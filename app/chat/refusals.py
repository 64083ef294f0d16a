"""What the room refuses, and how a refusal reads in a frame: the protocol's code, `retry` in milliseconds, a sentence."""

from app.errors import Conflict, ForumError, Gone, Invalid, NotAllowed, NotFound, SignInNeeded, Unavailable

AREA = "chat."


class BadFrame(ForumError):
    """Something that is no frame: answered, and after ten in a row closed."""


class BadRequest(ForumError):
    """A frame or body with a field that is wrong, or a request that this version does not know."""


class TooLarge(ForumError):
    """More than the room takes at once."""


def later(code: str, wait: float) -> Unavailable:
    """A refusal with the seconds after which the same `cid` may be sent again."""
    codes = {"slow_mode": "chat.slow_mode", "rate_limited": "chat.rate_limited", "unavailable": "chat.unavailable"}
    return Unavailable(codes[code], retry=int(wait) + 1, retry_ms=max(1, int(wait * 1000)))


def frame_code(error: ForumError) -> str:
    """The protocol's word for an error, whichever part of the program raised it."""
    if error.code.startswith(AREA):
        return error.code.removeprefix(AREA)
    kinds: tuple[tuple[type[ForumError], str], ...] = (
        (NotFound, "not_found"),
        (NotAllowed, "forbidden"),
        (SignInNeeded, "unauthenticated"),
        (Conflict, "conflict"),
        (Gone, "room_closed"),
        (Unavailable, "unavailable"),
        (Invalid, "bad_request"),
    )
    return next((word for kind, word in kinds if isinstance(error, kind)), "bad_request")


def retry_of(error: ForumError) -> int | None:
    """Milliseconds after which to try again, for what may be tried again."""
    exact, seconds = error.facts.get("retry_ms"), error.facts.get("retry")
    if isinstance(exact, int):
        return exact
    return int(seconds * 1000) if isinstance(seconds, int | float) else None
