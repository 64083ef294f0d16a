"""What a person is known by in texts, and taking it out of them: a pure rule over words."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from app.regions import name_key

COVER = "▪▪▪"
SHORTEST_PHRASE = 8
"""Letters below which an address is no trace of anybody ("RT 3")."""
ANYBODYS = frozenset(
    {
        *("anak", "anggota", "anonim", "bapak", "bpk", "bu", "dan", "dari", "dusun", "hadirin", "ibu", "kader", "kakak", "kelurahan"),
        *("ketua", "laki", "mas", "mbak", "orang", "pak", "panitia", "pemuda", "pemudi", "perempuan", "perwakilan", "peserta", "remaja"),
        *("rt", "rw", "saudara", "saudari", "sdr", "sdri", "tamu", "tokoh", "utusan", "wakil", "warga"),
    }
)
"""Words by which people are called of whom nobody knows the name."""
_BETWEEN = r"[\s().\-–·/]{0,3}"


def names_somebody(name: str) -> bool:
    """Whether a name says who somebody is: `Ibu, RT 3` could be anybody, and stays in what others wrote."""
    return any(not word.isdigit() and word.casefold() not in ANYBODYS for word in re.findall(r"\w+", name))


@dataclass(frozen=True)
class Identity:
    """Somebody's names, phones (E.164) and phrases such as an e-mail or postal address; `pseudonym` stands for the names afterwards."""

    person_id: str
    names: tuple[str, ...]
    phones: tuple[str, ...]
    phrases: tuple[str, ...]
    pseudonym: str
    ghosts: frozenset[str] = frozenset()
    """Ids under which the person stood before anybody knew who it was."""
    others: frozenset[str] = frozenset()
    """Keys of the names of others who stood under these ids at other times: what was said by those names is not this person's."""

    @property
    def ids(self) -> frozenset[str]:
        """Every id of the person."""
        return self.ghosts | {self.person_id}

    def is_others(self, by: Mapping[str, Any]) -> bool:
        """Whether somebody says something who stood under the person's ids at another time."""
        return by.get("id") in self.ids and name_key(str(by.get("name") or "")) in self.others

    def is_called(self, name: object) -> bool:
        """Whether a name that belongs to nobody's row is one of the person's, whole."""
        return isinstance(name, str) and self._named is not None and self._named.fullmatch(name.strip()) is not None

    @cached_property
    def _named(self) -> re.Pattern[str] | None:
        return _any(_name(name) for name in sorted(set(self.names), key=len, reverse=True))

    @cached_property
    def _traced(self) -> re.Pattern[str] | None:
        phrases = (_phrase(one) for one in self.phrases if len(one) >= SHORTEST_PHRASE)
        return _any([*(_phone(one) for one in self.phones), *phrases])

    def out_of(self, text: str) -> str:
        """The text with the pseudonym for each name and dots for each number and address."""
        if self._traced is not None:
            text = self._traced.sub(COVER, text)
        if self._named is not None:
            text = self._named.sub(self.pseudonym, text)
        return text

    def out_of_all(self, value: Any) -> Any:
        """The same for everything in a JSON value; who says something keeps their name unless it is this person."""
        match value:
            case str():
                return self.out_of(value)
            case Mapping():
                if self.is_others(value):
                    return {name: one if name == "name" else self.out_of_all(one) for name, one in value.items()}
                if value.get("id") in self.ids and "name" in value:
                    kept = {name: one for name, one in value.items() if name not in {"capacity", "institution"}}
                    return {**kept, "name": self.pseudonym}
                return {name: one if self._someone_else(name, one) else self.out_of_all(one) for name, one in value.items()}
            case list():
                return [self.out_of_all(one) for one in value]
        return value

    def _someone_else(self, name: str, value: Any) -> bool:
        return name == "by" and isinstance(value, Mapping) and value.get("id") not in self.ids


def _any(patterns: Iterable[str | None]) -> re.Pattern[str] | None:
    found = [pattern for pattern in patterns if pattern]
    return re.compile("|".join(found), re.IGNORECASE) if found else None


def _name(name: str) -> str | None:
    """A name however its words are set apart; as it stands for one that has signs besides letters."""
    words = re.findall(r"\w+", name)
    if len("".join(words)) < 3:
        return None
    return r"(?<!\w)" + r"[\W_]+".join(map(re.escape, words)) + r"(?!\w)"


def _phrase(phrase: str) -> str:
    return r"\s+".join(map(re.escape, phrase.split()))


def _phone(e164: str) -> str:
    """A number in every spelling: with +62, 62, 0 or nothing before it, and with signs between its digits."""
    digits = e164.removeprefix("+62").lstrip("+")
    return rf"(?<!\d)(?:\+?{_BETWEEN}(?:0{_BETWEEN}0{_BETWEEN})?6{_BETWEEN}2|0)?{_BETWEEN}{_BETWEEN.join(digits)}(?!\d)"
