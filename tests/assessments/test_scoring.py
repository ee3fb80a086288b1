"""The arithmetic of a line: tables from the rules, and what must hold whatever the line is."""

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from assessments.scoring import Cell, ItemRule, explain, prorated_target, score_line

D = Decimal
EMPTY = Cell(None)
LEFT = Cell(None, applies=False)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def item(points="100", **rule) -> ItemRule:
    decimals = {name: D(rule[name]) for name in ("target", "cap", "maximum") if rule.get(name) is not None}
    return ItemRule(**({"key": "it", "kind": "quantity"} | rule | decimals | {"points": D(points)}))


def did(actual) -> Cell:
    return Cell(D(actual))


def alone(rule: ItemRule, cell: Cell):
    return score_line([rule], [cell]).items[0]


ROAD = item("10", target="6.0", unit="m", decimals=1)
REST = item("90", key="rest", kind="yes_no")


def beside_the_rest(rule: ItemRule, cell: Cell):
    """Its score in a line where the other points are somebody else's, so that its base is its own points."""
    return score_line([rule, REST], [cell, EMPTY]).items[0]


def told(rule: ItemRule, cell: Cell) -> str:
    return explain(rule, cell, beside_the_rest(rule, cell))


@pytest.mark.parametrize(
    ("rule", "actual", "points"),
    [
        ({"target": "6.0"}, "4.6", "76.67"),
        ({"target": "6"}, "6", "100.00"),
        ({"target": "6"}, "7", "100.00"),
        ({"target": "6"}, "0", "0.00"),
        ({"target": "3"}, "1", "33.33"),
        ({"target": "3"}, "2", "66.67"),
        ({"target": "20000"}, "1", "0.01"),
        ({"target": "20001"}, "1", "0.00"),
        ({"target": "4", "cap": "0.5"}, "4", "50.00"),
        ({"target": "4", "direction": "less"}, "0", "100.00"),
        ({"target": "4", "direction": "less"}, "4", "100.00"),
        ({"target": "4", "direction": "less"}, "5", "80.00"),
        ({"target": "4", "direction": "less"}, "12", "33.33"),
        ({"target": "4", "rule": "all_or_nothing"}, "3.9", "0.00"),
        ({"target": "4", "rule": "all_or_nothing"}, "4", "100.00"),
        ({"target": "4", "rule": "all_or_nothing", "direction": "less"}, "4", "100.00"),
        ({"target": "4", "rule": "all_or_nothing", "direction": "less"}, "4.1", "0.00"),
        ({"kind": "yes_no"}, "1", "100.00"),
        ({"kind": "yes_no"}, "0", "0.00"),
        ({"kind": "judgement"}, "82.50", "82.50"),
        ({"kind": "judgement", "maximum": "10"}, "8", "80.00"),
        ({"kind": "judgement", "maximum": "10"}, "11", "100.00"),
    ],
)
def test_an_item_is_worth(rule, actual, points):
    score = alone(item(**rule), did(actual))
    assert score.points == D(points)
    assert score.points.as_tuple().exponent == -2


@pytest.mark.parametrize(
    ("points", "actual", "target", "worth"),
    [
        ("0.03", "5", "6", "0.03"),  # 0.025 exactly, though 5/6 is 0.8333…
        ("0.21", "5", "14", "0.08"),  # 0.075 exactly; with a ratio cut at 28 digits it would be 0.07
    ],
)
def test_a_half_is_rounded_up_even_where_the_ratio_has_no_end(points, actual, target, worth):
    rest = replace(REST, points=D(100) - D(points))
    line = score_line([item(points, target=target), rest], [did(actual), EMPTY])
    assert line.items[0].points == D(worth)


def test_a_cap_above_one_rewards_more_work_but_the_total_ends_at_100():
    rules = [item("50", target="10", cap="1.5"), item("50", key="b", kind="yes_no")]
    line = score_line(rules, [did("20"), did("1")])
    assert [score.points for score in line.items] == [D("75.00"), D("50.00")]
    assert line.total == D("100.00")
    assert score_line(rules, [did("20"), did("0")]).total == D("75.00")


def test_a_bonus_lifts_the_total_to_100_and_its_cap():
    rules = [item("100", kind="yes_no"), item("5", key="b", kind="bonus")]
    assert score_line(rules, [did("1"), did("3")]).total == D("103.00")
    assert score_line(rules, [did("1"), did("9")]).total == D("105.00")
    assert score_line([rules[0], item("5", key="b", kind="bonus", maximum="8")], [did("1"), did("9")]).total == 108


def test_a_bonus_of_nothing_brings_nothing():
    rules = [item("100", kind="yes_no"), item("5", key="b", kind="bonus", maximum="0")]
    assert score_line(rules, [did("1"), did("3")]).total == D("100.00")


@pytest.mark.parametrize(("actual", "points"), [("1", "2.50"), ("2", "5.00"), ("3", "7.50"), ("9", "7.50")])
def test_a_bonus_with_a_target_counts_in_proportion_up_to_its_cap(actual, points):
    rules = [item("100", kind="yes_no"), item("5", key="b", kind="bonus", target="2", cap="1.5")]
    assert score_line(rules, [did("1"), did(actual)]).items[1].points == D(points)


def test_a_deduction_stops_at_its_own_points_and_the_total_at_0():
    rules = [item("100", kind="yes_no"), item("10", key="d", kind="deduction")]
    assert score_line(rules, [did("1"), did("4")]).total == D("96.00")
    assert score_line(rules, [did("1"), did("40")]).total == D("90.00")
    assert score_line(rules, [did("0"), did("4")]).total == D("0.00")


def test_no_deduction_is_zero_without_a_sign():
    score = score_line([REST, item("10", key="d", kind="deduction")], [did("1"), did("0")]).items[1]
    assert str(score.points) == "0.00"


def test_bonus_and_deduction_are_not_scaled_and_need_not_be_filled():
    rules = [item("60", kind="yes_no"), item("40", key="b", kind="yes_no"), item("5", key="c", kind="bonus"),
             item("10", key="d", kind="deduction")]  # fmt: skip
    line = score_line(rules, [did("1"), LEFT, EMPTY, EMPTY])
    assert [score.base for score in line.items] == [D("100.00"), 0, 5, 10]
    assert line.total == D("100.00")
    assert (line.is_complete, line.filled, line.needed) == (True, 1, 1)


def test_a_veto_is_a_flag_and_changes_no_points():
    rules = [item("100", kind="yes_no"), item("1", key="v", kind="veto")]
    line = score_line(rules, [did("1"), did("1")])
    assert (line.is_vetoed, line.total, line.items[1].points) == (True, D("100.00"), None)
    assert not score_line(rules, [did("1"), EMPTY]).is_vetoed
    assert not score_line(rules, [did("1"), did("0")]).is_vetoed


def test_an_empty_cell_stays_in_the_base_and_gives_nothing():
    line = score_line([item("60", kind="yes_no"), item("40", key="b", kind="yes_no")], [did("1"), EMPTY])
    assert [score.base for score in line.items] == [D("60.00"), D("40.00")]
    assert line.items[1].points is None
    assert (line.total, line.is_complete, line.filled, line.needed) == (D("60.00"), False, 1, 2)


def test_zero_is_filled():
    line = score_line([ROAD, REST], [did("0"), did("1")])
    assert (line.total, line.is_complete) == (D("90.00"), True)


@pytest.mark.parametrize(
    ("rule", "cell"),
    [
        (ROAD, LEFT),
        (ROAD, Cell(D(3), applies=False)),
        (replace(ROAD, target=None), did("3")),
        (replace(ROAD, target=D("0.0")), did("3")),
    ],
)
def test_an_item_that_does_not_apply_leaves_its_points_to_the_others(rule, cell):
    line = score_line([rule, REST], [cell, did("1")])
    assert (line.items[0].applies, line.items[0].points, line.items[0].base) == (False, None, 0)
    assert line.items[1].points == line.total == D("100.00")
    assert (line.is_complete, line.needed) == (True, 1)


def test_the_points_of_one_of_ten_equal_items_go_to_the_nine():
    rules = [item("10", key=place, target="5") for place in range(10)]
    line = score_line(rules, [LEFT] + [did("5")] * 9)
    assert [score.base for score in line.items] == [0, D("11.12")] + [D("11.11")] * 8
    assert line.total == D("100.00")


def test_where_nothing_applies_there_is_no_total():
    line = score_line([ROAD, item("5", key="b", kind="bonus")], [LEFT, did("3")])
    assert line.total is None
    assert line.is_complete


def test_an_item_is_found_by_its_key():
    line = score_line([ROAD, REST], [did("3"), EMPTY])
    assert line.by_key["rest"] is line.items[1]


def test_as_many_cells_as_items_are_needed():
    with pytest.raises(ValueError, match="zip"):
        score_line([ROAD, REST], [did("3")])


@pytest.mark.parametrize(
    ("target", "days", "decimals", "prorated"),
    [
        ("30", 92, 0, "30"),
        ("30", 46, 0, "15"),
        ("30", 0, 0, "0"),
        ("1", 46, 0, "1"),
        ("1", 45, 0, "0"),
        ("6.0", 31, 1, "2.0"),
        ("700", 31, 0, "236"),
    ],
)
def test_a_target_for_part_of_a_period_goes_by_days(target, days, decimals, prorated):
    result = prorated_target(D(target), days, 92, decimals)
    assert result == D(prorated)
    assert str(result) == prorated


def test_no_target_stays_none_and_impossible_days_are_refused():
    assert prorated_target(None, 10, 92, 0) is None
    for days, of_days in ((93, 92), (-1, 92), (0, 0)):
        with pytest.raises(ValueError, match="no part of a period"):
            prorated_target(D(6), days, of_days, 0)


VISITS = item("15", target="30", unit="visits")
ORDERS = item("10", target="4", unit="cases", direction="less")


@pytest.mark.parametrize(
    ("rule", "cell", "sentence"),
    [
        (ROAD, did("4.6"), "4.6 of 6.0 m = 76.67 % × 10 points = 7.67 points"),
        (ROAD, did("3"), "3.0 of 6.0 m = 50 % × 10 points = 5.00 points"),
        (ROAD, did("0"), "0.0 of 6.0 m = 0 % × 10 points = 0.00 points"),
        (ROAD, did("6"), "6.0 of 6.0 m = full marks, 10 points"),
        (replace(ROAD, decimals=0, unit=""), did("7"), "7 of 6 = full marks, 10 points"),
        (replace(ROAD, cap=D("1.2")), did("6.6"), "6.6 of 6.0 m = 110 % × 10 points = 11.00 points"),
        (replace(ROAD, cap=D("1.2")), did("9"), "9.0 of 6.0 m, counted up to 120 % × 10 points = 12.00 points"),
        (replace(ROAD, cap=D("0.5")), did("9"), "9.0 of 6.0 m, counted up to 50 % × 10 points = 5.00 points"),
        (replace(ROAD, rule="all_or_nothing"), did("6"), "6.0 of 6.0 m = full marks, 10 points"),
        (replace(ROAD, rule="all_or_nothing"), did("5.9"), "5.9 of 6.0 m: short of the target = 0 points"),
        (ORDERS, did("3"), "3 cases, not more than 4 = full marks, 10 points"),
        (ORDERS, did("5"), "Less is better: 4 ÷ 5 cases = 80 % × 10 points = 8.00 points"),
        (replace(ORDERS, rule="all_or_nothing"), did("5"), "5 cases, more than 4 = 0 points"),
        (item("10", kind="yes_no"), did("1"), "Yes = full marks, 10 points"),
        (item("10", kind="yes_no"), did("0"), "No = 0 points"),
        (item("10", kind="judgement"), did("8.5"), "8.50 of 10 points, by judgement"),
        (
            item("10", kind="judgement", maximum="5"),
            did("4"),
            "4.00 of 5 by judgement = 80 % × 10 points = 8.00 points",
        ),
        (item("5", kind="bonus"), did("3"), "Bonus: 3 points"),
        (item("5", kind="bonus"), did("8"), "Bonus: 8, but no more than 5 points"),
        (
            item("5", kind="bonus", target="2", unit="wells"),
            did("1"),
            "Bonus: 1 of 2 wells × 5 points = 2.50 points",
        ),
        (
            item("5", kind="bonus", target="2", unit="wells"),
            did("3"),
            "Bonus: 3 of 2 wells for 5 points, but no more than 5 points",
        ),
        (item("5", kind="bonus"), EMPTY, "Nothing reported: 0 points"),
        (item("5", kind="deduction"), did("2"), "Deduction: 2 points"),
        (item("5", kind="deduction"), did("8"), "Deduction: 8, but no more than 5 points"),
        (item("5", kind="veto"), did("1"), "The veto applies"),
        (item("5", kind="veto"), EMPTY, "No veto"),
        (ROAD, LEFT, "Not applicable: left out"),
        (item("5", kind="bonus"), LEFT, "Not applicable: left out"),
        (replace(ROAD, target=None), did("3"), "No target: left out"),
    ],
)
def test_the_working_is_one_sentence(rule, cell, sentence):
    line = score_line([rule, replace(REST, points=D(100) - rule.points)], [cell, EMPTY])
    assert explain(rule, cell, line.items[0]) == sentence


def test_an_empty_cell_says_what_to_do():
    assert told(ROAD, EMPTY) == "Empty: gives nothing until it is filled. If there were none, enter 0"


def test_the_working_says_why_points_became_more():
    rules = [item("10", key=place, target="5") for place in range(10)]
    cells = [LEFT, did("5"), did("4")] + [did("5")] * 7
    line = score_line(rules, cells)
    assert explain(rules[2], cells[2], line.items[2]) == (
        "4 of 5 = 80 % × 11.11 points = 8.89 points (10 points became 11.11, because one item does not apply)"
    )
    cells[1] = LEFT
    line = score_line(rules, cells)
    assert explain(rules[3], cells[3], line.items[3]) == (
        "5 of 5 = full marks, 12.5 points (10 points became 12.5, because 2 items do not apply)"
    )


def test_a_percentage_has_as_many_places_as_the_working_needs():
    rule = item("10", target="1000", decimals=2)
    assert told(rule, did("123.45")) == "123.45 of 1,000.00 = 12.345 % × 10 points = 1.23 points"


def test_where_no_percentage_leads_to_the_points_none_is_shown():
    rules = [item("0.03", target="6"), item("99.97", key="rest", kind="yes_no")]
    line = score_line(rules, [did("5"), EMPTY])
    assert explain(rules[0], did("5"), line.items[0]) == "5 of 6 × 0.03 points = 0.03 points"
    less = replace(rules[0], target=D(5), direction="less")
    line = score_line([less, rules[1]], [did("6"), EMPTY])
    assert explain(less, did("6"), line.items[0]) == "Less is better: 5 ÷ 6 × 0.03 points = 0.03 points"


# What must hold for every line.

amounts = st.decimals(0, 100_000, places=2)
whole_points = st.integers(1, 40).map(Decimal)


@st.composite
def base_items(draw):
    kind = draw(st.sampled_from(["quantity", "quantity", "yes_no", "judgement"]))
    return ItemRule(
        key=draw(st.integers()),
        kind=kind,
        points=draw(whole_points),
        decimals=2,
        target=draw(st.one_of(st.none(), amounts)) if kind == "quantity" else None,
        cap=draw(st.sampled_from([D(1), D("1.2"), D("0.8")])),
        direction=draw(st.sampled_from(["more", "less"])),
        rule=draw(st.sampled_from(["proportional", "proportional", "all_or_nothing"])),
    )


@st.composite
def extra_items(draw):
    return ItemRule(key="extra", kind=draw(st.sampled_from(["bonus", "deduction", "veto"])), points=draw(whole_points))


def cells_for(draw, rule: ItemRule) -> Cell:
    values = st.sampled_from([D(0), D(1)]) if rule.kind in ("yes_no", "veto") else amounts
    return Cell(draw(st.one_of(st.none(), values)), draw(st.sampled_from([True, True, True, False])))


@st.composite
def lines(draw):
    rules = draw(st.lists(st.one_of(base_items(), base_items(), extra_items()), min_size=1, max_size=12))
    return rules, [cells_for(draw, rule) for rule in rules]


def full_work(rule: ItemRule) -> Decimal:
    if rule.kind == "judgement":
        return rule.points
    return D(1) if rule.kind == "yes_no" else rule.target or D(0)


@given(st.lists(st.tuples(base_items(), st.booleans()), min_size=1, max_size=12))
def test_full_work_is_exactly_100_whatever_leaves_the_base(chosen):
    rules = [replace(rule, cap=D(1)) for rule, _ in chosen]
    line = score_line(rules, [Cell(full_work(rule), applies) for rule, (_, applies) in zip(rules, chosen, strict=True)])
    assert line.total in (None, D("100.00"))
    assert (line.total is None) == (not any(score.applies for score in line.items))
    assert sum(score.points or 0 for score in line.items) == (line.total or 0)


@given(lines())
def test_the_total_is_the_sum_of_the_rounded_items_within_its_bounds(line_of):
    rules, cells = line_of
    line = score_line(rules, cells)
    if line.total is None:
        return
    ceiling = 100 + sum(rule.points for rule in rules if rule.kind == "bonus") * D(1)
    reached = sum(score.points for score in line.items if score.points is not None)
    assert line.total == min(max(reached, 0), ceiling)
    assert all(score.points is None or score.points == round(score.points, 2) for score in line.items)


@given(lines())
def test_the_bases_of_what_applies_add_up_to_100(line_of):
    rules, cells = line_of
    scores = score_line(rules, cells).items
    bases = [
        score.base
        for rule, score in zip(rules, scores, strict=True)
        if rule.kind in ("quantity", "yes_no", "judgement")
    ]
    assert sum(bases) in (0, D("100.00"))


@given(base_items(), amounts, amounts, st.booleans())
def test_more_work_never_gives_fewer_points(rule, one, other, has_company):
    rule = replace(rule, kind="quantity", target=rule.target or D(5))
    less, more = sorted((one, other), reverse=rule.direction == "less")
    company = ([REST], [EMPTY]) if has_company else ([], [])
    points = [score_line([rule, *company[0]], [did(each), *company[1]]).items[0].points for each in (less, more)]
    assert points[0] <= points[1]


@given(lines())
def test_every_cell_explains_itself_in_whole_words(line_of):
    rules, cells = line_of
    for rule, cell, score in zip(rules, cells, score_line(rules, cells).items, strict=True):
        sentence = explain(rule, cell, score)
        assert sentence
        assert "%(" not in sentence
        assert "None" not in sentence


@given(base_items(), amounts)
def test_a_percentage_shown_leads_by_hand_to_the_points_shown(rule, actual):
    rule = replace(rule, kind="quantity", target=rule.target or D(5))
    company = replace(REST, points=D(100) - rule.points)
    score = score_line([rule, company], [did(actual), EMPTY]).items[0]
    sentence = explain(rule, did(actual), score)
    if "= full" in sentence or " % " not in sentence:
        return
    percent, base, points = (
        D(part.replace(",", ""))
        for part in (
            sentence.split(" % ")[0].split()[-1],
            sentence.split(" × ")[1].split()[0],
            sentence.split(" = ")[-1].split()[0],
        )
    )
    assert (percent * base / 100).quantize(D("0.01"), ROUND_HALF_UP) == points
