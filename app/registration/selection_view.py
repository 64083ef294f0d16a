"""What the moderators' page shows: filters from its address, one view per applicant, meters in words. Pure: the roll and a translator in, values out."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from urllib.parse import urlencode

from app.i18n import Translator
from app.regions import region
from app.registration.models import ApplicationState
from app.registration.roll import Roll, Row
from app.registration.selection import ONLINE, QuotaMeter

UNDECIDED = "undecided"
EVERYBODY = "all"
TABS: dict[str, ApplicationState | None] = {
    UNDECIDED: ApplicationState.SUBMITTED,
    "selected": ApplicationState.SELECTED,
    "reserve": ApplicationState.RESERVE,
    "not_selected": ApplicationState.DECLINED,
    "withdrawn": ApplicationState.WITHDRAWN,
    "late": ApplicationState.LATE,
    EVERYBODY: None,
}
TAB_OF = {state: tab for tab, state in TABS.items() if state is not None}
SORTS = ("order", "name", "element", "village")
MOST_ROWS = 2000
"""Up to this many everything is on the page and filters by script at once; beyond it the server filters and pages."""
ROWS_A_PAGE = 500


@dataclass(frozen=True)
class Filters:
    """The state of the page as its address keeps it; `way` is `online` or a hall's code, `quota` a trait, a `-` before `sort` turns it round."""

    q: str = ""
    state: str = UNDECIDED
    element: str = ""
    village: str = ""
    way: str = ""
    quota: str = ""
    sort: str = "order"

    def query(self, **changes: str) -> str:
        """The address part of these filters with changes; what is as usual is left out."""
        usual = asdict(Filters())
        return urlencode({name: value for name, value in asdict(replace(self, **changes)).items() if value != usual[name]})


def filters_of(query: Mapping[str, str]) -> Filters:
    """Filters from an address; what is unknown counts as not given."""
    given = {name: query.get(name, "")[:120].strip() for name in asdict(Filters())}
    return Filters(
        q=given["q"],
        state=given["state"] if given["state"] in TABS else UNDECIDED,
        element=given["element"],
        village=given["village"],
        way=given["way"],
        quota=given["quota"],
        sort=given["sort"] if given["sort"].removeprefix("-") in SORTS else "order",
    )


@dataclass(frozen=True)
class RowView:
    """An applicant as the table draws them; `find` is what the search looks in, `quotas` the places of the quotas they count for."""

    row: Row
    find: str
    element: str
    way: str
    pool: str
    quotas: tuple[int, ...]
    quota_words: str
    tab: str
    shown: bool


@dataclass(frozen=True)
class MeterView:
    """A bar: `full` is the value at its whole width, `key` is `seats:POOL` or `quota:PLACE`."""

    key: str
    label: str
    value: int
    full: int
    limit: int | None = None
    minimum: int | None = None


@dataclass(frozen=True)
class Shortage:
    """A minimum that is not met yet, and how many could still be selected for it."""

    trait: str
    noun: str
    short: int
    candidates: int


@dataclass(frozen=True)
class Panel:
    """The panel at the right."""

    seats: list[MeterView]
    quotas: list[MeterView]
    shortages: list[Shortage]


def views(roll: Roll, filters: Filters, words: Translator) -> list[RowView]:
    """Everybody, sorted, with whether the filters show them."""
    names = [quota_word(b.trait, roll, words) for b in roll.bounds]
    elements = {row.element: words.label("element", row.element) if row.element else "" for row in roll.rows}
    made = [_view(row, roll, names, elements[row.element]) for row in roll.rows]
    found = [replace(one, shown=_shown(one, filters)) for one in made]
    key = filters.sort.removeprefix("-")
    if key != "order":
        found.sort(key=lambda one: _sort_key(one, key))
    return found[::-1] if filters.sort.startswith("-") else found


def tabs(roll: Roll) -> list[tuple[str, int]]:
    """The tabs with their counts; those of the withdrawn and of the late only when there are some."""
    counts = Counter(TAB_OF[row.state] for row in roll.rows)
    found = [(tab, counts[tab] if state else len(roll.rows)) for tab, state in TABS.items()]
    return [(tab, count) for tab, count in found if count or tab not in {"withdrawn", "late"}]


def panel(roll: Roll, words: Translator) -> Panel:
    """Meters and shortages."""
    found = roll.meters()
    seats = [
        MeterView(
            f"seats:{s.pool}",
            words.label("pool", ONLINE) if s.pool == ONLINE else roll.halls[s.pool].name,
            s.selected,
            s.seats or 1,
            s.seats,
        )
        for s in found.seats
    ]
    quotas = [
        MeterView(f"quota:{n}", quota_word(q.trait, roll, words), q.selected, _full(q), q.maximum, q.minimum or None)
        for n, q in enumerate(found.quotas)
    ]
    shortages = [Shortage(q.trait, quota_noun(q.trait, roll, words), q.short, q.candidates) for q in found.quotas if q.short]
    return Panel(seats, quotas, shortages)


def quota_word(trait: str, roll: Roll, words: Translator) -> str:
    """A short name for a quota: `Perempuan`, `RT`, `Kelurahan Poncol`."""
    attribute, _, value = trait.partition("=")
    key = f"{attribute}.{value}"
    short = words.label("quota", key)
    if short != key:
        return short
    match attribute:
        case "village":
            place = region(value)
            return place.name if place else value
        case "site":
            return next((hall.name for hall in roll.halls.values() if hall.code == value), value)
        case _:
            return words.label(attribute, value)


def quota_noun(trait: str, roll: Roll, words: Translator) -> str:
    """People of a quota within a sentence: `penyandang disabilitas`, `orang dari Poncol`."""
    key = trait.replace("=", ".", 1)
    noun = words.label("quota_noun", key)
    return noun if noun != key else words.gettext("orang dari %(group)s", group=quota_word(trait, roll, words))


def _view(row: Row, roll: Roll, names: list[str], element: str) -> RowView:
    hall = roll.halls.get(row.candidate.pool)
    mine = tuple(place for place, b in enumerate(roll.bounds) if b.trait in row.candidate.traits)
    words = ", ".join(names[place] for place in mine)
    return RowView(
        row=row,
        find=" ".join(filter(None, (row.name, row.code, row.capacity, row.institution))).casefold(),
        element=element,
        way=hall.code if hall else row.attendance,
        pool=row.candidate.pool,
        quotas=mine,
        quota_words=words[:1] + words[1:].lower(),
        tab=TAB_OF[row.state],
        shown=True,
    )


def _shown(one: RowView, filters: Filters) -> bool:
    return (
        filters.state in {EVERYBODY, one.tab}
        and all(word in one.find for word in filters.q.casefold().split())
        and filters.element in {"", one.row.element}
        and filters.village in {"", one.row.village}
        and filters.way in {"", one.way}
        and (not filters.quota or filters.quota in one.row.candidate.traits)
    )


def _sort_key(one: RowView, key: str) -> tuple[str, int]:
    text = {"name": one.row.name, "element": one.element, "village": one.row.village or ""}[key]
    return text.casefold(), one.row.order


def _full(quota: QuotaMeter) -> int:
    return quota.maximum or max(quota.minimum * 2, quota.selected, 1)
