"""The forms of scoring: a scheme as it is typed, row by row, and an assessor's sheet."""

import re
from collections.abc import Mapping
from decimal import Decimal

from app.errors import FieldError, Invalid
from app.planning.points import Given
from app.planning.scoring import Combine, Criterion, Scheme, Weighing
from app.proposals.fields import LONG, clean
from app.web.forms import Typed

ROWS = 10
"""Criteria of one scheme."""
NAME = 120
MEANING = 160
MOST_POINTS = 100
_NUMBER = re.compile(r"\d{1,6}([.,]\d{1,3})?")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}\.\d{3}(,\d{1,3})?")
"""`1.200` is twelve hundred, as it is written here; `0.125` and `1.5` can be nothing else than a part."""
_ID = re.compile(r"[a-z2-7]{16}")
_MEANING = re.compile(r"(\d{1,3})\s*[=:.)–-]\s*(.+)")


def scheme_in(form: Typed) -> Scheme:
    """The scheme that was typed; a row without a name is left out. Invalid with the name of each wrong field."""
    wrong: list[FieldError] = []
    criteria = [_criterion(form, n, wrong) for n in range(ROWS) if _line(form.get(f"name_{n}"))]
    names = [one.name.casefold() for one in criteria]
    if not criteria:
        wrong.append(FieldError("name_0", "planning.no_criteria"))
    if len(set(names)) < len(names):
        wrong.append(FieldError("name_0", "planning.criterion_twice"))
    factor, threshold = (_decimal(form, name, wrong, least=least) for name, least in (("factor", True), ("threshold", False)))
    condition = _line(form.get("condition")) or None
    if (factor is None) != (condition is None):
        wrong.append(FieldError("condition" if condition is None else "factor", "field.required"))
    if condition and len(condition) > NAME:
        wrong.append(FieldError("condition", "field.too_long", {"most": NAME}))
    if wrong:
        raise Invalid(*wrong)
    weighing = Weighing.SHARE if form.get("weighing") == Weighing.SHARE else Weighing.TIMES
    combine = Combine.MEAN if form.get("combine") == Combine.MEAN else Combine.SUM
    return Scheme(tuple(criteria), weighing, combine, factor, condition, threshold)


def typed_of(scheme: Scheme) -> Typed:
    """A scheme as it stands in the form."""
    values = {"weighing": scheme.weighing.value, "combine": scheme.combine.value, "condition": scheme.condition or ""}
    values |= {name: shown(getattr(scheme, name)) for name in ("factor", "threshold")}
    for n, one in enumerate(scheme.criteria):
        said = "\n".join(f"{at} = {words}" for at, words in one.meanings)
        values |= {f"key_{n}": one.key, f"name_{n}": one.name, f"weight_{n}": shown(one.weight), f"meanings_{n}": said}
        values |= {f"low_{n}": str(one.low), f"high_{n}": str(one.high)}
    return Typed(values)


def given_in(form: Typed, scheme: Scheme) -> Given:
    """An assessor's sheet. Invalid for points that are no number."""
    points: dict[str, int | None] = {}
    for one in scheme.criteria:
        text = form.get(f"p_{one.key}")
        if text and not (text.isascii() and text.isdigit() and len(text) < 4):
            raise Invalid(FieldError(f"p_{one.key}", "planning.points_between", {"low": one.low, "high": one.high}))
        points[one.key] = int(text) if text else None
    remark = clean(form.get("remark").replace("\r\n", "\n"))
    if len(remark) > LONG:
        raise Invalid(FieldError("remark", "field.too_long", {"most": LONG}))
    return Given(points, remark or None)


def typed_points(points: Mapping[str, object], remark: str | None) -> Typed:
    """A sheet as it stands in the form."""
    return Typed({**{f"p_{key}": str(value) for key, value in points.items()}, "remark": remark or ""})


def shown(value: Decimal | None) -> str:
    """A number as it is typed, thousands not set apart: `1200`, `12,5`."""
    return "" if value is None else format(value.normalize(), "f").replace(".", ",")


def is_id(text: str) -> bool:
    """Whether a text can be the id of a row."""
    return _ID.fullmatch(text) is not None


def _criterion(form: Typed, n: int, wrong: list[FieldError]) -> Criterion:
    name = _line(form.get(f"name_{n}"))
    if len(name) > NAME:
        wrong.append(FieldError(f"name_{n}", "field.too_long", {"most": NAME}))
    weight = _decimal(form, f"weight_{n}", wrong, least=True)
    low, high = (_whole(form, f"{name}_{n}", wrong) for name in ("low", "high"))
    if low >= high or high > MOST_POINTS:
        wrong.append(FieldError(f"high_{n}", "planning.points_range", {"most": MOST_POINTS}))
    key = form.get(f"key_{n}")
    return Criterion(key if is_id(key) else "", name, weight or Decimal(1), low, high, _meanings(form, n, low, high, wrong))


def _meanings(form: Typed, n: int, low: int, high: int, wrong: list[FieldError]) -> tuple[tuple[int, str], ...]:
    found: dict[int, str] = {}
    for line in filter(None, map(_line, form.get(f"meanings_{n}").splitlines())):
        parts = _MEANING.fullmatch(line)
        if parts is None or not low <= int(parts[1]) <= high or len(parts[2]) > MEANING:
            wrong.append(FieldError(f"meanings_{n}", "planning.meaning_line", {"low": low, "high": high}))
            break
        found[int(parts[1])] = parts[2]
    return tuple(sorted(found.items()))


def _whole(form: Typed, name: str, wrong: list[FieldError]) -> int:
    text = form.get(name)
    if text.isascii() and text.isdigit() and len(text) < 4:
        return int(text)
    wrong.append(FieldError(name, "field.not_a_number"))
    return 0


def _decimal(form: Typed, name: str, wrong: list[FieldError], *, least: bool) -> Decimal | None:
    """A number that was typed, None for nothing; with `least` it must be more than nothing."""
    text = form.get(name).removesuffix("%").strip()
    if not text:
        return None
    if _THOUSANDS.fullmatch(text):
        text = text.replace(".", "")
    if not _NUMBER.fullmatch(text) or (least and not Decimal(text.replace(",", "."))):
        wrong.append(FieldError(name, "field.not_a_number"))
        return None
    return Decimal(text.replace(",", "."))


def _line(text: str) -> str:
    return " ".join(clean(text).split())
