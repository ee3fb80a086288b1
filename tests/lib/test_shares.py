"""Largest remainder: the parts always add up, and nobody is more than one step from the exact share."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinxian.lib.shares import spread

STEPS = st.sampled_from([Decimal("1"), Decimal("0.1"), Decimal("0.01"), Decimal("0.5")])
WEIGHTS = st.lists(
    st.one_of(st.integers(0, 10_000), st.decimals(0, 10_000, places=3, allow_nan=False, allow_infinity=False)),
    min_size=1,
    max_size=40,
)


@pytest.mark.parametrize(
    ("whole", "weights", "step", "parts"),
    [
        ("100", [10] * 9, "0.01", ["11.12"] + ["11.11"] * 8),
        ("100", [1, 1, 1], "1", ["34", "33", "33"]),
        ("100", [0, 0, 0, 0], "1", ["25", "25", "25", "25"]),
        ("2", [0, 0, 0], "1", ["1", "1", "0"]),
        ("10", [5, 0, 5], "1", ["5", "0", "5"]),
        ("1.0", [Decimal("0.5"), Decimal("1.5")], "0.1", ["0.3", "0.7"]),
        ("0", [3, 4], "1", ["0", "0"]),
        ("7", [13], "1", ["7"]),
    ],
)
def test_a_whole_is_cut_by_largest_remainder(whole, weights, step, parts):
    assert spread(Decimal(whole), weights, step=Decimal(step)) == [Decimal(part) for part in parts]


def test_equal_remainders_are_served_in_the_given_order():
    assert spread(Decimal(5), [1, 1, 1], step=Decimal(1)) == [2, 2, 1]


def test_the_largest_remainder_goes_before_an_earlier_smaller_one():
    # Exact shares 0.1, 0.2 and 0.7 of a step: the last one gets it.
    assert spread(Decimal(1), [1, 2, 7], step=Decimal(1)) == [0, 0, 1]


def test_no_weights_make_no_parts():
    assert spread(Decimal(10), [], step=Decimal(1)) == []


@pytest.mark.parametrize(
    ("whole", "weights", "step", "words"),
    [
        ("10", [1, -1], "1", "negative"),
        ("-1", [1], "1", "0 or more"),
        ("1.5", [1], "1", "multiple"),
        ("1", [1], "0", "positive"),
    ],
)
def test_what_cannot_be_spread_is_refused(whole, weights, step, words):
    with pytest.raises(ValueError, match=words):
        spread(Decimal(whole), weights, step=Decimal(step))


@given(steps=st.integers(0, 10**9), step=STEPS, weights=WEIGHTS)
def test_the_parts_add_up_to_the_whole_exactly(steps, step, weights):
    parts = spread(steps * step, weights, step=step)
    assert sum(parts) == steps * step
    assert len(parts) == len(weights)
    assert all(part % step == 0 and part >= 0 for part in parts)


@given(steps=st.integers(0, 10**9), step=STEPS, weights=WEIGHTS)
def test_no_part_is_a_step_or_more_from_its_exact_share(steps, step, weights):
    total = sum(map(Fraction, weights))
    shares = [Fraction(weight) / total if total else Fraction(1, len(weights)) for weight in weights]
    parts = spread(steps * step, weights, step=step)
    assert all(
        abs(Fraction(part) - share * Fraction(steps * step)) < Fraction(step)
        for part, share in zip(parts, shares, strict=True)
    )


@given(steps=st.integers(0, 10**6), weights=WEIGHTS)
def test_a_larger_weight_never_gets_less(steps, weights):
    parts = spread(Decimal(steps), weights, step=Decimal(1))
    by_weight = sorted(zip(weights, parts, strict=True))
    assert all(one[1] <= other[1] for one, other in pairwise(by_weight) if one[0] < other[0])
