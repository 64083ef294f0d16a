"""Catalogues, what a translator answers when something is missing, and the choice of a language."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from app.i18n import Catalogues, choose_language, install_translations

HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
ENGLISH_PLURALS = '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
SORRY = "Maaf, belum dapat diproses."


def entry(msgid: str, msgstr: str) -> str:
    return f'msgid "{msgid}"\nmsgstr "{msgstr}"\n\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "id").mkdir()
    (tmp_path / "en").mkdir()
    (tmp_path / "id" / "general.po").write_text(HEAD + entry("error:general.failed", SORRY))
    (tmp_path / "id" / "registration.po").write_text(
        HEAD
        + entry("error:registration.closed", "Pendaftaran sudah ditutup pada %(at)s.")
        + entry("error:only.indonesian", "Hanya ada dalam bahasa Indonesia.")
        + entry("element:rt", "Ketua RT")
    )
    (tmp_path / "en" / "pages.po").write_text(
        HEAD.rstrip("\n")
        + "\n"
        + ENGLISH_PLURALS
        + entry("Daftar", "Register")
        + entry("Halo %(name)s", "Hello %(name)s")
        + entry("Kosong", "")
        + "#, fuzzy\n"
        + entry("Ragu", "Doubt")
        + 'msgid "%(num)s orang"\nmsgid_plural "%(num)s orang"\nmsgstr[0] "%(num)s person"\nmsgstr[1] "%(num)s people"\n'
    )
    (tmp_path / "en" / "registration.po").write_text(
        HEAD
        + entry("error:registration.closed", "Registration closed at %(at)s.")
        + entry("error:general.failed", "Sorry, not processed.")
        + entry("element:rt", "Head of RT")
    )
    return tmp_path


def test_the_files_of_a_language_are_one_catalogue(folder: Path) -> None:
    english = Catalogues.load(folder).translator("en")
    assert english.gettext("Daftar") == "Register"
    assert english.error("registration.closed", at="10.00") == "Registration closed at 10.00."
    assert english.label("element", "rt") == "Head of RT"


def test_the_languages_are_the_folders_with_the_source_first(folder: Path) -> None:
    (folder / "jv").mkdir()
    assert Catalogues.load(folder).languages == ("id", "en")
    (folder / "jv" / "pages.po").write_text(HEAD + entry("Daftar", "Ndhaftar"))
    catalogues = Catalogues.load(folder)
    assert catalogues.languages == ("id", "en", "jv")
    assert catalogues.translator("jv").gettext("Daftar") == "Ndhaftar"


@pytest.mark.parametrize("sentence", ["Belum ada", "Kosong", "Ragu"])
def test_what_is_not_translated_stays_indonesian(folder: Path, sentence: str) -> None:
    assert Catalogues.load(folder).translator("en").gettext(sentence) == sentence


def test_an_unknown_language_is_answered_in_indonesian(folder: Path) -> None:
    translator = Catalogues.load(folder).translator("xx")
    assert translator.language == "id"
    assert translator.error("registration.closed", at="10.00") == "Pendaftaran sudah ditutup pada 10.00."
    assert translator.gettext("Halo %(name)s", name="Ani") == "Halo Ani"


def test_an_error_is_never_a_bare_code(folder: Path) -> None:
    catalogues = Catalogues.load(folder)
    assert catalogues.translator("en").error("only.indonesian") == "Hanya ada dalam bahasa Indonesia."
    assert catalogues.translator("en").error("nowhere.known") == "Sorry, not processed."
    assert catalogues.translator("id").error("nowhere.known") == SORRY
    # The sentence wants a fact that was not given.
    assert catalogues.translator("id").error("registration.closed") == SORRY


def test_a_value_without_a_word_shows_itself(folder: Path) -> None:
    assert Catalogues.load(folder).translator("en").label("element", "unheard_of") == "unheard_of"


@pytest.mark.parametrize(("count", "text"), [(0, "0 people"), (1, "1 person"), (2, "2 people")])
def test_english_counts(folder: Path, count: int, text: str) -> None:
    translator = Catalogues.load(folder).translator("en")
    assert translator.ngettext("%(num)s orang", "%(num)s orang", count, num=count) == text


def test_indonesian_does_not_count(folder: Path) -> None:
    translator = Catalogues.load(folder).translator("id")
    assert [translator.ngettext("%(num)s orang", "%(num)s orang", n, num=n) for n in (1, 2)] == ["1 orang", "2 orang"]


def test_a_catalogue_without_the_general_sentence_is_refused(folder: Path) -> None:
    (folder / "id" / "general.po").unlink()
    with pytest.raises(ValueError, match=r"error:general\.failed"):
        Catalogues.load(folder)


def test_a_broken_file_is_named(folder: Path) -> None:
    (folder / "en" / "broken.po").write_text('msgid "half\n')
    with pytest.raises(ValueError, match=r"broken\.po"):
        Catalogues.load(folder)


def test_pages_speak_the_language_of_each_visitor_and_escape_what_people_typed(folder: Path) -> None:
    environment = Environment(autoescape=True)
    install_translations(environment)
    page = environment.from_string(
        '{{ _("Halo %(name)s", name=who) }}, {{ ngettext("%(num)s orang", "%(num)s orang", 2) }}, {% trans %}\n  Daftar\n{% endtrans %}'
    )
    catalogues = Catalogues.load(folder)
    assert page.render(translator=catalogues.translator("en"), who="<b>") == "Hello &lt;b&gt;, 2 people, Register"
    assert page.render(translator=catalogues.translator("id"), who="Ani") == "Halo Ani, 2 orang, Daftar"


@pytest.mark.parametrize(
    ("query", "cookie", "header", "language"),
    [
        ("en", "id", "id", "en"),
        (None, "en", "id", "en"),
        ("xx", "yy", "en", "en"),
        (None, None, "en-US,en;q=0.9,id;q=0.8", "en"),
        (None, None, "fr, id;q=0.3, en;q=0.7", "en"),
        (None, None, "en;q=0, id", "id"),
        (None, None, "in-ID,en;q=0.5", "id"),
        (None, None, "fr;q=x, *", "id"),
        (None, None, None, "id"),
        ("EN", None, None, "en"),
    ],
)
def test_the_language_is_chosen_by_wish_then_memory_then_browser(
    query: str | None, cookie: str | None, header: str | None, language: str
) -> None:
    assert choose_language(query, cookie, header, ("id", "en")) == language


@given(st.text(), st.text(), st.text() | st.from_regex(r"([a-z-]{1,5}(;q=[0-9.a-z]*)?,?){0,5}"))
def test_whatever_is_sent_the_language_is_one_that_exists(query: str, cookie: str, header: str) -> None:
    assert choose_language(query, cookie, header, ("id", "en")) in {"id", "en"}
