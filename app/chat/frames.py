"""From a client's JSON object to a request: each frame with its bounds; unknown fields are ignored, unknown frames answered."""

import hashlib
from collections.abc import Mapping
from typing import Any

from app.chat import values
from app.chat.refusals import BadRequest
from app.chat.requests import Capture, Hello, History, Kind, Moderate, Op, Request, Send, Somebody, Sync, Vote
from app.database.tables import canonical
from app.journal.service import DESK, PUBLIC

VERSION = 1
MODES = ("full", "lite")
TEXT = 1000
LONG_TEXT = 2000
"""Code points of an aspiration or of running notes."""
REASON = 500
HISTORY = 200
CAPTURED = 50
LONGEST_MUTE = 366 * 86400
LOGS = {PUBLIC, DESK}
TARGETLESS = {Op.SLOW, Op.LOCK, Op.PREMODERATE, Op.ANNOUNCE, Op.STATE}


def parse(frame: Mapping[str, Any]) -> Request:
    """The request in a frame; BadRequest or TooLarge when a field is wrong, and for what this version does not do."""
    i = values.number_of(frame)
    match frame["t"]:
        case "send":
            return send(frame, i)
        case "history":
            return History(i, _log(frame), values.integer(frame, "before", 1, values.SAFE_INT), values.integer(frame, "n", 1, HISTORY, 50))
        case "sync":
            return Sync(i, _log(frame), values.integer(frame, "after", 0, values.SAFE_INT))
        case "vote":
            return vote(frame, i)
        case "mod":
            return moderate(frame, i)
        case "capture":
            return capture(frame, i)
    raise BadRequest("chat.bad_request", field="t")


def hello(frame: Mapping[str, Any]) -> Hello:
    """The first frame; BadRequest for another frame, version or mode."""
    if frame["t"] != "hello" or frame.get("v") != VERSION or frame.get("mode", "full") not in MODES:
        raise BadRequest("chat.bad_request", field="t")
    token = frame.get("token")
    if token is not None and (not isinstance(token, str) or len(token) > 200):
        raise BadRequest("chat.bad_request", field="token")
    lite = frame.get("mode") == "lite"
    resume = frame.get("resume")
    if resume is None:
        return Hello(token, lite=lite)
    if not isinstance(resume, dict):
        raise BadRequest("chat.bad_request", field="resume")
    return Hello(token, {log: _position(resume[log]) for log in LOGS if log in resume}, lite)


def send(frame: Mapping[str, Any], i: int | None = None) -> Send:
    """A message, from a frame or from the body of a call."""
    cid = values.matched(frame, "cid", values.CID)
    kind = _kind(frame)
    if frame.get("photos"):
        raise BadRequest("chat.bad_request", field="photos")
    message = Send(
        cid=cid,
        kind=kind,
        text=values.words(frame, "text", longest(kind)),
        i=i,
        re=values.optional(frame, "re", values.ID),
        speaks_for=_somebody(frame),
        via=_choice(frame, "via", {"hall", "relay"}),
        source=values.optional(frame, "source", values.WORD),
        on_behalf=values.optional_words(frame, "on_behalf", 120),
        sent_at=None if frame.get("sent_at") is None else values.integer(frame, "sent_at", 0, values.LATEST),
        fields=values.fields(frame, "fields"),
    )
    return Send(**{**vars(message), "body_hash": _hash_of(message)})


def moderate(frame: Mapping[str, Any], i: int | None) -> Moderate:
    """An act of moderation with the `v` of its op."""
    cid = values.matched(frame, "cid", values.CID)
    try:
        op = Op(frame.get("op", ""))
    except ValueError:
        raise BadRequest("chat.bad_request", field="op") from None
    target = None if op in TARGETLESS else values.matched(frame, "target", values.ID)
    v = frame.get("v")
    if v is not None and not isinstance(v, dict):
        raise BadRequest("chat.bad_request", field="v")
    value = _value(op, v or {})
    reason = values.optional_words(frame, "reason", REASON)
    return Moderate(i, cid, op, target, value, reason, _fingerprint([op, target, value, reason]))


def vote(frame: Mapping[str, Any], i: int | None = None) -> Vote:
    """A word for a message, or its taking back."""
    if not isinstance(frame.get("on"), bool):
        raise BadRequest("chat.bad_request", field="on")
    return Vote(i, values.matched(frame, "id", values.ID), frame["on"])


def capture(frame: Mapping[str, Any], i: int | None) -> Capture:
    """Messages to make a proposal of."""
    cid = values.matched(frame, "cid", values.CID)
    messages = frame.get("messages")
    if not isinstance(messages, list) or not 1 <= len(messages) <= CAPTURED:
        raise BadRequest("chat.bad_request", field="messages")
    ids = tuple(dict.fromkeys(values.matched({"messages": one}, "messages", values.ID) for one in messages))
    fields = values.fields(frame, "proposal")
    return Capture(i, cid, ids, fields, _fingerprint([ids, fields]))


def longest(kind: Kind) -> int:
    """Code points that a message of this kind may have."""
    return LONG_TEXT if kind in {Kind.ASPIRATION, Kind.SPOKEN} else TEXT


def _kind(frame: Mapping[str, Any]) -> Kind:
    try:
        return Kind(frame.get("kind", ""))
    except ValueError:
        raise BadRequest("chat.bad_request", field="kind") from None


def _choice(frame: Mapping[str, Any], name: str, allowed: set[str]) -> str | None:
    value = frame.get(name)
    if value is not None and not (isinstance(value, str) and value in allowed):
        raise BadRequest("chat.bad_request", field=name)
    return value


def _log(frame: Mapping[str, Any]) -> str:
    return _choice({"log": frame.get("log", PUBLIC)}, "log", LOGS) or PUBLIC


def _somebody(frame: Mapping[str, Any]) -> Somebody | None:
    value = frame.get("for")
    match value:
        case None:
            return None
        case str():
            return Somebody(participant_id=values.matched(frame, "for", values.ID))
        case dict():
            return Somebody(name=values.words(value, "name", 120), capacity=values.optional_words(value, "capacity", 120))
    raise BadRequest("chat.bad_request", field="for")


def _position(value: Any) -> tuple[str, int]:
    match value:
        case [str() as epoch, int() as seq] if not isinstance(seq, bool) and 0 <= seq <= values.SAFE_INT and len(epoch) <= 64:
            return epoch, seq
    raise BadRequest("chat.bad_request", field="resume")


def _value(op: Op, v: Mapping[str, Any]) -> dict[str, Any]:
    match op:
        case Op.MUTE | Op.BAN:
            return {} if v.get("seconds") is None else {"seconds": values.integer(v, "seconds", 1, LONGEST_MUTE)}
        case Op.SLOW:
            return {"seconds": values.integer(v, "seconds", 0, 3600)}
        case Op.LOCK | Op.PREMODERATE:
            if not isinstance(v.get("on"), bool):
                raise BadRequest("chat.bad_request", field="v")
            return {"on": v["on"]}
        case Op.ANNOUNCE:
            until = {} if v.get("until") is None else {"until": values.integer(v, "until", 0, values.LATEST)}
            return {"text": values.words(v, "text", TEXT), **until}
        case Op.STATE:
            to = _choice(v, "to", {"open", "paused", "ended"})
            if to is None:
                raise BadRequest("chat.bad_request", field="v")
            return {"to": to}
    return {}


def _hash_of(message: Send) -> str:
    """The body that promise 3 compares: kind, text, re, photos, fields, for, on_behalf."""
    somebody = message.speaks_for
    said_for: object = None
    if somebody is not None:
        said_for = somebody.participant_id or {"name": somebody.name, "capacity": somebody.capacity}
    body = {
        "kind": message.kind,
        "text": message.text,
        "re": message.re,
        "photos": [],
        "fields": dict(message.fields),
        "for": said_for,
        "on_behalf": message.on_behalf,
    }
    return _fingerprint(body)


def _fingerprint(value: object) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()
