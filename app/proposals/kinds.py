"""What a text is: a proposal, a complaint, a question or chat, weighed from the terms that stand in it."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.proposals.sectors import Sector
from app.proposals.vocabulary import Hit, is_imperative


class Kind(StrEnum):
    """What the writer does with a message."""

    PROPOSAL = "proposal"
    COMPLAINT = "complaint"
    QUESTION = "question"
    CHAT = "chat"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was seen in one text; counts of hits by cue, and facts found elsewhere."""

    cues: Counter[str]
    opens_with: frozenset[str]
    words: int
    names_work: bool
    placed: bool
    measured: bool
    priced: bool
    asked: bool
    cited_first: bool
    sector: Sector | None


_SERVED_DAILY = {Sector.STREET_LIGHTING, Sector.WATER_SANITATION, Sector.ENVIRONMENT}


def weigh(hits: Sequence[Hit]) -> Counter[str]:
    """How often each cue was hit; a bare imperative before its matter counts as a verb."""
    cues = Counter(cue for hit in hits for cue in hit.term.cues)
    if cues["bare"]:
        cues["verb"] += sum(is_imperative(hits, at) for at in range(len(hits)))
    return cues


def judge(seen: Evidence) -> tuple[Kind, float]:
    """The kind and how sure it is, 0..1 with two decimals."""
    score = _score(seen)
    if score > 0:
        kind = Kind.COMPLAINT if _is_small(seen) else Kind.PROPOSAL
        return kind, _sure(score)
    if _is_report(seen):
        return Kind.COMPLAINT, _sure(1.0 - score / 4)
    if _is_question(seen):
        return Kind.QUESTION, _sure(-score)
    return Kind.CHAT, _sure(-score)


def _sure(score: float) -> float:
    return round(1 / (1 + math.exp(-max(0.1, min(score, 6.0)))), 2)


def _matter(seen: Evidence) -> float:
    """How much the text is about something the forum plans."""
    return min(seen.cues["strong"], 2) * 1.4 + min(seen.cues["plain"], 2) * 0.7


def _score(seen: Evidence) -> float:
    """Above nought the text wants something of the forum."""
    cues, matter = seen.cues, _matter(seen)
    made = cues["verb"] > cues["mending"] or matter >= 1.4
    work = bool(cues["act"]) * 1.9 + bool(cues["verb"]) * (1.5 if made else 0.9)
    helped = bool(cues["help"]) * 0.6 if matter else 0.0
    wish = bool(cues["wish"]) * 0.7 + bool(cues["plea"]) * 0.7 + bool(cues["propose"]) * 0.6
    wish += 0.5 * bool(cues["strong"] and (cues["plea"] or cues["propose"]))
    place = seen.placed * 0.9 + seen.measured * 0.6 + seen.priced * 0.6
    opening = 0.0
    if "act" in seen.opens_with:
        opening = 1.4
    elif seen.names_work and (matter or seen.placed) and _is_heading(seen):
        opening = 2.4
    elif seen.opens_with & {"strong", "plain", "help"} and _is_heading(seen):
        opening = 2.0 if cues["strong"] else 1.2
    if "bare" in seen.opens_with and cues["verb"]:
        opening = 0.9
    score = -2.9 + work + helped + wish + place + opening + matter + bool(cues["problem"]) * (0.8 if matter else 0.2)
    if not matter and not seen.placed:
        score -= 0.0 if "act" in seen.opens_with and not cues["private_tone"] else 2.4
    if not work and not wish and not opening:
        score -= 1.6
    return score - _against(seen)


def _is_heading(seen: Evidence) -> bool:
    """Whether the words are a heading, as formal lists have them, and not a sentence."""
    talk = ("predicate", "private_tone", "private_matter", "polite", "room", "ask", "agreed", "cited")
    return 1 < seen.words <= 16 and not seen.asked and not any(seen.cues[cue] for cue in talk)


def _against(seen: Evidence) -> float:
    """What speaks for talk: a private tone and matter, the room's own business, questions, things settled, denied or quoted."""
    cues = seen.cues
    against = min(cues["private_tone"], 4) * 0.55 + min(cues["private_matter"], 4) * 1.0 + min(cues["room"], 3) * 0.7
    if "room" in seen.opens_with and not cues["plea"]:
        against += 2.5
    if seen.asked and not cues["plea"]:
        against += 2.2 + 1.2 * bool(cues["ask"])
    elif cues["ask"] and not cues["plea"]:
        against += 1.6
    against += bool(cues["settled"]) * (1.0 if cues["plea"] else 4.0)
    against += bool(cues["denied"]) * 3.5
    against += bool(cues["agreed"]) * (1.0 if cues["plea"] else 3.0)
    against += bool(cues["cited"]) * (3.4 if seen.cited_first else 0.8)
    return against


def _is_small(seen: Evidence) -> bool:
    """Whether what is wanted is a small mending at once, which the complaint service does sooner than any plan."""
    cues = seen.cues
    builds = cues["act"] + cues["verb"] - cues["mending"]
    dark = seen.sector in _SERVED_DAILY and cues["dead"]
    return builds <= 0 and not cues["propose"] and bool(cues["small"] or dark or (cues["since"] and cues["problem"] and cues["mending"]))


def _is_report(seen: Evidence) -> bool:
    """Whether trouble with something public is told without a wish for works."""
    cues = seen.cues
    if (
        seen.asked
        or cues["ask"]
        or cues["settled"]
        or cues["denied"]
        or seen.cited_first
        or cues["private_matter"]
        or cues["private_tone"] > 2
    ):
        return False
    public = cues["strong"] or ((cues["plain"] or cues["small"]) and seen.placed)
    return bool((cues["problem"] or cues["small"]) and public and not cues["act"])


def _is_question(seen: Evidence) -> bool:
    return (seen.asked or bool(seen.cues["ask"])) and not (seen.cues["room"] and not seen.cues["ask"])
