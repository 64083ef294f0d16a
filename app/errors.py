"""What can go wrong in the forum, as codes `area.reason` with facts; sentences and statuses are made at the edges."""

import dataclasses
from dataclasses import dataclass


class ForumError(Exception):
    """A refusal that a person must understand: `code` is `area.reason`, `facts` fill the translated sentence."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class NotFound(ForumError):
    """There is no such thing, or not for this person: the two look the same from outside."""


class NotAllowed(ForumError):
    """The person is known and may not do this."""


class SignInNeeded(ForumError):
    """Nobody is signed in, or the credential is not (any more) valid."""


class Conflict(ForumError):
    """It would have been right a moment ago, or clashes with what is there."""


class Gone(ForumError):
    """It was possible and is over."""


class Unavailable(ForumError):
    """Not now; `retry` in the facts is the number of seconds after which to try again."""


@dataclass(frozen=True)
class FieldError:
    """One wrong field: its name as in the form, a code `field.reason`, and facts for the sentence."""

    field: str
    code: str
    facts: dict[str, object] = dataclasses.field(default_factory=dict)


class Invalid(ForumError):
    """Wrong fields, each with its own code; nothing was stored."""

    def __init__(self, *errors: FieldError, code: str = "form.invalid", **facts: object) -> None:
        super().__init__(code, **facts)
        self.errors = errors
