"""Pages: one Jinja environment, the words and formats of the visitor's language, and the answers that carry them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from app import i18n
from app.i18n import Translator, choose_language, install_translations
from app.regions import show_phone
from app.web.csrf import token_for
from app.web.files import StaticFiles
from app.web.ground import Ground, ground

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
DEFAULT_ZONE = "Asia/Jakarta"
SECURE_COOKIE_LIFE = 400 * 24 * 3600


@dataclass(frozen=True)
class Office:
    """How the office shows itself on every page."""

    name: str
    unit: str
    accent: str
    emblem_url: str | None = None
    accent_css: str | None = None


def environment(static: StaticFiles, *, reload: bool = False) -> Environment:
    """The Jinja environment of all pages: autoescaping, undefined names are errors."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=reload,
    )
    install_translations(env)
    env.globals["static"] = static.address
    env.globals["csrf_field"] = _csrf_field
    env.globals["label"] = _label
    env.globals["sentence"] = _sentence
    for name, filter_ in FILTERS.items():
        env.filters[name] = filter_
    return env


def page(
    request: Request, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **context: object
) -> HTMLResponse:
    """A page in the visitor's language; `session` in the context sets the zone in which its times are written."""
    parts = ground(request)
    words = translator(request)
    values: dict[str, object] = {
        "request": request,
        "translator": words,
        "lang": words.language,
        "languages": parts.catalogues.languages,
        "now": parts.clock.now(),
        "office": Office(parts.settings.office_name, parts.settings.office_unit, parts.settings.accent),
        "staff": getattr(request.state, "staff", None),
        "on_agenda": getattr(request.state, "on_agenda", None),
        "agenda_at": getattr(request.state, "agenda_at", None),
        "session": None,
        "zone": getattr(context.get("session"), "zone", DEFAULT_ZONE),
        "desk_items": [],
        **context,
    }
    env = cast("Environment", request.app.state.pages)
    answer = HTMLResponse(env.get_template(template).render(values), status, dict(headers or {}))
    answer.headers.setdefault("Cache-Control", "no-store")
    answer.headers["Content-Language"] = words.language
    wish = request.query_params.get("lang")
    if wish in parts.catalogues.languages:
        set_cookie(answer, parts, "lang", wish, SECURE_COOKIE_LIFE)
    return answer


def translator(request: Request) -> Translator:
    """The sentences in the visitor's language."""
    catalogues = ground(request).catalogues
    language = choose_language(
        request.query_params.get("lang"), request.cookies.get("lang"), request.headers.get("accept-language"), catalogues.languages
    )
    return catalogues.translator(language)


def set_cookie(answer: HTMLResponse | Any, parts: Ground, name: str, value: str, seconds: int | None) -> None:
    """A cookie that scripts cannot read and other sites do not send; Secure wherever the office runs on https."""
    answer.set_cookie(name, value, max_age=seconds, httponly=True, samesite="lax", secure=parts.settings.secure, path="/")


@pass_context
def _csrf_field(context: Context, form: str = "") -> Markup:
    """The field for a form around it, or for the one of this id."""
    token = token_for(context["request"])
    of = Markup(' form="{}"').format(form) if form else ""
    return Markup('<input type="hidden" name="csrf" value="{}"{}>').format(token, of) if token else Markup("")


@pass_context
def _label(context: Context, kind: str, value: object) -> str:
    """The word for a stored value: label("element", "rt") looks up the msgid `element:rt`."""
    return cast("Translator", context["translator"]).label(kind, str(value)) if value not in (None, "") else "–"


@pass_context
def _sentence(context: Context, code: str, **facts: object) -> str:
    """The sentence of an error code."""
    return cast("Translator", context["translator"]).error(code, **facts)


@pass_context
def _when(context: Context, moment: datetime, zone: str | None = None) -> str:
    return i18n.when(moment, zone or context["zone"], context["lang"])


@pass_context
def _day(context: Context, moment: datetime, zone: str | None = None) -> str:
    return i18n.day(moment, zone or context["zone"], context["lang"])


@pass_context
def _clock(context: Context, moment: datetime, zone: str | None = None) -> str:
    return i18n.clock(moment, zone or context["zone"])


@pass_context
def _span(context: Context, start: datetime, end: datetime) -> str:
    return i18n.span(start, end, context["zone"], context["lang"])


@pass_context
def _ago(context: Context, moment: datetime) -> str:
    return i18n.ago(moment, context["now"], context["lang"])


@pass_context
def _number(context: Context, value: float) -> str:
    return i18n.number(value, context["lang"])


@pass_context
def _rupiah(context: Context, value: int) -> str:
    return i18n.rupiah(value, context["lang"])


FILTERS = {
    "when": _when,
    "day": _day,
    "clock": _clock,
    "span": _span,
    "ago": _ago,
    "number": _number,
    "rupiah": _rupiah,
    "phone": show_phone,
}
