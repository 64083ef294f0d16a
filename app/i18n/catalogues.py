"""Sentences per language, read from `locales/{language}/*.po`; Indonesian is the source and needs only its codes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from gettext import c2py
from pathlib import Path
from types import MappingProxyType

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

SOURCE_LANGUAGE = "id"
# What a person reads when a code has no sentence: it must exist, so loading fails without it.
GENERAL_ERROR = "error:general.failed"

_PLURALS_OF_SOURCE = "0"


@dataclass(frozen=True)
class Messages:
    """One language: msgid → its forms (one, or one per plural), and the rule that picks a form."""

    forms: Mapping[str, tuple[str, ...]]
    plural_rule: str = _PLURALS_OF_SOURCE

    def text(self, msgid: str, number: int | None = None) -> str | None:
        """Return the sentence as it stands in the catalogue, or None when this language lacks it."""
        forms = self.forms.get(msgid)
        if forms is None:
            return None
        place = 0 if number is None else _plural_rule(self.plural_rule)(abs(number))
        return forms[min(place, len(forms) - 1)]


@dataclass(frozen=True)
class Translator:
    """The sentences of one language, falling back to Indonesian."""

    language: str
    messages: Messages
    source: Messages

    def gettext(self, msgid: str, **facts: object) -> str:
        """Return the sentence; `%(name)s` is filled only when facts are given (templates fill it themselves)."""
        text = self.messages.text(msgid) or self.source.text(msgid) or msgid
        return text % facts if facts else text

    def ngettext(self, one: str, many: str, number: int, **facts: object) -> str:
        """Return the form for this number; with facts, `%(num)s` is the number itself."""
        own = self.messages.text(one, number) or self.source.text(one, number)
        text = own or (one if number == 1 else many)
        return text % {"num": number, **facts} if facts else text

    def error(self, code: str, **facts: object) -> str:
        """Return the sentence for `area.reason`; never the bare code, whatever is missing."""
        for text in (self.messages.text(f"error:{code}"), self.source.text(f"error:{code}")):
            if text is None:
                continue
            try:
                return text % facts
            except (KeyError, TypeError, ValueError):
                # A sentence whose facts are missing must not turn a refusal into a crash.
                continue
        return self.gettext(GENERAL_ERROR)

    def label(self, kind: str, value: str) -> str:
        """Return the word for a stored value (msgid `element:rt`), or the value itself when there is none."""
        msgid = f"{kind}:{value}"
        return self.messages.text(msgid) or self.source.text(msgid) or value


@dataclass(frozen=True)
class Catalogues:
    """All languages of one folder; loaded once in an entry point and handed down."""

    by_language: Mapping[str, Messages]

    @classmethod
    def load(cls, path: Path) -> "Catalogues":
        """Read every language folder under `path`; ValueError when a file is broken or the source is incomplete."""
        folders = sorted(folder for folder in path.iterdir() if folder.is_dir() and any(folder.glob("*.po")))
        found = {folder.name: _read_language(folder) for folder in folders}
        source = found.get(SOURCE_LANGUAGE)
        if source is None or source.text(GENERAL_ERROR) is None:
            message = f"{path / SOURCE_LANGUAGE} must translate {GENERAL_ERROR}"
            raise ValueError(message)
        return cls(MappingProxyType(found))

    @property
    def languages(self) -> tuple[str, ...]:
        """The codes of the languages, the source first."""
        return (SOURCE_LANGUAGE, *sorted(set(self.by_language) - {SOURCE_LANGUAGE}))

    def translator(self, language: str) -> Translator:
        """Return the sentences of a language; one that is not there is answered in Indonesian."""
        known = language if language in self.by_language else SOURCE_LANGUAGE
        return Translator(known, self.by_language[known], self.by_language[SOURCE_LANGUAGE])


@cache
def _plural_rule(expression: str) -> Callable[[int], int]:
    return c2py(expression)


def _read_language(folder: Path) -> Messages:
    forms: dict[str, tuple[str, ...]] = {}
    plural_rule = _PLURALS_OF_SOURCE
    for file in sorted(folder.glob("*.po")):
        catalogue = _read_file(file, folder.name)
        if folder.name != SOURCE_LANGUAGE:
            plural_rule = catalogue.plural_expr
        for msgid, translated in _entries(catalogue):
            forms.setdefault(msgid, translated)
    return Messages(MappingProxyType(forms), plural_rule)


def _read_file(file: Path, language: str) -> Catalog:
    with file.open("rb") as stream:
        try:
            return read_po(stream, locale=language, abort_invalid=True, charset="utf-8")
        except Exception as problem:
            message = f"{file}: {problem}"
            raise ValueError(message) from problem


def _entries(catalogue: Catalog) -> list[tuple[str, tuple[str, ...]]]:
    """Return what is really translated: no header, nothing fuzzy, nothing with an empty form."""
    entries = []
    for message in catalogue:
        msgid = message.id if isinstance(message.id, str) else message.id[0]
        forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
        if msgid and not message.fuzzy and forms and all(forms):
            entries.append((msgid, forms))
    return entries
