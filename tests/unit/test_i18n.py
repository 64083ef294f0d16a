"""Every sentence of the pages and every error code has its translation; a failure prints the entries to paste."""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import normalize, read_po
from jinja2 import Environment, nodes

from app.i18n import install_translations

ROOT = Path(__file__).resolve().parents[2]
CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
CODED = re.compile(r"[a-z_]+:[a-z0-9_.]+")
FACT = re.compile(r"%\((\w+)\)s")
FUNCTIONS = {"_": 1, "gettext": 1, "ngettext": 2}


@dataclass(frozen=True)
class Use:
    """One place where a text is used: the texts (two for a plural), and the facts given where they are known."""

    where: str
    texts: tuple[str, ...]
    facts: frozenset[str] | None = None


# --- what is used


def page_strings(source: str, where: str) -> Iterator[Use]:
    environment = Environment(autoescape=True)
    install_translations(environment)
    for call in environment.parse(source).find_all(nodes.Call):
        if not isinstance(call.node, nodes.Name) or call.node.name not in FUNCTIONS:
            continue
        place, size = f"{where}:{call.lineno}", FUNCTIONS[call.node.name]
        if size == 2:
            texts = tuple(one.value for one in call.args[:2] if isinstance(one, nodes.Const))
            assert len(texts) == 2, f"{place}: write both forms of ngettext out"
            yield Use(place, texts)
        else:
            yield from (Use(place, (text,)) for text in _choices(call.args[0], place))


def _choices(node: nodes.Node, place: str) -> list[str]:
    """The texts that `_()` may get: one, or the two sides of `"a" if x else "b"`."""
    if isinstance(node, nodes.CondExpr):
        return [text for side in (node.expr1, node.expr2) if side for text in _choices(side, place)]
    assert isinstance(node, nodes.Const), f"{place}: give _() a written text; for stored values use label(kind, value)"
    return [node.value]


def script_strings(source: bytes, where: str) -> Iterator[Use]:
    for line, message, _, _ in extract("javascript", BytesIO(source), keywords={"_": None, "gettext": None}):
        yield Use(f"{where}:{line}", (message,) if isinstance(message, str) else tuple(message))


def all_sentences() -> list[Use]:
    pages = sorted((ROOT / "templates").rglob("*.html"))
    scripts = [file for file in sorted((ROOT / "static").rglob("*.js")) if "vendor" not in file.parts]
    uses = [use for file in pages for use in page_strings(file.read_text("utf-8"), str(file.relative_to(ROOT)))]
    return uses + [use for file in scripts for use in script_strings(file.read_bytes(), str(file.relative_to(ROOT)))]


def error_classes(trees: Iterable[ast.Module]) -> frozenset[str]:
    """ForumError with everything made from it, FieldError, and other errors that are built from a `code`."""
    found = {"ForumError", "FieldError"}
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    for one in classes:
        makers = [f for f in one.body if isinstance(f, ast.FunctionDef) and f.name == "__init__"]
        is_error = any(isinstance(base, ast.Name) and base.id.endswith(("Error", "Exception")) for base in one.bases)
        if is_error and any(arg.arg == "code" for maker in makers for arg in maker.args.args):
            found.add(one.name)
    while more := {c.name for c in classes for b in c.bases if isinstance(b, ast.Name) and b.id in found} - found:
        found |= more
    return frozenset(found)


def error_codes(tree: ast.Module, where: str, classes: frozenset[str]) -> Iterator[Use]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in classes:
            given = [*node.args, *(one.value for one in node.keywords if one.arg == "code")]
            codes = next((found for one in given if (found := _written_codes(one))), [])
            yield from (Use(f"{where}:{node.lineno}", (code,), _facts(node)) for code in codes)
        elif isinstance(node, ast.Assign):
            yield from (Use(f"{where}:{node.lineno}", (code,)) for code in _assigned_codes(node))
        elif isinstance(node, ast.FunctionDef) and node.name == "__init__":
            defaults = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
            for default in (value for arg, value in defaults if arg.arg == "code" and value is not None):
                yield from (Use(f"{where}:{node.lineno}", (code,)) for code in _written_codes(default))


def _written_codes(node: ast.expr) -> list[str]:
    if isinstance(node, ast.IfExp):
        return _written_codes(node.body) + _written_codes(node.orelse)
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
        return [node.value]
    return []


def _facts(call: ast.Call) -> frozenset[str] | None:
    """The names of the facts given, or None when they are not all written at the call."""
    names = {one.arg for one in call.keywords} - {"code"}
    dicts = [one for one in call.args if isinstance(one, ast.Dict)]
    keys = [key.value if isinstance(key, ast.Constant) else None for one in dicts for key in one.keys]
    plain = all(isinstance(one, ast.Constant | ast.IfExp | ast.Dict | ast.Call) for one in call.args)
    if None in names or None in keys or "facts" in names or not plain:
        return None
    return frozenset(str(name) for name in [*names, *keys])


def _assigned_codes(node: ast.Assign) -> Iterator[str]:
    """`code = "a.b"`, `code, facts = "a.b", {}` and `codes = {…: "a.b"}`."""
    for target in node.targets:
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            pairs = list(zip(target.elts, node.value.elts, strict=False))
        else:
            pairs = [(target, node.value)]
        for name, value in pairs:
            if isinstance(name, ast.Name) and name.id == "code":
                yield from _written_codes(value)
            elif isinstance(name, ast.Name) and name.id.lower().endswith("codes") and isinstance(value, ast.Dict):
                yield from (code for one in value.values for code in _written_codes(one))


def all_codes() -> list[Use]:
    files = sorted((ROOT / "app").rglob("*.py"))
    trees = {str(file.relative_to(ROOT)): ast.parse(file.read_text("utf-8")) for file in files}
    classes = error_classes(trees.values())
    uses = (use for where, tree in trees.items() for use in error_codes(tree, where, classes))
    return [Use(use.where, (f"error:{use.texts[0]}",), use.facts) for use in uses]


# --- what is translated


def entries(language: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """File, msgid and forms of everything that really is translated."""
    for file in sorted((ROOT / "locales" / language).glob("*.po")):
        with file.open("rb") as stream:
            catalogue = read_po(stream, locale=language, abort_invalid=True)
        for message in catalogue:
            forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
            msgid = message.id if isinstance(message.id, str) else message.id[0]
            if msgid and not message.fuzzy and forms and all(forms):
                yield str(file.relative_to(ROOT)), msgid, forms


def translated(language: str) -> dict[str, tuple[str, ...]]:
    return {msgid: forms for _, msgid, forms in entries(language)}


def facts_of(*texts: str) -> set[str]:
    return {name for text in texts for name in FACT.findall(text)}


def paste(missing: Iterable[Use]) -> str:
    """The missing entries in po syntax, one per text, with the places that use it."""
    places: dict[tuple[str, ...], list[str]] = {}
    for use in missing:
        places.setdefault(use.texts, []).append(use.where)
    blocks = []
    for texts, where in places.items():
        lines = [f"#: {place}" for place in where[:3]] + [f"msgid {normalize(texts[0])}"]
        if len(texts) == 2:
            lines += [f"msgid_plural {normalize(texts[1])}", 'msgstr[0] ""', 'msgstr[1] ""']
        else:
            lines.append('msgstr ""')
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


# --- the tests


def test_every_sentence_of_the_pages_is_english_too() -> None:
    english = translated("en")
    missing = paste(use for use in all_sentences() if use.texts[0] not in english)
    if missing:
        pytest.fail(f"add to locales/en/<feature>.po and fill in:\n\n{missing}\n", pytrace=False)


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_error_code_has_a_sentence(language: str) -> None:
    known = translated(language)
    missing = paste(use for use in all_codes() if use.texts[0] not in known)
    if missing:
        pytest.fail(f"add to locales/{language}/<feature>.po and fill in:\n\n{missing}\n", pytrace=False)


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_sentence_of_a_code_uses_only_facts_that_are_given(language: str) -> None:
    known = translated(language)
    wrong = [
        f"{use.where}: {use.texts[0]} needs {sorted(lacking)}"
        for use in all_codes()
        if use.facts is not None and (lacking := facts_of(*known.get(use.texts[0], ())) - use.facts)
    ]
    assert wrong == []


def test_codes_and_labels_exist_in_both_languages() -> None:
    codes = {language: {msgid for msgid in translated(language) if CODED.fullmatch(msgid)} for language in ("id", "en")}
    assert paste(Use("locales/id", (one,)) for one in sorted(codes["id"] - codes["en"])) == ""
    assert paste(Use("locales/en", (one,)) for one in sorted(codes["en"] - codes["id"])) == ""


def test_a_translation_keeps_the_facts() -> None:
    indonesian = translated("id")
    wrong = [
        f"{file}: {msgid}"
        for file, msgid, forms in entries("en")
        if any(facts_of(form) != facts_of(*indonesian.get(msgid, (msgid,))) for form in forms)
    ]
    assert wrong == []


def test_a_percent_sign_that_is_no_fact_is_written_twice() -> None:
    texts = [(use.where, text) for use in all_sentences() for text in use.texts]
    texts += [(file, form) for language in ("id", "en") for file, _, forms in entries(language) for form in forms]
    assert [one for one in texts if "%" in FACT.sub("", one[1]).replace("%%", "")] == []


@pytest.mark.parametrize("language", ["id", "en"])
def test_one_sentence_has_one_translation(language: str) -> None:
    seen: dict[str, tuple[str, tuple[str, ...]]] = {}
    wrong = []
    for file, msgid, forms in entries(language):
        other_file, other = seen.setdefault(msgid, (file, forms))
        if other != forms:
            wrong.append(f"{msgid!r}: {other_file} says {other[0]!r}, {file} says {forms[0]!r}")
    assert wrong == []


# --- the search itself finds what is there


def test_sentences_are_found_however_a_page_writes_them() -> None:
    page = """{{ _("Satu") }}{{ gettext('Dua %(n)s', n=1) }}{{ _("Tiga" if x else "Empat") }}
    {{ ngettext("%(num)s orang", "%(num)s warga", n) }}{% trans who=name %}
      Halo {{ who }}
    {% endtrans %}{{ macro(_("Lima")) }}"""
    assert {use.texts for use in page_strings(page, "page.html")} == {
        ("Satu",),
        ("Dua %(n)s",),
        ("Tiga",),
        ("Empat",),
        ("%(num)s orang", "%(num)s warga"),
        ("Halo %(who)s",),
        ("Lima",),
    }
    assert [use.texts for use in script_strings(b"show(_('Enam'), `x`)", "a.js")] == [("Enam",)]


def test_codes_are_found_however_they_are_raised() -> None:
    source = ast.parse(
        "class Mine(ForumError): pass\n"
        "class Coded(ValueError):\n    def __init__(self, code, *, other=1): pass\n"
        "raise Mine('a.one', at=now)\n"
        "raise Invalid(FieldError('phone', 'a.two', {'least': 1}), code='a.three')\n"
        "raise errors.NotFound('a.four' if x else 'a.five', **more)\n"
        "raise Coded('a.six')\n"
        "code, facts = 'a.seven', {}\n"
        "codes = {404: 'a.eight'}\n"
        "raise SomethingElse('no.code')\n"
    )
    classes = error_classes([source, ast.parse("class Invalid(ForumError): pass\nclass NotFound(ForumError): pass")])
    found = {use.texts[0]: use.facts for use in error_codes(source, "a.py", classes)}
    assert found == {
        "a.one": {"at"},
        "a.two": {"least"},
        "a.three": set(),
        "a.four": None,
        "a.five": None,
        "a.six": set(),
        "a.seven": None,
        "a.eight": None,
    }


def test_missing_entries_are_ready_to_paste() -> None:
    uses = [Use("a.html:1", ('Kata "kunci"',)), Use("b.html:2", ("%(num)s orang", "%(num)s orang"))]
    assert paste(uses) == (
        '#: a.html:1\nmsgid "Kata \\"kunci\\""\nmsgstr ""\n\n'
        '#: b.html:2\nmsgid "%(num)s orang"\nmsgid_plural "%(num)s orang"\nmsgstr[0] ""\nmsgstr[1] ""'
    )
