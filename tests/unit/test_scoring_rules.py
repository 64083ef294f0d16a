"""The arithmetic of points: exact, the same whoever is asked first, and right for the three schemes that offices use."""

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.errors import Invalid
from app.planning import scoring, scoring_forms
from app.planning.presets import PRESETS
from app.planning.scoring import Combine, Criterion, Scheme, Weighing
from app.web.forms import Typed

WEIGHTS = some.decimals("0.001", 9999, places=3)
CRITERIA = some.lists(some.tuples(WEIGHTS, some.integers(0, 5), some.integers(1, 9)), min_size=1, max_size=6).map(
    lambda rows: tuple(Criterion(f"k{n}", f"Kriteria {n}", weight, low, low + more) for n, (weight, low, more) in enumerate(rows))
)
SCHEMES = some.builds(Scheme, CRITERIA, some.sampled_from(Weighing), some.sampled_from(Combine), some.one_of(some.none(), WEIGHTS))
MARKS = some.one_of(some.none(), some.decimals(0, 9999, places=3))


def keyed(name: str) -> Scheme:
    """A preset as it stands once its criteria have keys."""
    one = PRESETS[name]
    return replace(one, criteria=tuple(replace(each, key=f"k{n}") for n, each in enumerate(one.criteria)))


def points(*given: int) -> dict[str, int]:
    return {f"k{n}": value for n, value in enumerate(given)}


def test_weighted_criteria_from_1_to_5_stay_on_that_scale() -> None:
    scheme = keyed("bobot")
    assert [one.weight for one in scheme.criteria] == [30, 25, 25, 20]
    first, second = (scoring.own_total(scheme, points(*row)) for row in ((5, 4, 3, 2), (4, 4, 4, 4)))
    assert (first, second) == (Fraction(365, 100), Fraction(4))
    assert scoring.combined(scheme, [Fraction(365, 100), Fraction(4)], met=False) == Fraction(3825, 1000)
    assert scoring.written(Fraction(3825, 1000)) == Decimal("3.83")
    assert (scoring.highest(scheme, 3), scoring.own_total(scheme, points(1, 1, 1, 1))) == (5, 1)


def test_several_assessors_from_1_to_10_are_added_up() -> None:
    scheme = keyed("penilai")
    totals = [scoring.own_total(scheme, points(given)) for given in (7, 8, 10)]
    assert scoring.combined(scheme, [total for total in totals if total is not None], met=True) == 25
    assert (scoring.highest(scheme, 3), scoring.combined(scheme, [], met=False)) == (30, None)


def test_three_two_one_is_doubled_when_requirements_are_complete_and_marked_from_8() -> None:
    scheme = keyed("persyaratan")
    best = scoring.own_total(scheme, points(3, 2, 1))
    assert best == 6
    assert [scoring.combined(scheme, [best], met=met) for met in (True, False)] == [12, 6]
    assert scoring.highest(scheme, 2) == 12
    reached = [scoring.reaches(scheme, total) for total in (Fraction(8), Fraction(799, 100), None)]
    assert reached == [True, False, None]
    assert scoring.reaches(replace(scheme, threshold=None), Fraction(12)) is None


def test_what_is_missing_out_of_range_or_of_a_criterion_that_is_gone_does_not_count() -> None:
    scheme = keyed("persyaratan")
    assert scoring.own_total(scheme, points(3, 2)) is None
    assert [one.key for one in scoring.lacking(scheme, {**points(3, 2), "k2": 2})] == ["k2"]
    assert scoring.own_total(scheme, {**points(1, 1, 1), "gone": 9}) == 3
    assert [one.key for one in scoring.lacking(scheme, {"k0": True, "k1": "2", "k2": 0})] == ["k0", "k1"]


@given(SCHEMES, some.data(), some.decimals("0.01", 100, places=2))
def test_weights_are_a_scale(scheme: Scheme, data: some.DataObject, by: Decimal) -> None:
    given_points = {one.key: data.draw(some.integers(one.low, one.high)) for one in scheme.criteria}
    wider = replace(scheme, criteria=tuple(replace(one, weight=one.weight * by) for one in scheme.criteria))
    before, after = scoring.own_total(scheme, given_points), scoring.own_total(wider, given_points)
    assert before is not None
    assert after == (before if scheme.weighing is Weighing.SHARE else before * Fraction(by))
    if scheme.weighing is Weighing.SHARE:
        assert min(given_points.values()) <= before <= max(given_points.values())


@given(SCHEMES, some.lists(some.fractions(0, 100), min_size=1, max_size=8), some.booleans(), some.randoms())
def test_the_order_of_assessors_does_not_matter(scheme: Scheme, totals: list[Fraction], met: bool, chance: some.randoms) -> None:
    mixed = list(totals)
    chance.shuffle(mixed)
    assert scoring.combined(scheme, mixed, met=met) == scoring.combined(scheme, totals, met=met)


@given(some.dictionaries(some.integers(0, 30).map(str), some.one_of(some.none(), some.fractions(0, 5)), max_size=12), some.randoms())
def test_ranks_and_order_agree_and_equal_ones_keep_their_places(totals: dict[str, Fraction | None], chance: some.randoms) -> None:
    ranks = scoring.ranks(totals)
    assert ranks == {
        name: 1 + sum(other is not None and other > total for other in totals.values())
        for name, total in totals.items()
        if total is not None
    }
    order = list(totals)
    chance.shuffle(order)
    found = scoring.by_points(order, totals)
    assert [ranks.get(name, len(totals) + 1) for name in found] == sorted(ranks.get(name, len(totals) + 1) for name in order)
    assert all(found.index(a) < found.index(b) for n, a in enumerate(order) for b in order[n + 1 :] if totals[a] == totals[b])
    assert scoring.by_points(found, totals) == found


@given(some.fractions(-1000, 1000, max_denominator=1000))
def test_only_what_is_written_is_rounded_half_away_from_zero(total: Fraction) -> None:
    exact = Decimal(total.numerator) / Decimal(total.denominator)
    assert scoring.written(total) == exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


@given(SCHEMES, MARKS)
def test_a_scheme_is_stored_and_typed_without_loss(scheme: Scheme, mark: Decimal | None) -> None:
    named = replace(scheme, condition="Lengkap" if scheme.factor is not None else None, threshold=mark)
    assert scoring.scheme_of(named.stored()) == named
    read = scoring_forms.scheme_in(scoring_forms.typed_of(named))
    assert read == replace(named, criteria=tuple(replace(one, key="") for one in named.criteria))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1200", "1200"),
        ("1.200", "1200"),
        ("12.500,5", "12500.5"),
        ("1200,25", "1200.25"),
        ("1.5", "1.5"),
        ("0.125", "0.125"),
        ("2,500", "2.5"),
    ],
)
def test_a_dot_before_three_digits_means_thousands(typed: str, meant: str) -> None:
    scheme = scoring_forms.scheme_in(Typed({"name_0": "A", "low_0": "1", "high_0": "5", "threshold": typed}))
    assert scheme.threshold == Decimal(meant)
    assert Decimal(scoring_forms.shown(scheme.threshold).replace(",", ".")) == scheme.threshold


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({}, "name_0"),
        ({"name_0": "A", "low_0": "5", "high_0": "5"}, "high_0"),
        ({"name_0": "A", "low_0": "0", "high_0": "101"}, "high_0"),
        ({"name_0": "A", "low_0": "²", "high_0": "5"}, "low_0"),
        ({"name_0": "A", "low_0": "1", "high_0": "5", "weight_0": "0"}, "weight_0"),
        ({"name_0": "A", "low_0": "1", "high_0": "5", "weight_0": "1e3"}, "weight_0"),
        ({"name_0": "A", "low_0": "1", "high_0": "5", "meanings_0": "6 = terlalu banyak"}, "meanings_0"),
        ({"name_0": "A", "low_0": "1", "high_0": "5", "name_1": "a", "low_1": "1", "high_1": "5"}, "name_0"),
        ({"name_0": "A", "low_0": "1", "high_0": "5", "factor": "2"}, "condition"),
        ({"name_0": "A", "low_0": "1", "high_0": "5", "condition": "Lengkap"}, "factor"),
        ({"name_0": "A", "low_0": "1", "high_0": "5", "threshold": "delapan"}, "threshold"),
        ({"name_0": "A", "low_0": "1", "high_0": "5", "threshold": "1.200.000"}, "threshold"),
    ],
)
def test_a_scheme_that_makes_no_sense_is_refused_beside_its_field(typed: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        scoring_forms.scheme_in(Typed(typed))
    assert [error.field for error in refused.value.errors] == [field]
