"""What a step of the plenary does to what stood before, and how it is taken back. Pure: a state is {subject: {field: value}}, absent means None.

Subjects are ids of proposals, `list` (its ceiling), `delegate:ID`, and of scoring `scheme`, `assessor:ID`, `score:ASSESSOR:PROPOSAL`, `met:PROPOSAL`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

State: TypeAlias = Mapping[str, Mapping[str, Any]]
LIST = "list"
SCHEME = "scheme"
PLACE, DECISION, COLUMNS = "placed_step", "decided_step", "filled_step"
_DECIDED = frozenset({"decision", "reason_code", "reason", "status", "leads_to"})


class StepKind(StrEnum):
    """What somebody did in the plenary."""

    ORDER = "order"
    AGREE = "agree"
    NOT_AGREE = "not_agree"
    REOPEN = "reopen"
    FILL = "fill"
    MERGE = "merge"
    SPLIT = "split"
    CEILING = "ceiling"
    DELEGATE = "delegate"
    SORT = "sort"
    SCHEME = "scheme"
    ASSESSOR = "assessor"
    SCORE = "score"
    MET = "met"
    UNDO = "undo"


@dataclass(frozen=True)
class Step:
    """What stood before and what stands after, for the same subjects and fields."""

    kind: StepKind
    before: State
    after: State

    @property
    def changes(self) -> bool:
        """Whether it makes any difference."""
        return bool(self.after)


def step(kind: StepKind, state: State, wanted: State) -> Step:
    """The step from a state to the wanted values; what is already so is left out."""
    before: dict[str, dict[str, Any]] = {}
    after: dict[str, dict[str, Any]] = {}
    for subject, fields in wanted.items():
        for field, value in fields.items():
            present = state.get(subject, {}).get(field)
            if present != value:
                before.setdefault(subject, {})[field] = present
                after.setdefault(subject, {})[field] = value
    return Step(kind, before, after)


def applied(state: State, taken: Step) -> dict[str, dict[str, Any]]:
    """The state after a step."""
    new = {subject: dict(fields) for subject, fields in state.items()}
    for subject, fields in taken.after.items():
        kept = {**new.get(subject, {}), **fields}
        new[subject] = {field: value for field, value in kept.items() if value is not None}
    return {subject: fields for subject, fields in new.items() if fields}


def inverse(taken: Step) -> Step:
    """The step that takes it back."""
    return Step(StepKind.UNDO, taken.after, taken.before)


def stands(state: State, taken: Step) -> bool:
    """Whether everything is still as this step left it, so that it can be taken back."""
    return all(state.get(subject, {}).get(field) == value for subject, fields in taken.after.items() for field, value in fields.items())


def meet(one: Step, other: Step) -> bool:
    """Whether two steps are about the same field of the same subject."""
    return any(set(fields) & set(other.after.get(subject, {})) for subject, fields in one.after.items())


def proposals_in(taken: Step) -> list[str]:
    """The ids of proposals that a step changed themselves."""
    return [subject for subject in taken.after if subject not in {LIST, SCHEME} and ":" not in subject]


def about(subject: str) -> str:
    """The id that a subject is about: of points the proposal's."""
    return subject.rpartition(":")[2]


def parts_of(fields: Iterable[str]) -> set[str]:
    """Which parts of an item these fields belong to: its place, its decision, its columns."""
    return {PLACE if field == "rank" else DECISION if field in _DECIDED else COLUMNS for field in fields}
