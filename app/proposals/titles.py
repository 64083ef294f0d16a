"""A short formal title made from the words of an aspiration."""

import re
from collections.abc import Sequence

from app.proposals.amounts import is_measured
from app.proposals.locations import Place, Stretch
from app.proposals.vocabulary import Hit, Vocabulary, is_imperative, stops
from app.proposals.wording import Word, as_written

LONGEST_TITLE = 120
_MATTER = 10
"""Words of the matter that a title keeps."""
_LEADING = {
    "agar",
    "supaya",
    "dapat",
    "bisa",
    "segera",
    "untuk",
    "adanya",
    "ada",
    "yang",
    "dan",
    "di",
    "ini",
    "itu",
    "kami",
    "saya",
    "pak",
    "bu",
}
_TRAILING = _LEADING | {"dengan", "pada", "dari", "ke", "atau", "sangat", "sudah", "belum", "oleh", "karena", "para", "bagi"}
_PASSING = {"dan", "untuk", "bagi", "dengan", "desa", "warga", "dana", "atau", "masih", "kurang"}
_MANNERS = {"polite", "wish", "plea", "propose", "room", "private_tone", "high", "emergency"}
_KEPT = {"act", "verb", "strong", "plain", "help", "problem"}
_SAID = {"predicate", "plea", "propose", "wish", "verb", "polite"}
_MAKING = {"pembuatan", "pengadaan", "penyediaan", "pembangunan", "pemasangan", "pemberian", "penambahan"}
_MANNER = {"baru", "ulang", "kembali", "lagi", "secepatnya", "permanen", "bersama", "seperti"}
_BREAK = re.compile(r"[.;:?!\n=+(]|,(?!\s*[^\W\d_]+\s*(?:,|dan\b))")
_LIKE_ACTS = re.compile(r"^(?:pe|re|nor|be|pav)\w*$", re.IGNORECASE)


def make_title(
    text: str, words: Sequence[Word], hits: Sequence[Hit], known: Vocabulary, place: Place | None, stretches: Sequence[Stretch]
) -> str | None:
    """The work and what it is done to, then the place: `Perbaikan saluran air di Jl. Buton RT 03/RW 07`; None without words."""
    whole, hits = hits, _announced(text, words, hits)
    said = {cue for hit in hits for cue in hit.term.cues}
    work = next((hit for hit in hits if "act" in hit.term.cues), None)
    verb = next((hit for at, hit in enumerate(hits) if "verb" in hit.term.cues or is_imperative(hits, at)), None)
    named = [hit for hit in hits if hit.term.cues & {"strong", "plain"} and hit is not verb]
    thing = _thing(words, named, known, verb, place, stretches)
    is_place = bool(named) and place is not None and any(hit.first == place.first for hit in named)
    if hits and (hits[0].first <= 1 or hits is not whole) and not said & _SAID:
        matter = _from(text, words, 0 if hits is whole else hits[0].first, known, place)
    elif work is not None:
        matter = _of_work(text, words, hits, work, known, place, thing)
    elif verb is not None and (thing is not None or is_place or _makes(words, verb, known, place)):
        matter = _of_verb(text, words, verb, thing, known, place)
    elif thing is not None:
        matter = _of_thing(text, words, hits, named, thing, known, place)
    else:
        matter = _plain(text, words, hits, known, place)
    follows = place is not None and (_runs_on(text, words, place.first, matter) or (is_place and " " not in matter))
    return _finish(matter, place, follows) if matter or place else None


def _announced(text: str, words: Sequence[Word], hits: Sequence[Hit]) -> Sequence[Hit]:
    """The hits after `usulan …:`, when the matter is announced so."""
    lead = next((hit for hit in hits if "propose" in hit.term.cues), None)
    if lead is None:
        return hits
    begin = words[lead.last - 1].end
    colon = text.find(":", begin, begin + 60)
    after = [hit for hit in hits if words[hit.first].start > colon] if colon >= 0 else []
    return after or hits


def _of_work(
    text: str, words: Sequence[Word], hits: Sequence[Hit], work: Hit, known: Vocabulary, place: Place | None, thing: Hit | None
) -> str:
    """The work as its noun is spelled and what follows it; a public matter named elsewhere is added when none follows."""
    matter = _from(text, words, work.first, known, place)
    if work.last - work.first == 1 and work.term.noun:
        matter = " ".join([work.term.noun, *matter.split(" ")[1:]])
    length = len(matter.split())
    follows = any("strong" in hit.term.cues and work.first <= hit.first < work.first + length for hit in hits)
    before = any("strong" in hit.term.cues and hit.first < work.first for hit in hits)
    if thing is None or not before or follows or length > 3 or thing.first >= work.first:
        return matter
    return f"{matter} {_joined(text, words, range(thing.first, thing.last), known)}"


def _makes(words: Sequence[Word], verb: Hit, known: Vocabulary, place: Place | None) -> bool:
    """Whether the verb is one of making and what it makes stands right after it."""
    at = verb.last
    if verb.term.noun not in _MAKING or at >= len(words) or (place is not None and at == place.first):
        return False
    return not (stops(words, at, known) or words[at].key in _MANNER or words[at].key in ("rt", "rw") or words[at].raw[0].isdigit())


def _of_verb(text: str, words: Sequence[Word], verb: Hit, thing: Hit | None, known: Vocabulary, place: Place | None) -> str:
    if _makes(words, verb, known, place):
        told = _from(text, words, verb.last, known, place)
    else:
        told = _joined(text, words, range(thing.first, thing.last), known) if thing is not None else ""
    return f"{verb.term.noun} {told}".strip()


def _of_thing(
    text: str, words: Sequence[Word], hits: Sequence[Hit], named: Sequence[Hit], thing: Hit, known: Vocabulary, place: Place | None
) -> str:
    """The matter that is wished for, with the word of help before it: *tambahan guru*."""
    plea = next((hit for hit in hits if hit.term.cues & {"plea", "propose"}), None)
    if plea is not None and thing.first < plea.first:
        after = next((hit for hit in named if hit.first > plea.first and "strong" in hit.term.cues), None)
        if after is None and "propose" in plea.term.cues and " " in (told := _from(text, words, plea.last, known, place)):
            return told
        thing = after or thing
    first = next((hit.first for hit in hits if hit.last == thing.first and "help" in hit.term.cues), thing.first)
    told = _from(text, words, first, known, place)
    lacking = any("problem" in hit.term.cues and words[hit.first].key in ("belum", "tidak", "kurang") for hit in hits)
    return f"penyediaan {told}" if lacking else told


def _from(text: str, words: Sequence[Word], first: int, known: Vocabulary, place: Place | None) -> str:
    """From the work on to where a reason, a place or the sentence's end begins; measures on the way are left out."""
    kept: list[int] = [first]
    at = first + 1
    while at < len(words) and len(kept) <= _MATTER:
        word = words[at]
        gap = text[words[at - 1].end : word.start]
        if _BREAK.search(gap) and not (gap.strip() == "." and len(words[at - 1].raw) <= 3 and words[at - 1].raw.isalpha()):
            if gap.lstrip().startswith(".") and words[at - 1].raw.isdigit() and "1." in text and len(kept) > 1:
                kept.pop()
            break
        if word.key in ("rt", "rw", "rp") or (place is not None and at == place.first):
            break
        if word.raw[0].isdigit() and is_measured(text, word.start):
            if len(kept) > 1:
                break
            at += 2
            continue
        if word.key == "sepanjang" or (stops(words, at, known) and word.key not in _PASSING):
            break
        kept.append(at)
        at += 1
    return _joined(text, words, kept, known)


def _thing(
    words: Sequence[Word],
    named: Sequence[Hit],
    known: Vocabulary,
    verb: Hit | None,
    place: Place | None,
    stretches: Sequence[Stretch],
) -> Hit | None:
    """The public matter the verb is about; None when none is named or when it is the place itself."""
    inside = {at for stretch in stretches for at in range(stretch.first, stretch.last)}
    outside = [hit for hit in named if hit.first not in inside]
    best = [hit for hit in outside if "strong" in hit.term.cues]
    street = place is not None and place.first >= 0 and words[place.first].key in known.places["street"]
    if not outside or (not best and street):
        return None
    candidates = best or outside
    if verb is not None and not words[verb.first].key.startswith("di"):
        return next((hit for hit in candidates if hit.first >= verb.last), candidates[0])
    return candidates[0]


def _plain(text: str, words: Sequence[Word], hits: Sequence[Hit], known: Vocabulary, place: Place | None) -> str:
    """The first clause without greetings and phrases of politeness."""
    manners = {at for hit in hits if hit.term.cues & _MANNERS and not hit.term.cues & _KEPT for at in range(hit.first, hit.last)}
    first = next((at for at in range(len(words)) if at not in manners and words[at].key not in known.places["stop"]), None)
    return "" if first is None else _from(text, words, first, known, place)


def _joined(text: str, words: Sequence[Word], chosen: Sequence[int], known: Vocabulary) -> str:
    first, last = 0, len(chosen)
    while first < last and words[chosen[first]].key in _LEADING:
        first += 1
    while last > first and words[chosen[last - 1]].key in _TRAILING:
        last -= 1
    shouted = text.isupper()
    parts: list[str] = []
    for step in range(first, last):
        at = chosen[step]
        if step > first:
            before = words[at - 1]
            if words[at].start == before.start:
                continue
            if words[at].start == before.end:
                parts.append(_shown(words, at, known, shouted=shouted))
                continue
            gap = text[before.end : words[at].start].strip() if chosen[step - 1] == at - 1 else ""
            parts.append(f"{gap} " if gap == "," else gap if gap in ("/", "-", "'") else " ")
        parts.append(_shown(words, at, known, shouted=shouted))
    return "".join(parts)


def _shown(words: Sequence[Word], at: int, known: Vocabulary, *, shouted: bool) -> str:
    """The word for a title; in a text all in capitals plain words are small and names begin with a capital."""
    shown = as_written(words, at, known.spellings, known.places["capitals"], place=False)
    if not shouted or words[at].raw.lower() in known.places["capitals"]:
        return shown
    plain = words[at].key in known.parts or words[at].key in known.places["stop"]
    return shown.lower() if plain else shown.title()


def _runs_on(text: str, words: Sequence[Word], first: int, matter: str) -> bool:
    """Whether the place stood right after the last word of the matter, with neither *di* nor a mark between."""
    if first < 1 or words[first - 1].key == "di":
        return False
    last = matter.replace("-", " ").replace("/", " ").split()[-1:]
    return last == [words[first - 1].raw] and not text[words[first - 1].end : words[first].start].strip()


def _ends_in_name(title: str) -> bool:
    last = title.split()[1:][-1:]
    return bool(last) and last[0].istitle()


def _finish(matter: str, place: Place | None, follows: bool) -> str:
    title = " ".join(matter.split())
    if place is not None:
        bare = title.lower().removesuffix(" jalan").removesuffix(" gang")
        if bare != title.lower() and place.written.startswith(("Jl.", "Gang")) and place.first >= 0:
            title = title[: len(bare)]
        alone = " " not in title and _LIKE_ACTS.match(title) and place.written.startswith(("Jl.", "Gang", "Ruas"))
        joint = " " if not title or alone or follows or (place.first < 0 and _ends_in_name(title)) else " di "
        title = f"{title}{joint}{place.written}".strip()
    title = title[:1].upper() + title[1:]
    if len(title) > LONGEST_TITLE:
        title = title[: LONGEST_TITLE - 1].rsplit(" ", 1)[0].rstrip(" ,-/") + "…"
    return title
