"""The life of a forum session as a table of what may follow what."""

from app.sessions.models import ForumSession, SessionState

FOLLOWS: dict[SessionState, frozenset[SessionState]] = {
    SessionState.DRAFT: frozenset({SessionState.PUBLISHED, SessionState.CANCELLED}),
    SessionState.PUBLISHED: frozenset({SessionState.LIVE, SessionState.CANCELLED}),
    SessionState.LIVE: frozenset({SessionState.PAUSED, SessionState.ENDED, SessionState.CANCELLED}),
    SessionState.PAUSED: frozenset({SessionState.LIVE, SessionState.ENDED, SessionState.CANCELLED}),
    SessionState.ENDED: frozenset(),
    SessionState.CANCELLED: frozenset(),
}

ROOM_STATE: dict[SessionState, str] = {
    SessionState.DRAFT: "waiting",
    SessionState.PUBLISHED: "waiting",
    SessionState.LIVE: "open",
    SessionState.PAUSED: "paused",
    SessionState.ENDED: "ended",
    SessionState.CANCELLED: "ended",
}
"""How the room stands in each state, in the words of the room protocol."""

ADMINS_ONLY = frozenset({SessionState.PUBLISHED, SessionState.CANCELLED})
"""What changes a promise to the public; opening, pausing and ending the room is the moderators' work."""


PLAYED = frozenset({SessionState.LIVE, SessionState.PAUSED, SessionState.ENDED})
"""What a rehearsal goes through, by the same rules as the session itself."""


def room_state(state: SessionState, rehearsal: SessionState | None) -> str:
    """How the room stands: as the rehearsal plays it while there is one."""
    return ROOM_STATE[rehearsal or state]


def next_states(session: ForumSession) -> list[SessionState]:
    """Where the session can go from here; nowhere while it is rehearsed."""
    return [to for to in SessionState if to in FOLLOWS[session.state]] if session.rehearsal is None else []


def may_follow(now: SessionState, to: SessionState) -> bool:
    """Whether the session may go from one state to the other."""
    return to in FOLLOWS[now]
