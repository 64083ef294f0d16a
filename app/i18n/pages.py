"""Translations inside Jinja pages: `_()`, `ngettext` and `{% trans %}` in the language of the one who looks."""

from typing import cast

from jinja2 import Environment, pass_context
from jinja2.runtime import Context

from app.i18n.catalogues import Translator

CONTEXT_NAME = "translator"


def install_translations(environment: Environment) -> None:
    """Let every page of this environment translate; each rendering needs a `Translator` named `translator`."""
    environment.add_extension("jinja2.ext.i18n")
    environment.policies["ext.i18n.trimmed"] = True
    # Jinja's own stubs do not know these attributes of the extension.
    install = environment.install_gettext_callables  # type: ignore[attr-defined]  # as said above
    install(_gettext, _ngettext, newstyle=True)


@pass_context
def _gettext(context: Context, msgid: str) -> str:
    return _translator(context).gettext(msgid)


@pass_context
def _ngettext(context: Context, one: str, many: str, number: int) -> str:
    return _translator(context).ngettext(one, many, number)


def _translator(context: Context) -> Translator:
    return cast("Translator", context[CONTEXT_NAME])
