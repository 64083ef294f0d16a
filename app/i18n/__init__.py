"""The door of the package: catalogues of sentences, the choice of a language, and how moments and amounts are written."""

from app.i18n.amounts import number, rupiah
from app.i18n.catalogues import Catalogues, Translator
from app.i18n.choice import choose_language
from app.i18n.moments import ago, clock, countdown_words, day, span, when, zone_word
from app.i18n.pages import install_translations

__all__ = [
    "Catalogues",
    "Translator",
    "ago",
    "choose_language",
    "clock",
    "countdown_words",
    "day",
    "install_translations",
    "number",
    "rupiah",
    "span",
    "when",
    "zone_word",
]
