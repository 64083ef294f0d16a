"""The look keeps its promises: contrast, sizes, icons, weight, and pages without inline style or script."""

import gzip
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
TEMPLATES = ROOT / "templates"
STATUSES = ("soga", "good", "attention", "bad", "notice")

Tokens = dict[str, str]


def declarations(css: str, selector: str) -> Tokens:
    """The custom properties that a selector sets, in the order of the sheet, later ones winning."""
    found: Tokens = {}
    for block in re.findall(r"(?:^|[{}])\s*" + re.escape(selector) + r"\s*\{([^}]*)\}", css):
        found.update(re.findall(r"--([a-z-]+):\s*(#[0-9A-Fa-f]{6})", block))
    return found


def sheet(name: str) -> str:
    """A style sheet without its comments."""
    return re.sub(r"/\*.*?\*/", "", (STATIC / name).read_text(), flags=re.DOTALL)


def palette(theme: str, accent: str = "") -> Tokens:
    """The colours of one theme, with an office's accent when one is named."""
    css = sheet("rembuk.css")
    colours = declarations(css, ":root")
    chosen = f"[data-accent={accent}]" if accent else ""
    if theme == "dark":
        colours |= declarations(css, ":root[data-theme=dark]")
        return colours | (declarations(css, f":root[data-theme=dark]{chosen}") if chosen else {})
    return colours | (declarations(css, f":root{chosen}") if chosen else {})


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG counts it, 1 to 21."""

    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def failing(colours: Tokens, pairs: list[tuple[str, str]], least: float) -> list[str]:
    """The pairs that stay under the figure, with what they reach."""
    reached = {f"{front} on {back}": contrast(colours[front], colours[back]) for front, back in pairs}
    return [f"{pair}: {figure:.2f}" for pair, figure in reached.items() if figure < least]


GROUNDS = ("page", "surface", "sunken")
TEXT_PAIRS = [
    *((front, back) for front in ("text", "soft", "accent") for back in (*GROUNDS, "accent-tint")),
    *((status, f"{status}-tint") for status in STATUSES),
    *(("text", f"{status}-tint") for status in STATUSES),
    *(("soft", f"{status}-tint") for status in STATUSES),
    *(("accent", f"{status}-tint") for status in STATUSES),
    *((status, back) for status in STATUSES for back in ("page", "surface")),
    ("on-accent", "accent"),
    ("page", "text"),
    ("bad", "accent-tint"),
]
EDGE_PAIRS = [
    *(("border", back) for back in ("page", "surface")),
    *((f"bar-{bar}", back) for bar in ("good", "attention", "bad") for back in ("page", "surface")),
    ("accent", "sunken"),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("accent", ["", "green", "red"])
def test_every_text_colour_reads_on_every_ground(theme: str, accent: str) -> None:
    assert failing(palette(theme, accent), TEXT_PAIRS, 4.5) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_edge_and_bar_stands_out(theme: str) -> None:
    assert failing(palette(theme), EDGE_PAIRS, 3.0) == []


@pytest.mark.parametrize(
    ("theme", "front", "back", "agreed"),
    [
        ("light", "text", "page", 15), ("light", "soft", "page", 6.6), ("light", "accent", "page", 8.7), ("light", "on-accent", "accent", 9.4),
        ("light", "border", "page", 3.7), ("light", "good", "good-tint", 6.1), ("light", "attention", "attention-tint", 6.9),
        ("light", "bad", "bad-tint", 6.5), ("light", "notice", "notice-tint", 6.7), ("light", "soga", "soga-tint", 5.0),
        ("dark", "text", "page", 14), ("dark", "soft", "sunken", 6.8), ("dark", "accent", "surface", 9.5), ("dark", "on-accent", "accent", 10.5),
        ("dark", "border", "surface", 5.0), ("dark", "good", "good-tint", 8.4), ("dark", "attention", "attention-tint", 8.7),
        ("dark", "bad", "bad-tint", 8.1), ("dark", "notice", "notice-tint", 8.1), ("dark", "soga", "soga-tint", 6.9),
    ],
)  # fmt: skip
def test_the_agreed_contrast_is_kept(theme: str, front: str, back: str, agreed: float) -> None:
    colours = palette(theme)
    assert contrast(colours[front], colours[back]) >= agreed - 0.05


def test_dark_is_the_same_whether_the_phone_or_the_person_asks_for_it() -> None:
    css = sheet("rembuk.css")
    by_phone = declarations(css, ":root:not([data-theme=light])")
    assert len(by_phone) >= 23
    assert by_phone == declarations(css, ":root[data-theme=dark]")
    for accent in ("green", "red"):
        chosen = f"[data-accent={accent}]"
        assert declarations(css, f":root{chosen}:not([data-theme=light])") == declarations(css, f":root[data-theme=dark]{chosen}")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_big_screen_reads_from_the_back_row(theme: str) -> None:
    css = sheet("screen.css")
    colours = palette(theme) | declarations(css, ":root.screen")
    if theme == "dark":
        by_phone = declarations(css, ":root.screen:not([data-theme=light])")
        assert by_phone == declarations(css, ":root.screen[data-theme=dark]")
        colours |= by_phone
    pairs = [("text", "page"), ("soft", "page"), ("soft", "surface"), ("soft", "accent-tint"), ("soga", "page"), ("accent", "accent-tint")]
    assert failing(colours, pairs + [(status, f"{status}-tint") for status in STATUSES], 7.0) == []


def sizes(css: str) -> list[float]:
    """Every font size a sheet names, in pixels of a 16-pixel root; em and inherit follow their parent and do not count."""
    named = re.findall(r"font-size:\s*([0-9.]+)(rem|px)", css) + re.findall(r"font:[^;}]*?([0-9.]+)(rem|px)", css)
    return [float(size) * (16 if unit == "rem" else 1) for size, unit in named]


def test_no_text_is_smaller_than_sixteen_pixels() -> None:
    for path in STATIC.rglob("*.css"):
        css = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
        assert [size for size in sizes(css) if size < 16] == [], path.name
        assert re.findall(r"font-size:\s*(?:0?\.\d+em|[1-9]?\d%|small|x-small|smaller)", css) == [], path.name


def test_no_text_on_the_big_screen_is_smaller_than_twenty_eight() -> None:
    found = sizes(sheet("screen.css"))
    assert found != []
    assert min(found) >= 28


def test_the_look_is_light_to_fetch() -> None:
    weight = {name: len(gzip.compress((STATIC / name).read_bytes())) for name in PUBLIC_FILES}
    assert weight["rembuk.css"] <= 12 * 1024
    assert sum(weight.values()) <= 30 * 1024


PUBLIC_FILES = ("rembuk.css", "site.js", "countdown.js", "icons.svg", "strip.svg", "pattern.svg", "emblem.svg")


# A letter is read in a mail program, which keeps nothing but inline styles.
PAGES = sorted(path for path in TEMPLATES.rglob("*.html") if path.parent.name != "letters")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_no_page_carries_inline_style_or_script(path: Path) -> None:
    source = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)
    assert re.findall(r"""<[^>]*\s(?:style|on[a-z]+)\s*=\s*["'{]""", source) == []
    assert re.findall(r"<style\b|<script(?![^>]*\bsrc=)|javascript:", source) == []


def sprite() -> set[str]:
    """The names of all drawings."""
    return set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text()))


def test_every_state_and_notice_has_a_drawing(parts: Callable[[str], Any]) -> None:
    states, notices = parts("parts/state.html"), parts("parts/notice.html")
    used = {entry[0] for entry in [*states.STATES.values(), *states.MARKS.values()]} | set(notices.NOTICE_ICONS.values())
    assert used - sprite() == set()


def test_every_icon_named_in_a_page_has_a_drawing() -> None:
    named = {
        (str(path.relative_to(TEMPLATES)), name)
        for path in TEMPLATES.rglob("*.html")
        for name in re.findall(r"""\bicon\(["']([a-z-]+)["']""", path.read_text())
    }
    assert {entry for entry in named if entry[1] not in sprite()} == set()


@pytest.fixture
def parts() -> Callable[[str], Any]:
    """A file of macros, ready to call, with plain words and an office."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )  # fmt: skip
    env.install_gettext_callables(lambda words: words, lambda one, many, n: one if n == 1 else many, newstyle=True)  # type: ignore[attr-defined]  # added by the extension; Jinja's stubs do not know it
    env.filters.update(number=str, when=lambda moment: moment.strftime("%d %m %Y"))

    def load(name: str) -> Any:
        return env.get_template(name).make_module({"static": lambda path: f"/static/{path}", "office": SimpleNamespace(name="Kota")})

    return load


def test_a_state_is_icon_word_and_colour(parts: Callable[[str], Any]) -> None:
    shown = parts("parts/state.html").state("not_agreed")
    assert 'class="tag"' in shown
    assert "icons.svg#minus-circle" in shown
    assert "Belum disepakati" in shown


def test_an_error_stands_between_label_and_field_and_keeps_what_was_typed(parts: Callable[[str], Any]) -> None:
    shown = parts("parts/fields.html").text("phone", "Nomor telepon", '0812 "78', error="Nomor ini kurang panjang.", hint="Undangan")
    assert shown.index("<label") < shown.index("Nomor ini kurang panjang.") < shown.index("<input")
    assert 'aria-describedby="f-phone-hint f-phone-error" aria-invalid="true"' in shown
    assert 'value="0812 &#34;78"' in shown


def test_the_summary_leads_to_each_wrong_field(parts: Callable[[str], Any]) -> None:
    fields = parts("parts/fields.html")
    shown = fields.summary({"phone": "Kurang panjang.", "element": "Pilih salah satu."}, {"phone": "Nomor telepon", "element": "Unsur"})
    assert "Ada 2 isian" in shown
    assert re.findall(r'href="#([^"]+)"', shown) == ["f-phone", "f-element"]
    assert 'id="f-element"' in fields.radios("element", "Unsur", [("rt", "RT"), ("rw", "RW")])
    assert fields.summary({}).strip() == ""


def test_time_left_is_said_in_days_hours_and_minutes(parts: Callable[[str], Any]) -> None:
    now = datetime(2021, 4, 8, 18, 18, tzinfo=UTC)
    shown = parts("parts/countdown.html").countdown(datetime(2021, 4, 10, 10, 0, tzinfo=UTC), now, "Ditutup dalam")
    assert re.findall(r"<b>(\d+)</b> (\w+)", shown) == [("1", "hari"), ("15", "jam"), ("42", "menit")]
    over = parts("parts/countdown.html").countdown(now, now, "Ditutup dalam", done="Sudah ditutup")
    assert "Sudah ditutup" in over
    assert "data-countdown" not in over


@pytest.mark.parametrize(
    ("given", "width", "word"),
    [
        ({"value": 82, "limit": 100}, "82.0%", "dari"),
        ({"value": 54, "minimum": 51}, "52.9%", "terpenuhi"),
        ({"value": 6, "minimum": 10}, "30.0%", "kurang 4"),
        ({"value": 104, "limit": 100}, "90.9%", "terlampaui"),
        ({"value": 0, "limit": 0}, "0.0%", "dari"),
    ],
)
def test_a_meter_says_in_words_what_its_bar_shows(parts: Callable[[str], Any], given: dict[str, int], width: str, word: str) -> None:
    shown = parts("parts/meter.html").meter("Kursi", **given)
    assert re.findall(r'meter-fill[^>]*width="([^"]+)"', shown) == [width]
    assert word in shown


def test_seats_a_decision_would_take_are_hatched_and_counted(parts: Callable[[str], Any]) -> None:
    shown = parts("parts/meter.html").meter("Kursi", 82, limit=100, plus=6)
    assert "<b>+6</b>" in shown
    assert '<svg x="82.0%" y="3" width="6.0%"' in shown
