"""Server frames that answer one socket: welcome, snapshot, ack, ok, err, mine; events inside are spliced as the stored bytes."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from app.chat.batch import Receipt
from app.chat.refusals import frame_code, retry_of
from app.errors import ForumError
from app.i18n import Translator
from app.live.frames import PAGE
from app.live.ring import Item


def text(frame: Mapping[str, Any]) -> bytes:
    """A frame as it is sent; what is None is left out."""
    return json.dumps(
        {name: value for name, value in frame.items() if value is not None}, ensure_ascii=False, separators=(",", ":")
    ).encode()


def spliced(frame: Mapping[str, Any], events: Sequence[bytes], **rest: Any) -> bytes:
    """A frame with encoded events as its `e`."""
    head, tail = text(frame)[:-1], text(rest)[1:-1]
    return head + b',"e":[' + b",".join(events) + b"]" + (b"," if tail else b"") + tail + b"}"


def receipt(found: Receipt) -> dict[str, Any]:
    """What `ack` and the body of a posted message say."""
    body = {"cid": found.cid, "id": found.id, "seq": found.seq, "at": found.at, "state": found.state, "dup": found.dup}
    return {name: value for name, value in (body | {"proposal": found.proposal, "gone": found.gone}).items() if value is not None}


def ack(i: int | None, found: Receipt) -> bytes:
    """The acknowledgement of a committed message."""
    return text({"t": "ack", "i": i, **receipt(found)})


def ok(i: int | None, answer: Mapping[str, Any]) -> bytes:
    """The answer to an act that was committed."""
    return text({"t": "ok", "i": i, **answer})


def page(i: int | None, log: str, events: Sequence[bytes], *, more: bool, votes: Mapping[str, int] | None = None) -> bytes:
    """The answer to `history` and `sync`; `votes` are those for messages of the page."""
    counted = {"votes": dict(votes)} if votes else {}
    return spliced({"t": "ok", "i": i, "log": None if log == "public" else log}, events, more=more, **counted)


def err(i: int | None, error: ForumError, words: Translator) -> bytes:
    """A refusal, with a sentence for the person."""
    sentence = words.error(error.code, **error.facts)
    until = error.facts.get("until")
    return text({"t": "err", "i": i, "code": frame_code(error), "retry": retry_of(error), "until": until, "message": sentence})


def mine(entries: Sequence[Mapping[str, Any]]) -> bytes:
    """To the author: what became of their messages."""
    return text({"t": "mine", "e": list(entries)})


def fitting(events: Sequence[Item]) -> list[bytes]:
    """The payloads from the front that fit one frame, at least one."""
    found: list[bytes] = []
    size = 0
    for event in events:
        size += len(event.payload)
        if found and size > PAGE:
            break
        found.append(event.payload)
    return found


def votes(counted: Mapping[str, int]) -> bytes:
    """How many are for which message."""
    return text({"t": "votes", "e": dict(counted)})
